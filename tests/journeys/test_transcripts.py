"""A chat by e-mail: asked for in the widget, sent by a real server, once, with what was seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from rapport.application.letters import BACK_OFF_S
from tests.centre import Centre, VisitorPage
from tests.journeys.test_email import Mailbox, mailbox
from tests.journeys.test_task_life import active

DANA = "dana@mail.example"


@asynccontextmanager
async def site(centre: Centre, **more: Any) -> AsyncIterator[Mailbox]:
    """The website's chat, with a mailbox for transcripts."""
    async with mailbox(centre) as box:
        spec = centre.node.configuration.current.account_specs[centre.ids["site"]]
        webchat = spec.model_dump()["webchat"]
        webchat["transcripts"] = {"account": box.account, **more}
        await centre.put("accounts", "site", spec.model_dump() | {"webchat": webchat})
        yield box


async def asks(page: VisitorPage, email: str = DANA, frame_id: str = "ask-1") -> None:
    await page.send(type="transcript", id=frame_id, email=email)


async def code_of(page: VisitorPage, frame_id: str) -> str:
    return str((await page.until("refused", id=frame_id))["code"])


def words(mail: EmailMessage) -> list[str]:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").splitlines()


async def test_what_the_visitor_saw_is_sent_once(centre: Centre) -> None:
    async with site(centre, subject="Chat with {company}", customer="Dana") as box:
        ana, page = await centre.sign_in("ana"), await centre.visitor()
        session = await page.http.post("/widget/v1/test-site/session", json={"token": page.token})
        assert session.json()["site"]["transcript"] is True
        task_id = await active(centre, ana, page)
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Which order?\nI look it up."})
        note = {"text": "Has called before", "note": True}
        await ana.post(f"/tasks/{task_id}/messages", note)
        await page.until("message")
        await page.say("KC-1")
        await asks(page)
        await page.until("ack", id="ask-1")
        # The page did not hear the answer and asks again; what is said now was not asked for.
        await asks(page)
        await page.until("ack", id="ask-1")
        await page.say("Are you still there?")
        while await centre.node.transcript_mailer.run_due():
            pass
        (mail,) = box.postbox.mails
        assert box.postbox.recipients == [[DANA]]
        assert mail["Subject"] == "Chat with Test"
        assert mail["Auto-Submitted"] == "auto-generated"
        said = [line[6:] for line in words(mail) if line[2:3] == ":" or line.startswith("      ")]
        assert said == ["Dana: Hello", "Ana: Which order?", "I look it up.", "Dana: KC-1"]
        kept = await centre.node.database.pool.fetch("SELECT email, outcome FROM transcript")
        assert [tuple(row) for row in kept] == [("", "Sent")]


async def test_a_server_that_is_away_is_tried_again_under_the_same_name(centre: Centre) -> None:
    async with site(centre) as box:
        ana, page = await centre.sign_in("ana"), await centre.visitor()
        await active(centre, ana, page)
        await asks(page)
        await page.until("ack", id="ask-1")
        box.postbox.busy = 1
        mailer = centre.node.transcript_mailer
        assert await mailer.run_due() == 1
        assert await mailer.run_due() == 0, "not before its time"
        centre.clock.advance(seconds=BACK_OFF_S[0])
        assert await mailer.run_due() == 1
        assert await mailer.run_due() == 0
        (mail,) = box.postbox.mails
        assert "transcript." in mail["Message-ID"]


async def test_a_worker_that_dies_leaves_it_to_another(centre: Centre) -> None:
    async with site(centre) as box:
        ana, page = await centre.sign_in("ana"), await centre.visitor()
        await active(centre, ana, page)
        await asks(page)
        await page.until("ack", id="ask-1")
        board = centre.node.context.transcripts
        (taken,) = await board.claim(4, 300, centre.clock.now())  # type: ignore[attr-defined]
        assert await centre.node.transcript_mailer.run_due() == 0
        centre.clock.advance(seconds=301)
        assert await centre.node.transcript_mailer.run_due() == 1
        assert len(box.postbox.mails) == 1
        assert taken.email == DANA


async def test_what_is_wrong_is_refused_and_nobody_is_flooded(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await active(centre, ana, page)
    await asks(page, frame_id="off")
    assert await code_of(page, "off") == "transcript_off"
    async with site(centre) as box:
        for number, email in enumerate(
            ["", "dana", "a@b.example, c@d.example", "x\r\nBcc: y@z.de"]
        ):
            await asks(page, email, f"bad-{number}")
            assert await code_of(page, f"bad-{number}") == "invalid_address"
        for number in range(5):
            await asks(page, frame_id=f"again-{number}")
            await page.until("ack", id=f"again-{number}")
        await asks(page, frame_id="flood")
        assert await code_of(page, "flood") == "too_many_transcripts"
        other = await centre.visitor()
        await other.start("Me too")
        await asks(other, frame_id="same-mailbox")
        assert await code_of(other, "same-mailbox") == "too_many_transcripts"
        while await centre.node.transcript_mailer.run_due():
            pass
        assert len(box.postbox.mails) == 5
        # Nothing to tell before a chat.
        early = await centre.visitor()
        await asks(early, frame_id="early")
        assert await code_of(early, "early") == "transcript_off"
