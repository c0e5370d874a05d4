"""Between rows and the domain's dataclasses."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from rapport.domain.agent import Agent, AgentStatus, CapacityMode, Pending
from rapport.domain.channel import ChannelKind, ChannelType
from rapport.domain.message import (
    Announcement,
    Attachment,
    AuthorKind,
    Contact,
    Content,
    Conversation,
    DeliveryStatus,
    Direction,
    Message,
    Purpose,
)
from rapport.domain.survey import OpenSurvey
from rapport.domain.task import (
    DueFor,
    EndReason,
    Leg,
    LegOrigin,
    LegOutcome,
    LegRole,
    LegState,
    SkillRequirement,
    Task,
    TaskState,
)
from rapport.storage.database import decode_json

Row = asyncpg.Record
_survey = msgspec.json.Decoder(OpenSurvey).decode
# Looked up by value: calling an enumeration costs as much as the rest of the row.
_TASK_STATES = {state.value: state for state in TaskState}
_CHANNELS = {channel.value: channel for channel in ChannelType}
_content = msgspec.json.Decoder(Content).decode
_DUE_FOR = {due.value: due for due in DueFor}
_ROLES = {role.value: role for role in LegRole}
_ORIGINS = {origin.value: origin for origin in LegOrigin}
_LEG_STATES = {state.value: state for state in LegState}
_OUTCOMES = {outcome.value: outcome for outcome in LegOutcome}
_STATUSES = {status.value: status for status in AgentStatus}
_MODES = {mode.value: mode for mode in CapacityMode}


def leg_from(row: Row) -> Leg:
    """A leg."""
    return Leg(
        id=row["id"],
        agent_id=row["agent_id"],
        queue_id=row["queue_id"],
        role=_ROLES[row["role"]],
        origin=_ORIGINS[row["origin"]],
        state=_LEG_STATES[row["state"]],
        outcome=_OUTCOMES.get(row["outcome"]),
        offered_at=row["offered_at"],
        accepted_at=row["accepted_at"],
        wrap_up_at=row["wrap_up_at"],
        closed_at=row["closed_at"],
        due_at=row["due_at"],
        reason_ids=tuple(row["reason_ids"]),
        parked=row["parked"],
        read_seq=row["read_seq"],
        read_inbound_seq=row["read_inbound_seq"],
        left_seq=row["left_seq"],
    )


def task_from(row: Row, legs: tuple[Leg, ...]) -> Task:
    """A task with its legs."""
    return Task(
        id=row["id"],
        version=row["version"],
        epoch=row["epoch"],
        state=_TASK_STATES[row["state"]],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        account_id=row["account_id"],
        channel=_CHANNELS[row["channel"]],
        queue_id=row["queue_id"],
        priority=row["priority"],
        arrived_at=row["arrived_at"],
        queued_at=row["queued_at"],
        waiting_since=row["waiting_since"],
        overflowed_from=tuple(row["overflowed_from"]),
        accepted_at=row["accepted_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        customer_left_at=row["customer_left_at"],
        customer_opted_out_at=row["customer_opted_out_at"],
        parked_until=row["parked_until"],
        due_at=row["due_at"],
        due_for=_DUE_FOR.get(row["due_for"]),
        stage=row["stage"],
        silence_stage=row["silence_stage"],
        preferred_agent_id=row["preferred_agent_id"],
        skills=skills_from(row["skills"]),
        variables=() if row["variables"] == "{}" else tuple(decode_json(row["variables"]).items()),
        variable_sources=()
        if row["variable_sources"] == "{}"
        else tuple(decode_json(row["variable_sources"]).items()),
        outbound=row["outbound"],
        follow_up_of=row["follow_up_of"],
        legs=legs,
    )


def skills_from(text: str) -> tuple[SkillRequirement, ...]:
    """Requirements from `[[skill, level], …]`."""
    if text == "[]":
        return ()
    return tuple(SkillRequirement(skill_id=s, level=level) for s, level in decode_json(text))


def agent_from(row: Row) -> Agent:
    """An agent's state."""
    pending = row["pending_status"]
    return Agent(
        id=row["id"],
        version=row["version"],
        status=_STATUSES[row["status"]],
        idle_code_id=row["idle_code_id"],
        status_since=row["status_since"],
        pending=Pending(AgentStatus(pending), row["pending_idle_code_id"]) if pending else None,
        rona_kinds=frozenset(ChannelKind(kind) for kind in row["rona_kinds"]),
        mode=_MODES[row["mode"]],
        used=tuple(row["used"]),
        capacity=tuple(row["capacity"]),
        ready_since=row["ready_since"],
        seen_at=row["seen_at"],
    )


