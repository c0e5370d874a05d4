"""The phone page's server, and the page itself in a real browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from rapport_simulators.graph import GraphSimulator
from rapport_simulators.phone import PhoneServer, PhoneSettings
from rapport_simulators.provider.server import LoopbackServer
from rapport_simulators.twilio import TwilioSimulator
from tests.browser.axe import findings
from tests.browser.chromium import chromium
from tests.simulators.business import DANA, MIKA, Graph
from tests.simulators.receiver import Receiver

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99"
    b"=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
async def phone(graph: GraphSimulator, twilio: TwilioSimulator) -> AsyncIterator[PhoneServer]:
    settings = PhoneSettings(graph=graph.url, twilio=twilio.url)
    async with PhoneServer(settings) as phone:
        yield phone


async def first_events(
    http: httpx2.AsyncClient, url: str, count: int, then: Any = None
) -> list[dict[str, Any]]:
    """The first server-sent events; `then` is called after the first."""
    events: list[dict[str, Any]] = []
    async with http.stream("GET", url) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
                if len(events) == count:
                    break
                if then is not None:
                    await then()
    return events


async def test_the_phone_knows_its_channels_and_people(
    phone: PhoneServer, http: httpx2.AsyncClient
) -> None:
    told = (await http.get(f"{phone.url}/api/channels")).json()
    assert told["channels"] == ["whatsapp", "messenger", "sms"]
    people = (await http.get(f"{phone.url}/api/messenger/customers")).json()["customers"]
    assert {person["channel"] for person in people} == {"messenger"}


async def test_events_begin_with_the_whole_thread_and_go_on_with_what_changes(
    phone: PhoneServer, graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    await graph.customer(DANA).says("Hello")
    await graph.settle()
    url = f"{phone.url}/api/whatsapp/customers/{DANA}/events"
    whole, news = await first_events(http, url, 2, lambda: graph.customer(DANA).says("Again"))
    assert whole["whole"]
    assert [one["text"] for one in whole["messages"]] == ["Hello"]
    assert not news["whole"]
    assert [one["text"] for one in news["messages"]] == ["Again"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/fax/customers", 404),
        ("POST", f"/api/whatsapp/customers/{DANA}/vanish", 404),
        ("POST", "/api/whatsapp/customers/1/messages", 422),
        ("GET", "/api/whatsapp/media/1", 404),
        ("GET", "/..%2fserver.py", 404),
        ("GET", "/server.py", 404),
    ],
)
async def test_what_is_not_there_is_refused(
    phone: PhoneServer, http: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    assert (await http.request(method, phone.url + path)).status_code == status


async def test_a_provider_that_is_away_is_named(http: httpx2.AsyncClient) -> None:
    async with PhoneServer(PhoneSettings(graph="http://127.0.0.1:9")) as phone:
        answer = await http.get(f"{phone.url}/api/whatsapp/customers")
        assert (answer.status_code, answer.json()["error"]) == (
            502,
            "the provider's simulator does not answer",
        )
        url = f"{phone.url}/api/whatsapp/customers/{DANA}/events"
        assert "does not answer" in (await first_events(http, url, 1))[0]["reason"]


@asynccontextmanager
async def message_centre() -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The two requests the phone makes of an SMPP message centre."""
    ledger: dict[str, Any] = {"submits": [], "deliveries": []}

    async def read(_request: Request) -> JSONResponse:
        return JSONResponse(ledger)

    async def send(request: Request) -> JSONResponse:
        row = {
            "id": str(len(ledger["deliveries"])),
            "from": request.path_params["number"],
            "text": (await request.json())["text"],
            "accepted": True,
            "attempts": 1,
        }
        ledger["deliveries"].append(row)
        return JSONResponse(row, 201)

    routes = [
        Route("/ledger", read),
        Route("/customers/{number}/send", send, methods=["POST"]),
    ]
    server = LoopbackServer(Starlette(routes=routes))
    await server.start()
    try:
        yield server.url, ledger
    finally:
        await server.stop()


async def test_the_phone_can_be_on_an_smpp_message_centre(http: httpx2.AsyncClient) -> None:
    number = "+4915555500401"
    async with (
        message_centre() as (url, ledger),
        PhoneServer(PhoneSettings(smsc=url)) as phone,
    ):
        path = f"{phone.url}/api/smpp/customers/{number}"
        answer = await http.post(f"{path}/messages", json={"type": "text", "text": "Hello"})
        assert answer.status_code == 200
        ledger["submits"].append({"id": "7", "to": number[1:], "text": "Hi", "complete": True})
        (thread,) = await first_events(http, f"{path}/events", 1)
        said = {(one["author"], one["text"]) for one in thread["messages"]}
        assert said == {("customer", "Hello"), ("business", "Hi")}
        assert (await http.post(f"{path}/read", json={})).status_code == 422


# ── in the browser ──


