"""The life of a WebChat task through the real API, stream and widget (DOMAIN §3).

Each test ends with the fixture's proof: every desktop's old snapshot plus its events equals a
fresh snapshot.
"""

from __future__ import annotations

import json

import pytest

from rapport.application.agent_state import disconnect, sign_in
from tests.centre import Centre, Desktop, VisitorPage
from tests.journeys.test_outbox import SECRET, deliver

Json = dict[str, object]


async def offered(centre: Centre, desktop: Desktop, page: VisitorPage) -> int:
    """A chat that rings at the only available agent."""
    await page.start("Hello")
    assert await centre.route() == 1
    await desktop.catch_up(await centre.position())
    (task_id,) = desktop.state.tasks
    return task_id


async def active(centre: Centre, desktop: Desktop, page: VisitorPage) -> int:
    task_id = await offered(centre, desktop, page)
    await desktop.post(f"/tasks/{task_id}/accept")
    await desktop.catch_up(await centre.position())
    return task_id


async def test_offer_accept_reply_end_wrap_up(centre: Centre) -> None:
    # Seed: "Click the Accept button, in the request. The request opens in the compose box, and an
    # interaction pane is displayed."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await offered(centre, ana, page)
    assert ana.task(task_id)["state"] == "offered"
    assert ana.state.last[task_id]["text"] == "Hello"
    await ana.post(f"/tasks/{task_id}/accept")
    assert (await page.until("state"))["conversation"]["agents"] == [{"name": "Ana"}]

    # Seed: "Click Send or press Enter on your keyboard. The customer receives the response."
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Good morning"})
    while (reply := await page.until("message"))["message"]["author"] != "agent":
        pass
    assert reply["message"]["text"] == "Good morning"

    await page.send(type="seen", seq=reply["message"]["seq"])
    await page.say("Thank you")
    await ana.catch_up(await centre.position())
    thread = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
    assert [m["text"] for m in thread["items"] if not m["announcement"]] == [
        "Hello",
        "Good morning",
        "Thank you",
    ]
    assert [m["status"] for m in thread["items"] if m["direction"] == "outbound"] == ["read"]

    # Seed: "you can also end the chat. In that case, the customer sees a message saying that the
    # agent has left the chat."
    await ana.post(f"/tasks/{task_id}/end")
    while (line := await page.until("message"))["message"]["code"] != "ended_by_agent":
        pass
    assert line["message"]["name"] == "Ana"
    ended = (await page.until("state"))["conversation"]
    assert (ended["state"], ended["ended_by"]) == ("ended", "agent")
    await ana.catch_up(await centre.position())
    assert ana.state.me["load"]["chat"] == 1

    # Seed: "You can select more than one wrap-up reason at a time."
    reasons = [centre.ids["Sold"], centre.ids["Asked"]]
    done = await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": reasons})
    assert done["task"]["legs"][0]["reason_ids"] == reasons
    await ana.catch_up(await centre.position())
    assert ana.state.me["load"]["chat"] == 0
    assert not ana.state.tasks


async def test_rona_and_back(centre: Centre) -> None:
    # Seed: "When you are in the RONA state, you cannot receive any more contact requests. To
    # receive requests, you must manually change your state from RONA to Available."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    second = await centre.visitor()
    task_id = await offered(centre, ana, page)
    queued_at = ana.task(task_id)["queued_at"]
    await second.start("Me too")
    assert await centre.route() == 1
    centre.clock.advance(seconds=31)
    assert await centre.sweep() == 1
    await ana.catch_up(await centre.position())
    assert ana.state.me["status"] == "rona"
    assert not ana.state.tasks, "the other ringing offer returned at once"
    assert ana.kinds().count("offer.expired") == 1
    assert ana.kinds().count("offer.withdrawn") == 1
    assert await centre.route() == 0
    status, code = await ana.refused(f"/tasks/{task_id}/accept")
    assert (status, code) == (409, "offer_expired")

    await ana.available()
    assert await centre.route() == 2
    await ana.catch_up(await centre.position())
    assert ana.task(task_id)["queued_at"] == queued_at, "with its original waiting time"


