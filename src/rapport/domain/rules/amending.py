"""What a customer can do to a message that is already there: react, edit, delete."""

from __future__ import annotations

from dataclasses import replace

from rapport.domain.message import Content, CustomerEvent, Direction, Message, Reaction


def changed_by(target: Message, event: CustomerEvent) -> Message | None:
    """A message after a reaction, an edit or a deletion; None where it changes nothing.

    Values are absolute and carry their time, so that repeats and disorder do no harm; nothing
    comes back after a deletion.
    """
    content = target.content or Content()
    if event.kind == "reaction":
        if content.reaction is not None and content.reaction.at >= event.at:
            return None
        if event.value is None and content.reaction is None:
            return None
        reaction = Reaction(emoji=event.value or "", at=event.at)
        return _amended(target, replace(content, reaction=reaction))
    if content.deleted_at is not None or target.direction is not Direction.INBOUND:
        return None
    if event.kind == "deleted":
        gone = replace(content, deleted_at=event.at)
        return replace(_amended(target, gone), text="", attachments=())
    if event.kind == "edited":
        if content.edited_at is not None and content.edited_at >= event.at:
            return None
        amended = _amended(target, replace(content, edited_at=event.at))
        return replace(amended, text=(event.value or "").replace("\x00", ""))
    return None


def _amended(message: Message, content: Content) -> Message:
    return replace(message, content=content, version=message.version + 1)
