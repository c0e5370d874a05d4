"""E-mail from the mailbox to the agent and back over a real SMTP server: threads, modes, guard."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from imap_tools import MailBoxUnencrypted

from rapport.api.webhooks import take
from rapport.channels.sdk.connector import Request
from tests.centre import Centre, Desktop, Json
from tests.contract.email.imap_servers import PASSWORD, USER, Imap, pymap
from tests.journeys.providers import until

DESK, DANA, ROBIN = "help@shop.example", "dana@mail.example", "robin@mail.example"


class Postbox:
    """Takes what is sent, as a mail server would; refuses whom it is told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.refuse: set[str] = set()
        self.busy = 0
        """How many mails are put off before one is taken."""

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.busy:
            self.busy -= 1
            return "451 4.3.0 try again later"
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 2.0.0 taken"


class Mailbox:
    """A centre's mailbox: mails come in as from IMAP, and go out to the postbox."""

    def __init__(self, centre: Centre, account: int, postbox: Postbox) -> None:
        self.centre, self.account, self.postbox = centre, account, postbox

    async def comes(
        self, text: str, sender: str = DANA, *, subject: str = "A broken cup", **headers: str
    ) -> str:
        """A mail arrives; returns its Message-ID."""
        mail = EmailMessage()
        mail["From"] = f"{sender.split('@', maxsplit=1)[0].title()} Example <{sender}>"
        mail["To"] = headers.pop("to", DESK)
        mail["Subject"] = subject
        mail["Message-ID"] = headers.pop(
            "message_id", f"<{abs(hash((text, sender)))}@mail.example>"
        )
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        await self.raw(mail.as_bytes())
        return str(mail["Message-ID"])

    async def raw(self, raw: bytes) -> None:
        connector, _ = self.centre.node.context.channels.account(self.account)
        request = Request(method="MAIL", path="", query="", headers={}, body=raw)
        await take(self.centre.node.context, self.account, connector, request)

    async def deliver(self) -> EmailMessage:
        assert await self.centre.node.postman.deliver() == 1
        return self.postbox.mails[-1]


@asynccontextmanager
async def mailbox(centre: Centre, **more: Any) -> AsyncIterator[Mailbox]:
    postbox = Postbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, loop=loop), "127.0.0.1", 0)
    account = await centre.put(
        "accounts",
        "mail",
        {
            "channel": "email",
            "address": DESK,
            "settings": {
                "smtp_host": "127.0.0.1",
                "smtp_port": server.sockets[0].getsockname()[1],
                "smtp_security": "plain",
                "sender_name": "Kettle & Clay",
                "per_second": 50,
                **more,
            },
        },
    )
    await centre.put(
        "entry_points", "mail entry", {"account": account, "queue": centre.ids["sales"]}
    )
    try:
        yield Mailbox(centre, account, postbox)
    finally:
        server.close()
        await server.wait_closed()


async def accepted(centre: Centre, login: str = "ana") -> tuple[Desktop, int]:
    desktop = centre.desktops.get(login) or await centre.sign_in(login)
    await centre.route()
    await desktop.catch_up(await centre.position())
    task_id = max(desktop.state.tasks)
    await desktop.post(f"/tasks/{task_id}/accept")
    await desktop.catch_up(await centre.position())
    return desktop, task_id


async def answer(desktop: Desktop, task_id: int, mode: str, text: str, **more: Any) -> Json:
    fields = await desktop.get(f"/tasks/{task_id}/reply-fields?mode={mode}")
    body = {"mode": mode, "latest_seq": fields["latest_seq"], "text": text, **more}
    return await desktop.post(f"/tasks/{task_id}/mail", body)


async def threads(centre: Centre) -> int:
    count: int = await centre.node.database.pool.fetchval("SELECT count(*) FROM conversation")
    return count


async def test_a_mail_is_answered_in_its_thread_and_the_answer_comes_back_to_it(
    centre: Centre,
) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.")
        out = await box.deliver()
        assert out["To"] == "Dana Example <dana@mail.example>"
        assert out["Subject"] == "Re: A broken cup"
        assert out["In-Reply-To"] == first
        assert first in out["References"]
        assert box.postbox.recipients == [[DANA]]
        await box.comes("Thank you!", In_Reply_To=str(out["Message-ID"]))
        assert await threads(centre) == 1
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        texts = [m["text"] for m in page["items"] if m["direction"] != "announcement"]
        assert texts == ["The cup is broken.", "We send a new one.", "Thank you!"]
        assert sent["message"]["content"]["details"]["mode"] == "reply"
        await centre.settle()


