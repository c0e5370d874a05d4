"""`/api/v1/stream`: the agent's live events, resumed by position."""

from __future__ import annotations

from http.cookies import SimpleCookie
from urllib.parse import parse_qs

import msgspec

from rapport.api.access import COOKIE, same_origin
from rapport.api.context import Context
from rapport.api.sockets import REFUSED, RESET, Receive, Scope, Send, Socket
from rapport.application import agent_state
from rapport.application.access import Session
from rapport.application.floor import LIVE
from rapport.domain.errors import Refused
from rapport.domain.rights import READ, Right, covers
from rapport.stream.hub import Subscription

HEARTBEAT_S = 20
encode = msgspec.json.Encoder().encode


class _Typing(msgspec.Struct, tag="typing"):
    conversation_id: int
    on: bool = True


class _Pong(msgspec.Struct, tag="pong"):
    pass


class _Watch(msgspec.Struct, tag="watch"):
    conversation_id: int | None


class _Floor(msgspec.Struct, tag="floor"):
    on: bool = True


_decode = msgspec.json.Decoder(_Typing | _Pong | _Watch | _Floor).decode


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
    subscription = context.hub.subscribe(audiences_of(session), after, covered=session.covered)
    if subscription is None:
        await socket.send(b'{"type":"reset","reason":"position_expired"}')
        await socket.close(RESET, "position_expired")
        return
    try:
        # Ended between the two: the event of it has found no socket of this session yet.
        if await _session(context, socket) is None:
            await socket.close(REFUSED, "session_ended")
            return
        if session.works:
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

        def renew() -> None:
            current = context.services.configuration.current
            subscription.covered = not current.sees_addresses(session.user_id)
            if _supervises(context, session):
                context.hub.follow(subscription, "supervisors")

        async def handle(frame: str | bytes) -> None:
            await _handle(context, session, subscription, frame)

        subscription.renew = renew

        await socket.serve("agent", subscription, handle)
    finally:
        context.hub.unsubscribe(subscription)


def audiences_of(session: Session) -> set[str]:
    """What a person follows."""
    names = {f"agent.{session.user_id}", f"session.{session.id}", "everyone"}
    if session.supervises:
        names.add("supervisors")
    return names


def _supervises(context: Context, session: Session) -> bool:
    """By the rights of this moment: a socket lives longer than they do."""
    return covers(context.access.grants(session.user_id), f"{Right.FLOOR}{READ}")


async def _session(context: Context, socket: Socket) -> Session | None:
    origin, host = socket.headers.get("origin"), socket.headers.get("host")
    if not same_origin(origin, host, context.public_url):
        return None
    cookies = SimpleCookie(socket.headers.get("cookie", ""))
    try:
        session = await context.access.recognise(
            cookies[COOKIE].value if COOKIE in cookies else None
        )
    except Refused:
        return None
    unready = session.must_change_password or session.must_set_up_second_factor
    return None if unready else session


def _look(context: Context, subscription: Subscription, message: _Watch | _Floor) -> None:
    """A supervisor opens or leaves the board, or a conversation that is not theirs."""
    if isinstance(message, _Floor):
        change = context.hub.follow if message.on else context.hub.leave
        change(subscription, LIVE)
        if message.on:
            context.floor_board.joined()
        return
    for name in [n for n in subscription.audiences if n.startswith("watch.")]:
        context.hub.leave(subscription, name)
    if message.conversation_id is not None:
        context.hub.follow(subscription, f"watch.{message.conversation_id}")


async def _handle(
    context: Context, session: Session, subscription: Subscription, frame: str | bytes
) -> None:
    try:
        message = _decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return
    if isinstance(message, _Watch | _Floor):
        if _supervises(context, session):
            _look(context, subscription, message)
    elif isinstance(message, _Typing):
        agents = await context.reader.participants(message.conversation_id)
        if session.user_id not in agents:
            return
        if message.on:
            context.courtesies.typing(message.conversation_id)
        author = {"kind": "agent", "id": session.user_id}
        context.asides.tell_customer(
            message.conversation_id,
            encode({"type": "typing", "on": message.on, "name": session.name}),
        )
        context.asides.tell(
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
