"""Saved reports: kept under a name, alone or for all who see reports, and sent by a schedule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.spec import Spec
from rapport.application.configuration.specs import ZoneName
from rapport.application.perform import Once
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.reports import FIGURES, By, Period, Question, check, days, days_of
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Forbidden, Invalid, NotFound, Refused, Stale
from rapport.domain.report_schedule import Pace, Schedule, next_after
from rapport.domain.rights import Right, covers

MOST_SAVED = 200
MOST_ADDRESSES = 20
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,60}"
)
Id = Annotated[int, Field(ge=1, le=2**62)]


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError(f"{value!r} is not an e-mail address such as desk@shop.example")
    return value


def _figure(value: str) -> str:
    if value not in FIGURES:
        raise ValueError(f"{value!r} is not a figure")
    return value


class ReportSpec(Spec):
    """What is asked, with a period that moves on. `kind` is the page's word for the columns."""

    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    columns: Annotated[
        tuple[Annotated[str, AfterValidator(_figure)], ...], Field(min_length=1, max_length=40)
    ]
    by: By
    period: Period
    queue_id: Id | None = None
    agent_id: Id | None = None
    team_id: Id | None = None
    channel: ChannelType | None = None


class ScheduleSpec(Spec):
    """When a report is sent, from which e-mail account, to whom. `weekdays` from 0, Monday."""

    active: bool = True
    every: Pace
    hour: Annotated[int, Field(ge=0, le=23)]
    time_zone: ZoneName
    weekdays: Annotated[tuple[Annotated[int, Field(ge=0, le=6)], ...], Field(max_length=7)] = ()
    day: Annotated[int, Field(ge=1, le=31)] = 1
    account_id: Id
    to: Annotated[
        tuple[Annotated[str, AfterValidator(_address)], ...],
        Field(min_length=1, max_length=MOST_ADDRESSES),
    ]
    language: Literal["en", "de"] = "en"

    @model_validator(mode="after")
    def _some_day(self) -> ScheduleSpec:
        if self.every == "weekly" and not self.weekdays:
            raise ValueError("weekdays: say on which")
        return self

    @property
    def rule(self) -> Schedule:
        """As the calendar reads it."""
        return Schedule(
            every=self.every,
            hour=self.hour,
            zone=self.time_zone,
            weekdays=self.weekdays,
            day=self.day,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReport:
    """As it is kept. `due_at`: when it is sent next."""

    id: int
    owner_id: int
    name: str
    shared: bool
    spec: ReportSpec
    schedule: ScheduleSpec | None = None
    due_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a person writes of a report; `version` is the one that they changed."""

    name: str
    shared: bool
    spec: ReportSpec
    schedule: ScheduleSpec | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One sending of a report, as it stands or went.

    `doubled`: an attempt ended without anybody knowing how, and it was sent again under the same
    Message-ID. `refused` are those who did not get it: address and words.
    """

    planned_at: datetime
    state: str
    attempts: int
    doubled: bool
    next_at: datetime | None = None
    finished_at: datetime | None = None
    code: str | None = None
    reason: str | None = None
    refused: Sequence[tuple[str, str]] = ()


class ReportShelf(Protocol):
    """Where saved reports are kept."""

    async def seen_by(self, user_id: int) -> list[SavedReport]:
        """A person's own and the shared ones, by name."""

    async def one(self, report_id: int) -> SavedReport | None:
        """By id."""

    async def add(
        self, draft: Draft, due_at: datetime | None, now: datetime, once: Once
    ) -> int | None:
        """Keep a new one of the person who asks; its id.

        With the key of an earlier call, the one made then; None if that asked for something else.
        """

    async def change(
        self, report_id: int, draft: Draft, due_at: datetime | None, now: datetime
    ) -> bool:
        """Replace one; False if it is no longer the draft's version."""

    async def remove(self, report_id: int) -> None:
        """With its sendings."""

    async def send_now(self, report_id: int, now: datetime, once: str) -> None:
        """Let it be sent at once, for one key once."""

    async def sendings(self, report_ids: Sequence[int], each: int) -> dict[int, list[Sending]]:
        """The newest of each report, the newest first."""


class SavedReports:
    """What people do with saved reports. Only its owner changes one."""

    def __init__(
        self, shelf: ReportShelf, configuration: ConfigurationSource, clock: Clock
    ) -> None:
        self.shelf = shelf
        self._configuration = configuration
        self._clock = clock

    async def create(self, draft: Draft, once: Once) -> SavedReport:
        """Keep a report.

        Raises:
            Invalid: the question, the schedule or its account can't be.
            Refused: `too_many_reports`, `idempotency_key_reused`.
        """
        self._check(draft)
        user_id = once.user_id
        mine = [r for r in await self.shelf.seen_by(user_id) if r.owner_id == user_id]
        if len(mine) >= MOST_SAVED:
            words = f"{MOST_SAVED} reports are saved. Delete some first."
            raise Refused("too_many_reports", words)
        now = self._clock.now()
        report_id = await self.shelf.add(draft, _due(draft.schedule, now), now, once)
        if report_id is None:
            words = "This Idempotency-Key was used for another request."
            raise Refused("idempotency_key_reused", words)
        return await self.find(user_id, report_id)

    async def change(self, user_id: int, report_id: int, draft: Draft) -> SavedReport:
        """Rename, share, ask otherwise, schedule. A planned moment stays while its schedule does.

        Raises:
            NotFound, Forbidden: not there, or somebody else's.
            Invalid: as for a new one.
            Stale: it was changed meanwhile.
        """
        before = await self.own(user_id, report_id)
        self._check(draft)
        now = self._clock.now()
        same = before.schedule == draft.schedule
        due_at = before.due_at if same else _due(draft.schedule, now)
        if not await self.shelf.change(report_id, draft, due_at, now):
            raise Stale(
                "stale_version", "Somebody has changed this report meanwhile. Load it again."
            )
        return await self.find(user_id, report_id)

    async def remove(self, user_id: int, report_id: int) -> None:
        """Delete one's own."""
        await self.own(user_id, report_id)
        await self.shelf.remove(report_id)

    async def send_now(self, user_id: int, report_id: int, once: str) -> None:
        """Send it once more, beside its schedule.

        Raises:
            Refused: `not_scheduled`: it is not known to whom.
        """
        report = await self.own(user_id, report_id)
        if report.schedule is None:
            raise Refused("not_scheduled", "Say to whom the report goes first.")
        await self.shelf.send_now(report_id, self._clock.now(), once)

    async def find(self, user_id: int, report_id: int) -> SavedReport:
        """One that the person may see.

        Raises:
            NotFound: `report_not_found`.
        """
        report = await self.shelf.one(report_id)
        if report is None or not (report.shared or report.owner_id == user_id):
            raise NotFound("report_not_found", "This report does not exist, or no longer does.")
        return report

    async def own(self, user_id: int, report_id: int) -> SavedReport:
        """One that the person may change.

        Raises:
            NotFound: `report_not_found`.
            Forbidden: `report_of_other`.
        """
        report = await self.find(user_id, report_id)
        if report.owner_id != user_id:
            raise Forbidden("report_of_other", "This report is somebody else's. Save a copy.")
        return report

    def _check(self, draft: Draft) -> None:
        configuration = self._configuration.current
        question_of(draft.spec, configuration, self._clock.now())
        schedule = draft.schedule
        if schedule is not None and schedule.account_id not in senders(configuration):
            raise Invalid.field(
                "schedule.account_id", "Choose an e-mail account that can send.", code="no_sender"
            )


def senders(configuration: Configuration) -> dict[int, str]:
    """E-mail accounts that reports can be sent from, by id, with their addresses."""
    return {
        i: spec.address
        for i, spec in configuration.account_specs.items()
        if spec.channel is ChannelType.EMAIL and spec.active and spec.settings.get("smtp_host")
    }


def question_of(spec: ReportSpec, configuration: Configuration, at: datetime) -> Question:
    """What is asked at a moment: its days are the company's.

    Raises:
        Invalid: what `reports.check` refuses.
    """
    zone = configuration.settings.time_zone
    since, until = days(*days_of(spec.period, at.astimezone(ZoneInfo(zone)).date()), zone)
    question = Question(
        since=since,
        until=until,
        by=spec.by,
        zone=zone,
        queue_id=spec.queue_id,
        agent_id=spec.agent_id,
        team_id=spec.team_id,
        channel=spec.channel,
    )
    check(question)
    return question


def may_send(configuration: Configuration, owner_id: int) -> bool:
    """Whether the owner may still see what the report says."""
    user = configuration.users.get(owner_id)
    grants = configuration.grants(owner_id)
    return user is not None and user.active and covers(grants, f"{Right.REPORTS}:read")


def _due(schedule: ScheduleSpec | None, now: datetime) -> datetime | None:
    return next_after(schedule.rule, now) if schedule is not None and schedule.active else None
