"""Who may not see customers' addresses meets none, on any way out, and works all the same."""

from __future__ import annotations

import json
import re
from typing import Any

from rapport.api.app import http_routes
from tests.access.test_rights import routes
from tests.centre import Centre, Desktop, Json
from tests.journeys.providers import sms
from tests.journeys.test_email import DANA, DESK, ROBIN, accepted, mailbox
from tests.journeys.test_outbound import allowing, over
from tests.journeys.test_sms import Phone

PHONE = "+4915555500301"
PLAIN = (DANA, DANA.title(), ROBIN, PHONE, PHONE[1:], "dana%40mail.example")
RIGHTS = ["desk", "floor", "reports", "people", "configuration", "audit", "tokens"]


def clean(text: str) -> None:
    """Nothing of an answer tells how a customer can be reached."""
    for address in PLAIN:
        at = text.find(address)
        assert at < 0, text[max(0, at - 200) : at + 60]


async def covered(centre: Centre, *rights: str) -> Desktop:
    """Ana, with these rights and not that of seeing addresses."""
    role = await centre.put("roles", "Covered", {"rights": list(rights or RIGHTS)})
    user = centre.node.configuration.current.users[centre.ids["ana"]]
    spec = {**user.model_dump(mode="json"), "roles": [], "custom_roles": [role]}
    await centre.put("users", "Ana", spec)
    return await centre.sign_in("ana")