async def test_transfer_to_a_queue(centre: Centre) -> None:
    # Seed: "The transfer request is initiated and the Wrap Up Reasons dialog box appears."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    targets = await ana.get(f"/tasks/{task_id}/transfer-targets")
    assert {q["name"] for q in targets["queues"]} == {"sales", "help"}
    await ana.post(
        f"/tasks/{task_id}/transfer",
        {"queue_id": centre.ids["help"], "epoch": ana.task(task_id)["epoch"]},
    )
    await ana.catch_up(await centre.position())
    assert ana.task(task_id)["legs"][0]["state"] == "wrapping_up"
    await page.say("A word to the next one")
    ben = await centre.sign_in("ben")
    assert await centre.route() == 1
    await ben.catch_up(await centre.position())
    assert ben.task(task_id)["queue_id"] == centre.ids["help"]
    await ben.post(f"/tasks/{task_id}/accept")
    conversation = ben.task(task_id)["conversation_id"]
    seen_by_ana = await ana.get(f"/conversations/{conversation}/messages")
    assert "A word to the next one" not in [m["text"] for m in seen_by_ana["items"]]
    seen_by_ben = await ben.get(f"/conversations/{conversation}/messages")
    assert "Hello" in [m["text"] for m in seen_by_ben["items"]]
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})


@pytest.mark.parametrize("taken", [False, True])
async def test_who_wraps_up_sees_the_task_go_on_but_not_what_is_said(
    centre: Centre, taken: bool
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await ana.post(f"/tasks/{task_id}/transfer", {"queue_id": centre.ids["help"]})
    await page.say("A word to the next one")
    ben = await centre.sign_in("ben")
    if taken:
        await ben.post(f"/tasks/{task_id}/take")
    else:
        assert await centre.route() == 1
    await centre.settle()
    assert ana.task(task_id)["state"] == ("active" if taken else "offered")
    assert ana.state.last[task_id]["text"] == "Hello"
    assert ben.state.last[task_id]["text"] == "A word to the next one"


async def test_after_a_transfer_the_reasons_are_those_of_the_queue_before(centre: Centre) -> None:
    await centre.put("reasons", "Sold", {"queues": [centre.ids["sales"]]})
    await centre.put("reasons", "Asked", {"queues": [centre.ids["help"]]})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await ana.post(f"/tasks/{task_id}/transfer", {"queue_id": centre.ids["help"]})
    await ana.catch_up(await centre.position())
    task = ana.task(task_id)
    assert task["queue_id"] == centre.ids["help"]
    assert task["legs"][0]["queue_id"] == centre.ids["sales"]
    wrap_up = f"/tasks/{task_id}/wrap-up"
    refused = await ana.refused(wrap_up, {"reason_ids": [centre.ids["Asked"]]})
    assert refused == (422, "unknown_reason")
    await ana.post(wrap_up, {"reason_ids": [centre.ids["Sold"]]})


async def test_only_queues_that_take_transfers_from_the_agents_team(centre: Centre) -> None:
    others = await centre.put("teams", "others", {})
    await centre.put("queues", "help", {"channels": ["webchat"], "transfer_from_teams": [others]})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    targets = await ana.get(f"/tasks/{task_id}/transfer-targets")
    assert [q["name"] for q in targets["queues"]] == ["sales"]
    refused = await ana.refused(f"/tasks/{task_id}/transfer", {"queue_id": centre.ids["help"]})
    assert refused == (409, "target_unavailable")


async def test_the_hours_close_while_one_waits_and_one_rings(centre: Centre) -> None:
    # The clock stands at 09:00 on a Monday.
    open_until = {"monday": [{"opens": "08:00", "closes": "09:00:20"}]}
    hours = await centre.put("hours", "office", open_until)
    closing = {"hours": hours, "when_hours_close": "close", "closed_text": "We have closed."}
    await centre.put("queues", "sales", {"channels": ["webchat"], **closing})
    await centre.put("profiles", "profile", {"chat": 1})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await offered(centre, ana, page)
    waiting = await centre.visitor()
    await waiting.start("And me")
    assert await centre.route() == 0, "Ana has room for one"
    centre.clock.advance(seconds=21)
    assert await centre.sweep() == 2
    await ana.catch_up(await centre.position())
    assert ana.kinds().count("offer.withdrawn") == 1
    assert ana.state.me["status"] == "available", "no RONA"
    assert not ana.state.tasks
    assert await ana.refused(f"/tasks/{task_id}/accept") == (409, "offer_expired")
    for customer in (page, waiting):
        while (told := await customer.until("message"))["message"]["text"] != "We have closed.":
            pass
        assert told["message"]["author"] == "system"


async def test_transfer_to_an_agent_who_accepts(centre: Centre) -> None:
    # Seed: "The drop-down list displays the names of available agents. The agent name is preceded
    # by a green icon."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    await centre.sign_in("cleo", available=False)
    targets = await ana.get(f"/tasks/{task_id}/transfer-targets")
    assert [(a["name"], a["status"]) for a in targets["agents"]] == [("Ben", "available")]
    await ana.post(f"/tasks/{task_id}/transfer", {"agent_id": centre.ids["ben"]})
    await ben.catch_up(await centre.position())
    assert ben.task(task_id)["legs"][-1]["origin"] == "transfer"
    await ben.post(f"/tasks/{task_id}/accept")
    await ben.post(f"/tasks/{task_id}/messages", {"text": "Ben here"})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})


