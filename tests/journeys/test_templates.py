"""Templates at the desk: which ones, filled how, held to what they say (C1, K5, M6)."""

from __future__ import annotations

import secrets

from tests.centre import Centre, Desktop, Json
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.test_email import accepted as accepted_mail
from tests.journeys.test_email import mailbox

ORDER = "Hello @@customer.first_name|there@@, order <order number> comes on <day>."


async def chat(centre: Centre) -> tuple[Desktop, int]:
    """Ana in a chat with Dana Example, who has no e-mail address."""
    ana = await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start("Hello")
    await centre.route()
    await centre.settle()
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept", {})
    return ana, task_id


async def names(ana: Desktop, task_id: int, q: str = "") -> list[str]:
    found = await ana.get(f"/tasks/{task_id}/templates?q={q}")
    return [item["name"] for item in found["items"]]


async def test_by_channel_and_team_with_search(centre: Centre) -> None:
    # Seed: "Attach a Template"
    others = await centre.put("teams", "others", {})
    await centre.put("templates", "For all", {"body": "Bye", "group": "Ends"})
    await centre.put("templates", "For us", {"body": "x", "teams": [centre.ids["team"]]})
    await centre.put("templates", "For others", {"body": "x", "teams": [others]})
    await centre.put("templates", "For mails", {"body": "x", "channels": ["email"]})
    order = await centre.put(
        "templates",
        "Order",
        {"body": ORDER, "channels": ["webchat"], "language": "en", "group": "Orders"},
    )
    ana, task_id = await chat(centre)
    assert await names(ana, task_id) == ["For us", "For all", "Order"]
    assert await names(ana, task_id, "orders first_name") == ["Order"]
    patch = {"templates": {"favourites": [order], "recent": [order]}}
    assert (await ana.send("PATCH", "/me/preferences", patch)).status_code == 200
    (item,) = (await ana.get(f"/tasks/{task_id}/templates?q=order"))["items"]
    assert item["favourite"] is True
    assert item["recent"] == 0
    assert item["language"] == "en"
    # Only whoever is in the conversation has its templates.
    ben = await centre.sign_in("ben", available=False)
    refused = await ben.http.get(f"/api/v1/tasks/{task_id}/templates/{order}")
    error(refused, 403, "not_your_task")
    hidden = await ana.http.get(f"/api/v1/tasks/{task_id}/templates/{centre.ids['For others']}")
    error(hidden, 404, "template_not_found")


async def test_filled_for_the_conversation(centre: Centre) -> None:
    template = await centre.put(
        "templates",
        "All",
        {
            "body": "@@customer.name@@/@@customer.email@@/@@customer.email|none@@/@@agent.name@@/"
            "@@queue.name@@/@@account.name@@/@@company.name@@/@@task.channel@@/"
            "@@variable.colour|?@@/@@task.id@@"
        },
    )
    ana, task_id = await chat(centre)
    filled = await ana.get(f"/tasks/{task_id}/templates/{template}")
    start = "Dana Example/"
    assert filled["text"] == (
        f"{start}<customer.email>/none/Ana/sales/site/Test/webchat/?/{task_id}"
    )
    assert filled["fields"] == [
        {"name": "customer.email", "start": len(start), "end": len(start) + 16}
    ]


async def test_what_still_shows_its_name_is_not_sent(centre: Centre) -> None:
    template = await centre.put("templates", "Order", {"body": ORDER})
    ana, task_id = await chat(centre)
    filled = await ana.get(f"/tasks/{task_id}/templates/{template}")
    made = {"template_id": template, "fields": filled["fields"]}
    path = f"/tasks/{task_id}/messages"
    body = {"text": filled["text"], "from_template": made}
    answer = await ana.send("POST", path, body)
    refused = error(answer, 409, "template_unresolved")
    assert refused["details"]["field"]["name"] == "order number"
    # What an agent types is ordinary text, whatever signs are in it.
    typed = {"text": "Use <b> or <order number>.", "from_template": {"template_id": template}}
    sent = await ana.post(path, typed)
    assert sent["message"]["text"] == "Use <b> or <order number>."


