"""Sends what is in the outbox: in order per conversation, at the account's pace, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from rapport.application.ports import Dispatch, Outbox, Services, Settlement
from rapport.domain.errors import FilesAway, Refused
from rapport.domain.message import Content, DeliveryStatus, Purpose
from rapport.domain.pace import EXACT_UP_TO, LATEST_S, Lag
from rapport.domain.sending import (
    AccountBroken,
    OutboundFile,
    OutboundMessage,
    RefusedRecipient,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)
from rapport.jobs.rounds import Bell, keep_working

TICK_S = 0.25
AT_ONCE = 64
"""Messages of one account under way in this process."""
LARGEST_SETTLEMENT = 256
SEND_WITHIN_S = 60
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_BACK_OFF_S, LONG_BACK_OFF_S, LONGEST_BACK_OFF_S = 2.0, 120.0, 600.0
MOST_DOUBLINGS = 8
OF_ITS_AGE = 30
"""A message that waits is tried again after a thirtieth of the time that it has waited: an hour's
outage costs two minutes at most."""
FILES_AWAY_S = 60.0
FILE_WAITING, FILE_HELD = "file_waiting", "file_held"
BROKEN_PAUSE = timedelta(minutes=5)
_PLAIN = Content()
_NOT_STARTED = RetryAfter(None, "not_started")
_OPTED_OUT = "Not sent. The customer has opted out of messages."
_OVERTAKEN = "A newer mail came before this one was sent. Read it, then send again."
log = structlog.get_logger()


class Delivery(Protocol):
    """One message on its way to a provider: rendered into parts, each tried once."""

    @property
    def problem(self) -> Rejected | None:
        """Why it can't be sent as it is."""

    @property
    def parts(self) -> int:
        """How many messages it becomes at the provider."""

    async def send(self, number: int) -> SendOutcome:
        """Try one part; nothing is raised."""

    @property
    def log(self) -> Sequence[bytes]:
        """What was asked and answered so far, redacted."""


class Gateway(Protocol):
    """The channels, as the sender sees them."""

    def carries(self, channel: str) -> bool:
        """Whether there is a connector that sends."""

    def can_send(self, account_id: int) -> bool:
        """Whether this node can send on an account now."""

    def per_second(self, account_id: int) -> float:
        """An account's pace."""

    def prepare(self, account_id: int, message: OutboundMessage) -> Delivery:
        """Render a message."""

    def fared(self, account_id: int, outcome: SendOutcome) -> None:
        """How the account does, for its health."""


@dataclass(slots=True)
class _Sending:
    dispatch: Dispatch
    settlement: Settlement | None = None