@pytest.mark.parametrize("policy", ["drop", "return_to_sender", "requeue"])
async def test_transfer_not_accepted(centre: Centre, policy: str) -> None:
    # Seed: "Once you transfer the chat request to an agent, if the agent does not accept the chat
    # request, the chat request is dropped."
    await centre.put("queues", "sales", {"channels": ["webchat"], "unanswered_transfer": policy})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    await ana.post(f"/tasks/{task_id}/transfer", {"agent_id": centre.ids["ben"]})
    centre.clock.advance(seconds=31)
    assert await centre.sweep() == 1
    await ben.catch_up(await centre.position())
    assert ben.state.me["status"] == "rona"
    await ana.catch_up(await centre.position())
    task = ana.task(task_id)
    if policy == "drop":
        assert (task["state"], task["end_reason"]) == ("ended", "dropped")
    elif policy == "return_to_sender":
        assert task["legs"][-1]["agent_id"] == ana.user_id
        assert task["legs"][-1]["origin"] == "returned"
    else:
        assert task["state"] == "queued"


async def test_a_transfer_that_its_target_never_saw_waits_again(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    await ana.post(f"/tasks/{task_id}/transfer", {"agent_id": centre.ids["ben"]})
    await disconnect(centre.node.context.services, ben.user_id)
    await centre.settle()
    assert ana.task(task_id)["state"] == "queued"
    assert ben.state.me["status"] == "offline"
    await ana.post("/me/state", {"status": "idle"})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})
    cleo = await centre.sign_in("cleo")
    assert await centre.route() == 1
    await cleo.catch_up(await centre.position())
    assert cleo.task(task_id)["legs"][-1]["origin"] == "routed"


async def test_rona_per_channel_returns_the_other_offers_of_that_kind(centre: Centre) -> None:
    spec = {"channels": ["webchat", "custom"], "rona_per_channel": True}
    await centre.put("queues", "sales", {**spec, "offer_s_by_kind": {"social": 300}})
    account = await centre.put(
        "accounts", "custom", {"channel": "custom"}, {"signing_secret": SECRET}
    )
    await centre.put(
        "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
    )
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await offered(centre, ana, page)
    second = await centre.visitor()
    await second.start("Me too")
    body = json.dumps({"messages": [{"id": "m1", "from": "+100", "text": "Hi"}]}).encode()
    assert (await deliver(centre, account, body)).status_code == 200
    assert await centre.route() == 2
    centre.clock.advance(seconds=31)
    assert await centre.sweep() == 1
    await ana.catch_up(await centre.position())
    assert ana.state.me["status"] == "available"
    assert ana.state.me["rona_kinds"] == ["chat"]
    assert [t["channel"] for t in ana.state.tasks.values()] == ["custom"], "the other chat returned"
    assert ana.kinds().count("offer.expired") == 1
    assert ana.kinds().count("agent.rona") == 1
    assert ana.kinds().count("offer.withdrawn") == 1
    assert await ana.refused(f"/tasks/{task_id}/accept") == (409, "offer_expired")


async def test_conference_accepted_exited_and_ended(centre: Centre) -> None:
    # Seed: "When the conference chat request is accepted by an agent, the Interaction Control pane
    # changes the state from Conference Requested to Conference. The customer and you can see a
    # message that an agent has joined the chat."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    targets = await ana.get(f"/tasks/{task_id}/conference-targets")
    assert {a["name"]: a["reachable"] for a in targets["agents"]}["Cleo"] is False
    await ana.post(f"/tasks/{task_id}/conference", {"agent_id": centre.ids["ben"]})
    await ben.catch_up(await centre.position())
    await ben.post(f"/tasks/{task_id}/accept")
    while (line := await page.until("message"))["message"]["code"] != "joined":
        pass
    assert line["message"]["name"] == "Ben"
    await ben.post(f"/tasks/{task_id}/messages", {"text": "Hello from Ben"})

    # Seed: "Only you can end the chat conference and not the agent with whom you have conferenced."
    assert await ben.refused(f"/tasks/{task_id}/conference/end") == (403, "owner_only")

    # Seed: "The conferenced agent can exit the chat conference by clicking Exit Conference. The
    # chat continues between you and the customer."
    await ben.post(f"/tasks/{task_id}/conference/exit")
    await ben.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Only me again"})

    await ana.post(f"/tasks/{task_id}/conference", {"agent_id": centre.ids["ben"]})
    await ben.post(f"/tasks/{task_id}/accept")
    await ana.post(f"/tasks/{task_id}/conference/end")
    await centre.settle()
    assert ana.task(task_id)["state"] == "ended"
    for desktop in (ana, ben):
        await desktop.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})