async def test_a_locked_one_is_sent_as_it_is(centre: Centre) -> None:
    # Seed: "Locked Templates"
    template = await centre.put(
        "templates",
        "Order",
        {"body": ORDER, "locked": True, "styles": [{"kind": "bold", "start": 0, "end": 5}]},
    )
    ana, task_id = await chat(centre)
    path, made = f"/tasks/{task_id}/messages", {"template_id": template}
    for text, code in [
        ("Hello Dana, order KC-1 comes on Monday. Bye!", "template_locked"),
        ("Hello Kim, order KC-1 comes on Monday.", "template_locked"),
        ("Hello Dana, order KC-1 comes on <day>.", "template_unresolved"),
    ]:
        assert await ana.refused(path, {"text": text, "from_template": made}) == (409, code)
    text = "Hello Dana, order KC-1 comes on Monday."
    styles = [{"kind": "strike", "start": 0, "end": 39}]
    answer = await ana.post(path, {"text": text, "styles": styles, "from_template": made})
    message = answer["message"]
    assert message["text"] == text
    shown = [(s["kind"], s["start"], s["end"]) for s in message["content"]["styles"]]
    assert shown == [("bold", 0, 5)]


async def test_files_go_along_by_reference(centre: Centre) -> None:
    template = await centre.put("templates", "Care", {"body": "See the file."})
    await centre.person("root", "administrator")
    root = await Administrator.sign_in(centre, "root")
    config = f"/config/templates/{template}/files"
    headers = {"X-CSRF-Token": root.csrf, "Content-Type": "application/octet-stream"}
    added = await root.http.post(
        f"/api/v1{config}?filename=care.txt", content=b"By hand only.", headers=headers
    )
    assert added.status_code == 201, added.text
    ana, task_id = await chat(centre)
    (item,) = (await ana.get(f"/tasks/{task_id}/templates"))["items"]
    assert item["files"] == 1
    filled = await ana.get(f"/tasks/{task_id}/templates/{template}")
    assert [f["filename"] for f in filled["files"]] == ["care.txt"]
    lent = await ana.post(f"/tasks/{task_id}/templates/{template}/files")
    (file,) = lent["attachments"]
    removed = await root.send("DELETE", f"{config}/{added.json()['id']}")
    assert removed.status_code == 204
    assert (await root.send("GET", config)).json() == {"items": []}
    error(await root.send("DELETE", f"{config}/{added.json()['id']}"), 404, "file_not_found")
    # The conversation has it still.
    sent = await ana.post(
        f"/tasks/{task_id}/messages", {"text": "Here", "attachment_ids": [file["id"]]}
    )
    assert sent["message"]["attachments"][0]["filename"] == "care.txt"
    content = await ana.http.get(f"/api/v1/attachments/{file['id']}")
    assert content.content == b"By hand only."


async def test_a_locked_one_by_mail_has_no_html_of_its_own(centre: Centre) -> None:
    spec: Json = {
        "body": "Order <order number> is on its way.",
        "locked": True,
        "styles": [{"kind": "bold", "start": 0, "end": 5}],
    }
    template = await centre.put("templates", "Order", spec)
    async with mailbox(centre) as box:
        await box.comes("Where is it?")
        ana, task_id = await accepted_mail(centre)
        body = {
            "mode": "reply",
            "latest_seq": 1,
            "text": "Order KC-1 is on its way.",
            "html": "<p>Order KC-1 is lost.</p>",
            "from_template": {"template_id": template},
        }
        await ana.post(f"/tasks/{task_id}/mail", body)
        sent = await box.deliver()
        html = sent.get_body(("html",))
        assert html is not None
        assert "<b>Order</b> KC-1 is on its way." in html.get_content()
        assert "lost" not in sent.as_string()
        changed = {**body, "text": "Order KC-1 is lost."}
        refused = await ana.refused(f"/tasks/{task_id}/mail", changed)
        assert refused == (409, "template_locked")
        await centre.settle()


async def test_what_administrators_may_write(centre: Centre) -> None:
    await centre.person("root", "administrator")
    root = await Administrator.sign_in(centre, "root")
    for spec, path in [
        ({"body": "Hello @@custmer.name@@"}, "spec.body"),
        ({"body": " x"}, "spec.body"),
        ({"body": "x", "language": "English"}, "spec.language"),
        ({"body": "x", "teams": [4711]}, "spec.teams.0"),
        ({"body": "x", "styles": [{"kind": "bold", "start": 0, "end": 2}]}, "spec"),
    ]:
        body = {"name": secrets.token_hex(4), "spec": spec}
        answer = await root.send("POST", "/config/templates", body)
        assert answer.status_code == 422, answer.text
        assert paths(answer.json()["error"]) == [path]
    made = await root.create("templates", "Bye", {"body": "Bye\n"})
    assert made["spec"]["body"] == "Bye"
    taken = await root.send("POST", "/config/templates", {"name": "BYE", "spec": {"body": "x"}})
    error(taken, 422, "name_taken")
