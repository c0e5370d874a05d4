"""What customers' input does to their conversation (T1): pure, one conversation at a time.

A message joins the conversation's task if any leg can still serve it, else it opens a new one.
Reactions, edits, deletions, opt-outs and what the business wrote elsewhere change the
conversation that is there, and never open one. Ingest runs this for whole batches; agents' rows
are never touched here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from rapport.application.announcements import announcement_for
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import EntryPointSpec
from rapport.application.ports import Changes, EventRecord
from rapport.application.received import Input, NoQueue, Received, Thread, no_thread
from rapport.application.recording import message_audience
from rapport.application.views import contact_view, message_view, task_view
from rapport.domain import events as e
from rapport.domain.commands import LeaveAsCustomer, NoteCustomerSpoke
from rapport.domain.deadlines import queued_deadline
from rapport.domain.decide import decide
from rapport.domain.evolve import evolve
from rapport.domain.message import (
    AgentEcho,
    Announcement,
    Attachment,
    AuthorKind,
    Content,
    CustomerEvent,
    DeliveryStatus,
    Direction,
    InboundMedia,
    InboundMessage,
    Message,
)
from rapport.domain.policy import QueuePolicy
from rapport.domain.rules.amending import changed_by
from rapport.domain.situation import Situation
from rapport.domain.task import DueFor, SkillRequirement, Task, TaskState


def receive(
    thread: Thread | None,
    messages: Sequence[Input],
    configuration: Configuration,
    ids: Iterator[int],
    now: datetime,
    changes: Changes,
) -> list[Received]:
    """Fold input, in order of arrival, into a conversation; record what follows.

    Args:
        thread: None where there is no conversation; then there is no message in the input.
    """
    if thread is None:
        return [no_thread()] * len(messages)
    folding = _Folding(thread, configuration, ids, now, changes)
    received = [folding.take(message) for message in messages]
    folding.finish()
    return received


class _Folding:
    """One conversation's turn in a batch."""

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
        self._task_place: int | None = None

    def take(self, given: Input) -> Received:
        """Fold one in; a duplicate changes nothing."""
        if isinstance(given, InboundMessage):
            return self._take_message(given)
        if isinstance(given, CustomerEvent):
            return self._take_event(given)
        return self._take_echo(given)

    def _take_message(self, message: InboundMessage) -> Received:
        conversation_id = self.thread.conversation.id
        seen = self.known.get(message.external_id)
        if seen is not None:
            return Received(conversation_id, self.task_id, seen, duplicate=True)
        self._learn_contact(message)
        task = self.thread.task
        if task is None or task.state is TaskState.ENDED:
            self._open_task(message)
        else:
            self._rejoin()
        if message.text is not None:
            self._append_inbound(message)
        if message.ends:
            self._leave()
        self.known[message.external_id] = self.seq
        return Received(conversation_id, self.task_id, self.seq, duplicate=False)

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
            )
        )

    # -- task -----------------------------------------------------------------------------

    def _open_task(self, message: InboundMessage) -> None:
        thread, configuration, now = self.thread, self.configuration, self.now
        account_id = thread.conversation.account_id
        account = configuration.accounts[account_id]
        entry = configuration.entry_points.get(account_id)
        queue = self._queue(entry)
        last_agent = thread.conversation.last_agent_id
        wait = queue.last_agent_wait
        preferred = last_agent if last_agent is not None and wait else None
        due_at = queued_deadline(queue, now, stage=0, now=now)
        spec = configuration.queue_specs[queue.id]
        wanted = {x.skill: x.level for x in (*spec.skills, *(entry.skills if entry else ()))}
        task = Task(
            id=next(self.ids),
            version=1,
            epoch=1,
            state=TaskState.QUEUED,
            conversation_id=thread.conversation.id,
            contact_id=thread.contact.id,
            account_id=account_id,
            channel=account.channel,
            queue_id=queue.id,
            priority=entry.priority if entry else 5,
            arrived_at=now,
            queued_at=now,
            waiting_since=now,
            due_at=min(due_at, now + wait) if preferred is not None else due_at,
            due_for=DueFor.WAITING,
            preferred_agent_id=preferred,
            skills=tuple(
                SkillRequirement(skill_id=skill, level=level)
                for skill, level in sorted(wanted.items())
            ),
            variables=message.variables,
            customer_opted_out_at=self.opted_out_at,
        )
        thread.task = task
        self.task_id = task.id
        self.changes.tasks.append(task)
        self.changes.new_task_ids.add(task.id)
        self._task_place = len(self.changes.tasks) - 1
        self._event("task.queued", (f"queue.{queue.id}",), {"task": task_view(task)}, customer=True)
        self._greet(entry)

    def _queue(self, entry: EntryPointSpec | None) -> QueuePolicy:
        queues = self.configuration.queues
        if entry is not None and entry.queue in queues:
            return queues[entry.queue]
        if not queues:
            raise NoQueue
        channel = self.configuration.accounts[self.thread.conversation.account_id].channel
        serving = [i for i, q in self.configuration.queue_specs.items() if channel in q.channels]
        return queues[min(serving or queues)]

    def _greet(self, entry: EntryPointSpec | None) -> None:
        if entry is None:
            return
        is_open = self.configuration.is_open(entry.hours, self.now)
        text = entry.greeting if is_open else entry.closed_text
        account = self.configuration.accounts[self.thread.conversation.account_id]
        if text and account.capabilities.pushed:
            self._append(
                direction=Direction.OUTBOUND,
                author_kind=AuthorKind.SYSTEM,
                text=text,
                status=DeliveryStatus.QUEUED,
            )
            self.changes.jobs.append(self.changes.messages[-1])

    def _leave(self) -> None:
        """The customer ends by a word or a button; while waiting, the caller sees to it."""
        if self.thread.task is not None and self.thread.task.state is TaskState.ACTIVE:
            self._follow(LeaveAsCustomer())

    def _rejoin(self) -> None:
        """The customer spoke: back from leaving, awake from parking, no longer silent."""
        task = self.thread.task
        assert task is not None  # noqa: S101 - asked for by the caller
        if task.customer_left_at is None and task.due_for in {None, DueFor.GRACE, DueFor.WAITING}:
            return
        self._follow(NoteCustomerSpoke())

    def _follow(self, command: NoteCustomerSpoke | LeaveAsCustomer) -> None:
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
        for event in decide(situation, command):
            task = evolve(task, event, self.now)
            self._keep_task(task)
            line = announcement_for(event, account.capabilities)
            if line is not None:
                self._announce(*line)
            self._event(
                event.kind,
                (*message_audience(task), f"queue.{task.queue_id}"),
                {"task": task_view(task)},
                customer=isinstance(event, e.CustomerReturned | e.CustomerLeft),
            )

    def _keep_task(self, task: Task) -> None:
        self.thread.task = task
        if self._task_place is None:
            self._task_place = len(self.changes.tasks)
            self.changes.tasks.append(task)
        else:
            self.changes.tasks[self._task_place] = task

    # -- contact --------------------------------------------------------------------------

    def _learn_contact(self, message: InboundMessage) -> None:
        contact = self.thread.contact
        if (
            message.name in {None, "", contact.name}
            and message.email in {None, "", contact.email}
            and message.phone in {None, "", contact.phone}
        ):
            return
        learned = replace(
            contact,
            name=message.name or contact.name,
            email=message.email or contact.email,
            phone=message.phone or contact.phone,
            version=contact.version + 1,
        )
        self.thread.contact = learned
        self.changes.contacts.append(learned)
        task = self.thread.task
        if task is not None and task.state is not TaskState.ENDED:
            self._event(
                "contact.updated", message_audience(task), {"contact": contact_view(learned)}
            )

    # -- thread ---------------------------------------------------------------------------

    def _append_inbound(self, message: InboundMessage) -> None:
        self.inbound_seq += 1
        attachments = message.attachments
        if message.media:
            attachments += self._media(message.media)
        self._append(
            direction=Direction.INBOUND,
            author_kind=AuthorKind.CUSTOMER,
            text=(message.text or "").replace("\x00", ""),
            attachments=attachments,
            content=self._content(message),
            external_id=message.external_id,
            client_id=message.client_id,
            sent_at=message.sent_at,
            kind="message.received",
        )

    def _content(self, message: InboundMessage) -> Content | None:
        if message.kind == "text" and message.reply_to is None and message.details is None:
            return None
        return Content(
            kind=message.kind,
            reply_to_seq=self._seq_of(message.reply_to),
            quick_reply=message.quick_reply,
            location=message.location,
            details=message.details,
        )

    def _seq_of(self, external_id: str | None) -> int | None:
        if external_id is None:
            return None
        target = self.thread.referred.get(external_id)
        if target is not None and target.conversation_id == self.thread.conversation.id:
            return target.seq
        return self.known.get(external_id)

    def _media(self, media: Sequence[InboundMedia]) -> tuple[Attachment, ...]:
        """Placeholders for files that a job brings later, or that are gone already."""
        placed = []
        for item in media:
            placed.append(
                Attachment(
                    id=next(self.ids),
                    filename=item.filename or item.kind,
                    media_type=item.media_type or "application/octet-stream",
                    size=item.size or 0,
                    refusal_code=item.gone,
                    refusal_message=None if item.gone is None else "The file is not available.",
                    fetching=item.gone is None,
                )
            )
            if item.gone is None:
                self.changes.media.append((placed[-1].id, self.thread.conversation, item))
        return tuple(placed)

    # -- what is no message ---------------------------------------------------------------

    def _take_event(self, event: CustomerEvent) -> Received:
        if event.kind in {"opted_out", "opted_in"}:
            # Marketing alone is not ours: answers to the customer go on.
            marketing = (event.details or {}).get("category") == "marketing_messages"
            return self._nothing("marketing_consent") if marketing else self._consent(event)
        if event.kind == "named":
            return self._named(event)
        if event.kind == "identity_changed":
            return self._nothing("identity_changed")
        target = self.thread.referred.get(event.target or "")
        if target is None or target.conversation_id != self.thread.conversation.id:
            return self._nothing("unknown_target")
        changed = changed_by(target, event)
        if changed is None:
            return self._nothing("already_so")
        self.thread.referred[event.target or ""] = changed
        self.changes.amended[changed.id] = changed
        task = self.thread.task
        self._event(
            "message.changed",
            message_audience(task) if task is not None else (),
            {"message": message_view(changed)},
            customer=changed.customer_sees,
        )
        return Received(target.conversation_id, self.task_id, target.seq, duplicate=False)

    def _named(self, event: CustomerEvent) -> Received:
        """The provider tells the customer's name; what they said themselves stays."""
        if self.thread.contact.name or not event.value:
            return self._nothing("already_so")
        self._learn_contact(
            InboundMessage(
                external_id=event.external_id,
                contact_key=event.contact_key,
                text=None,
                name=event.value[:200],
            )
        )
        return Received(self.thread.conversation.id, self.task_id, self.seq, duplicate=False)

    def _consent(self, event: CustomerEvent) -> Received:
        opted_out_at = event.at if event.kind == "opted_out" else None
        if (opted_out_at is None) == (self.opted_out_at is None):
            return self._nothing("already_so")
        self.opted_out_at = opted_out_at
        task = self.thread.task
        if task is not None and task.state is not TaskState.ENDED:
            task = replace(task, version=task.version + 1, customer_opted_out_at=opted_out_at)
            self._keep_task(task)
            self._announce(
                Announcement(code=f"customer_{event.kind}", params=(("word", event.value or ""),)),
                customer_sees=False,
            )
            self._event(
                f"customer.{event.kind}",
                (*message_audience(task), f"queue.{task.queue_id}"),
                {"task": task_view(task)},
            )
        return Received(self.thread.conversation.id, self.task_id, self.seq, duplicate=False)

    def _take_echo(self, echo: AgentEcho) -> Received:
        """What the business wrote elsewhere: an agent's message without an agent."""
        conversation_id = self.thread.conversation.id
        seen = self.known.get(echo.external_id)
        if seen is not None:
            return Received(conversation_id, self.task_id, seen, duplicate=True)
        self._append(
            direction=Direction.OUTBOUND,
            author_kind=AuthorKind.AGENT,
            text=echo.text.replace("\x00", ""),
            attachments=self._media(echo.media),
            content=Content(kind="echo"),
            external_id=echo.external_id,
            status=DeliveryStatus.SENT,
            sent_at=echo.at,
        )
        self.known[echo.external_id] = self.seq
        return Received(conversation_id, self.task_id, self.seq, duplicate=False)

    def _nothing(self, reason: str) -> Received:
        return Received(
            self.thread.conversation.id, self.task_id, self.seq, duplicate=False, ignored=reason
        )

    def _announce(self, announcement: Announcement, customer_sees: bool) -> None:
        self._append(
            direction=Direction.ANNOUNCEMENT,
            author_kind=AuthorKind.SYSTEM,
            text="",
            announcement=announcement,
            customer_sees=customer_sees,
            kind="message.announced",
        )

    def _append(
        self,
        *,
        direction: Direction,
        author_kind: AuthorKind,
        text: str,
        kind: str = "message.sent",
        customer_sees: bool = True,
        **fields: object,
    ) -> None:
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
        self._event(kind, audience, {"message": message_view(message)}, customer=customer_sees)

    def _event(
        self,
        kind: str,
        audience: tuple[str, ...],
        entities: dict[str, object],
        *,
        customer: bool = False,
    ) -> None:
        task = self.thread.task
        self.changes.events.append(
            EventRecord(
                kind=kind,
                at=self.now,
                conversation_id=self.thread.conversation.id,
                task_id=task.id if task else None,
                queue_id=task.queue_id if task else None,
                audience=audience,
                customer=customer,
                entities=entities,
            )
        )
