"""What goes into a first message: styles, templates with fields, files; on each channel."""

from __future__ import annotations

from typing import Any

from tests.centre import Centre, Desktop
from tests.journeys.providers import DANA, sms, whatsapp
from tests.journeys.test_email import mailbox
from tests.journeys.test_outbound import FORM, SHIPPED, allowing, counted, over, started

NUMBER = "+15005550101"


async def upload(ana: Desktop, account: int, name: str, content: bytes) -> Any:
    return await ana.http.post(
        f"/api/v1/outbound/attachments?account_id={account}&filename={name}",
        content=content,
        headers={"X-CSRF-Token": ana.csrf},
    )


async def attached(ana: Desktop, account: int, name: str, content: bytes) -> int:
    answer = await upload(ana, account, name, content)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["attachment"]["id"])


async def test_a_first_mail_with_styles_and_a_file(centre: Centre) -> None:
    await allowing(centre)
    async with mailbox(centre) as box:
        ana = await centre.sign_in("ana")
        file = await attached(ana, box.account, "terms.txt", b"No returns.\n")
        made = await started(
            centre,
            ana,
            account_id=box.account,
            address="dana@mail.example",
            subject="Your order",
            text="It is here.",
            html='<div>It is <strong>here</strong>.</div><script src="//x.example"></script>',
            attachment_ids=[file],
        )
        assert [a["filename"] for a in made["message"]["attachments"]] == ["terms.txt"]
        mail = await box.deliver()
        html = mail.get_body(("html",))
        assert html is not None
        assert "<strong>here</strong>" in html.get_content()
        assert "script" not in html.get_content()
        (found,) = list(mail.iter_attachments())
        assert (found.get_filename(), found.get_content()) == ("terms.txt", "No returns.\n")
        # The conversation has it as its own from now on.
        answer = await ana.http.get(made["message"]["attachments"][0]["url"])
        assert answer.content == b"No returns.\n"
        await centre.settle()


async def test_a_template_is_filled_before_there_is_anything(centre: Centre) -> None:
    await allowing(centre)
    body = "Hello @@customer.first_name|there@@, @@agent.first_name@@ sends order <number>."
    template = await centre.put("templates", "Order", {"body": body, "locked": True})
    numbered = {"body": "Case @@task.id@@ of @@customer.id|a new customer@@"}
    await centre.put("templates", "Numbered", numbered)
    await centre.put("templates", "For mails", {"body": "Dear", "channels": ["email"]})
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        where = f"account_id={connected.account}"
        listed = (await ana.get(f"/outbound/templates?{where}"))["items"]
        assert [item["name"] for item in listed] == ["Numbered", "Order"]
        loaded = await ana.get(f"/outbound/templates/{template}?{where}")
        assert loaded["text"] == "Hello there, Ana sends order <number>."
        # What is not known yet is for the agent to fill in.
        unknown = await ana.get(f"/outbound/templates/{centre.ids['Numbered']}?{where}")
        assert unknown["text"] == "Case <task.id> of a new customer"
        (field,) = loaded["fields"]

        def sent(number: str, **change: Any) -> dict[str, Any]:
            text = loaded["text"].replace("<number>", number)
            ends = {"start": field["start"], "end": field["start"] + len(number)}
            made = {"template_id": template, "fields": [{"name": "number", **ends}]}
            start = {"account_id": connected.account, "address": NUMBER}
            return {**start, "text": text, "from_template": made, **change}

        refused = await ana.refused("/outbound", sent("<number>"))
        assert refused == (409, "template_unresolved")
        refused = await ana.refused("/outbound", sent("7", text="Hello you"))
        assert refused == (409, "template_locked")
        assert await counted(centre, "conversation") == 0
        made = await started(centre, ana, **sent("7"))
        assert made["message"]["text"] == "Hello there, Ana sends order 7."
        await connected.deliver()
        # Once they have a name, a follow-up knows it.
        await centre.node.database.pool.execute("UPDATE contact SET name = 'Dana Example'")
        await over(centre, ana, made["task"]["id"])
        conversation = made["task"]["conversation_id"]
        again = await ana.get(
            f"/outbound/templates/{template}?{where}&conversation_id={conversation}"
        )
        assert again["text"] == "Hello Dana, Ana sends order <number>."
        await centre.settle()