async def test_the_subject_alone_joins_nothing_and_a_stranger_opens_a_thread(
    centre: Centre,
) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        await box.comes("Another cup.", subject="Re: A broken cup", message_id="<2@mail.example>")
        assert await threads(centre) == 2
        await box.comes("Me too", sender=ROBIN, In_Reply_To=first)
        assert await threads(centre) == 3
        await box.comes("The same again", message_id=first, sender=ROBIN)
        assert await threads(centre) == 4


async def test_a_form_of_our_own_website_opens_a_thread_with_the_customer(centre: Centre) -> None:
    """It comes from our own address and names the customer as the one to answer."""
    async with mailbox(centre) as box:
        form = await box.comes("A kettle?", sender=DESK, Reply_To=f"Dana Example <{DANA}>")
        ana, task_id = await accepted(centre)
        assert ana.state.contacts[ana.task(task_id)["contact_id"]]["email"] == DANA
        await answer(ana, task_id, "reply", "Which one?")
        out = await box.deliver()
        assert (out["To"], out["In-Reply-To"]) == (f"Dana Example <{DANA}>", form)
        await box.comes("The blue one", In_Reply_To=str(out["Message-ID"]))
        assert await threads(centre) == 1
        # What we have written ourselves comes back to the mailbox, too.
        await box.comes("Which one?", sender=DESK, message_id=str(out["Message-ID"]))
        assert await threads(centre) == 1
        await centre.settle()


async def test_the_same_mail_again_is_one_mail(centre: Centre) -> None:
    async with mailbox(centre) as box:
        for _ in range(3):
            await box.comes("The cup is broken.", message_id="<1@mail.example>")
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT count(*) FROM message") == 1


async def test_only_the_latest_mail_can_be_answered(centre: Centre) -> None:
    # Seed: "At any point in time, you can only respond to the latest email."
    # Seed: "You will not be allowed to send an email until the latest email is read."
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        fields = await ana.get(f"/tasks/{task_id}/reply-fields")
        await box.comes("And the pot as well.", In_Reply_To=first)
        stale = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "Only the cup?"}
        assert await ana.refused(f"/tasks/{task_id}/mail", stale) == (409, "not_latest")
        assert await ana.refused(f"/tasks/{task_id}/messages", {"text": "x"}) == (
            409,
            "not_latest",
        )
        await answer(ana, task_id, "reply", "We send both.")
        out = await box.deliver()
        assert out.get_content().startswith("We send both.")
        await centre.settle()


async def test_a_mail_sent_again_by_its_browser_is_one_mail_whatever_came_meanwhile(
    centre: Centre,
) -> None:
    # Seed: "you can only respond to the latest email": when it was sent, it was the latest.
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        fields = await ana.get(f"/tasks/{task_id}/reply-fields")
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "We send a new one."}
        headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": "k" * 32}
        path = f"/api/v1/tasks/{task_id}/mail"
        sent = (await ana.http.post(path, json=body, headers=headers)).json()
        await box.comes("And the pot as well.", In_Reply_To=first)
        again = await ana.http.post(path, json=body, headers=headers)
        assert (again.status_code, again.json()["message"]["id"]) == (200, sent["message"]["id"])
        other = await ana.http.post(path, json={**body, "text": "No."}, headers=headers)
        assert other.json()["error"]["code"] == "idempotency_key_reused"
        assert await centre.node.postman.deliver() == 1
        assert await centre.node.postman.deliver() == 0
        await centre.settle()