@asynccontextmanager
async def opened(phone: PhoneServer) -> AsyncIterator[Page]:
    """The page in Chromium; nothing may go wrong on it."""
    complaints: list[str] = []
    options = chromium().launch_options()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**options)
        try:
            page = await browser.new_page(viewport={"width": 1100, "height": 880}, locale="en-GB")
            page.set_default_timeout(10_000)
            page.on("console", lambda one: one.type == "error" and complaints.append(one.text))
            page.on("pageerror", lambda one: complaints.append(str(one)))
            await page.goto(phone.url)
            yield page
        finally:
            await browser.close()
    assert complaints == []


@pytest.mark.browser
async def test_a_customer_writes_and_reads_on_the_phone(
    phone: PhoneServer,
    graph: GraphSimulator,
    http: httpx2.AsyncClient,
    receiver: Receiver,
) -> None:
    business = Graph(graph, http)
    dana = graph.customer(DANA)
    async with opened(phone) as page:
        thread = page.get_by_role("log", name="Conversation")
        message = page.get_by_role("textbox", name="Message")

        await message.fill("Is the *teapot* back?")
        await message.press("Enter")
        own = thread.get_by_role("article", name="You")
        await expect(own).to_contain_text("Is the teapot back?")
        await expect(own.locator("strong")).to_have_text("teapot")
        await expect(own.get_by_role("img", name="Delivered")).to_be_visible()

        interactive = {
            "type": "button",
            "body": {"text": "Yes! Shall we _keep_ one?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "keep", "title": "Keep it"}}]},
        }
        message_id = await business.sent(kind="interactive", interactive=interactive)
        theirs = thread.get_by_role("article", name="Business")
        await expect(theirs.locator("em")).to_have_text("keep")
        await theirs.get_by_role("button", name="Keep it").click()
        await expect(own).to_have_count(2)
        pressed = dana.thread[-1]
        assert pressed.content["interactive"]["button_reply"]["id"] == "keep"
        assert pressed.reply_to == message_id

        await page.locator("#picker").set_input_files(
            [{"name": "shelf.png", "mimeType": "image/png", "buffer": PIXEL}]
        )
        await message.fill("Put it here")
        await page.get_by_role("button", name="Send", exact=True).click()
        await expect(own.get_by_role("img", name="shelf.png")).to_be_visible()
        assert dana.thread[-1].files[0].media_type == "image/png"

        await theirs.hover()
        await theirs.get_by_role("button", name="React").click()
        await page.get_by_role("menuitem", name="👍").click()
        await expect(theirs.locator(".reactions")).to_have_text("👍")

        seen = {"messaging_product": "whatsapp", "status": "read", "message_id": pressed.id}
        await business.post(f"{graph.settings.phone_number_id}/messages", seen)
        await expect(own.first.get_by_role("img", name="Read")).to_be_visible()
        assert await findings(page, "phone", desktop=False) == []
    await graph.settle()
    assert [one["status"] for one in receiver.values("statuses")] == ["sent", "delivered", "read"]


@pytest.mark.browser
async def test_a_customer_picks_a_row_of_a_list(
    phone: PhoneServer, graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    dana = graph.customer(DANA)
    await dana.says("Hello")
    rows = [{"id": f"t{n}", "title": f"Teapot {n}"} for n in range(1, 4)]
    rows.append({"id": "t4", "title": "Teapot 4", "description": "with a lid"})
    interactive = {
        "type": "list",
        "body": {"text": "Which one?"},
        "action": {"button": "Teapots", "sections": [{"rows": rows}]},
    }
    message_id = await Graph(graph, http).sent(kind="interactive", interactive=interactive)
    async with opened(phone) as page:
        thread = page.get_by_role("log", name="Conversation")
        listed = thread.get_by_role("article", name="Business")
        row = listed.get_by_role("button", name="Teapot 4 with a lid")
        await expect(row).to_be_hidden()
        await listed.get_by_text("Teapots", exact=True).click()
        assert await findings(page, "phone", desktop=False) == []
        await row.click()
        await expect(thread.get_by_role("article", name="You")).to_have_count(2)
        chosen = dana.thread[-1]
        assert chosen.content["interactive"]["list_reply"] == rows[3]
        assert chosen.reply_to == message_id


@pytest.mark.browser
async def test_a_phone_off_and_a_stop_are_shown(
    phone: PhoneServer, graph: GraphSimulator, twilio: TwilioSimulator, http: httpx2.AsyncClient
) -> None:
    await graph.customer(DANA).says("Hello")
    async with opened(phone) as page:
        thread = page.get_by_role("log", name="Conversation")
        await page.get_by_role("switch", name=re.compile("Phone is on")).click()
        async with asyncio.timeout(30):
            while graph.customer(DANA).person.reachable:
                await graph.ledger.changed(graph.ledger.revision, 1)
        await Graph(graph, http).sent(text={"body": "Later"})
        await expect(thread.get_by_role("article")).to_have_count(1)
        await page.get_by_role("switch", name=re.compile("Phone is on")).click()
        await expect(thread.get_by_role("article", name="Business")).to_contain_text("Later")

        await page.get_by_role("radio", name="SMS").check(force=True)
        await page.get_by_role("button", name="Send STOP").click()
        await expect(page.get_by_role("status")).to_have_text("opted out")
        assert twilio.known(MIKA).opted_out
        await page.get_by_role("button", name="Send START").click()
        await expect(page.get_by_role("status")).to_have_text("SMS")
