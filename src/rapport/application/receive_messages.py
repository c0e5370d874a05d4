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

from rapport.application.configuration.entry import KeywordRoute
from rapport.application.configuration.menus import priority_of, question_of, skills_of
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import EntryPointSpec
from rapport.application.folding import Folding
from rapport.application.ports import Changes
from rapport.application.privacy import Cleared, cleared, with_removed
from rapport.application.received import Input, NoQueue, Received, Thread, no_thread
from rapport.application.recording import message_audience, task_audience
from rapport.application.views import message_view, task_view
from rapport.domain import events as e
from rapport.domain.commands import HearAnswer, LeaveAsCustomer, NoteCustomerSpoke
from rapport.domain.deadlines import queued_deadline
from rapport.domain.keywords import holds
from rapport.domain.menu import Said
from rapport.domain.message import (
    AgentEcho,
    Announcement,
    AuthorKind,
    Content,
    CustomerEvent,
    DeliveryStatus,
    Direction,
    InboundMessage,
)
from rapport.domain.policy import QueuePolicy
from rapport.domain.rules.amending import changed_by
from rapport.domain.survey import LONGEST_COMMENT, pressed_in, rating_in
from rapport.domain.task import DueFor, Task, TaskState


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
    folding = _Receiving(thread, configuration, ids, now, changes)
    received = [folding.take(message) for message in messages]
    folding.finish()
    return received


