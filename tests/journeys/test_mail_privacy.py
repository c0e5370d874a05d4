"""Card data in mails (P1-P3): planted everywhere, both ways, and nowhere to be found again.

Sources of mails and the channel log are encrypted; they are searched decrypted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from rapport.channels.email.parsing import parse_mail
from tests.centre import Centre
from tests.files_with_text import docx, pdf, xlsx
from tests.journeys.test_email import DANA, DESK, accepted, mailbox
from tests.journeys.test_privacy import everywhere

NUMBERS = {
    "subject": "4111111111111111",
    "name": "4012888888881881",
    "text": "5555 5555 5555 4444",
    "html": "378282246310005",
    "hidden": "371449635398431",
    "attribute": "6011111111111117",
    "txt": "5105105105105100",
    "pdf": "30569309025904",
    "docx": "3530111333300000",
    "xlsx": "4222222222222",
    "filename": "DE89370400440532013000",
    "header": "6011000990139424",
}
ORDER = "4111111111111112"


def planted() -> bytes:
    mail = EmailMessage()
    mail["From"] = f'"Dana {NUMBERS["name"]}" <{DANA}>'
    mail["To"], mail["Subject"] = DESK, f"Card {NUMBERS['subject']}"
    mail["Message-ID"] = "<planted@mail.example>"
    mail["X-Card"] = NUMBERS["header"]
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    mail.set_content(f"Take {NUMBERS['text']}, order {ORDER}.")
    html = NUMBERS["html"]
    mail.add_alternative(
        f"<p>Take {html[:4]}<b>{html[4:8]}</b>&#{ord(html[8])};{html[9:]}</p>"
        f"<!-- {NUMBERS['hidden']} --><a title='{NUMBERS['attribute']}'>order {ORDER}</a>",
        subtype="html",
    )
    mail.add_attachment(NUMBERS["txt"].encode(), maintype="text", subtype="plain",
                        filename=f"{NUMBERS['filename']}.txt")  # fmt: skip
    for name, content in (
        ("bill.pdf", pdf(f"Card {NUMBERS['pdf']}")),
        ("letter.docx", docx(f"Card {NUMBERS['docx']}")),
        ("sheet.xlsx", xlsx(NUMBERS["xlsx"])),
        ("harmless.txt", b"nothing here"),
    ):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


async def sources(centre: Centre) -> list[bytes]:
    """Every kept mail, decrypted."""
    rows = await centre.node.database.pool.fetch("SELECT raw_key FROM mail WHERE NOT ours")
    files = centre.node.context.files
    return [centre.node.vault.decrypt(await files.contents(row["raw_key"])) for row in rows]


def texts_in(raw: bytes) -> Iterator[str]:
    """A mail, as it stands and with every part decoded."""
    yield raw.decode("latin-1")
    mail = parse_mail(raw)
    yield f"{mail}"
    yield from (a.content().decode("latin-1") for a in mail.attachments)


async def stored(centre: Centre) -> str:
    found = await everywhere(centre, centre.node.context.spool._directory.parent)
    texts = [found]
    for raw in await sources(centre):
        texts += texts_in(raw)
    logs = await centre.node.database.pool.fetch("SELECT entry FROM channel_log")
    texts += [centre.node.vault.decrypt(row["entry"]).decode("latin-1") for row in logs]
    return "\n".join(texts)


def nothing_of_it(text: str) -> list[str]:
    bare = text.replace(" ", "")
    return [where for where, number in NUMBERS.items() if number.replace(" ", "") in bare]


async def test_nothing_planted_in_a_mail_is_kept(
    centre: Centre, capfd: pytest.CaptureFixture[str]
) -> None:
    # Seed: "The email conversation must be PCI compliant."
    # Seed: "You cannot share financial or health information in email conversations or
    # attachments."
    async with mailbox(centre) as box:
        await box.raw(planted())
        while await centre.node.fetcher.fetch_due():
            pass
        ana, task_id = await accepted(centre)
        conversation = ana.task(task_id)["conversation_id"]
        thread = (await ana.get(f"/conversations/{conversation}/messages"))["items"]
        mail = thread[0]
        assert mail["text"].startswith("Take •••• •••• •••• 4444")
        assert ORDER in mail["text"], "look-alikes stay"
        states = {a["filename"]: a["state"] for a in mail["attachments"]}
        assert states.pop("harmless.txt") == "ready"
        assert set(states.values()) == {"refused"}
        assert len(states) == 4
        codes = [m["announcement"]["code"] for m in thread if m["announcement"]]
        assert codes.count("sensitive_removed") == 1, "the agent is told"
        notice = await box.deliver()
        assert box.postbox.recipients[-1] == [DANA], "the customer is told"
        assert "removed card or health data" in notice.get_content()
        assert notice["Auto-Submitted"] == "auto-generated"
        page = await ana.http.get(f"/api/v1/messages/{mail['id']}/mail")
        source = await ana.http.get(f"/api/v1/messages/{mail['id']}/source")
        for shown in (page.text, source.text, json.dumps(thread)):
            assert nothing_of_it(shown) == []

        # The other way: text, HTML, and a file of the agent's.
        fields = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply")
        html = NUMBERS["html"]
        body = {
            "mode": "reply", "latest_seq": fields["latest_seq"],
            "text": f"You wrote {NUMBERS['text']}",
            "html": f"<p>You wrote {html[:5]}<i>{html[5:]}</i>, order {ORDER}</p>",
        }  # fmt: skip
        await ana.post(f"/tasks/{task_id}/mail", body)
        out = await box.deliver()
        part = out.get_body(("html",))
        assert part is not None
        assert ORDER in part.get_content()
        assert nothing_of_it(out.as_string()) == []
        upload = await ana.http.post(
            f"/api/v1/conversations/{conversation}/attachments?filename=a.pdf",
            content=pdf(f"Card {NUMBERS['pdf']}"),
            headers={"X-CSRF-Token": ana.csrf, "Idempotency-Key": "upload-of-a-card"},
        )
        assert upload.status_code == 409
        assert upload.json()["error"]["code"] == "sensitive_file"

        found = await stored(centre)
        assert ORDER in found, "the search finds what is there"
        assert "nothing here" in found
        assert nothing_of_it(found) == []
        assert nothing_of_it("".join(capfd.readouterr())) == []
        await centre.settle()


async def test_drop_keeps_who_wrote_and_nothing_of_what(centre: Centre) -> None:
    await centre.put("settings", "settings", {"privacy": {"action": "drop"}})
    async with mailbox(centre) as box:
        await box.raw(planted())
        (raw,) = await sources(centre)
        mail = parse_mail(raw)
        assert (mail.subject, mail.text, mail.html) == ("", "", None)
        assert mail.message_id == "<planted@mail.example>"
        assert mail.sender is not None
        assert mail.sender.address == DANA
        assert nothing_of_it(await stored(centre)) == []
        await centre.settle()


async def test_a_mail_without_findings_is_kept_byte_by_byte(centre: Centre) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = DANA, DESK, f"Order {ORDER}"
    mail.set_content(f"Order {ORDER}, call +49 30 1234567.")
    async with mailbox(centre) as box:
        await box.raw(mail.as_bytes())
        assert await sources(centre) == [mail.as_bytes()]
        await centre.settle()


async def test_switched_off_a_mail_stays_as_it_is(centre: Centre) -> None:
    await centre.put("settings", "settings", {"privacy": {"action": "off"}})
    async with mailbox(centre) as box:
        raw = planted()
        await box.raw(raw)
        assert await sources(centre) == [raw]
        await centre.settle()


async def test_a_masked_mail_is_still_in_its_thread_and_an_absence_note_stays_quiet(
    centre: Centre,
) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        await box.comes(f"Take {NUMBERS['text']}", In_Reply_To=first, message_id="<b@mail.example>")
        note = {"Auto_Submitted": "auto-replied", "In_Reply_To": first}
        await box.comes(f"Away. Card {NUMBERS['text']}", message_id="<c@mail.example>", **note)
        await box.comes(f"Take {NUMBERS['text']}", In_Reply_To=first, message_id="<b@mail.example>")
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT count(*) FROM conversation") == 1
        assert await pool.fetchval("SELECT count(*) FROM message WHERE direction = 'inbound'") == 3
        assert await centre.node.postman.deliver() == 1, "one notice, and none to a machine"
        assert nothing_of_it(await stored(centre)) == []
        await centre.settle()


async def test_a_file_of_another_channel_is_looked_through_before_it_can_be_had(
    centre: Centre, tmp_path: Path
) -> None:
    from tests.journeys.providers import DANA as WHATSAPP_DANA
    from tests.journeys.providers import whatsapp

    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(WHATSAPP_DANA)
        content = pdf(f"Card {NUMBERS['pdf']}")
        kept = connected.provider.keep(content, "application/pdf", "bill.pdf")
        await dana.sends("document", media_id=kept)
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await centre.node.fetcher.fetch_due()
        thread = await connected.thread(ana, task_id)
        (file,) = [a for m in thread for a in m["attachments"]]
        assert (file["state"], file["refusal"]["code"]) == ("refused", "sensitive_file")
        codes = [m["announcement"]["code"] for m in thread if m["announcement"]]
        assert "sensitive_removed" in codes
        assert nothing_of_it(await stored(centre)) == []
        await centre.settle()
