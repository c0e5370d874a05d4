"""The entities as clients see them: one shape for snapshot, stream and answers.

Absolute values only, so that a client may apply them in any number and keep the newest version.
The fields are those of docs/architecture/interfaces.md §2.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from rapport.domain.agent import Agent
from rapport.domain.channel import KINDS
from rapport.domain.message import Attachment, Contact, Content, Message
from rapport.domain.task import Leg, Task

View = dict[str, Any]
_LOAD = tuple((kind.value, kind.slot) for kind in KINDS)


# One moment stands in many views: of a pass that offers a thousand tasks, in all of them.
@lru_cache(4096)
def moment(value: datetime | None) -> str | None:
    """ISO 8601 in UTC with Z; what is given is in UTC."""
    if value is None:
        return None
    return value.isoformat(timespec="microseconds").replace("+00:00", "Z")


def agent_view(agent: Agent) -> View:
    """A person's state as an agent."""
    pending = agent.pending
    return {
        "id": agent.id,
        "version": agent.version,
        "status": agent.status.value,
        "idle_code_id": agent.idle_code_id,
        "status_since": moment(agent.status_since),
        "pending": None
        if pending is None
        else {"status": pending.status.value, "idle_code_id": pending.idle_code_id},
        "rona_kinds": sorted(kind.value for kind in agent.rona_kinds),
        "load": {kind: agent.used[slot] for kind, slot in _LOAD},
        "capacity": {kind: agent.capacity[slot] for kind, slot in _LOAD},
    }


def leg_view(leg: Leg) -> View:
    """One agent's part in a task."""
    return {
        "id": leg.id,
        "agent_id": leg.agent_id,
        "queue_id": leg.queue_id,
        "role": leg.role.value,
        "origin": leg.origin.value,
        "state": leg.state.value,
        "outcome": leg.outcome.value if leg.outcome else None,
        "offered_at": moment(leg.offered_at),
        "accepted_at": moment(leg.accepted_at),
        "wrap_up_at": moment(leg.wrap_up_at),
        "closed_at": moment(leg.closed_at),
        "due_at": moment(leg.due_at),
        "reason_ids": list(leg.reason_ids),
        "read_seq": leg.read_seq,
        "read_inbound_seq": leg.read_inbound_seq,
    }


def task_view(task: Task) -> View:
    """A task with its legs."""
    return {
        "id": task.id,
        "version": task.version,
        "epoch": task.epoch,
        "state": task.state.value,
        "end_reason": task.end_reason.value if task.end_reason else None,
        "conversation_id": task.conversation_id,
        "contact_id": task.contact_id,
        "account_id": task.account_id,
        "channel": task.channel.value,
        "queue_id": task.queue_id,
        "priority": task.priority,
        "queued_at": moment(task.queued_at),
        "accepted_at": moment(task.accepted_at),
        "ended_at": moment(task.ended_at),
        "customer_left_at": moment(task.customer_left_at),
        "customer_opted_out_at": moment(task.customer_opted_out_at),
        "parked_until": moment(task.parked_until),
        "variables": dict(task.variables),
        "outbound": task.outbound,
        "follow_up_of": task.follow_up_of,
        "variable_sources": {name: _source(by) for name, by in task.variable_sources},
        "legs": [leg_view(leg) for leg in task.legs],
    }


def _source(by: str) -> View:
    kind, _, source_id = by.partition(":")
    return {"kind": kind, "id": int(source_id)}


def attachment_view(attachment: Attachment) -> View:
    """A file, or the trace of a refused one."""
    refused = attachment.refusal_code is not None
    waiting = "fetching" if attachment.fetching else "held" if attachment.held else None
    state = "refused" if refused else waiting or "ready"
    return {
        "id": attachment.id,
        "filename": attachment.filename,
        "media_type": attachment.media_type,
        "size": attachment.size,
        "url": f"/api/v1/attachments/{attachment.id}",
        "state": state,
        "refusal": {"code": attachment.refusal_code, "message": attachment.refusal_message}
        if refused
        else None,
    }


def content_view(content: Content) -> View:
    """What a message is besides plain text."""
    template = content.template
    return {
        "kind": content.kind,
        "styles": [asdict(style) for style in content.styles],
        "reply_to_seq": content.reply_to_seq,
        "quick_reply": content.quick_reply,
        "location": content.location,
        "details": content.details,
        "template": None if template is None else asdict(template),
        "buttons": [list(button) for button in content.buttons],
        "reaction": content.reaction.emoji if content.reaction else None,
        "edited_at": moment(content.edited_at),
        "deleted_at": moment(content.deleted_at),
    }


def message_view(message: Message) -> View:
    """One entry of a thread, as agents see it."""
    announcement = message.announcement
    return {
        "id": message.id,
        "version": message.version,
        "conversation_id": message.conversation_id,
        "task_id": message.task_id,
        "seq": message.seq,
        "inbound_seq": message.inbound_seq,
        "direction": message.direction.value,
        "author": {"kind": message.author_kind.value, "id": message.author_id},
        "text": message.text,
        "attachments": [attachment_view(a) for a in message.attachments],
        "announcement": None
        if announcement is None
        else {"code": announcement.code, "params": dict(announcement.params)},
        "content": None if message.content is None else content_view(message.content),
        "purpose": message.purpose.value if message.purpose else None,
        "client_id": message.client_id,
        "status": message.status.value if message.status else None,
        "error": {"code": message.error_code, "message": message.error_message}
        if message.error_code
        else None,
        "created_at": moment(message.created_at),
        "sent_at": moment(message.sent_at),
        "delivered_at": moment(message.delivered_at),
        "read_at": moment(message.read_at),
    }


def contact_view(contact: Contact) -> View:
    """The customer."""
    return {
        "id": contact.id,
        "version": contact.version,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
    }
