"""An account's link to its message centre: bound, held, and bound again after every break."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import datetime

from rapport.channels.sdk.abilities import Inbox
from rapport.channels.sdk.connector import AccountConfig, Probe, Rejected, Request
from rapport.channels.sdk.transport import Part
from rapport.channels.sms import smpp_pdu as pdus
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.smpp_codes import REFUSED_BINDS, outcome
from rapport.channels.sms.smpp_ids import submitted
from rapport.channels.sms.smpp_inbound import SEEN, fingerprint, tells_itself_apart
from rapport.channels.sms.smpp_pdu import Pdu
from rapport.channels.sms.smpp_repeats import Repeats
from rapport.channels.sms.smpp_session import (
    BindRefused,
    Deliver,
    NotAnswered,
    NotSent,
    Session,
    Timings,
)
from rapport.domain.sending import AccountBroken, RetryAfter, SendOutcome, Sent, Unknown

LONGEST_PAUSE_S = 60.0
_SERVER_ERROR = 500
_REFUSED = "The message centre refuses the system id or password."
_REASONS = {
    "disconnected": "The message centre closed the connection.",
    "unbound": "The message centre ended the session.",
    "silent": "The message centre does not answer any more.",
    "malformed": "The message centre sent something that is not SMPP.",
}
Say = Callable[[str, str], None]


class Link:
    """One account's sessions. `send` uses the live one; `run` keeps it alive."""

    def __init__(
        self, account: AccountConfig, settings: SmsSettings, now: Callable[[], datetime]
    ) -> None:
        self._account, self._settings, self._now = account, settings, now
        self._transmitter: Session | None = None
        self._refused = False
        self._repeats = Repeats(settings.redelivery_window_s, settings.repeat_after_s)

    async def run(self, inbox: Inbox, say: Say) -> None:
        """Hold the link until cancelled."""

        async def deliver(pdu: Pdu) -> int:
            return await self._hand_in(pdu, inbox)

        pause = self._settings.reconnect_s
        while True:
            bound = False

            def connected() -> None:
                nonlocal bound
                bound = True
                say("connected", "The link to the message centre is up.")

            code, words = await self._hold(deliver, connected)
            say(code, words)
            pause = self._settings.reconnect_s if bound else min(pause * 2, LONGEST_PAUSE_S)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads reconnects

    async def send(self, part: Part) -> SendOutcome:
        """Submit one segment through the live session."""
        session = self._transmitter
        if session is None:
            if self._refused:
                return AccountBroken("bind_refused", _REFUSED)
            return RetryAfter(None, "not_connected")
        (request,) = part.requests
        pdu = Pdu.decode(bytes.fromhex(request.hex or ""))
        try:
            answer = await session.request(pdu.command, pdu.body)
        except NotSent:
            return RetryAfter(None, "not_connected")
        except NotAnswered:
            return Unknown("unanswered")
        if answer.status != pdus.OK or answer.command == pdus.GENERIC_NACK:
            return outcome(answer.status)
        given = pdus.first_string(answer.body)
        return Sent(submitted(given, self._settings.receipt_ids) if given else None)

    async def probe(self) -> Probe:
        """Ask the live session, or bind once for the question."""
        session = self._transmitter
        if session is not None:
            try:
                await session.request(pdus.ENQUIRE_LINK)
            except (NotSent, NotAnswered):
                return Probe(ok=False, code="silent", message=_REASONS["silent"])
            return Probe(ok=True, facts={"bound": "yes"})
        try:
            session, name = await self._bound(pdus.BIND_TRANSMITTER, _refuse_all)
        except BindRefused as refused:
            return Probe(ok=False, code="bind_refused", message=_bind_words(refused.status))
        except (OSError, UnicodeError, NotSent, NotAnswered):
            return Probe(
                ok=False, code="unreachable", message="The message centre can't be reached."
            )
        await session.close()
        return Probe(ok=True, facts={"system_id": name} if name else {})

    async def _hold(self, deliver: Deliver, connected: Callable[[], None]) -> tuple[str, str]:
        """Bind and serve once; returns why it ended, as a code and words."""
        sessions: list[Session] = []
        try:
            for command in self._binds():
                session, _ = await self._bound(command, deliver)
                session.answered = self._answered
                sessions.append(session)
            self._transmitter, self._refused = sessions[0], False
            connected()
            code = await _first_end(sessions)
        except BindRefused as refused:
            self._refused = refused.status in REFUSED_BINDS
            code = "bind_refused" if self._refused else "bind_failed"
            return code, _bind_words(refused.status)
        except (OSError, UnicodeError, NotSent, NotAnswered):
            return "unreachable", "The message centre can't be reached."
        finally:
            self._transmitter = None
            self._repeats.broken(self._now().timestamp())
            for session in sessions:
                await session.close()
        return code, _REASONS[code]

    def _binds(self) -> tuple[int, ...]:
        if self._settings.bind == "trx":
            return (pdus.BIND_TRANSCEIVER,)
        return (pdus.BIND_TRANSMITTER, pdus.BIND_RECEIVER)

    async def _bound(self, command: int, deliver: Deliver) -> tuple[Session, str]:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.response_s):
                reader, writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=True if settings.tls else None
                )
        except TimeoutError:
            raise NotSent from None
        timings = Timings(
            enquire_link_s=settings.enquire_link_s,
            response_s=settings.response_s,
            window=settings.window,
        )
        session = Session(reader, writer, timings, deliver)
        password = self._account.secrets.get("password", "")
        body = pdus.bind_body(settings.system_id, password, settings.system_type)
        try:
            return session, await session.bind(command, body)
        except BaseException:
            await session.close()
            raise

    def _answered(self, pdu: Pdu) -> None:
        self._repeats.answered(fingerprint(pdu), self._now().timestamp())

    async def _hand_in(self, pdu: Pdu, inbox: Inbox) -> int:
        """Store a delivery; its answer is positive only after that.

        Anything that hinders storing is answered so that the message centre keeps the message; one
        that can't be understood at all is refused for good, lest it hold up the others.
        """
        now = self._now().timestamp()
        stamp = self._repeats.stamp(fingerprint(pdu), now, tells_itself_apart(pdu))
        request = Request(
            method="SMPP",
            path=f"/smpp/{self._account.id}",
            query=f"{SEEN}={stamp}",
            headers={},
            body=pdu.encode(),
        )
        try:
            await inbox(request)
        except Rejected as rejected:
            broken = rejected.status < _SERVER_ERROR
            return pdus.PERMANENT_APP_ERROR if broken else pdus.TEMPORARY_APP_ERROR
        except Exception:  # noqa: BLE001 - whatever it is, the message must not be lost
            return pdus.TEMPORARY_APP_ERROR
        return pdus.OK


async def _refuse_all(pdu: Pdu) -> int:
    del pdu
    return pdus.TEMPORARY_APP_ERROR


async def _first_end(sessions: list[Session]) -> str:
    tasks = [asyncio.create_task(session.serve()) for session in sessions]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task.result() for task in tasks if task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _bind_words(status: int) -> str:
    if status in REFUSED_BINDS:
        return f"{_REFUSED[:-1]} ({status:#04x})."
    return f"The message centre does not bind now ({status:#04x})."
