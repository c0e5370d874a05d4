"""An entry point chooses by words: the conversation rings where it belongs, and goes on there."""

from __future__ import annotations

from typing import Any

from tests.centre import Centre
from tests.configuration.administrator import Administrator, error
from tests.journeys.providers import sms
from tests.journeys.test_email import mailbox
from tests.journeys.test_sms import Phone


async def routed(centre: Centre, name: str, **route: Any) -> None:
    entry = centre.ids[name]
    spec = centre.node.configuration.current.items[entry].spec.model_dump(mode="json")
    await centre.put("entry_points", name, {**spec, "keywords": [route]})


async def queues(centre: Centre) -> list[str]:
    rows = await centre.node.database.pool.fetch(
        "SELECT c.name FROM task t JOIN configuration c ON c.id = t.queue_id ORDER BY t.id"
    )
    return [row["name"] for row in rows]


async def test_by_sms_by_mail_and_in_the_chat(centre: Centre) -> None:
    route: dict[str, Any] = {"words": ["return*"], "queue": centre.ids["help"]}
    await routed(centre, "entry", **route)
    page = await centre.visitor()
    await page.start("I have a Return")
    other = await centre.visitor()
    await other.start("Hello")
    assert await queues(centre) == ["help", "sales"]
    async with sms(centre) as connected:
        await routed(centre, "sms entry", **route)
        dana = Phone(connected)
        await dana.says("returning a cup")
        await dana.says("I buy another")
    async with mailbox(centre) as box:
        await routed(centre, "mail entry", **route)
        await box.comes("See the subject", subject="Re: return of a cup")
    assert await queues(centre) == ["help", "sales", "help", "help"]
    # Who comes back about something else is asked about that.
    await page.end()
    await page.send(type="start", id="again", fields={"name": "Dana"}, text="And now I buy one")
    await page.until("ack", id="again")
    assert (await queues(centre))[-1] == "sales"
    await centre.settle()


async def test_a_queue_must_serve_the_channel(centre: Centre) -> None:
    await centre.person("root", "administrator")
    root = await Administrator.sign_in(centre, "root")
    phone = await centre.put("queues", "phone", {"channels": ["sms"]})
    routes = [{"words": ["call"], "queue": phone}]
    answer = await root.put("entry_points", centre.ids["entry"], keywords=routes)
    words = error(answer, 422, "not_served")["message"]
    assert "does not serve the channel webchat" in words
