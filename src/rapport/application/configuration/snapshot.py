"""The configuration as rules and views read it: one immutable snapshot per version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from rapport.application.configuration.integration import WebhookSpec
from rapport.application.configuration.menus import menu_of
from rapport.application.configuration.spec import Spec
from rapport.application.configuration.specs import (
    SPECS,
    AccountSpec,
    EntryPointSpec,
    HoursSpec,
    IdleCodeSpec,
    ProfileSpec,
    QueueSpec,
    ReasonSpec,
    RoleSpec,
    SettingsSpec,
    SilenceSpec,
    TeamSpec,
    UserSpec,
)
from rapport.application.configuration.writing import RuleSpec, TemplateSpec, WorkflowSpec
from rapport.domain.channel import CAPABILITIES, KINDS, Capabilities, ChannelType
from rapport.domain.hours import Hours
from rapport.domain.menu import Menu
from rapport.domain.policy import (
    AccountPolicy,
    Overflow,
    QueuePolicy,
    Relaxation,
    Silence,
    Widening,
)
from rapport.domain.rights import BUILT_IN, Right
from rapport.domain.sensitive import Watch
from rapport.routing.rules import QueueRule, Strategy

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Item:
    """One configured thing as stored."""

    id: int
    kind: str
    name: str
    spec: Spec
    version: int
    secrets: bytes | None = None


@dataclass(frozen=True)
class Configuration:
    """Everything administrators set, at one version."""

    version: int
    items: Mapping[int, Item]
    by_kind: Mapping[str, tuple[Item, ...]] = field(repr=False)
    linked: bool = False
    """Whether customers can be sent links: the server knows its own public address."""

    @classmethod
    def of(cls, version: int, items: Iterable[Item]) -> Configuration:
        """From stored rows."""
        known = {item.id: item for item in items}
        by_kind: dict[str, tuple[Item, ...]] = {
            kind: tuple(sorted((i for i in known.values() if i.kind == kind), key=lambda i: i.id))
            for kind in SPECS
        }
        return cls(version, known, by_kind)

    @cached_property
    def settings(self) -> SettingsSpec:
        """The installation's settings."""
        for item in self.by_kind["settings"]:
            if isinstance(item.spec, SettingsSpec):
                return item.spec
        return SettingsSpec()

    @cached_property
    def watch(self) -> Watch | None:
        """What is looked for in messages; None where nothing is."""
        privacy = self.settings.privacy
        if privacy.action == "off":
            return None
        return Watch(
            cards=privacy.cards,
            ibans=privacy.ibans,
            national_ids=privacy.national_ids,
            health_terms=tuple(privacy.health_terms),
            health_ids=tuple(privacy.health_ids),
        )

    @cached_property
    def users(self) -> Mapping[int, UserSpec]:
        """People by id."""
        return {i.id: i.spec for i in self.by_kind["users"] if isinstance(i.spec, UserSpec)}

    @cached_property
    def roles(self) -> Mapping[int, RoleSpec]:
        """Roles that administrators have made, by id."""
        return {i.id: i.spec for i in self.by_kind["roles"] if isinstance(i.spec, RoleSpec)}

    def _parts(self, user: UserSpec, leaving_out: str = "") -> list[frozenset[str]]:
        """What each of a person's roles grants."""
        return [
            *(BUILT_IN[role] for role in user.roles if role != leaving_out),
            *(frozenset(self.roles[i].rights) for i in user.custom_roles if i in self.roles),
        ]

    @cached_property
    def _grants(self) -> Mapping[int, frozenset[str]]:
        return {i: frozenset().union(*self._parts(user)) for i, user in self.users.items()}

    def grants(self, user_id: int) -> frozenset[str]:
        """What a person may do, by their roles."""
        return self._grants.get(user_id, frozenset())

    def works(self, user_id: int) -> bool:
        """Whether a person has an agent desktop and may use it."""
        user = self.users.get(user_id)
        return user is not None and user.active and Right.DESK in self.grants(user_id)

    def sees_addresses(self, user_id: int) -> bool:
        """Whether a person may see how customers can be reached."""
        return Right.ADDRESSES in self.grants(user_id)

    def needs_second_factor(self, user_id: int) -> bool:
        """Whether a role of this person requires a second factor."""
        user = self.users.get(user_id)
        if user is None:
            return False
        own = (self.roles[i] for i in user.custom_roles if i in self.roles)
        built_in = set(self.settings.password.second_factor_for)
        return bool(built_in & set(user.roles)) or any(role.second_factor for role in own)

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Addresses that belong to no customer: those of accounts and of our people."""
        found = {user.email for user in self.users.values()}
        found |= {user.login for user in self.users.values()}
        for account in self.account_specs.values():
            found |= {account.address, *account.settings.get("own_addresses", ())}
        return frozenset(one.casefold() for one in found if one)

    @cached_property
    def supervisors(self) -> frozenset[int]:
        """Users who have the desk and the floor, whichever of their roles that comes from.

        An administrator's rights for the floor make no supervisor of an agent.
        """
        both = {Right.DESK, Right.FLOOR}
        return frozenset(
            i
            for i, user in self.users.items()
            if both <= frozenset().union(*self._parts(user, "administrator"))
        )

    @cached_property
    def agents(self) -> frozenset[int]:
        """Users with the role of an agent: one that has the desk and not the floor."""
        return frozenset(
            i
            for i, user in self.users.items()
            if any(Right.DESK in part and Right.FLOOR not in part for part in self._parts(user))
        )

    @cached_property
    def only_supervisors(self) -> frozenset[int]:
        """Supervisors who are no agents."""
        return self.supervisors - self.agents

    @cached_property
    def teams_of(self) -> Mapping[int, frozenset[int]]:
        """Each person's teams."""
        return {i: frozenset(user.teams) for i, user in self.users.items()}

    @cached_property
    def skills_of(self) -> Mapping[int, Mapping[int, int]]:
        """Each person's skills with their levels."""
        return {
            i: {level.skill: level.level for level in user.skills} for i, user in self.users.items()
        }

    @cached_property
    def queue_specs(self) -> Mapping[int, QueueSpec]:
        """Queues as written."""
        return {i.id: i.spec for i in self.by_kind["queues"] if isinstance(i.spec, QueueSpec)}

    @cached_property
    def queues(self) -> Mapping[int, QueuePolicy]:
        """Queues as the rules read them."""
        return {i: self._queue_policy(i, spec) for i, spec in self.queue_specs.items()}

    @cached_property
    def queue_rules(self) -> Mapping[int, QueueRule]:
        """Queues as routing reads them."""
        return {
            i: QueueRule(
                id=i,
                strategy=Strategy(spec.strategy),
                groups=tuple(
                    (timedelta(seconds=g.after_s), frozenset(g.teams)) for g in spec.groups
                ),
                agents=tuple(spec.agents),
                relaxations=tuple(
                    (timedelta(seconds=r.after_s), r.lower_by) for r in spec.relaxations
                ),
                last_agent_wait=timedelta(seconds=spec.last_agent_s),
            )
            for i, spec in self.queue_specs.items()
        }

    @cached_property
    def account_specs(self) -> Mapping[int, AccountSpec]:
        """Channel accounts as written."""
        return {i.id: i.spec for i in self.by_kind["accounts"] if isinstance(i.spec, AccountSpec)}

    @cached_property
    def accounts(self) -> Mapping[int, AccountPolicy]:
        """Channel accounts as the rules read them."""
        return {
            i: AccountPolicy(
                id=i,
                channel=spec.channel,
                capabilities=self._capabilities(spec),
                dropped_text=spec.dropped_text,
                files_from_customers=spec.files.customers(self.settings.files).limits(),
                files_from_agents=spec.files.agents(self.settings.files).limits(),
                closed_text=self.entry_points[i].closed_text if i in self.entry_points else None,
                ask_to_end_text=spec.ask_to_end_text,
                joined_text=spec.joined_text,
                left_text=spec.left_text,
                window=self._window(spec),
                abandon_after=timedelta(seconds=spec.abandon_after_s),
                silence=None if spec.silence is None else _silence(spec.silence),
            )
            for i, spec in self.account_specs.items()
        }

    @cached_property
    def sites(self) -> Mapping[str, int]:
        """WebChat accounts by their site key."""
        return {
            spec.webchat.site_key: i
            for i, spec in self.account_specs.items()
            if spec.webchat is not None and spec.active
        }

    @cached_property
    def menus(self) -> Mapping[int, Menu]:
        """What is asked before a conversation is queued, by account."""
        found = {i: menu_of(entry, self.queue_specs) for i, entry in self.entry_points.items()}
        return {i: menu for i, menu in found.items() if menu is not None}

    @cached_property
    def entry_points(self) -> Mapping[int, EntryPointSpec]:
        """The entry point of each account."""
        return {
            i.spec.account: i.spec
            for i in self.by_kind["entry_points"]
            if isinstance(i.spec, EntryPointSpec)
        }

    @cached_property
    def reasons(self) -> Mapping[int, ReasonSpec]:
        """Wrap-up reasons by id."""
        return {i.id: i.spec for i in self.by_kind["reasons"] if isinstance(i.spec, ReasonSpec)}

    @cached_property
    def templates(self) -> Mapping[int, TemplateSpec]:
        """Templates by id."""
        return {i.id: i.spec for i in self.by_kind["templates"] if isinstance(i.spec, TemplateSpec)}

    @cached_property
    def workflows(self) -> Mapping[int, WorkflowSpec]:
        """Workflows by id."""
        return {i.id: i.spec for i in self.by_kind["workflows"] if isinstance(i.spec, WorkflowSpec)}

    @cached_property
    def rules(self) -> Mapping[int, RuleSpec]:
        """Rules that are in force, by id, in order of creation."""
        found = {i.id: i.spec for i in self.by_kind["rules"] if isinstance(i.spec, RuleSpec)}
        return {rule_id: found[rule_id] for rule_id in sorted(found) if found[rule_id].active}

    @cached_property
    def webhooks(self) -> Mapping[int, WebhookSpec]:
        """Endpoints by id, also those that are switched off."""
        return {i.id: i.spec for i in self.by_kind["webhooks"] if isinstance(i.spec, WebhookSpec)}

    @cached_property
    def default_idle_code(self) -> int | None:
        """The idle code that signing in gives."""
        codes = self.by_kind["idle_codes"]
        for item in codes:
            if isinstance(item.spec, IdleCodeSpec) and item.spec.default:
                return item.id
        return codes[0].id if codes else None

    def name(self, item_id: int | None) -> str | None:
        """The name of a configured thing."""
        item = self.items.get(item_id) if item_id is not None else None
        return item.name if item is not None else None

    def profile(self, user_id: int) -> ProfileSpec:
        """A user's multimedia profile."""
        user = self.users.get(user_id)
        item = self.items.get(user.profile) if user and user.profile is not None else None
        return item.spec if item and isinstance(item.spec, ProfileSpec) else ProfileSpec()

    def capacity(self, user_id: int) -> tuple[int, ...]:
        """Capacity per channel kind, in the order of the arrays."""
        profile = self.profile(user_id)
        return tuple(int(getattr(profile, kind.value)) for kind in KINDS)

    def is_open(self, hours_id: int | None, now: datetime) -> bool:
        """Whether these business hours are open now; no hours means always."""
        hours = self.hours(hours_id)
        return hours is None or hours.open_at(now)

    def hours(self, hours_id: int | None) -> Hours | None:
        """Business hours as the rules read them; None means always open."""
        item = self.items.get(hours_id) if hours_id is not None else None
        if item is None or not isinstance(item.spec, HoursSpec):
            return None
        return hours_of(item.spec)

    def transferable_queues(self, channel: ChannelType, now: datetime) -> frozenset[int]:
        """Queues that serve the channel and are open."""
        return frozenset(
            i
            for i, spec in self.queue_specs.items()
            if channel in spec.channels and self.is_open(spec.hours, now)
        )

    def findable_queues(self, user_id: int) -> tuple[int, ...]:
        """Queues whose conversations a person may find without a part in them."""
        mine = self.teams_of.get(user_id, frozenset())
        finders = {
            i.id
            for i in self.by_kind["teams"]
            if i.id in mine and isinstance(i.spec, TeamSpec) and i.spec.finds == "queues"
        }
        return tuple(
            i
            for i, queue in self.queues.items()
            if finders and queue.serves(user_id, frozenset(finders))
        )

    def takeable_queues(self, user_id: int) -> tuple[int, ...]:
        """Queues from which a person may take waiting conversations by hand."""
        teams, supervises = self.teams_of.get(user_id, frozenset()), user_id in self.supervisors
        return tuple(
            i
            for i, queue in self.queues.items()
            if queue.self_assign and (supervises or queue.serves(user_id, teams))
        )

    def teams(self) -> list[tuple[int, str]]:
        """Teams by id and name."""
        return [(i.id, i.name) for i in self.by_kind["teams"] if isinstance(i.spec, TeamSpec)]

    def _window(self, spec: AccountSpec) -> timedelta | None:
        capabilities = CAPABILITIES[spec.channel]
        seconds = capabilities.window_s
        if spec.answers_late and capabilities.longer_window_s is not None:
            seconds = capabilities.longer_window_s
        return _optional(seconds)

    def _capabilities(self, spec: AccountSpec) -> Capabilities:
        base = CAPABILITIES[spec.channel]
        return base if spec.composer_limit is None else base.with_limit(spec.composer_limit)

    def _queue_policy(self, queue_id: int, spec: QueueSpec) -> QueuePolicy:
        reasons = {
            i
            for i, reason in self.reasons.items()
            if reason.queues is None or queue_id in reason.queues
        }
        defaults = [i for i in sorted(reasons) if self.reasons[i].default]
        return QueuePolicy(
            id=queue_id,
            name=self.items[queue_id].name,
            offer_timeout=timedelta(seconds=spec.offer_s),
            offer_timeouts=tuple(
                (kind, timedelta(seconds=s)) for kind, s in spec.offer_s_by_kind.items()
            ),
            unanswered_transfer=spec.unanswered_transfer,
            reason_required=spec.reason_required and bool(reasons),
            auto_wrap_up=_optional(spec.auto_wrap_up_s),
            auto_wrap_up_cancellable=spec.auto_wrap_up_cancellable,
            default_reason_id=defaults[0] if defaults else None,
            reason_ids=frozenset(reasons),
            groups=tuple(
                Widening(after=timedelta(seconds=g.after_s), team_ids=frozenset(g.teams))
                for g in spec.groups
            ),
            relaxations=tuple(
                Relaxation(after=timedelta(seconds=r.after_s), lower_by=r.lower_by)
                for r in spec.relaxations
            ),
            overflow=None
            if spec.overflow is None
            else Overflow(
                queue_id=spec.overflow.queue,
                after=_optional(spec.overflow.after_s),
                length=spec.overflow.length,
            ),
            time_out=_optional(spec.time_out_s),
            hours=self.hours(spec.hours),
            when_hours_close=spec.when_hours_close,
            closed_text=spec.closed_text,
            alert_after=timedelta(seconds=spec.alert_after_s),
            last_agent_wait=timedelta(seconds=spec.last_agent_s),
            silence=_silence(spec.silence),
            transfer_from=frozenset(spec.transfer_from_teams),
            gone=spec.when_agent_gone,
            gone_grace=timedelta(seconds=spec.gone_grace_s),
            priority_step=timedelta(seconds=spec.priority_step_s),
            rona_per_channel=spec.rona_per_channel,
            self_assign=spec.self_assign,
            outbound=spec.outbound,
            agents=frozenset(spec.agents),
            editable_variables=frozenset(spec.editable_variables),
        )


def hours_open(hours: HoursSpec, now: datetime) -> bool:
    """Whether a moment lies within the weekly hours and on no holiday, in the zone's time."""
    return hours_of(hours).open_at(now)


def hours_of(spec: HoursSpec) -> Hours:
    """Business hours as the rules read them."""
    days = (getattr(spec, day) for day in WEEKDAYS)
    return Hours(
        zone=ZoneInfo(spec.time_zone),
        week=tuple(tuple((shift.opens, shift.closes) for shift in day) for day in days),
        holidays=frozenset(spec.holidays),
    )


def _silence(spec: SilenceSpec) -> Silence:
    return Silence(
        reminders=tuple((timedelta(seconds=r.after_s), r.text) for r in spec.reminders),
        close_after=_optional(spec.close_after_s),
    )


def _optional(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
