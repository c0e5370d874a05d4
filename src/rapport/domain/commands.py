"""What can be asked of a task. Who asks is part of the command; when is part of the situation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rapport.domain.menu import Menu, Said
from rapport.domain.task import LegOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A request to change a task; `epoch`, where given, must be the task's."""

    asks_silence: ClassVar[bool] = False
    """Whether its rule looks at since when the customer has been silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByAgent(Command):
    """A command of an agent who must have a part in the task."""

    agent_id: int
    epoch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BySupervisor(Command):
    """A command of a supervisor, who needs no part in the task."""

    supervisor_id: int
    epoch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTask(Command):
    """Routing presents the task to one agent."""

    agent_id: int
    leg_id: int
    origin: LegOrigin = LegOrigin.ROUTED


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTask(ByAgent):
    """An agent assigns a waiting task to themselves."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(ByAgent):
    """The agent takes what rings, as owner or into a conference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOffer(Command):
    """The offer's time is over: redirection on no answer."""

    offer_id: int
    """The leg that rings."""
    new_leg_id: int
    """For the offer back to the sender, should the policy want one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer(Command):
    """The offer is taken back without the agent's fault: no RONA, and it waits again."""

    offer_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToQueue(ByAgent):
    """The owner hands the task to a queue."""

    queue_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToAgent(ByAgent):
    """The owner hands the task to another agent, who must accept."""

    target_id: int
    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestConference(ByAgent):
    """The owner asks another agent in."""

    target_id: int
    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelConference(ByAgent):
    """The owner takes the conference request back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitConference(ByAgent):
    """The invited agent leaves; the conversation goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveInvited(ByAgent):
    """The owner removes the invited agent and goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndConference(ByAgent):
    """The owner ends the conversation for all; `consent` as when ending it alone."""

    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTask(ByAgent):
    """The owner ends the conversation; `consent` where the channel asks for the customer's."""

    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitWrapUp(ByAgent):
    """The agent gives the reasons and is done."""

    reason_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitWrapUpByTimer(Command):
    """The wrap-up's countdown is over: the default reason is submitted."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWrapUpTimer(ByAgent):
    """The agent stops the countdown, where the profile allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkTask(ByAgent):
    """The owner puts the task aside until a time or the customer's next message."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeTask(ByAgent):
    """The owner takes a parked task up again."""

    asks_silence: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableChange:
    """A variable as it is to be, and as the agent saw it; empty for none."""

    name: str
    was: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditVariables(ByAgent):
    """The agent corrects variables of the task."""

    changes: tuple[VariableChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUpTo(ByAgent):
    """The agent has read the thread up to here."""

    seq: int
    inbound_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAsCustomer(Command):
    """The customer ends the conversation or has gone from the waiting line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAsCustomer(Command):
    """The customer wrote after leaving, before the agent's End."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline(Command):
    """The task's `due_at` has passed: widen, overflow, remind, close or requeue."""

    asks_silence: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOwnerGone(Command):
    """The owner's desktop has gone: the grace time begins."""

    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOwnerBack(Command):
    """The owner has signed in again within the grace time."""

    asks_silence: ClassVar[bool] = True
    agent_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAgentSpoke(Command):
    """An agent's message went out: the customer's silence counts from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTakenBack(Command):
    """An agent has taken a message back before it left, and it is the customer who waits again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCustomerSpoke(Command):
    """The customer wrote: nobody is silent, reminders start anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearAnswer(Command):
    """The customer wrote while the entry point's question is open; None where nobody asks it."""

    menu: Menu | None
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class OverflowTask(Command):
    """More wait in a queue than it may hold; nothing if the task has left that queue since."""

    queue_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTask(BySupervisor):
    """A supervisor joins the conversation beside its owner, without being asked."""

    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(BySupervisor):
    """A supervisor owns the conversation from now on; the former owner wraps up."""

    asks_silence: ClassVar[bool] = True
    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(BySupervisor):
    """A supervisor gives the task to another agent, who must accept."""

    target_id: int
    leg_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Requeue(BySupervisor):
    """A supervisor lets the task wait again, in its own queue where none is named."""

    queue_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritise(BySupervisor):
    """A supervisor changes the task's priority, 1 (most urgent) to 9."""

    priority: int
