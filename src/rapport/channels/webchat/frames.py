"""What the widget may say on its socket: parsed and bounded before anything is done."""

from __future__ import annotations

import msgspec

LARGEST_FRAME = 64 * 1024


class Hello(msgspec.Struct, tag="hello"):
    """The first frame: who, and how far the page has read."""

    token: str
    after: int = 0


class Start(msgspec.Struct, tag="start"):
    """Open a conversation with the answers of the form."""

    id: str
    fields: dict[str, str] = {}
    text: str | None = None
    page: str | None = None


class Say(msgspec.Struct, tag="message"):
    """A message; `id` is the page's own and makes sending twice one message."""

    id: str
    text: str = ""
    attachment_ids: list[int] = []


class Typing(msgspec.Struct, tag="typing"):
    """The visitor is, or is no longer, typing."""

    on: bool = True


class Seen(msgspec.Struct, tag="seen"):
    """The visitor has seen the thread up to here."""

    seq: int


class End(msgspec.Struct, tag="end"):
    """The visitor ends the chat."""

    id: str


class History(msgspec.Struct, tag="history"):
    """Earlier messages are wanted."""

    before: int


class Transcript(msgspec.Struct, tag="transcript"):
    """The thread is wanted by e-mail."""

    id: str
    email: str


class Pong(msgspec.Struct, tag="pong"):
    """Answer to a ping."""


Frame = Hello | Start | Say | Typing | Seen | End | History | Transcript | Pong
_decode = msgspec.json.Decoder(Frame).decode
ID_LENGTH = range(1, 65)


def parse(data: str | bytes) -> Frame | None:
    """A frame, or None for anything that is not one."""
    if len(data) > LARGEST_FRAME:
        return None
    try:
        frame: Frame = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    identity = getattr(frame, "id", None)
    return frame if identity is None or len(identity) in ID_LENGTH else None
