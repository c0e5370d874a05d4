"""`/api/v1/stream`: the agent's live events, resumed by position."""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qs

import msgspec

from rapport.api.access import COOKIE, same_origin
from rapport.api.context import Context
from rapport.api.sockets import RESET, Receive, Scope, Send, Socket
from rapport.application import agent_state
from rapport.application.access import Session
from rapport.domain.errors import Refused

HEARTBEAT_S = 20
encode = msgspec.json.Encoder().encode


class _Typing(msgspec.Struct, tag="typing"):
    conversation_id: int
    on: bool = True


class _Pong(msgspec.Struct, tag="pong"):
    pass


_decode = msgspec.json.Decoder(_Typing | _Pong).decode


async def stream_socket(context: Context, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one desktop's stream."""
    socket = Socket(scope, receive, send)
    session = await _session(context, socket)
    if session is None:
        await socket.refuse()
        return
    if not await socket.accept():
        return
    after = parse_qs(socket.query).get("after", [None])[0]
    subscription = context.hub.subscribe(audiences_of(session), after)
    if subscription is None:
        await socket.send(b'{"type":"reset","reason":"position_expired"}')
        await socket.close(RESET, "position_expired")
        return
    try:
        if session.roles & {"agent", "supervisor"}:
            await agent_state.desktop_came(context.services, session.user_id)
        await socket.send(
            encode(
                {
                    "type": "hello",
                    "position": after or context.hub.position,
                    "heartbeat_s": HEARTBEAT_S,
                }
            )
        )

        async def handle(frame: str | bytes) -> None:
            await _handle(context, session, frame)

        await socket.serve("agent", subscription, handle)
    finally:
        context.hub.unsubscribe(subscription)


def audiences_of(session: Session) -> set[str]:
    """What a person follows."""
    names = {f"agent.{session.user_id}", "everyone"}
    if session.supervises:
        names.add("supervisors")
    return names


async def _session(context: Context, socket: Socket) -> Session | None:
    origin, host = socket.headers.get("origin"), socket.headers.get("host")
    if not same_origin(origin, host, context.public_url):
        return None
    cookies = SimpleCookie(socket.headers.get("cookie", ""))
    try:
        return await context.access.recognise(cookies[COOKIE].value if COOKIE in cookies else None)
    except Refused:
        return None


async def _handle(context: Context, session: Session, frame: str | bytes) -> None:
    try:
        message = _decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if isinstance(message, _Typing):
        agents = await context.reader.participants(message.conversation_id)
        if session.user_id not in agents:
            return
        if message.on:
            context.courtesies.typing(message.conversation_id)
        author = {"kind": "agent", "id": session.user_id}
        context.hub.whisper_customer(
            message.conversation_id,
            encode({"type": "typing", "on": message.on, "name": session.name}),
        )
        context.hub.whisper(
            (f"agent.{i}" for i in agents if i != session.user_id),
            encode(
                {
                    "type": "typing",
                    "conversation_id": message.conversation_id,
                    "author": author,
                    "on": message.on,
                }
            ),
        )
