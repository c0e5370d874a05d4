"""What administrators set and the rules obey: a queue's and an account's policies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rapport.domain.channel import CAPABILITIES, Capabilities, ChannelKind, ChannelType
from rapport.domain.hours import Hours


class UnansweredTransfer(StrEnum):
    """What becomes of a task whose transfer to an agent was not accepted (T5)."""

    DROP = "drop"
    RETURN_TO_SENDER = "return_to_sender"
    REQUEUE = "requeue"


class GonePolicy(StrEnum):
    """What becomes of active tasks whose agent's desktop has gone (T10)."""

    KEEP = "keep"
    REQUEUE = "requeue"


class HoursClose(StrEnum):
    """What becomes of waiting tasks when the queue's hours close (T9)."""

    KEEP = "keep"
    CLOSE = "close"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Widening:
    """From this waiting time on, these teams are asked too; all groups so far count."""

    after: timedelta
    team_ids: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """From this waiting time on, every required skill level is lower by `lower_by`."""

    after: timedelta
    lower_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """Where a task goes that waits too long, or when too many wait."""

    queue_id: int
    after: timedelta | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Reminders to a silent customer, at most three, then the end (T11)."""

    reminders: tuple[tuple[timedelta, str], ...] = ()
    close_after: timedelta | None = None
    close_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicy:
    """The rules of one queue."""

    id: int
    name: str = ""
    offer_timeout: timedelta = timedelta(seconds=30)
    offer_timeouts: tuple[tuple[ChannelKind, timedelta], ...] = ()
    transfer_from: frozenset[int] = frozenset()
    """Teams whose agents may transfer to it; empty for everybody."""
    unanswered_transfer: UnansweredTransfer = UnansweredTransfer.DROP
    reason_required: bool = True
    auto_wrap_up: timedelta | None = None
    auto_wrap_up_cancellable: bool = True
    default_reason_id: int | None = None
    reason_ids: frozenset[int] | None = None
    groups: tuple[Widening, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    overflow: Overflow | None = None
    time_out: timedelta | None = None
    """How long a customer waits at most, overflow from other queues included."""
    hours: Hours | None = None
    when_hours_close: HoursClose = HoursClose.KEEP
    closed_text: str | None = None
    alert_after: timedelta = timedelta(minutes=10)
    last_agent_wait: timedelta = timedelta(0)
    silence: Silence = Silence()
    gone: GonePolicy = GonePolicy.KEEP
    gone_grace: timedelta = timedelta(minutes=5)
    priority_step: timedelta = timedelta(seconds=60)
    rona_per_channel: bool = False
    self_assign: bool = False
    outbound: bool = False
    """Whether its agents may start conversations on its behalf."""
    editable_variables: frozenset[str] = frozenset()
    """Variables of the task that agents may correct or add by hand."""
    agents: frozenset[int] = frozenset()
    """Those it names besides its groups."""

    def serves(self, agent_id: int, teams: frozenset[int]) -> bool:
        """Whether it is this agent's queue, now or once it widens; without names everybody's."""
        named = frozenset(team for group in self.groups for team in group.team_ids)
        everybody = not named and not self.agents
        return everybody or agent_id in self.agents or not named.isdisjoint(teams)

    def takes_transfers_from(self, teams: frozenset[int]) -> bool:
        """Whether an agent of these teams may transfer to it."""
        return not self.transfer_from or not self.transfer_from.isdisjoint(teams)

    def timeout_for(self, kind: ChannelKind) -> timedelta:
        """How long an offer rings, per channel kind where set."""
        return dict(self.offer_timeouts).get(kind, self.offer_timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """Which files may go in one direction; sizes in bytes, types by content."""

    enabled: bool = True
    max_bytes: int = 10_000_000
    max_total_bytes: int = 100_000_000
    """Of all files of a message together."""
    max_count: int = 20
    types: frozenset[str] | None = None
    """None: every type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPolicy:
    """The rules and customer texts of one channel account. An absent text is not sent."""

    id: int
    channel: ChannelType
    capabilities: Capabilities
    dropped_text: str | None = None
    files_from_customers: FileLimits = FileLimits()
    files_from_agents: FileLimits = FileLimits()
    closed_text: str | None = None
    """Said to who still waits when the hours close, unless the queue has its own."""
    ask_to_end_text: str = "Is there anything else, or may we end this conversation?"
    joined_text: str | None = None
    left_text: str | None = None
    abandon_after: timedelta = timedelta(seconds=60)
    silence: Silence | None = None
    """Instead of the queue's, where the channel has its own."""
    window: timedelta | None = None
    """How long after the customer's last message free text may be sent; None: always."""


def account_policy(account_id: int, channel: ChannelType) -> AccountPolicy:
    """A channel's defaults."""
    capabilities = CAPABILITIES[channel]
    return AccountPolicy(
        id=account_id,
        channel=channel,
        capabilities=capabilities,
        window=None if capabilities.window_s is None else timedelta(seconds=capabilities.window_s),
    )