async def walk(who: Desktop, ids: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Asks everything that the API can be asked: which paths answer, which tell an address."""
    good, tells = set(), set()
    app = http_routes()
    for method, path in sorted(routes(app)):
        if method != "GET":
            continue
        filled = re.sub(r"\{(\w+)\}", lambda m: str(ids.get(m[1], 1)), path)
        for question in ids["questions"].get(path, [""]):
            answer = await who.http.get(f"/api/v1{filled}{question}")
            assert answer.status_code < 500, (path, answer.text)
            if any(address in answer.text for address in PLAIN):
                tells.add(path)
            if answer.status_code == 200:
                good.add(path)
    return good, tells


async def test_no_way_out_tells_an_address(centre: Centre) -> None:
    pattern = "https://crm.example/find?mail={contact.email}&phone={contact.phone}"
    await allowing(centre, screen_pop=pattern, editable_variables=["callback"], self_assign=True)
    template = await centre.put(
        "templates", "Reach", {"body": "We write to @@customer.email@@ or call +49 30 1234567."}
    )
    async with mailbox(centre) as box, sms(centre) as phones:
        await box.comes(f"Call me: {PHONE} or {ROBIN}", Cc=ROBIN)
        ana = await covered(centre)
        _, task_id = await accepted(centre)
        await Phone(phones).says("It is me")
        _, second = await accepted(centre)
        await box.comes("Another one waits", sender="robin@mail.example", subject="New")
        await ana.catch_up(await centre.position())
        await centre.node.indexer.catch_up()
        assert second != task_id
        task = ana.task(task_id)
        thread = await ana.get(f"/conversations/{task['conversation_id']}/messages")
        mail = next(m for m in thread["items"] if m["direction"] == "inbound")
        ids = {
            "task_id": task_id,
            "conversation_id": task["conversation_id"],
            "message_id": mail["id"],
            "contact_id": task["contact_id"],
            "queue_id": centre.ids["sales"],
            "account_id": box.account,
            "person_id": task["contact_id"],
            "template_id": template,
            "questions": {
                "/search": [
                    f"?q={word}&kind={kind}"
                    for word in ("dana", "me", "5500301")
                    for kind in ("messages", "conversations", "contacts")
                ],
                "/people": ["?search=dana", "?search=5500301"],
                "/floor/tasks": [f"?queue_id={centre.ids['sales']}", f"?agent_id={ana.user_id}"],
                "/reports/figures": ["?first=2026-11-23&last=2026-11-23&by=queue"],
            },
        }
        good, tells = await walk(ana, ids)
        assert tells == set()
        # What would tell them to somebody with the right.
        sam = await centre.sign_in("sam")
        _, plain = await walk(sam, {**ids, "task_id": task_id})
        assert good >= plain - {"/messages/{message_id}/source", "/messages/{message_id}/log"}
        assert plain >= {
            "/search",
            "/floor/tasks",
            "/contacts/{contact_id}",
            "/conversations/{conversation_id}/messages",
            "/messages/{message_id}/mail",
            "/messages/{message_id}/source",
            "/queues/{queue_id}/tasks",
        }
        assert good >= {
            "/snapshot",
            "/search",
            "/people",
            "/floor/tasks",
            "/contacts/{contact_id}",
            "/conversations/{conversation_id}/messages",
            "/messages/{message_id}/mail",
            "/queues/{queue_id}/tasks",
            "/tasks/{task_id}/reply-fields",
            "/tasks/{task_id}/screen-pop",
            "/tasks/{task_id}/templates/{template_id}",
            "/reports/figures",
        }
        for path in ("source", "log"):
            refused = await ana.http.get(f"/api/v1/messages/{mail['id']}/{path}")
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "no_right")
        assert (await ana.http.get(f"/api/v1/people/{ids['contact_id']}/export")).status_code == 403
        for frame in ana.frames:
            clean(json.dumps(frame, ensure_ascii=False))
        shown = ana.state.contacts[task["contact_id"]]
        assert (shown["email"], shown["name"]) == ("d•••@mail.example", "Dana Example")
        panel = await ana.get(f"/contacts/{ana.task(second)['contact_id']}")
        assert panel["contact"]["phone"] == "+49 ••• ••01"
        # Our own addresses, and what is said to customers, stay as they are.
        assert DESK in json.dumps(await ana.get("/catalog"))
        filled = await ana.get(f"/tasks/{task_id}/templates/{template}")
        assert "+49 30 1234567" in filled["text"]
        assert "@mail.example" not in filled["text"]


async def test_answering_and_writing_first_need_no_address(centre: Centre) -> None:
    await allowing(centre)
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.", Cc=ROBIN)
        ana = await covered(centre, "desk")
        _, task_id = await accepted(centre)
        fields = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply_all")
        assert fields["cc"] == [{"name": "", "address": "r•••@mail.example"}]
        body = {
            "mode": "reply_all",
            "latest_seq": fields["latest_seq"],
            "text": "I am sorry.",
            "cc": fields["cc"],
        }
        made = await ana.post(f"/tasks/{task_id}/mail", body)
        clean(json.dumps(made))
        await box.deliver()
        assert box.postbox.recipients[-1] == [DANA, ROBIN]
        unknown = {**body, "cc": [{"address": "x•••@mail.example"}]}
        assert await ana.refused(f"/tasks/{task_id}/mail", unknown) == (422, "bad_address")
        await over(centre, ana, task_id)
        contact_id = made["message"] and (await ana.get("/me/history"))["items"][0]["contact"]["id"]
        again = await ana.post(
            "/outbound",
            {
                "account_id": box.account,
                "contact_id": contact_id,
                "subject": "Your cup",
                "text": "It is on its way.",
            },
        )
        clean(json.dumps(again))
        await box.deliver()
        assert box.postbox.recipients[-1] == [DANA]
        await centre.settle()


async def test_a_cover_that_is_saved_destroys_nothing(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana = await covered(centre, "desk")
        _, task_id = await accepted(centre)
        contact_id = ana.task(task_id)["contact_id"]
        contact = (await ana.get(f"/contacts/{contact_id}"))["contact"]

        async def put(version: int, **fields: str) -> Any:
            return await ana.http.put(
                f"/api/v1/contacts/{contact_id}",
                json=fields,
                headers={"X-CSRF-Token": ana.csrf, "If-Match": f'"{version}"'},
            )

        saved = await put(contact["version"], name="Dana", email=contact["email"], phone="")
        assert saved.status_code == 200, saved.text
        stored = await centre.node.database.pool.fetchrow(
            "SELECT name, email FROM contact WHERE id = $1", contact_id
        )
        assert stored is not None
        assert (stored["name"], stored["email"]) == ("Dana", DANA)
        version = saved.json()["contact"]["version"]
        wrong = await put(version, name="Dana", email="x•••@mail.example", phone="")
        assert wrong.status_code == 422
        new = await put(version, name="Dana", email="new@mail.example", phone="")
        assert new.json()["contact"]["email"] == "n•••@mail.example"


async def test_the_right_is_felt_at_once(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana = await covered(centre, "desk")
        _, task_id = await accepted(centre)
        contact = ana.state.contacts[ana.task(task_id)["contact_id"]]
        assert contact["email"] == "d•••@mail.example"
        await centre.put("roles", "Covered", {"rights": ["desk", "addresses"]})
        frame: Json = {}
        while frame.get("type") != "reset":
            frame = json.loads(await ana.stream.recv())
        fresh = await ana.get("/snapshot")
        assert [c["email"] for c in fresh["contacts"]] == [DANA]
        del centre.desktops["ana"]
