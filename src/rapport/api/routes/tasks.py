"""Commands on a task. Each is one use case, in one transaction, done once per idempotency key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from rapport.api.access import AgentSession, Ctx, OnceKey
from rapport.api.routes.templates import MadeFrom
from rapport.application.ask_into_conference import ask_queue_into_conference
from rapport.application.perform import perform
from rapport.application.read_thread import read_thread
from rapport.application.send_message import ask_to_end, retry_message, send_message
from rapport.application.waiting_message import cancel_message, send_now
from rapport.domain import commands as c
from rapport.domain.errors import Invalid, Refused
from rapport.domain.message import Content, ProviderTemplate
from rapport.domain.rich_text import Style, StyleKind

router = APIRouter(prefix="/tasks", tags=["tasks"])
Number = Annotated[int, Field(ge=1, le=2**62)]
Epoch = Annotated[int, Field(ge=0, le=2**62)]


class AtEpoch(BaseModel):
    """The state transition count that the person decided on."""

    epoch: Epoch | None = None


class Target(AtEpoch):
    """A queue or an agent."""

    queue_id: Number | None = None
    agent_id: Number | None = None


class TextStyle(BaseModel):
    """A style over a range of the text, in code points."""

    kind: StyleKind
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://|mailto:)")] | None = None

    def style(self, length: int) -> Style:
        """As the domain has it.

        Raises:
            Invalid: beyond the text, or a link without an address.
        """
        if not self.start < self.end <= length or (self.kind == "link") != (self.url is not None):
            raise Invalid.field("styles", "A style lies beyond the text or lacks its address.")
        return Style(kind=self.kind, start=self.start, end=self.end, url=self.url)


Value = Annotated[str, Field(min_length=1, max_length=1024)]


class ApprovedForm(BaseModel):
    """An approved template of the provider's, with values for its fields in order."""

    name: Annotated[str, Field(min_length=1, max_length=512)]
    language: Annotated[str, Field(min_length=2, max_length=20)]
    header: list[Value] = Field(default=[], max_length=10)
    body: list[Value] = Field(default=[], max_length=50)
    buttons: list[Value] = Field(default=[], max_length=10)

    def template(self) -> ProviderTemplate:
        """As the domain has it."""
        return ProviderTemplate(
            name=self.name,
            language=self.language,
            header=tuple(self.header),
            body=tuple(self.body),
            buttons=tuple(self.buttons),
        )


class NewMessage(BaseModel):
    """What the agent writes; the Idempotency-Key becomes its `client_id`."""

    text: str = Field(max_length=200_000)
    attachment_ids: list[Number] = Field(default=[], max_length=50)
    note: bool = False
    styles: list[TextStyle] = Field(default=[], max_length=1000)
    reply_to_seq: Number | None = None
    template: ApprovedForm | None = None
    from_template: MadeFrom | None = None

    def content(self) -> Content | None:
        """What the message is besides plain text."""
        if not (self.styles or self.reply_to_seq or self.template):
            return None
        return Content(
            kind="template" if self.template else "text",
            styles=tuple(style.style(len(self.text)) for style in self.styles),
            reply_to_seq=self.reply_to_seq,
            template=self.template.template() if self.template else None,
        )


class Read(BaseModel):
    """How far the agent has read."""

    seq: Annotated[int, Field(ge=0, le=2**62)]


class Ending(AtEpoch):
    """End, with the customer's consent where the channel wants it."""

    consent: bool = False


class WrapUp(BaseModel):
    """Wrap-up reasons."""

    reason_ids: list[Number] = Field(max_length=50)


class Parking(AtEpoch):
    """Until when."""

    until: AwareDatetime


def _run(
    context: Ctx, session: AgentSession, once: OnceKey, task_id: int
) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def run(command: Callable[[int], c.Command], *involved: int) -> dict[str, Any]:
        return await perform(
            context.services, task_id, command, involved=(session.user_id, *involved), once=once
        )

    return run


