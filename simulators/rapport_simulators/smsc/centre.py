"""The message centre: takes submits, sends receipts, hands customers' messages over."""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from rapport_simulators.smsc import letters
from rapport_simulators.smsc.ledger import Delivery, Fault, Faults, Ledger, Style, Submit
from rapport_simulators.smsc.session import Gone, Session
from rapport_simulators.smsc.wire import DELIVER, NACK, BadPdu, Frame, Sms, read_sms

THROTTLED, QUEUE_FULL, SUBMIT_FAILED, BAD_LENGTH = 0x58, 0x14, 0x45, 0x01
UDH, RECEIPT = 0x40, 0x04
PAYLOAD, SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x0424, 0x020C, 0x020E, 0x020F
RECEIPTED_ID, STATE = 0x001E, 0x0427
_STATES = {"DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "REJECTD": 8}
_CUTS = {"udh": (153, 134), "udh16": (152, 132), "sar": (153, 134)}
_ALONE = {letters.GSM: 160, letters.UCS2: 140}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this message centre is; ids may be spelt differently in receipts, as real ones do."""

    system_id: str = "rapport"
    password: str = "secret"  # noqa: S105 - a simulator's
    number: str = "+15550100"
    """Where customers' messages go unless they say otherwise."""
    submit_ids: Literal["decimal", "hex"] = "decimal"
    receipt_ids: Literal["decimal", "hex"] = "decimal"
    receipt_options: bool = False
    """Whether receipts carry receipted_message_id and message_state besides their text."""
    receipt_delay_s: float = 0.02
    retry_s: float = 0.1
    answer_s: float = 2.0


def _utc() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a simulator has a clock of its own


class Centre:
    """One message centre. `serve` takes a connection; all else is called by the control API."""

    def __init__(self, settings: Settings, now: Callable[[], datetime] = _utc) -> None:
        self.settings, self._now = settings, now
        self.ledger, self.faults = Ledger(), Faults()
        self.sessions: list[Session] = []
        self._ids = itertools.count(1_000_000_001)
        self._references = itertools.count(1)
        self._joining: dict[tuple[str, str, bytes], Submit] = {}
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._held: list[Sms] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends."""
        session = Session(reader, writer, self)
        self.sessions.append(session)
        serving = asyncio.current_task()
        assert serving is not None  # noqa: S101 - a coroutine runs in a task
        self._serving.add(serving)
        try:
            await session.run()
        finally:
            self._serving.discard(serving)
            self.sessions.remove(session)

    async def submit(self, session: Session, frame: Frame) -> None:
        """Take a submit_sm and answer it, as faults allow."""
        fault = self.faults.take(
            "throttle", "queue_full", "reject", "generic_nack", "delay"
        ) or self.faults.take("no_answer", "drop_connection", on="submit")
        if fault is not None and await self._goes_wrong(fault, session, frame):
            return
        try:
            sms = read_sms(frame.body)
        except BadPdu:
            await session.answer(frame, BAD_LENGTH)
            return
        number = next(self._ids)
        submit = self._book(sms, _spelt(number, self.settings.submit_ids))
        await session.answer(frame, 0, submit.ids[-1].encode() + b"\x00")
        if sms.wants_receipt:
            self._start(self._receipt(sms, submit, number))

    def send(self, sender: str, text: str, receiver: str, style: Style) -> Delivery:
        """A customer sends a message; it is handed over as soon as somebody takes it."""
        delivery = Delivery(f"mo-{next(self._ids)}", sender, receiver, text, style)
        self.ledger.deliveries.append(delivery)
        self._queue.put_nowait(delivery)
        return delivery

    async def deliver_all(self) -> None:
        """Hand customers' messages over in order, each until it is taken; runs until cancelled."""
        while True:
            delivery = await self._queue.get()
            frames = self._frames(delivery)
            while not delivery.accepted:
                delivery.accepted = await self._attempt(delivery, frames)
                if not delivery.accepted:
                    await asyncio.sleep(self.settings.retry_s)
            if self.faults.take("duplicate_deliver"):
                await self._attempt(delivery, frames)

    async def close(self) -> None:
        """Close every connection and forget what is under way."""
        for task in [*self._tasks]:
            task.cancel()
        self.drop_now()
        if self._serving:
            await asyncio.wait([*self._serving])

    def drop_now(self) -> None:
        """Break every connection at once."""
        for session in self.sessions:
            session.drop()

    async def _goes_wrong(self, fault: Fault, session: Session, frame: Frame) -> bool:
        """Do what the fault says; False where the submit is taken nevertheless."""
        match fault.kind:
            case "throttle":
                await session.answer(frame, THROTTLED)
            case "queue_full":
                await session.answer(frame, QUEUE_FULL)
            case "reject":
                await session.answer(frame, int(fault.options.get("status", SUBMIT_FAILED)))
            case "generic_nack":
                await session.write(Frame(NACK, 0x03, frame.sequence))
            case "drop_connection":
                session.drop()
            case "delay":
                await asyncio.sleep(float(fault.options.get("seconds", 0.1)))
                return False
        return True

    def _book(self, sms: Sms, spelt: str) -> Submit:
        data, total, number, key = sms.data or sms.options.get(PAYLOAD, b""), 1, 1, b""
        if sms.esm & UDH and data:
            header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
            if header[:2] in {b"\x00\x03", b"\x08\x04"}:
                key, total, number = header[2:-2], header[-2], header[-1]
        elif SAR_REFERENCE in sms.options:
            key = sms.options[SAR_REFERENCE]
            total, number = sms.options[SAR_TOTAL][0], sms.options[SAR_NUMBER][0]
        whose = (sms.sender, sms.receiver, key)
        submit = self._joining.get(whose) if key else None
        if submit is None or number in submit.parts:
            at = self._now().isoformat()
            submit = Submit(spelt, sms.from_number, sms.to_number, at, total=total)
            self.ledger.submits.append(submit)
            if key:
                self._joining[whose] = submit
        submit.parts[number] = letters.read(data, sms.coding)
        submit.ids.append(spelt)
        if len(submit.parts) == submit.total:
            self._joining.pop(whose, None)
        return submit

    async def _receipt(self, sms: Sms, submit: Submit, number: int) -> None:
        fault = self.faults.take("receipt")
        options: dict[str, Any] = fault.options if fault else {}
        stat, err = str(options.get("stat", "DELIVRD")), str(options.get("err", "000"))
        await asyncio.sleep(self.settings.receipt_delay_s)
        spelt, at = _spelt(number, self.settings.receipt_ids), self._now()
        words = (
            f"id:{spelt} sub:001 dlvrd:{'001' if stat == 'DELIVRD' else '000'}"
            f" submit date:{at:%y%m%d%H%M} done date:{at:%y%m%d%H%M}"
            f" stat:{stat} err:{err} text:{submit.parts[min(submit.parts)][:20]}"
        )
        receipt = Sms(
            sender=sms.receiver,
            receiver=sms.sender,
            esm=RECEIPT,
            data=words.encode("latin-1", "replace"),
        )
        if self.settings.receipt_options:
            named = _spelt(number, self.settings.submit_ids)
            receipt.options = {
                RECEIPTED_ID: named.encode() + b"\x00",
                STATE: bytes([_STATES.get(stat, 7)]),
            }
        submit.receipts.append({"id": spelt, "stat": stat, "at": at.isoformat()})
        held = self.faults.take("reorder_receipts")
        if held is None:
            await self._until_taken(receipt)
            return
        self._held.append(receipt)
        while held.count <= 0 and self._held:
            await self._until_taken(self._held.pop())

    async def _until_taken(self, receipt: Sms) -> None:
        while True:
            if await self._hand_over(receipt.body()):
                return
            await asyncio.sleep(self.settings.retry_s)

    async def _attempt(self, delivery: Delivery, bodies: list[bytes]) -> bool:
        delivery.attempts += 1
        for body in bodies:
            if not await self._hand_over(body):
                return False
        return True

    async def _hand_over(self, body: bytes) -> bool:
        session = next((s for s in self.sessions if s.receives), None)
        if session is None:
            return False
        try:
            answer = await session.ask(DELIVER, body, self.settings.answer_s)
        except (Gone, TimeoutError):
            return False
        return answer.status == 0

    def _frames(self, delivery: Delivery) -> list[bytes]:
        coding, characters = letters.write(delivery.text)
        sms = Sms(
            sender=delivery.sender.lstrip("+"),
            receiver=delivery.receiver.lstrip("+"),
            coding=coding,
        )
        whole = b"".join(characters)
        if delivery.style == "payload":
            sms.options = {PAYLOAD: whole}
            return [sms.body()]
        if len(whole) <= _ALONE[coding]:
            sms.data = whole
            return [sms.body()]
        pieces = letters.cut(characters, _CUTS[delivery.style][coding == letters.UCS2])
        reference = next(self._references)
        return [
            _piece(sms, piece, delivery.style, (reference, len(pieces), place)).body()
            for place, piece in enumerate(pieces, 1)
        ]

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _piece(whole: Sms, data: bytes, style: Style, place: tuple[int, int, int]) -> Sms:
    reference, total, number = place
    piece = Sms(sender=whole.sender, receiver=whole.receiver, coding=whole.coding, data=data)
    if style == "sar":
        piece.options = {
            SAR_REFERENCE: reference.to_bytes(2, "big"),
            SAR_TOTAL: bytes([total]),
            SAR_NUMBER: bytes([number]),
        }
        return piece
    header = bytes([0, 3, reference & 0xFF, total, number])
    if style == "udh16":
        header = bytes([8, 4, reference >> 8, reference & 0xFF, total, number])
    piece.esm, piece.data = UDH, bytes([len(header)]) + header + data
    return piece


def _spelt(number: int, how: Literal["decimal", "hex"]) -> str:
    return f"{number:X}" if how == "hex" else str(number)


async def start(centre: Centre, host: str, port: int) -> tuple[asyncio.Server, asyncio.Task[None]]:
    """Listen for clients and hand messages over; the caller closes both."""
    server = await asyncio.start_server(centre.serve, host, port)
    return server, asyncio.create_task(centre.deliver_all())


async def stop(centre: Centre, server: asyncio.Server, worker: asyncio.Task[None]) -> None:
    """Close what `start` opened."""
    worker.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await worker
    await centre.close()
    server.close()
    await server.wait_closed()
