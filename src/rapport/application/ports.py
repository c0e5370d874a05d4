"""What use cases need from the outside, as Protocols; storage implements them.

A transaction locks in one order for everybody: conversation, task, leg, agent, outbox lane,
message; ids ascending within a class. That order is why use cases do not deadlock.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from rapport.application.configuration.snapshot import Configuration
from rapport.domain.agent import Agent
from rapport.domain.message import (
    Addressee,
    Attachment,
    Contact,
    Conversation,
    DeliveryStatus,
    InboundMedia,
    Message,
)
from rapport.domain.policy import FileLimits
from rapport.domain.sending import RefusedRecipient
from rapport.domain.survey import OpenSurvey, Rating
from rapport.domain.task import Task
from rapport.domain.workflows import Run
from rapport.routing.engine import FreeAgent, WaitingTask

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One row of the event log: what happened, whom it concerns, what changed (absolute)."""

    kind: str
    at: datetime
    conversation_id: int | None = None
    task_id: int | None = None
    agent_id: int | None = None
    queue_id: int | None = None
    audience: tuple[str, ...] = ()
    customer: bool = False
    facts: Mapping[str, Any] | None = None
    entities: Mapping[str, Any] | None = None


Logged = tuple[str, datetime, int | None, Sequence[str], bool, str | None]
"""An event as it stands in the log: kind, time, conversation, audience, whether the customer has
it too, and its entities as JSON."""


@dataclass(slots=True)
class Changes:
    """Everything one transaction writes; plural, so that batches cost no more round trips."""

    conversations: list[Conversation] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    new_task_ids: set[int] = field(default_factory=set)
    agents: list[Agent] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)
    jobs: list[Message] = field(default_factory=list)
    """Outbound messages that leave through the outbox."""
    held: dict[int, float] = field(default_factory=dict)
    """Seconds for which a job's message, by its id, can still be taken back."""
    amended: dict[int, Message] = field(default_factory=dict)
    """Stored messages that a customer's reaction, edit or deletion has changed, by id."""
    media: list[tuple[int, Conversation, InboundMedia]] = field(default_factory=list)
    """Files still at the provider: (attachment's id, conversation, where it is)."""
    surveys: list[tuple[int, OpenSurvey]] = field(default_factory=list)
    """Questions that were asked, with their conversation's id."""
    ratings: list[Rating] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    """Workflows that rules have started by what a customer did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation with one of its tasks and its contact, read under lock."""

    conversation: Conversation
    task: Task
    contact: Contact
    last_message: Message | None
    """The task's newest message that is not an announcement."""