async def test_reply_all_and_forward_fill_in_as_the_table_says(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.", Cc=f"{ROBIN}, {DESK}", to=f"{DESK}, kim@mail.example")
        ana, task_id = await accepted(centre)
        everybody = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply_all")
        assert [a["address"] for a in everybody["to"]] == [DANA, "kim@mail.example"]
        assert [a["address"] for a in everybody["cc"]] == [ROBIN]
        only = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply")
        assert ([a["address"] for a in only["to"]], only["cc"]) == ([DANA], [])
        forward = await ana.get(f"/tasks/{task_id}/reply-fields?mode=forward")
        assert (forward["to"], forward["cc"]) == ([], [])
        assert "The cup is broken." in forward["quote_text"]
        body = {"mode": "forward", "latest_seq": forward["latest_seq"], "text": "Look"}
        status, code = await ana.refused(f"/tasks/{task_id}/mail", body)
        assert (status, code) == (422, "no_recipient")
        bad = {**body, "to": [{"address": "nobody"}]}
        assert await ana.refused(f"/tasks/{task_id}/mail", bad) == (422, "bad_address")
        injected = {**body, "to": [{"address": "a@b.example\r\nBcc: x@y.example"}]}
        assert (await ana.refused(f"/tasks/{task_id}/mail", injected))[0] == 422
        await ana.post(
            f"/tasks/{task_id}/mail", {**body, "to": [{"address": "potter@mail.example"}]}
        )
        out = await box.deliver()
        assert (out["To"], out["Subject"]) == ("potter@mail.example", "Fwd: A broken cup")
        assert box.postbox.recipients == [["potter@mail.example"]]
        await centre.settle()


async def test_a_bounce_fails_the_mail_in_words_and_opens_nothing(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.")
        out = await box.deliver()
        report = (
            "From: Mail Delivery System <mailer-daemon@mail.example>\r\nTo: help@shop.example\r\n"
            "Subject: Undelivered Mail\r\nMessage-ID: <b1@mail.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mail.example\r\n\r\n"
            "Final-Recipient: rfc822; dana@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
            "--b\r\nContent-Type: message/rfc822\r\n\r\n"
            f"Message-ID: {out['Message-ID']}\r\nSubject: Re: A broken cup\r\n\r\nWe\r\n--b--\r\n"
        )
        await box.raw(report.encode())
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        failed = next(m for m in page["items"] if m["id"] == sent["message"]["id"])
        assert failed["status"] == "failed"
        assert failed["error"]["code"] == "5.1.1"
        assert "no such user" in failed["error"]["message"]
        assert await threads(centre) == 1
        await centre.settle()


async def test_an_absence_note_opens_no_task(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("I am away.", Auto_Submitted="auto-replied")
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT count(*) FROM task") == 0


async def test_the_complete_mail_is_shown_harmless(centre: Centre) -> None:
    async with mailbox(centre) as box:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = DANA, DESK, "Table"
        mail["Message-ID"] = "<table@mail.example>"
        mail.set_content("plain")
        mail.add_alternative(
            "<table><tr><td>cup</td></tr></table><script>alert(1)</script>"
            '<a href="https://shop.example/">our shop</a><img src="https://spy.example/p.gif">',
            subtype="html",
        )
        await box.raw(mail.as_bytes())
        ana, task_id = await accepted(centre)
        conversation = ana.task(task_id)["conversation_id"]
        first = (await ana.get(f"/conversations/{conversation}/original"))["message_id"]
        shown = await ana.http.get(f"/api/v1/messages/{first}/mail")
        assert "<td>cup</td>" in shown.text
        assert "https://shop.example/" in shown.text
        assert "script" not in shown.text.replace("allow-scripts", "")
        assert ' src="https://spy.example' not in shown.text
        assert "sandbox" in shown.headers["content-security-policy"]
        source = await ana.http.get(f"/api/v1/messages/{first}/source")
        assert source.content == mail.as_bytes()
        await centre.settle()


@asynccontextmanager
async def read_by(centre: Centre) -> AsyncIterator[None]:
    """A node that reads mailboxes, for as long as it runs."""
    links = asyncio.create_task(centre.node.links.run())
    try:
        yield
    finally:
        links.cancel()
        with suppress(asyncio.CancelledError):
            await links


async def imap_account(centre: Centre, imap: Imap, **settings: Any) -> int:
    """An account whose mailbox is on a mail server."""
    where = {
        "imap_host": "127.0.0.1",
        "imap_port": imap.port,
        "imap_security": "plain",
        "user": USER,
    }
    spec = {"channel": "email", "address": DESK, "settings": where | settings}
    account = await centre.put("accounts", "mail", spec, {"password": PASSWORD})
    entry = {"account": account, "queue": centre.ids["sales"]}
    await centre.put("entry_points", "mail entry", entry)
    return account


async def test_a_mailbox_is_read_by_imap_and_what_was_there_comes_in_silently(
    centre: Centre, tmp_path: Path
) -> None:
    """The real reader and a real server: old mail opens no task, new mail does, each once."""
    with pymap(tmp_path) as imap:
        await imap_account(centre, imap)
        pool = centre.node.database.pool
        async with read_by(centre):

            async def caught_up() -> bool:
                mark = await pool.fetchval("SELECT uid FROM mailbox_mark")
                stored = await pool.fetchval("SELECT count(*) FROM mail")
                return bool(mark) and bool(stored) and mark == await newest_uid(imap)

            await until(caught_up, 30)
            old: int = await pool.fetchval("SELECT count(*) FROM mail")
            assert old > 0
            assert await pool.fetchval("SELECT count(*) FROM task") == 0
            imap.append(
                b"From: Dana <dana@mail.example>\r\nTo: help@shop.example\r\n"
                b"Subject: New\r\nMessage-ID: <new@mail.example>\r\n\r\nA new one.\r\n"
            )

            async def arrived() -> bool:
                return bool(await pool.fetchval("SELECT count(*) FROM task"))

            await until(arrived, 60)
            text = await pool.fetchval("SELECT text FROM message ORDER BY id DESC LIMIT 1")
            assert text == "A new one."


async def test_what_came_between_configuration_and_first_look_is_new(
    centre: Centre, tmp_path: Path
) -> None:
    """M10: no mail is lost while no node looks, nor by settings that are changed meanwhile."""
    with pymap(tmp_path) as imap:
        # Without a mail server it is no mailbox yet: what comes is not for us.
        await imap_account(centre, imap, imap_host="")
        imap.append(dated("before"), centre.clock.now())
        centre.clock.advance(hours=1)
        await imap_account(centre, imap, folder="Nowhere")
        centre.clock.advance(minutes=30)
        imap.append(dated("meanwhile"), centre.clock.now())
        centre.clock.advance(hours=1)
        await imap_account(centre, imap)
        pool = centre.node.database.pool

        async def read() -> bool:
            return await pool.fetchval("SELECT max(uid) FROM mailbox_mark") == newest

        newest = await newest_uid(imap)
        async with read_by(centre):
            await until(read, 30)
        opened = "SELECT m.text FROM message m JOIN task t ON t.id = m.task_id"
        assert [row["text"] for row in await pool.fetch(opened)] == ["meanwhile"]
        kept = "SELECT count(*) FROM message WHERE text = 'before'"
        assert await pool.fetchval(kept) == 1


def dated(word: str) -> bytes:
    return (
        f"From: Dana <dana@mail.example>\r\nTo: help@shop.example\r\nSubject: {word}\r\n"
        f"Message-ID: <{word}@mail.example>\r\n\r\n{word}\r\n"
    ).encode()


async def newest_uid(imap: Imap) -> int:
    def ask() -> int:
        with MailBoxUnencrypted("127.0.0.1", imap.port).login(USER, PASSWORD) as box:
            return max(int(uid) for uid in box.uids())

    return await asyncio.to_thread(ask)


async def test_the_agents_signature_and_the_mailboxs_stand_below_both_forms(
    centre: Centre,
) -> None:
    async with mailbox(centre, signature="Kettle & Clay") as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        await ana.send("PATCH", "/me/preferences", {"signature": "Ana Example\nSales"})
        await answer(ana, task_id, "reply", "We send one.", html="<p>We send <b>one</b>.</p>")
        out = await box.deliver()
        plain, html = out.get_body(("plain",)), out.get_body(("html",))
        assert plain is not None
        assert html is not None
        expected = ["We send one.", "", "-- ", "Ana Example", "Sales", "Kettle & Clay"]
        assert plain.get_content().splitlines() == expected
        assert "Ana Example" in html.get_content()
        assert "Kettle &amp; Clay" in html.get_content()
        await centre.settle()


async def test_a_mail_that_comes_again_leaves_nothing_behind(
    centre: Centre, tmp_path: Path
) -> None:
    def kept() -> int:
        return sum(path.is_file() for path in (tmp_path / "files").rglob("*"))

    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        before = kept()
        for _ in range(3):
            await box.comes("The cup is broken.", message_id=first)
        assert kept() == before == 1
        ana, task_id = await accepted(centre)
        assert (await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply"))["latest_seq"] == 1
        await centre.settle()
