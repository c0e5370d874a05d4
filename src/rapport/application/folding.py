"""Folding a batch's input into one conversation: thread, task and contact, without the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from rapport.application.announcements import announcement_for
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import EntryPointSpec
from rapport.application.facts import facts_of
from rapport.application.ports import Case, Changes, EventRecord
from rapport.application.privacy import FILE_REMOVED, SENSITIVE_FILE
from rapport.application.received import Received, Thread
from rapport.application.recording import message_audience, task_audience
from rapport.application.start_by_rules import start_by_rules
from rapport.application.views import contact_view, message_view, task_view
from rapport.domain import events as e
from rapport.domain.commands import HearAnswer, LeaveAsCustomer, NoteCustomerSpoke
from rapport.domain.decide import decide
from rapport.domain.evolve import evolve
from rapport.domain.message import (
    Announcement,
    Attachment,
    AuthorKind,
    Contact,
    DeliveryStatus,
    Direction,
    InboundMedia,
    InboundMessage,
    Message,
)
from rapport.domain.situation import Situation
from rapport.domain.survey import Rating
from rapport.domain.task import Task

_REFUSALS = {
    SENSITIVE_FILE: FILE_REMOVED,
    "too_many_files": "The message has more files than are taken here.",
}


class Folding:
    """One conversation's turn in a batch: what all kinds of input have in common."""

    def __init__(
        self,
        thread: Thread,
        configuration: Configuration,
        ids: Iterator[int],
        now: datetime,
        changes: Changes,
    ) -> None:
        self.thread = thread
        self.configuration = configuration
        self.ids = ids
        self.now = now
        self.changes = changes
        self.known = dict(thread.known)
        conversation = thread.conversation
        # Plain counters while folding: one new Conversation at the end, not one per message.
        self.seq = conversation.last_seq
        self.inbound_seq = conversation.inbound_seq
        self.task_id = conversation.task_id
        self.opted_out_at = conversation.opted_out_at
        self.survey = conversation.survey
        self._task_place: int | None = None

    def finish(self) -> None:
        """Record the conversation as it is after all messages, if it has changed."""
        before = self.thread.conversation
        if (
            self.seq == before.last_seq
            and self.task_id == before.task_id
            and self.opted_out_at == before.opted_out_at
        ):
            return
        self.changes.conversations.append(
            replace(
                before,
                last_seq=self.seq,
                inbound_seq=self.inbound_seq,
                task_id=self.task_id,
                customer_away_since=before.customer_away_since
                if self.task_id == before.task_id
                else None,
                last_message_at=self.now if self.seq > before.last_seq else before.last_message_at,
                last_inbound_at=self.now
                if self.inbound_seq > before.inbound_seq
                else before.last_inbound_at,
                opted_out_at=self.opted_out_at,
                survey=self.survey,
            )
        )

    def follow(self, command: NoteCustomerSpoke | LeaveAsCustomer | HearAnswer) -> None:
        """What a command that touches no agent does to the task."""
        task = self.thread.task
        assert task is not None  # noqa: S101 - asked for by the caller
        account = self.configuration.accounts[self.thread.conversation.account_id]
        situation = Situation(
            task=task,
            agents={},
            queues=self.configuration.queues,
            account=account,
            now=self.now,
        )
        events = decide(situation, command)
        for event in events:
            task = evolve(task, event, self.now)
            self.keep_task(task)
            line = announcement_for(event, account.capabilities)
            if line is not None:
                self.announce(*line)
            self.record(
                event.kind,
                task_audience(task),
                {"task": task_view(task)},
                customer=isinstance(event, e.CustomerReturned | e.CustomerLeft | e.TaskQueued),
                facts=facts_of(event),
            )
        if self.configuration.rules:
            conversation, contact = self.thread.conversation, self.thread.contact
            case = Case(conversation=conversation, task=task, contact=contact, last_message=None)
            self.changes.runs += start_by_rules(self, case, events, self.ids)

    def line(self, case: Case, announcement: Announcement) -> Case:
        """Add a system line for agents, as a recorder does."""
        self.announce(announcement, customer_sees=False)
        return case

    def keep_task(self, task: Task) -> None:
        """The newest state of the task is what gets written."""
        self.thread.task = task
        if self._task_place is None:
            self._task_place = len(self.changes.tasks)
            self.changes.tasks.append(task)
        else:
            self.changes.tasks[self._task_place] = task

    def learn_contact(self, message: InboundMessage) -> None:
        """What a message tells of the customer beside its text."""
        contact = self.thread.contact
        if _from_another(message, contact):
            return
        learned = contact.learned(name=message.name, email=message.email, phone=message.phone)
        if learned is contact:
            return
        self.thread.contact = learned
        self.changes.contacts.append(learned)
        # Whose desktops have the customer is seen when it is written: also in other conversations.
        self.record("contact.updated", (), {"contact": contact_view(learned)})

    def place_media(self, media: Sequence[InboundMedia]) -> tuple[Attachment, ...]:
        """Placeholders for files that a job brings later, or that are gone already."""
        placed = []
        account = self.configuration.accounts.get(self.thread.conversation.account_id)
        most = account.files_from_customers.max_count if account is not None else len(media)
        for number, item in enumerate(media):
            if item.gone is None and number >= most:
                item = replace(item, gone="too_many_files")  # noqa: PLW2901
            placed.append(
                Attachment(
                    id=next(self.ids),
                    filename=item.filename or item.kind,
                    media_type=item.media_type or "application/octet-stream",
                    size=item.size or 0,
                    refusal_code=item.gone,
                    refusal_message=_REFUSALS.get(item.gone, "The file is not available.")
                    if item.gone is not None
                    else None,
                    fetching=item.gone is None,
                )
            )
            if item.gone is None:
                self.changes.media.append((placed[-1].id, self.thread.conversation, item))
        return tuple(placed)

    def rate(self, rating: int, comment: str | None) -> str | None:
        """Keep the answer to the open question, which is closed by it; the words of thanks."""
        survey = self.survey
        assert survey is not None  # noqa: S101 - asked for by the callers
        self.survey = None
        self.changes.ratings.append(
            Rating(task_id=survey.task_id, rating=rating, comment=comment, at=self.now)
        )
        params: dict[str, str | int] = {"rating": rating}
        if comment:
            params["comment"] = comment
        account = self.configuration.accounts[self.thread.conversation.account_id]
        self.announce(
            Announcement(code="survey_answered", params=tuple(params.items())),
            customer_sees=not account.capabilities.pushed,
        )
        self.changes.events.append(
            EventRecord(
                kind="survey.answered",
                at=self.now,
                conversation_id=self.thread.conversation.id,
                task_id=survey.task_id,
                agent_id=survey.agent_id,
                queue_id=survey.queue_id,
                audience=(),
                facts={"channel": survey.channel, "rating": rating},
            )
        )
        queue = self.configuration.queue_specs.get(survey.queue_id)
        return queue.survey.thanks if queue is not None and queue.survey is not None else None

    def nothing(self, reason: str) -> Received:
        """The input changes nothing, for this reason."""
        return Received(
            self.thread.conversation.id, self.task_id, self.seq, duplicate=False, ignored=reason
        )

    def announce(self, announcement: Announcement, customer_sees: bool) -> None:
        """Add a system line."""
        self.append(
            direction=Direction.ANNOUNCEMENT,
            author_kind=AuthorKind.SYSTEM,
            text="",
            announcement=announcement,
            customer_sees=customer_sees,
            kind="message.announced",
        )

    def append(
        self,
        *,
        direction: Direction,
        author_kind: AuthorKind,
        text: str,
        kind: str = "message.sent",
        customer_sees: bool = True,
        **fields: object,
    ) -> None:
        """Add an entry to the thread, with its event."""
        thread = self.thread
        conversation = thread.conversation
        task = thread.task
        self.seq += 1
        message = Message(
            id=next(self.ids),
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            task_id=task.id if task is not None else None,
            seq=self.seq,
            inbound_seq=self.inbound_seq,
            direction=direction,
            author_kind=author_kind,
            author_id=thread.contact.id if author_kind is AuthorKind.CUSTOMER else None,
            text=text,
            customer_sees=customer_sees,
            created_at=self.now,
            **fields,  # type: ignore[arg-type]
        )
        self.changes.messages.append(message)
        audience = message_audience(task) if task is not None else ()
        self.record(kind, audience, {"message": message_view(message)}, customer=customer_sees)

    def record(
        self,
        kind: str,
        audience: tuple[str, ...],
        entities: dict[str, object],
        *,
        customer: bool = False,
        facts: dict[str, object] | None = None,
    ) -> None:
        """Add an event to the log."""
        task = self.thread.task
        channel = {} if task is None else {"channel": task.channel.value}
        self.changes.events.append(
            EventRecord(
                kind=kind,
                at=self.now,
                conversation_id=self.thread.conversation.id,
                task_id=task.id if task else None,
                queue_id=task.queue_id if task else None,
                audience=audience,
                customer=customer,
                facts={**channel, **(facts or {})},
                entities=entities,
            )
        )

    def seq_of(self, external_id: str | None) -> int | None:
        """Where in the thread a message is, by its external id."""
        if external_id is None:
            return None
        target = self.thread.referred.get(external_id)
        if target is not None and target.conversation_id == self.thread.conversation.id:
            return target.seq
        return self.known.get(external_id)

    def greet(self, entry: EntryPointSpec | None) -> None:
        """The entry point's greeting, or what it says when closed."""
        if entry is None or self.opted_out_at is not None:
            return
        is_open = self.configuration.is_open(entry.hours, self.now)
        text = entry.greeting if is_open else entry.closed_text
        account = self.configuration.accounts[self.thread.conversation.account_id]
        if text and account.capabilities.pushed:
            self.append(
                direction=Direction.OUTBOUND,
                author_kind=AuthorKind.SYSTEM,
                text=text,
                status=DeliveryStatus.QUEUED,
            )
            self.changes.jobs.append(self.changes.messages[-1])


def _from_another(message: InboundMessage, contact: Contact) -> bool:
    """Whether a mail in the thread is somebody else's, such as who was in Cc (M9, R3)."""
    known, sender = contact.email, message.email
    if message.identity is None or known is None or sender is None:
        return False
    return known.lower() != sender.lower()