class Postman:
    """One node's sender; several share accounts by the rate row and the leases."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        gateway: Gateway,
        survey_link: Callable[[int], str] | None = None,
    ) -> None:
        self._services = services
        self._survey_link = survey_link
        self._outbox = outbox
        self._gateway = gateway
        self._bell = Bell()
        self._under_way: dict[int, int] = {}
        self._settled: asyncio.Queue[Settlement] = asyncio.Queue()
        self._lags: dict[int, Lag] = {}

    def ring_for(self, kinds: set[str]) -> None:
        """Look soon if any of these events may have put something in the outbox."""
        if kinds & {"message.sent", "message.status"}:
            self._bell.ring()

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_for_ever())
            await keep_working("outbox", partial(self._claim, group), TICK_S, self._bell)

    async def deliver(self) -> int:
        """One round over all accounts, to its end; returns how many messages were tried."""
        await self._give_up_expired()
        tried = 0
        for account_id, per_second in self._accounts():
            claimed = await self._outbox.claim(account_id, per_second, AT_ONCE)
            settlements = await asyncio.gather(*(self._send(d) for d in claimed))
            await self._outbox.settle(settlements, self._services.clock.now())
            tried += len(claimed)
        return tried

    async def _claim(self, group: asyncio.TaskGroup) -> int:
        """Start what may leave now; returns how many."""
        await self._give_up_expired()
        started = 0
        for account_id, per_second in self._accounts():
            room = AT_ONCE - self._under_way.get(account_id, 0)
            if room <= 0:
                continue
            for dispatch in await self._outbox.claim(account_id, per_second, room):
                self._under_way[account_id] = self._under_way.get(account_id, 0) + 1
                group.create_task(self._carry(dispatch))
                started += 1
        return started

    def _accounts(self) -> list[tuple[int, float]]:
        return [
            (account_id, self._gateway.per_second(account_id))
            for account_id, spec in self._services.configuration.current.account_specs.items()
            if spec.active
            and self._gateway.carries(spec.channel)
            and self._gateway.can_send(account_id)
        ]

    async def _give_up_expired(self) -> None:
        lost = await self._outbox.expired()
        if lost:
            await self._outbox.settle(
                [self._settlement(d, Unknown("lease_expired")) for d in lost],
                self._services.clock.now(),
            )

    async def _carry(self, dispatch: Dispatch) -> None:
        try:
            self._settled.put_nowait(await self._send(dispatch))
        except Exception:  # one message must not end the sender: its lease runs out instead
            log.exception("sender.lost", message_id=dispatch.message.id)
        finally:
            self._under_way[dispatch.account_id] -= 1
            self._bell.ring()

    async def _settle_for_ever(self) -> None:
        while True:
            batch = [await self._settled.get()]
            await asyncio.sleep(0)
            while len(batch) < LARGEST_SETTLEMENT and not self._settled.empty():
                batch.append(self._settled.get_nowait())
            while True:
                try:
                    await self._outbox.settle(batch, self._services.clock.now())
                    break
                except Exception:  # an outcome must not be lost while the database is away
                    log.exception("outbox.settle_failed", messages=len(batch))
                    await asyncio.sleep(1)

    async def _send(self, dispatch: Dispatch) -> Settlement:
        if dispatch.opted_out:
            return self._settlement(dispatch, Rejected("opted_out", _OPTED_OUT))
        if (outcome := _of_its_files(dispatch)) is not None:
            return self._settlement(dispatch, outcome)
        try:
            slot_at = await self._on_time(dispatch)
        except Exception:  # nothing has left yet, so it can wait for the database
            log.exception("sender.not_started", message_id=dispatch.message.id)
            return self._settlement(dispatch, _NOT_STARTED)
        sent_at = asyncio.get_running_loop().time()
        if dispatch.overtaken:
            return self._settlement(dispatch, Rejected("not_latest", _OVERTAKEN))
        try:
            message = self._with_link(dispatch, _message(dispatch, self._services))
            delivery = self._gateway.prepare(dispatch.account_id, message)
            if delivery.problem is not None:
                return self._settlement(dispatch, delivery.problem)
            number, outcome = await self._parts(dispatch, delivery)
        except Refused as refused:
            # Its files can't be read, which is done before anything of them leaves.
            return self._settlement(dispatch, _not_read(refused))
        except Exception:  # a connector's fault must not hold up the other lanes
            log.exception("sender.failed", message_id=dispatch.message.id)
            return self._settlement(dispatch, Unknown("internal_error"))
        self._gateway.fared(dispatch.account_id, outcome)
        if slot_at is not None:
            await self._keep_pace(dispatch.account_id, slot_at, sent_at)
        if isinstance(outcome, AccountBroken):
            log.error("account.broken", account_id=dispatch.account_id, code=outcome.code)
            await self._pause(dispatch.account_id, outcome.code)
        part = number if delivery.parts > 1 else None
        return self._settlement(dispatch, outcome, part, tuple(delivery.log))

    def _settlement(
        self,
        dispatch: Dispatch,
        outcome: SendOutcome,
        part: int | None = None,
        entries: tuple[bytes, ...] = (),
    ) -> Settlement:
        return _settlement(dispatch, outcome, self._services.clock.now(), part, entries)

    def _with_link(self, dispatch: Dispatch, message: OutboundMessage) -> OutboundMessage:
        """A survey's link is only in what the customer gets: who reads the thread has none."""
        asked = dispatch.message
        account = self._services.configuration.current.accounts.get(dispatch.account_id)
        if asked.purpose is not Purpose.SURVEY or asked.task_id is None or account is None:
            return message
        if account.capabilities.survey != "link" or self._survey_link is None:
            return message
        return replace(message, text=f"{message.text}\n{self._survey_link(asked.task_id)}")

    async def _pause(self, account_id: int, code: str) -> None:
        try:
            until = self._services.clock.now() + BROKEN_PAUSE
            await self._outbox.pause(account_id, code, until)
        except Exception:  # the outcome says so too, and must be recorded
            log.exception("outbox.not_paused", account_id=account_id)

    async def _on_time(self, dispatch: Dispatch) -> float | None:
        """Wait for the message's slot, or for another if it was missed; by the loop's clock.

        None where the account is too fast for slots to matter.
        """
        time = asyncio.get_running_loop().time
        slot_at = time() + dispatch.slot_in_s
        if self._gateway.per_second(dispatch.account_id) > EXACT_UP_TO:
            return None
        while True:
            if slot_at > time():
                await asyncio.sleep(slot_at - time())
            if time() - slot_at <= LATEST_S:
                return slot_at
            slot_at = time() + await self._outbox.slot(dispatch.account_id)

    async def _keep_pace(self, account_id: int, slot_at: float, sent_at: float) -> None:
        lag = self._lags.setdefault(account_id, Lag())
        behind_s = lag.owed(slot_at, sent_at, asyncio.get_running_loop().time())
        if behind_s > 0:
            try:
                await self._outbox.fall_behind(account_id, behind_s)
            except Exception:  # the message is out; its outcome must be recorded
                log.exception("outbox.pace_not_kept", account_id=account_id)

    async def _parts(self, dispatch: Dispatch, delivery: Delivery) -> tuple[int, SendOutcome]:
        """Send what has not gone out yet, in order; each part is recorded before the next."""
        first = True
        number, outcome = 0, Sent(None)
        for number in range(delivery.parts):
            if number in dispatch.parts_sent:
                outcome = Sent(dispatch.parts_sent[number])
                continue
            if not first and not await self._next_slot(dispatch):
                return number, _NOT_STARTED
            first = False
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    tried = await delivery.send(number)
            except TimeoutError:
                return number, Unknown("timeout")
            if not isinstance(tried, Sent):
                return number, tried
            outcome = tried
            last = number == delivery.parts - 1
            if not last and not await self._outbox.part_sent(dispatch, number, outcome.external_id):
                return number, Unknown("lease_lost")
        return number, outcome

    async def _next_slot(self, dispatch: Dispatch) -> bool:
        """Wait for a further part's slot; False if the database is away: the part hasn't left."""
        try:
            await asyncio.sleep(await self._outbox.slot(dispatch.account_id))
        except Exception:  # noqa: BLE001 - whatever it was, nothing has been sent
            return False
        return True