async def test_a_templates_files_go_with_it(centre: Centre) -> None:
    await allowing(centre)
    template = await centre.put("templates", "Terms", {"body": "Our terms."})
    async with mailbox(centre) as box:
        files, pool = centre.node.context.files, centre.node.database.pool
        key = await files.put(b"No returns.\n")
        await pool.execute(
            "INSERT INTO template_file VALUES (1, $1, 'terms.txt', 'text/plain', 12, $2, now())",
            template,
            key,
        )
        ana = await centre.sign_in("ana")
        path = f"/outbound/templates/{template}/files?account_id={box.account}"
        (lent,) = (await ana.post(path))["attachments"]
        await started(
            centre,
            ana,
            account_id=box.account,
            address="dana@mail.example",
            subject="Terms",
            text="Our terms.",
            attachment_ids=[lent["id"]],
        )
        (found,) = list((await box.deliver()).iter_attachments())
        assert found.get_content() == "No returns.\n"
        await centre.settle()


async def test_styles_and_a_file_in_a_whatsapp_follow_up(centre: Centre) -> None:
    await allowing(centre)
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        ana = await centre.sign_in("ana")
        first = {"account_id": connected.account, "address": f"+{DANA}", "text": SHIPPED}
        made = await started(centre, ana, **first, template=FORM)
        await dana.says("Great")
        await connected.provider.settle()
        await over(centre, ana, made["task"]["id"])
        file = await attached(ana, connected.account, "terms.txt", b"No returns.\n")
        await ana.post(
            f"/conversations/{made['task']['conversation_id']}/follow-up",
            {
                "text": "Very welcome",
                "styles": [{"kind": "bold", "start": 5, "end": 12}],
                "attachment_ids": [file],
            },
        )
        await connected.deliver(4)
        sent = dana.received[-1]
        assert sent.text == "Very *welcome*"
        assert [f.filename for f in sent.files] == ["terms.txt"]
        await centre.settle()


async def test_files_are_only_taken_from_who_may_and_are_gone_when_nothing_is_sent(
    centre: Centre,
) -> None:
    async with sms(centre) as connected, mailbox(centre) as box:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        answer = await upload(ana, box.account, "a.txt", b"a")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "outbound_off")
        await allowing(centre)
        file = await attached(ana, box.account, "a.txt", b"a")
        mail = {"account_id": box.account, "address": "dana@mail.example", "subject": "A"}
        other = {**mail, "text": "Mine", "attachment_ids": [file]}
        assert (await ben.refused("/outbound", other))[1] == "unknown_attachment"
        text = {"account_id": connected.account, "address": NUMBER, "text": "Hi"}
        refused = await ana.refused("/outbound", {**text, "attachment_ids": [file]})
        assert refused == (409, "no_attachments_here")
        # A refusal has not taken it from her.
        await started(centre, ana, **other)
        left = await attached(ana, box.account, "b.txt", b"b")
        assert (await ana.http.get(f"/api/v1/attachments/{left}")).status_code == 404
        (key,) = await centre.node.database.pool.fetch(
            "SELECT storage_key FROM attachment WHERE id = $1", left
        )
        assert await centre.node.retention.round() == 0
        centre.clock.advance(hours=25)
        assert await centre.node.retention.round() == 1
        assert not centre.node.context.files.path(key["storage_key"]).exists()
        assert await counted(centre, "attachment") == 1
        # Sessions have ended meanwhile.
        for login in ("ana", "ben"):
            await centre.sign_in(login, available=False)