class _Receiving(Folding):
    """Messages, what customers do to them, and what the business wrote elsewhere."""

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
        self.learn_contact(message)
        answered = self._take_answer(message)
        if answered is not None:
            return answered
        task = self.thread.task
        asking = task is not None and task.state is TaskState.ASKING
        if task is None or task.state is TaskState.ENDED:
            if not message.automatic:
                self._open_task(message)
        elif not asking and not message.automatic:
            self._rejoin()
        if message.text is not None:
            self._append_inbound(message)
        if asking:
            self._hear(message)
        elif self.thread.task is not task:
            self._ask(again=False)
        if message.ends:
            self._leave()
        self.known[message.external_id] = self.seq
        return Received(conversation_id, self.task_id, self.seq, duplicate=False)

    def _ask(self, *, again: bool) -> None:
        """The entry point's question, where the task waits for its answer."""
        task = self.thread.task
        account = self.configuration.accounts[self.thread.conversation.account_id]
        entry = self.configuration.entry_points.get(self.thread.conversation.account_id)
        if task is None or task.state is not TaskState.ASKING or entry is None or not entry.menu:
            return
        known, capabilities = dict(task.variables), account.capabilities
        text, content = question_of(entry.menu, known, capabilities, again=again)
        pushed = capabilities.pushed
        self.append(
            direction=Direction.OUTBOUND,
            author_kind=AuthorKind.SYSTEM,
            text=text,
            content=content,
            status=DeliveryStatus.QUEUED if pushed else DeliveryStatus.SENT,
            sent_at=None if pushed else self.now,
        )
        if pushed:
            self.changes.jobs.append(self.changes.messages[-1])

    def _hear(self, message: InboundMessage) -> None:
        """What a message says to the question that is open; it stays in the thread anyway."""
        if message.text is None or message.automatic or message.ends:
            return
        before = self.thread.task
        said = Said(message.text, message.quick_reply, attempt=bool(message.text.strip()))
        menu = self.configuration.menus.get(self.thread.conversation.account_id)
        self.follow(HearAnswer(menu=menu, said=said))
        task = self.thread.task
        if before is not None and task is not None and task.silence_stage > before.silence_stage:
            self._ask(again=True)

    def _take_answer(self, message: InboundMessage) -> Received | None:
        """What is pressed or written as the answer to a survey; None where it is neither."""
        account = self.configuration.accounts[self.thread.conversation.account_id]
        if account.capabilities.survey != "number":
            return None
        pressed = pressed_in(message.quick_reply)
        if pressed is not None:
            return self._take_pressed(message, *pressed)
        task = self.thread.task
        over = task is None or task.state is TaskState.ENDED
        rating = self._rating(message) if over else None
        return None if rating is None else self._take_rating(message, rating)

    def _rating(self, message: InboundMessage) -> int | None:
        """What a message is as the answer to the open question, and nothing else."""
        if self.survey is None:
            return None
        if self.survey.task_id != self.task_id or self.now >= self.survey.until:
            return None
        more = message.automatic or message.ends or message.media or message.attachments
        return None if more else rating_in(message.text)

    def _take_rating(self, message: InboundMessage, rating: int) -> Received:
        """The answer is kept in the thread and opens no task."""
        self._append_inbound(message)
        self.known[message.external_id] = seq = self.seq
        thanks = self.rate(rating, None)
        if thanks and self.opted_out_at is None:
            self.append(
                direction=Direction.OUTBOUND,
                author_kind=AuthorKind.SYSTEM,
                text=thanks,
                status=DeliveryStatus.QUEUED,
            )
            self.changes.jobs.append(self.changes.messages[-1])
        return Received(self.thread.conversation.id, self.task_id, seq, duplicate=False)

    def _take_pressed(self, message: InboundMessage, task_id: int, rating: int) -> Received:
        """It counts for the task that it names while that is asked about; it never opens one."""
        survey = self.survey
        if survey is not None and survey.task_id == task_id and self.now < survey.until:
            return self._take_rating(message, rating)
        self._append_inbound(message)
        self.known[message.external_id] = self.seq
        return Received(self.thread.conversation.id, self.task_id, self.seq, duplicate=False)

    def _rated(self, event: CustomerEvent) -> Received:
        """An answer given in the widget or on our page, about the task that it names."""
        given = event.details or {}
        survey = self.survey
        if survey is None or survey.task_id != given.get("task_id") or self.now >= survey.until:
            return self.nothing("no_survey")
        comment = cleared(str(given.get("comment") or "")[:LONGEST_COMMENT], self.configuration)
        self.rate(int(event.value or 0), comment.text.replace("\x00", "").strip() or None)
        return Received(self.thread.conversation.id, self.task_id, self.seq, duplicate=False)

    def _open_task(self, message: InboundMessage) -> None:
        thread, configuration, now = self.thread, self.configuration, self.now
        account_id = thread.conversation.account_id
        account = configuration.accounts[account_id]
        entry = configuration.entry_points.get(account_id)
        route = self._route(entry, message)
        queue = self._queue(entry, route)
        last_agent = thread.conversation.last_agent_id
        wait = queue.last_agent_wait
        asks = route is None and self.opted_out_at is None
        menu = configuration.menus.get(account_id) if asks else None
        preferred = last_agent if last_agent is not None and (wait or menu) else None
        due_at = queued_deadline(queue, now, stage=0, now=now)
        if preferred is not None:
            due_at = min(due_at, now + wait)
        if menu is not None:
            due_at = now + menu.within
        task = Task(
            id=next(self.ids),
            version=1,
            epoch=1,
            state=TaskState.QUEUED if menu is None else TaskState.ASKING,
            conversation_id=thread.conversation.id,
            contact_id=thread.contact.id,
            account_id=account_id,
            channel=account.channel,
            queue_id=queue.id,
            priority=priority_of(entry, route),
            arrived_at=now,
            queued_at=now,
            waiting_since=now,
            due_at=due_at,
            due_for=DueFor.WAITING if menu is None else DueFor.ANSWER,
            preferred_agent_id=preferred,
            skills=skills_of(configuration.queue_specs[queue.id], entry, route),
            variables=tuple(
                (name, cleared(value, self.configuration).text) for name, value in message.variables
            ),
            customer_opted_out_at=self.opted_out_at,
        )
        thread.task = task
        self.task_id = task.id
        self.changes.tasks.append(task)
        self.changes.new_task_ids.add(task.id)
        self._task_place = len(self.changes.tasks) - 1
        kind = "task.queued" if menu is None else e.MenuAsked.kind
        self.record(kind, (f"queue.{queue.id}",), {"task": task_view(task)}, customer=True)
        self.greet(entry)

    def _route(self, entry: EntryPointSpec | None, message: InboundMessage) -> KeywordRoute | None:
        """The first of the entry point's routes whose words the first message holds."""
        if entry is None or not entry.keywords:
            return None
        subject = (message.details or {}).get("subject") or ""
        answers = (value for name, value in message.variables if name != "page")
        texts = (message.text or "", str(subject), *answers)
        return next((route for route in entry.keywords if holds(texts, route.words)), None)

    def _queue(self, entry: EntryPointSpec | None, route: KeywordRoute | None) -> QueuePolicy:
        queues = self.configuration.queues
        if route is not None and route.queue is not None and route.queue in queues:
            return queues[route.queue]
        if entry is not None and entry.queue in queues:
            return queues[entry.queue]
        if not queues:
            raise NoQueue
        channel = self.configuration.accounts[self.thread.conversation.account_id].channel
        serving = [i for i, q in self.configuration.queue_specs.items() if channel in q.channels]
        return queues[min(serving or queues)]

    def _leave(self) -> None:
        """The customer ends by a word or a button; while waiting, the caller sees to it."""
        if self.thread.task is not None and self.thread.task.state is TaskState.ACTIVE:
            self.follow(LeaveAsCustomer())

    def _rejoin(self) -> None:
        """The customer spoke: back from leaving, awake from parking, no longer silent."""
        task = self.thread.task
        assert task is not None  # noqa: S101 - asked for by the caller
        if task.customer_left_at is None and task.due_for in {None, DueFor.GRACE, DueFor.WAITING}:
            return
        self.follow(NoteCustomerSpoke())

    def _append_inbound(self, message: InboundMessage) -> None:
        self.inbound_seq += 1
        text = cleared((message.text or "").replace("\x00", ""), self.configuration)
        text = with_removed(text, message.removed)
        attachments = message.attachments
        if message.media:
            attachments += self.place_media(message.media)
        self.append(
            direction=Direction.INBOUND,
            author_kind=AuthorKind.CUSTOMER,
            text=text.text,
            attachments=attachments,
            content=self._content(message),
            external_id=message.external_id,
            client_id=message.client_id,
            sent_at=message.sent_at,
            kind="message.received",
        )
        if text.kinds:
            self._tell_removed(text, told=not message.automatic)

    def _tell_removed(self, text: Cleared, *, told: bool) -> None:
        """Agent and customer are told that something was taken out (P2)."""
        account = self.configuration.accounts[self.thread.conversation.account_id]
        self.announce(text.line, customer_sees=not account.capabilities.pushed)
        words = self.configuration.settings.privacy.customer_text
        if account.capabilities.pushed and words and told and self.opted_out_at is None:
            self.append(
                direction=Direction.OUTBOUND,
                author_kind=AuthorKind.SYSTEM,
                text=words,
                status=DeliveryStatus.QUEUED,
            )
            self.changes.jobs.append(self.changes.messages[-1])

    def _content(self, message: InboundMessage) -> Content | None:
        if message.kind == "text" and message.reply_to is None and message.details is None:
            return None
        return Content(
            kind=message.kind,
            reply_to_seq=self.seq_of(message.reply_to),
            quick_reply=message.quick_reply,
            location=message.location,
            details=message.details,
        )

    def _take_event(self, event: CustomerEvent) -> Received:
        if event.kind in {"opted_out", "opted_in"}:
            return self._consent(event) if event.consents else self.nothing("marketing_consent")
        if event.kind == "rated":
            return self._rated(event)
        if event.kind == "named":
            return self._named(event)
        if event.kind == "identity_changed":
            return self.nothing("identity_changed")
        target = self.thread.referred.get(event.target or "")
        if target is None or target.conversation_id != self.thread.conversation.id:
            return self.nothing("unknown_target")
        changed = changed_by(target, event)
        if changed is None:
            return self.nothing("already_so")
        changed = replace(changed, text=cleared(changed.text, self.configuration).text)
        self.thread.referred[event.target or ""] = changed
        self.changes.amended[changed.id] = changed
        task = self.thread.task
        self.record(
            "message.changed",
            message_audience(task, changed.seq) if task is not None else (),
            {"message": message_view(changed)},
            customer=changed.customer_sees,
        )
        return Received(target.conversation_id, self.task_id, target.seq, duplicate=False)

    def _named(self, event: CustomerEvent) -> Received:
        """The provider tells the customer's name; what they said themselves stays."""
        if self.thread.contact.name or not event.value:
            return self.nothing("already_so")
        self.learn_contact(
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
            return self.nothing("already_so")
        self.opted_out_at = opted_out_at
        task = self.thread.task
        if task is not None and task.state is not TaskState.ENDED:
            task = replace(task, version=task.version + 1, customer_opted_out_at=opted_out_at)
            self.keep_task(task)
            self.announce(
                Announcement(code=f"customer_{event.kind}", params=(("word", event.value or ""),)),
                customer_sees=False,
            )
            self.record(
                f"customer.{event.kind}",
                task_audience(task),
                {"task": task_view(task)},
            )
        return Received(self.thread.conversation.id, self.task_id, self.seq, duplicate=False)

    def _take_echo(self, echo: AgentEcho) -> Received:
        """What the business wrote elsewhere: an agent's message without an agent."""
        conversation_id = self.thread.conversation.id
        seen = self.known.get(echo.external_id)
        if seen is not None:
            return Received(conversation_id, self.task_id, seen, duplicate=True)
        self.append(
            direction=Direction.OUTBOUND,
            author_kind=AuthorKind.AGENT,
            text=cleared(echo.text.replace("\x00", ""), self.configuration).text,
            attachments=self.place_media(echo.media),
            content=Content(kind="echo"),
            external_id=echo.external_id,
            status=DeliveryStatus.SENT,
            sent_at=echo.at,
        )
        self.known[echo.external_id] = self.seq
        return Received(conversation_id, self.task_id, self.seq, duplicate=False)