def conversation_from(row: Row) -> Conversation:
    """A conversation."""
    return Conversation(
        id=row["id"],
        account_id=row["account_id"],
        contact_key=row["contact_key"],
        contact_id=row["contact_id"],
        last_seq=row["last_seq"],
        inbound_seq=row["inbound_seq"],
        task_id=row["task_id"],
        last_agent_id=row["last_agent_id"],
        customer_seen_seq=row["customer_seen_seq"],
        customer_away_since=row["customer_away_since"],
        created_at=row["created_at"],
        last_message_at=row["last_message_at"],
        last_inbound_at=row["last_inbound_at"],
        opted_out_at=row["opted_out_at"],
        survey=None if row["survey"] is None else _survey(row["survey"]),
    )


def contact_from(row: Row) -> Contact:
    """A contact."""
    return Contact(
        id=row["id"],
        version=row["version"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        by_hand=tuple(row["by_hand"]),
    )


def message_from(row: Row) -> Message:
    """One entry of a thread."""
    announcement = decode_json(row["announcement"]) if row["announcement"] else None
    return Message(
        id=row["id"],
        version=row["version"],
        conversation_id=row["conversation_id"],
        account_id=row["account_id"],
        task_id=row["task_id"],
        seq=row["seq"],
        inbound_seq=row["inbound_seq"],
        direction=Direction(row["direction"]),
        author_kind=AuthorKind(row["author_kind"]),
        author_id=row["author_id"],
        text=row["text"],
        attachments=attachments_from(row["attachments"]),
        announcement=None
        if announcement is None
        else Announcement(code=announcement["code"], params=tuple(announcement["params"].items())),
        content=content_from(row["content"]),
        purpose=Purpose(row["purpose"]) if row["purpose"] else None,
        customer_sees=row["customer_sees"],
        client_id=row["client_id"],
        external_id=row["external_id"],
        status=DeliveryStatus(row["status"]) if row["status"] else None,
        error_code=row["error_code"],
        error_message=row["error_message"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        delivered_at=row["delivered_at"],
        read_at=row["read_at"],
    )


def content_from(text: str | None) -> Content | None:
    """What a message is besides plain text."""
    return None if text is None else _content(text)


def attachments_from(text: str | None) -> tuple[Attachment, ...]:
    """The files of a message."""
    return tuple(Attachment(**item) for item in decode_json(text)) if text else ()


def attachments_json(attachments: tuple[Attachment, ...]) -> list[dict[str, Any]] | None:
    """The files of a message, as stored in it."""
    if not attachments:
        return None
    return [
        {
            "id": a.id,
            "filename": a.filename,
            "media_type": a.media_type,
            "size": a.size,
            "refusal_code": a.refusal_code,
            "refusal_message": a.refusal_message,
            "fetching": a.fetching,
            **({"held": True} if a.held else {}),
        }
        for a in attachments
    ]


def announcement_json(announcement: Announcement | None) -> dict[str, Any] | None:
    """A system line, as stored."""
    if announcement is None:
        return None
    return {"code": announcement.code, "params": dict(announcement.params)}