@router.post("/accept-all")
async def accept_all(context: Ctx, session: AgentSession, once: OnceKey) -> dict[str, Any]:
    """Accept everything that rings, oldest first; the oldest is the one to open."""
    view = await context.reader.snapshot(session.user_id)
    ringing = [
        (leg["offered_at"], task["id"])
        for task in view["tasks"]
        for leg in task["legs"]
        if leg["agent_id"] == session.user_id and leg["state"] == "offered"
    ]
    accepted: list[int] = []
    refused: list[dict[str, Any]] = []
    for _, task_id in sorted(ringing):
        try:
            await perform(
                context.services,
                task_id,
                lambda _: c.AcceptOffer(agent_id=session.user_id),
                involved=(session.user_id,),
            )
            accepted.append(task_id)
        except Refused as error:
            refused.append({"task_id": task_id, "code": error.code})
    del once
    return {"accepted": accepted, "refused": refused, "open": accepted[0] if accepted else None}


@router.post("/{task_id}/accept")
async def accept(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Take what rings: own the conversation, or join the conference."""
    run = _run(context, session, once, task_id)
    # The epoch may have moved by a message's side effects; an offer is guarded by its own leg.
    del body
    return await run(lambda _: c.AcceptOffer(agent_id=session.user_id))


@router.post("/{task_id}/take")
async def take(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Assign a waiting task to oneself, where the queue allows it."""
    run = _run(context, session, once, task_id)
    # A line that widens meanwhile is no reason to refuse; one that is taken has another state.
    del body
    return await run(lambda leg_id: c.TakeTask(agent_id=session.user_id, leg_id=leg_id))


@router.post("/{task_id}/messages")
async def send(
    task_id: Number, body: NewMessage, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Write to the customer, or a note to colleagues."""
    return await send_message(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        text=body.text,
        attachment_ids=body.attachment_ids,
        client_id=once.key,
        note=body.note,
        content=body.content(),
        made=body.from_template.origin() if body.from_template else None,
    )


@router.post("/{task_id}/messages/{message_id}/retry")
async def retry(
    task_id: Number, message_id: Number, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Send a message again that has failed or may not have arrived; the same one, not a copy."""
    return await retry_message(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        message_id=message_id,
        once=once,
    )


@router.post("/{task_id}/messages/{message_id}/cancel")
async def cancel(
    task_id: Number, message_id: Number, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Take back a message that still waits to be sent; those behind it go on."""
    return await cancel_message(
        context.services,
        agent_id=session.user_id,
        task_id=task_id,
        message_id=message_id,
        once=once,
    )


@router.post("/{task_id}/send-now")
async def wake(task_id: Number, context: Ctx, session: AgentSession, _: OnceKey) -> dict[str, Any]:
    """Try what waits to be sent in this conversation at once."""
    return await send_now(context.services, agent_id=session.user_id, task_id=task_id)


@router.post("/{task_id}/read")
async def read(
    task_id: Number, body: Read, context: Ctx, session: AgentSession, _: OnceKey
) -> dict[str, Any]:
    """Note how far the agent has read; the visitor sees it."""
    view = await read_thread(
        context.services, agent_id=session.user_id, task_id=task_id, seq=body.seq
    )
    context.courtesies.read(view["task"]["conversation_id"], body.seq)
    return view


@router.get("/{task_id}/transfer-targets")
async def transfer_targets(
    task_id: Number,
    context: Ctx,
    session: AgentSession,
    q: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    """Queues and agents to which the conversation can be transferred now."""
    now = context.services.clock.now()
    return await context.reader.targets(task_id, session.user_id, q, now, conference=False)


@router.get("/{task_id}/conference-targets")
async def conference_targets(
    task_id: Number,
    context: Ctx,
    session: AgentSession,
    q: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    """Whom to ask in; who cannot be reached is listed with the reason."""
    now = context.services.clock.now()
    return await context.reader.targets(task_id, session.user_id, q, now, conference=True)


@router.post("/{task_id}/transfer")
async def transfer(
    task_id: Number, body: Target, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Hand the conversation to a queue or an agent."""
    run = _run(context, session, once, task_id)
    if (body.queue_id is None) == (body.agent_id is None):
        raise Invalid.field("queue_id", "Choose a queue or an agent.", code="target_missing")
    if body.queue_id is not None:
        queue_id = body.queue_id
        return await run(
            lambda _: c.TransferToQueue(
                agent_id=session.user_id, epoch=body.epoch, queue_id=queue_id
            )
        )
    target_id = body.agent_id or 0
    return await run(
        lambda leg_id: c.TransferToAgent(
            agent_id=session.user_id, epoch=body.epoch, target_id=target_id, leg_id=leg_id
        ),
        target_id,
    )


@router.post("/{task_id}/conference")
async def request_conference(
    task_id: Number, body: Target, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Ask another agent into the conversation, or somebody of a queue where the channel has it."""
    run = _run(context, session, once, task_id)
    target_id = body.agent_id
    if target_id is None and body.queue_id is not None:
        return await ask_queue_into_conference(
            context.services,
            context.board,
            agent_id=session.user_id,
            task_id=task_id,
            queue_id=body.queue_id,
            epoch=body.epoch,
            once=once,
        )
    if target_id is None:
        raise Invalid.field("agent_id", "Choose an agent.", code="target_missing")
    return await run(
        lambda leg_id: c.RequestConference(
            agent_id=session.user_id, epoch=body.epoch, target_id=target_id, leg_id=leg_id
        ),
        target_id,
    )


@router.post("/{task_id}/conference/cancel")
async def cancel_conference(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Take the conference request back."""
    run = _run(context, session, once, task_id)
    return await run(lambda _: c.CancelConference(agent_id=session.user_id, epoch=body.epoch))


@router.post("/{task_id}/conference/exit")
async def exit_conference(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Leave the conference; the conversation goes on without you."""
    run = _run(context, session, once, task_id)
    return await run(lambda _: c.ExitConference(agent_id=session.user_id, epoch=body.epoch))


@router.post("/{task_id}/conference/remove")
async def remove_invited(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Remove the invited agent and go on."""
    run = _run(context, session, once, task_id)
    return await run(lambda _: c.RemoveInvited(agent_id=session.user_id, epoch=body.epoch))


@router.post("/{task_id}/conference/end")
async def end_conference(
    task_id: Number, body: Ending, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """End the conversation for all, with the customer's consent where the channel asks for it."""
    run = _run(context, session, once, task_id)
    return await run(
        lambda _: c.EndConference(agent_id=session.user_id, epoch=body.epoch, consent=body.consent)
    )


@router.post("/{task_id}/ask-to-end")
async def ask(
    task_id: Number, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Send the account's own question whether the conversation may end."""
    return await ask_to_end(
        context.services, agent_id=session.user_id, task_id=task_id, client_id=once.key
    )


@router.post("/{task_id}/end")
async def end(
    task_id: Number, body: Ending, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """End the conversation; wrap-up follows."""
    run = _run(context, session, once, task_id)
    return await run(
        lambda _: c.EndTask(agent_id=session.user_id, epoch=body.epoch, consent=body.consent)
    )


@router.post("/{task_id}/wrap-up")
async def submit_wrap_up(
    task_id: Number, body: WrapUp, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Submit the wrap-up reasons; capacity is free again."""
    run = _run(context, session, once, task_id)
    return await run(
        lambda _: c.SubmitWrapUp(agent_id=session.user_id, reason_ids=tuple(body.reason_ids))
    )


@router.post("/{task_id}/wrap-up/cancel-timer")
async def cancel_timer(
    task_id: Number, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Stop the countdown of the automatic wrap-up."""
    run = _run(context, session, once, task_id)
    return await run(lambda _: c.CancelWrapUpTimer(agent_id=session.user_id))


@router.post("/{task_id}/park")
async def park(
    task_id: Number, body: Parking, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Put aside until a time or the customer's next message."""
    run = _run(context, session, once, task_id)
    until: datetime = body.until
    return await run(lambda _: c.ParkTask(agent_id=session.user_id, epoch=body.epoch, until=until))


@router.post("/{task_id}/resume")
async def resume(
    task_id: Number, body: AtEpoch, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Take a parked conversation up again."""
    run = _run(context, session, once, task_id)
    return await run(lambda _: c.ResumeTask(agent_id=session.user_id, epoch=body.epoch))