async def test_conference_unanswered_and_cancelled(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    await ana.post(f"/tasks/{task_id}/conference", {"agent_id": centre.ids["ben"]})
    centre.clock.advance(seconds=31)
    assert await centre.sweep() == 1
    await centre.settle()
    assert ben.state.me["status"] == "rona"
    assert ana.task(task_id)["state"] == "active"
    await ben.available()
    await ana.post(f"/tasks/{task_id}/conference", {"agent_id": centre.ids["ben"]})
    await ana.post(f"/tasks/{task_id}/conference/cancel")
    assert await ben.refused(f"/tasks/{task_id}/accept") == (409, "offer_expired")


async def test_the_visitor_leaves_while_the_offer_rings(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await offered(centre, ana, page)
    await page.end()
    await ana.catch_up(await centre.position())
    assert "offer.withdrawn" in ana.kinds()
    assert ana.state.me["status"] == "available", "no RONA"
    assert await ana.refused(f"/tasks/{task_id}/accept") == (409, "offer_expired")


async def test_the_customer_ends_and_comes_back(centre: Centre) -> None:
    # Seed: "When the customer ends the chat session, a message appears in the chat conversation
    # indicating that the customer has left the chat."
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await page.end()
    assert await ana.refused(f"/tasks/{task_id}/messages", {"text": "Wait"}) == (
        409,
        "customer_left",
    )
    await ana.catch_up(await centre.position())
    codes = [
        e["message"]["announcement"]["code"]
        for f in ana.frames
        for e in f.get("events", [])
        if e.get("message") and e["message"]["announcement"]
    ]
    assert "customer_left" in codes
    await page.say("I forgot something")
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Welcome back"})


async def test_the_question_whether_to_end_is_marked_for_the_visitors_page(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    asked = await ana.post(f"/tasks/{task_id}/ask-to-end")
    assert asked["message"]["purpose"] == "ask_to_end"
    frame = await page.until("message")
    while frame["message"]["code"] != "ask_to_end":
        frame = await page.until("message")
    assert frame["message"]["author"] == "agent"
    assert "may we end" in frame["message"]["text"]
    later = await centre.visitor(page.token)
    (welcome,) = [f for f in later.frames if f["type"] == "welcome"]
    assert [m["code"] for m in welcome["messages"]].count("ask_to_end") == 1
    await page.end()
    await ana.catch_up(await centre.position())
    assert ana.task(task_id)["customer_left_at"] is not None


async def test_a_message_during_wrap_up_opens_a_new_task(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await ana.post(f"/tasks/{task_id}/end")
    await page.say("One more question")
    assert await centre.route() == 1
    await ana.catch_up(await centre.position())
    assert len(ana.state.tasks) == 2
    assert {t["state"] for t in ana.state.tasks.values()} == {"ended", "offered"}


@pytest.mark.parametrize("answered", [False, True])
async def test_a_short_absence_of_the_agent_does_not_stop_the_customers_time(
    centre: Centre, answered: bool
) -> None:
    # T11: "reminders to a silent customer, then closed with a reason"; T10: the grace time.
    silence = {"close_after_s": 600}
    await centre.put("queues", "sales", {"channels": ["webchat"], "silence": silence})
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Which cup?"})
    await disconnect(centre.node.context.services, ana.user_id)
    if answered:
        await page.say("The blue one")
    await sign_in(centre.node.context.services, ana.user_id)
    row = await centre.node.database.pool.fetchrow("SELECT due_for, due_at FROM task")
    assert row is not None
    if answered:
        assert tuple(row) == (None, None)
    else:
        assert row["due_for"] == "silence"
        assert 590 < (row["due_at"] - centre.clock.now()).total_seconds() <= 600