def _of_its_files(dispatch: Dispatch) -> SendOutcome | None:
    """What follows from files that wait for the virus scanner, or that it has refused."""
    if dispatch.file_held:
        return RetryAfter(FILES_AWAY_S, FILE_HELD)
    for file in dispatch.message.attachments:
        if file.refusal_code is not None:
            return Rejected(file.refusal_code, f"Not sent. {file.refusal_message or ''}".strip())
    return None


def _not_read(refused: Refused) -> SendOutcome:
    """What follows where a message's file can't be had: later, or never."""
    if isinstance(refused, FilesAway):
        return RetryAfter(FILES_AWAY_S, FILE_WAITING)
    return Rejected(refused.code, refused.message)


def _message(dispatch: Dispatch, services: Services) -> OutboundMessage:
    message = dispatch.message
    content = message.content or _PLAIN
    return OutboundMessage(
        id=message.id,
        contact_key=dispatch.contact_key,
        text=message.text,
        styles=content.styles,
        files=tuple(
            OutboundFile(
                id=a.id,
                filename=a.filename,
                media_type=a.media_type,
                size=a.size,
                key=dispatch.file_keys[a.id],
            )
            for a in message.attachments
            if a.id in dispatch.file_keys
        ),
        template=content.template,
        reply_to=dispatch.reply_to,
        aliases=tuple(filter(None, (dispatch.phone, dispatch.email))),
        last_inbound_at=dispatch.last_inbound_at,
        now=services.clock.now(),
        buttons=content.buttons,
        choose=content.choose,
        details=content.details,
    )


def _back_off_s(attempts: int, waited: timedelta) -> float:
    doubled = FIRST_BACK_OFF_S * 2.0 ** min(attempts, MOST_DOUBLINGS)
    longest = max(LONG_BACK_OFF_S, waited.total_seconds() / OF_ITS_AGE)
    return min(doubled, longest, LONGEST_BACK_OFF_S)


def _settlement(
    dispatch: Dispatch,
    outcome: SendOutcome,
    now: datetime,
    part: int | None = None,
    entries: tuple[bytes, ...] = (),
) -> Settlement:
    waited = now - dispatch.queued_at
    status: DeliveryStatus | None = None
    external_id: str | None = None
    code: str | None = None
    words: str | None = None
    retry_in_s, counts, dead = 0.0, True, False
    refused: tuple[RefusedRecipient, ...] = ()
    match outcome:
        case Sent(external_id, refused):
            status = DeliveryStatus.SENT
        case Rejected(code, words):
            status = DeliveryStatus.FAILED
        case Unknown(code):
            status, words = DeliveryStatus.UNKNOWN, "It is not known whether the message arrived."
        case RetryAfter(seconds, code) if seconds is not None and code == FILE_HELD:
            retry_in_s, counts = seconds, False
            words = "A file is being checked for viruses. The message is sent when that is done."
        case RetryAfter(seconds, code) if seconds is not None and code == FILE_WAITING:
            retry_in_s, counts = seconds, False
            words = "Its file can't be read at the moment. It is tried again by itself."
        case RetryAfter(seconds, code) if seconds is not None:
            # There, and it says when: throttling is no fault that a message could be given up for.
            retry_in_s, counts = max(seconds, FIRST_BACK_OFF_S), False
            words = "The provider is busy. It is tried again when it says so."
        case RetryAfter(_, code) if waited >= GIVE_UP_AFTER:
            status, dead = DeliveryStatus.FAILED, True
            words = "The provider could not be reached for a day."
        case RetryAfter(_, code):
            retry_in_s = _back_off_s(dispatch.attempts, waited)
            words = "The provider is busy or away. It is tried again by itself."
        case AccountBroken(code, words):
            retry_in_s, counts = BROKEN_PAUSE.total_seconds(), False
    return Settlement(
        dispatch=dispatch,
        status=status,
        external_id=external_id,
        error_code=code,
        error_message=words,
        retry_in_s=retry_in_s,
        counts=counts,
        refused=refused,
        dead=dead,
        part=part,
        log=entries,
    )
