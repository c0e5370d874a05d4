"""A generated mailbox imported through IMAP, with an outage between; judged by its ground truth."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from imap_tools import MailBoxUnencrypted

from rapport.domain.message import AgentEcho
from rapport.storage.embedded.endpoint import free_port
from tests.centre import Centre, TestClock, furnish, serving
from tests.mailbox.generator import DESK, Generator, Mail, Mailbox

PASSWORD = "demo-mailbox"
_MARK = re.compile(r"mark-(\d+)")
WORKERS = frozenset({"api", "worker"})


@asynccontextmanager
async def mail_server() -> AsyncIterator[int]:
    """The simulated mail server as a process of its own; its IMAP port."""
    control, imap, smtp = free_port(), free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rapport_simulators.mail", "--port", str(control),
        "--imap-port", str(imap), "--smtp-port", str(smtp), "--password", PASSWORD,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx2.AsyncClient(timeout=30) as client, asyncio.timeout(30):
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{control}/_control/customers")
                    break
                except httpx2.HTTPError:
                    await asyncio.sleep(0.05)
        yield imap
    finally:
        process.terminate()
        await process.wait()


def append(port: int, mails: Sequence[Mail]) -> None:
    """Lay mails into the mailbox."""
    with MailBoxUnencrypted("127.0.0.1", port, timeout=60).login(DESK, PASSWORD) as box:
        # imaplib writes a mail and its end apart: the end would wait for the peer's late ACK.
        box.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for mail in mails:
            box.append(mail.raw, "INBOX")


async def connect(centre: Centre, port: int, password: str = PASSWORD) -> int:
    await furnish(centre)
    spec = {
        "channel": "email",
        "address": DESK,
        "settings": {"imap_host": "127.0.0.1", "imap_port": port, "imap_security": "plain"},
    }
    account = await centre.put("accounts", "mail", spec, {"password": password})
    entry = {"account": account, "queue": centre.ids["sales"]}
    await centre.put("entry_points", "mail entry", entry)
    return account


async def read_up_to(centre: Centre, account: int, uid: int) -> None:
    """Wait until the mailbox has been read so far."""
    while True:
        mark = await centre.node.database.pool.fetchval(
            "SELECT uid FROM mailbox_mark WHERE account_id = $1", account
        )
        if (mark or 0) >= uid:
            return
        await asyncio.sleep(0.05)


async def imported(
    dsn: str, data: Path, count: int, traps: int, seed: int, within_s: float
) -> dict[str, Any]:
    """Import a mailbox in two parts; what was found, with every deviation counted."""
    box = Generator(seed).mailbox(count, traps)
    async with mail_server() as port, asyncio.timeout(within_s):
        async with serving(dsn, data, TestClock(), WORKERS) as centre:
            account = await connect(centre, port)
            await asyncio.to_thread(append, port, box.first)
            started = time.perf_counter()
            await read_up_to(centre, account, len(box.first))
            seconds = time.perf_counter() - started
            await answer(centre, account, box)
        # Nobody reads meanwhile: the rest waits on the server.
        await asyncio.to_thread(append, port, box.second)
        async with serving(dsn, data, TestClock(), WORKERS) as centre:
            started = time.perf_counter()
            await read_up_to(centre, account, len(box.mails))
            seconds += time.perf_counter() - started
            found = await judged(centre, box)
    return {
        "mails": len(box.mails),
        "traps": sum(mail.trap for mail in box.mails),
        "kinds": dict(Counter(mail.kind for mail in box.mails)),
        "seconds": round(seconds, 1),
        "per_second": round(len(box.mails) / seconds, 1),
        **found,
    }


async def answer(centre: Centre, account: int, box: Mailbox) -> None:
    """Our answers, as if they had been sent: their ids are tokens of their threads."""
    keys = {}
    rows = await centre.node.database.pool.fetch(
        "SELECT m.text, m.content, c.contact_key FROM message m"
        " JOIN conversation c ON c.id = m.conversation_id WHERE m.direction = 'inbound'"
    )
    labels = {mail.mark: mail.label for mail in box.first}
    for row in rows:
        if (mark := mark_of(row)) is not None:
            keys[labels[mark]] = row["contact_key"]
    for label, message_id in box.answers:
        echo = AgentEcho(
            external_id=message_id, contact_key=keys[label], text="Our answer",
            at=centre.clock.now(),
        )  # fmt: skip
        await centre.node.context.inbox.submit(account, [echo])


def mark_of(row: Any) -> int | None:
    content = json.loads(row["content"]) if row["content"] else {}
    details = content.get("details") or {}
    found = _MARK.search(row["text"]) or _MARK.search(str(details.get("subject", "")))
    return int(found[1]) if found else None


async def judged(centre: Centre, box: Mailbox) -> dict[str, Any]:
    """Compare what is stored with the ground truth."""
    rows = await centre.node.database.pool.fetch(
        "SELECT text, content, conversation_id FROM message WHERE direction = 'inbound'"
    )
    places: dict[int, list[int]] = defaultdict(list)
    unmarked = 0
    for row in rows:
        mark = mark_of(row)
        if mark is None:
            unmarked += 1
        else:
            places[mark].append(row["conversation_id"])
    wanted = {mail.mark: mail for mail in box.mails if mail.kind != "redelivered"}
    lost = [m.mark for m in wanted.values() if m.label is not None and not places[m.mark]]
    doubled = [mark for mark, found in places.items() if len(found) > 1]
    spurious = [m.mark for m in wanted.values() if m.label is None and places[m.mark]]
    home: dict[int, int] = {}
    owner: dict[int, int] = {}
    wrong: Counter[str] = Counter()
    for mail in sorted(wanted.values(), key=lambda one: one.mark):
        for conversation in places[mail.mark][:1]:
            label = mail.label or 0
            if (
                home.setdefault(label, conversation) != conversation
                or owner.setdefault(conversation, label) != label
            ):
                wrong[mail.kind] += 1
    return {
        "messages": len(rows),
        "threads": len(set(home.values())),
        "lost": len(lost),
        "doubled": len(doubled),
        "spurious": len(spurious),
        "unmarked": unmarked,
        "wrong_thread": sum(wrong.values()),
        "wrong_by_kind": dict(wrong),
    }