class Transaction(Protocol):
    """One database transaction; commits when its context ends without an exception."""

    async def cases(self, task_ids: Iterable[int]) -> dict[int, Case]:
        """Lock conversations, then tasks, then legs. Unknown ids are left out."""

    async def case_of_conversation(self, conversation_id: int) -> Case | None:
        """Lock a conversation with its newest task."""

    async def conversation_with(
        self, whom: Addressee, ids: Sequence[int], now: datetime
    ) -> tuple[Conversation, Contact]:
        """Lock the conversation with somebody, made with what is missing; `ids` are two new ones.

        Whoever starts one with the same address waits here.
        """

    async def conversation(self, conversation_id: int) -> tuple[Conversation, Contact] | None:
        """Lock a conversation, whatever became of its tasks."""

    async def open_task_with(self, account_id: int, contact_id: int) -> tuple[int, int] | None:
        """A task that has not ended with this contact on the account, and its conversation."""

    async def take_files(
        self, conversation_id: int, agent_id: int, ids: Sequence[int]
    ) -> tuple[Attachment, ...]:
        """Files that the agent uploaded before there was a conversation: they are its own now.

        In the order asked; unknown ids, and those of others, left out.
        """

    async def writes_to(self, conversation_id: int, addresses: Sequence[str]) -> None:
        """Whom a mail goes to may answer in its thread."""

    async def agents(self, agent_ids: Iterable[int]) -> dict[int, Agent]:
        """Lock agents; after the cases."""

    async def ringing_tasks(self, agent_ids: Iterable[int]) -> set[int]:
        """Tasks in which these agents have an offer, without locking."""

    async def held_tasks(self, agent_id: int) -> set[int]:
        """Tasks in which the agent has an active leg, without locking."""

    async def inbound_seq_at(self, conversation_id: int, seq: int) -> tuple[int, int]:
        """Clip a read position to the thread: (seq, inbound messages up to it)."""

    async def attachments(self, conversation_id: int, ids: Sequence[int]) -> tuple[Attachment, ...]:
        """Uploaded files of this conversation, in the order asked; unknown ids left out."""

    async def message_by_client_id(self, conversation_id: int, client_id: str) -> Message | None:
        """The message sent with this key, if it was."""

    async def message(self, message_id: int) -> Message | None:
        """Lock one message; after everything else."""

    async def newest_inbound_seq(self, conversation_id: int) -> int:
        """Where the customer's newest message is; 0 without one. A program's answer is none."""

    async def take_from_outbox(self, conversation_id: int, message_id: int) -> bool:
        """Remove a message's job, if it is not being sent; before the message is locked."""

    async def wake_outbox(self, conversation_id: int) -> bool:
        """Make what waits in a conversation due now; False if nothing waits.

        What can still be taken back stays until then, and answers False, too.
        """

    async def unanswered_since(
        self, conversation_id: int, now: datetime, *, without: int | None = None
    ) -> datetime | None:
        """When something last reached the customer, if an agent has spoken since they last wrote.

        What has failed has not; of what still waits to be sent it is now at the earliest.

        Args:
            without: A message that does not count.
        """

    async def queue_length(self, queue_id: int) -> int:
        """How many tasks wait in a queue."""

    async def locked_run(self, run_id: int) -> Run | None:
        """Lock a workflow's run; after its case."""

    async def keep_run(self, run: Run) -> None:
        """Write a run as it is now; one that is running is due at once."""

    async def save(self, changes: Changes) -> None:
        """Write everything; visible on commit, at one stream position."""

    async def recall(self, user_id: int, key: str) -> tuple[str, int, str] | None:
        """Fingerprint, status and answer remembered under an idempotency key."""

    async def remember(
        self, user_id: int, key: str, fingerprint: str, status: int, answer: str, now: datetime
    ) -> None:
        """Keep an answer under an idempotency key, in this transaction."""


class Store(Protocol):
    """The database, as use cases see it."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run work in a transaction; again if it lost a race for locks.

        Raises:
            Unavailable: the database could not be reached.
        """

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids, ascending, unique over all tables."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A decision with what the offer needs: a new leg and its time.

    `circular` queues note whom they asked last.
    """

    task_id: int
    epoch: int
    agent_id: int
    leg_id: int
    expires_at: datetime
    circular: bool = False


class OfferBoard(Protocol):
    """The waiting line and the free agents, as routing sees and claims them."""

    async def waiting(self, per_bucket: int) -> list[WaitingTask]:
        """The first tasks of every bucket, in order of rank; a bounded read."""

    async def free_agents(self, *, if_waiting: bool = False) -> list[FreeAgent]:
        """Agents who accept work and have room, longest ready first; without teams and skills.

        Args:
            if_waiting: Nobody, where no task waits.
        """

    async def last_served(self) -> dict[int, int]:
        """The agent that each queue offered to last."""

    async def claim(self, claims: Sequence[Claim], now: datetime) -> set[int]:
        """Make offers of those still possible, atomically; returns the tasks offered."""


@dataclass(frozen=True, slots=True)
class DueLeg:
    """A leg whose deadline has passed."""

    task_id: int
    leg_id: int
    offered: bool


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A job claimed for sending now; `token` fences it against a later claim."""

    job_id: int
    lane_id: int
    token: int
    account_id: int
    attempts: int
    queued_at: datetime
    """Since when it waits; for a message that is sent again, since then."""
    message: Message
    contact_key: str
    phone: str | None = None
    email: str | None = None
    overtaken: bool = False
    """The customer wrote again while the message could still be taken back (M5)."""
    opted_out: bool = False
    """The customer has opted out of our messages; also those that waited then."""
    last_inbound_at: datetime | None = None
    reply_to: str | None = None
    """External id of the message that this one answers."""
    file_keys: Mapping[int, str] = field(default_factory=dict)
    """Where the bytes of its files are, by attachment."""
    file_held: bool = False
    """One of its files waits for the virus scanner."""
    parts_sent: Mapping[int, str | None] = field(default_factory=dict)
    """External ids of its parts that have gone out in an earlier attempt, by number."""
    slot_in_s: float = 0.0
    """When it may leave, from now; negative where that has passed already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a dispatch. Without a `status` it is tried again after `retry_in_s`."""

    dispatch: Dispatch
    status: DeliveryStatus | None = None
    external_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    retry_in_s: float = 0.0
    counts: bool = True
    """Whether it was one of the attempts after which a message is given up."""
    refused: tuple[RefusedRecipient, ...] = ()
    """Of a message that was sent: those who don't get it."""
    dead: bool = False
    """Given up after too many attempts: kept in the dead letters."""
    part: int | None = None
    """The number of the last part, for a message of several."""
    log: tuple[bytes, ...] = ()
    """What was asked of the provider and answered, redacted, for the channel log."""


class Outbox(Protocol):
    """Messages on their way out: lanes keep order, accounts keep their rate (MECHANISMS §4)."""

    async def claim(self, account_id: int, per_second: float, limit: int) -> list[Dispatch]:
        """Lease lanes that are due, as many as the account's pace allows soon; with slots."""

    async def slot(self, account_id: int) -> float:
        """A further moment at which something may leave on the account: seconds from now."""

    async def fall_behind(self, account_id: int, seconds: float) -> None:
        """Move the account's slots that are yet to be given: a message went out late."""

    async def part_sent(self, dispatch: Dispatch, number: int, external_id: str | None) -> bool:
        """Record that a part has gone out and hold the lane longer; False if it was lost."""

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Record outcomes; whatever a later claim has fenced off changes nothing."""

    async def expired(self) -> list[Dispatch]:
        """Dispatches whose lease ran out: their outcome is unknown."""

    async def pause(self, account_id: int, reason: str, until: datetime) -> None:
        """Send nothing more on the account until then."""

    async def resume(self, account_id: int) -> None:
        """Send again on the account, at once."""


class FileGone(Exception):  # noqa: N818 - names the situation
    """A customer's file can't be had any more; the code is shown in its place."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaJob:
    """A customer's file that is still at the provider."""

    attachment_id: int
    message_id: int
    account_id: int
    media: InboundMedia
    attempts: int


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the file store, typed by its content."""

    key: str
    size: int
    media_type: str
    filename: str
    held: bool = False
    """The virus scanner was away: nobody may open it yet."""


class MediaBoard(Protocol):
    """Customers' files that are still to be fetched."""

    async def claim(self, limit: int, lease_s: float) -> list[MediaJob]:
        """Files that are due, leased."""

    async def attach(
        self, job: MediaJob, file: KeptFile, limits: FileLimits, now: datetime
    ) -> bool:
        """The file is here: its message shows it.

        False where nothing refers to it: it and the message's other files are too large together,
        which the message shows; or the message has gone.
        """

    async def give_up(self, job: MediaJob, code: str, message: str, now: datetime) -> None:
        """The file isn't to be had: its message says why."""

    async def later(self, job: MediaJob, seconds: float, *, counted: bool = True) -> None:
        """Try again then; one that is not counted says nothing about the file's provider."""


class RunBoard(Protocol):
    """Workflows that were started and have no answer yet."""

    async def claim(self, limit: int, lease_s: float) -> list[Run]:
        """Runs that are due, leased; one whose worker has gone comes again."""

    async def later(self, run: Run, seconds: float) -> None:
        """Another attempt then, unless somebody else has the run by now."""


class DueBoard(Protocol):
    """What is due, by the deadlines in the rows; picks only, locks nothing."""

    async def legs(self, now: datetime) -> list[DueLeg]:
        """Offers to expire and wrap-ups to submit."""

    async def tasks(self, now: datetime) -> list[int]:
        """Tasks whose own deadline has passed."""

    async def abandoned(self, now: datetime) -> list[tuple[int, int, datetime]]:
        """Waiting tasks whose customer's page has gone: (task, account, since)."""

    async def agents_unseen_since(self, moment: datetime) -> list[int]:
        """Agents not offline whose desktop was last seen before a moment."""

    async def overflowing(self, queue_id: int, length: int) -> list[int]:
        """Tasks that wait beyond the first `length` of a queue."""

    async def tidy(self, now: datetime) -> None:
        """Forget what has served its time: old answers to commands, early receipts, sessions."""

    async def mark_seen(self, agent_ids: list[int], now: datetime) -> None:
        """These agents' desktops are live."""


class Clock(Protocol):
    """The time, as a parameter."""

    def now(self) -> datetime:
        """The present moment in UTC."""


class ConfigurationSource(Protocol):
    """Where the present configuration is read from."""

    @property
    def current(self) -> Configuration:
        """The newest snapshot known to this process."""

    async def refresh(self) -> Configuration:
        """Read it again if another process has changed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What every use case is given."""

    store: Store
    clock: Clock
    configuration: ConfigurationSource
