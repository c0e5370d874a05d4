"""Rules: workflows that start by themselves when something happens to a task (C2)."""

from __future__ import annotations

from typing import Any

from tests.centre import Centre, Desktop, Json
from tests.journeys.other_system import other_system
from tests.journeys.providers import DANA, sms, whatsapp
from tests.journeys.test_outbound import allowing
from tests.journeys.test_sms import Phone
from tests.journeys.test_workflows import chat, workflow


async def rule(centre: Centre, workflow_id: int, **spec: Any) -> int:
    whole = {"event": "task.accepted", "workflow": workflow_id, **spec}
    return await centre.put("rules", "On acceptance", whole)


async def lines(ana: Desktop, task_id: int) -> list[Json]:
    conversation = ana.task(task_id)["conversation_id"]
    page = await ana.get(f"/conversations/{conversation}/messages?limit=100")
    found = [m["announcement"] for m in page["items"] if m["announcement"]]
    return [line for line in found if line["code"].startswith(("workflow", "rule"))]


async def test_an_event_starts_a_workflow_in_its_own_commit(centre: Centre) -> None:
    async with other_system((200, {"order": {"status": "on its way", "day": "Monday"}})) as system:
        await rule(
            centre,
            await workflow(centre, system),
            inputs={"order": "@@task.channel@@ of @@customer.first_name|nobody@@"},
        )
        ana, task_id, _ = await chat(centre)
        assert await centre.node.workflows.run_due() == 1
        (asked,) = system.asked
        assert asked.json == {"order": "webchat of Dana", "name": "Dana Example"}
        started, done = await lines(ana, task_id)
        assert started["code"] == "rule_started_workflow"
        assert started["params"]["rule"] == "On acceptance"
        assert done["code"] == "workflow_done"
        assert done["params"]["run_id"] == started["params"]["run_id"]
        await centre.settle()
        assert ana.task(task_id)["variables"]["status"] == "on its way"


async def test_only_where_its_conditions_hold(centre: Centre) -> None:
    async with other_system((200, {})) as system:
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(
            centre,
            workflow_id,
            event="wrap_up.submitted",
            reasons=[centre.ids["Sold"]],
            channels=["webchat"],
            queues=[centre.ids["sales"]],
        )
        for reason, runs in (("Asked", 0), ("Sold", 1)):
            ana, task_id, page = await chat(centre) if reason == "Asked" else await again(centre)
            await ana.post(f"/tasks/{task_id}/end")
            await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids[reason]]})
            assert await centre.node.workflows.run_due() == runs
            await page.socket.close()
        await centre.settle()


async def again(centre: Centre) -> Any:
    """Another conversation of the same agent."""
    ana = centre.desktops["ana"]
    page = await centre.visitor()
    await page.start("And another thing")
    await centre.route()
    await centre.settle()
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept", {})
    return ana, task_id, page


async def test_a_rule_never_stands_in_the_way(centre: Centre) -> None:
    """What the workflow asks for can be missing; the agent's command is done all the same."""
    async with other_system((200, {})) as system:
        await rule(centre, await workflow(centre, system))
        ana, task_id, _ = await chat(centre)
        assert [line["code"] for line in await lines(ana, task_id)] == ["rule_lacks_input"]
        assert await centre.node.workflows.run_due() == 0
        await centre.settle()


async def test_one_that_is_not_in_force_starts_nothing(centre: Centre) -> None:
    async with other_system((200, {})) as system:
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(centre, workflow_id, active=False)
        ana, task_id, _ = await chat(centre)
        assert await lines(ana, task_id) == []
        await centre.settle()


async def test_a_conversation_that_an_agent_starts_fulfils_rules_too(centre: Centre) -> None:
    async with other_system((200, {})) as system, sms(centre) as connected:
        await allowing(centre)
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(centre, workflow_id, event="task.started", channels=["sms"])
        ana = await centre.sign_in("ana")
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi"}
        made = await ana.post("/outbound", body)
        await ana.catch_up(await centre.position())
        task_id = made["task"]["id"]
        assert [line["code"] for line in await lines(ana, task_id)] == ["rule_started_workflow"]
        assert await centre.node.workflows.run_due() == 1
        assert len(system.asked) == 1
        await centre.settle()


async def test_a_transfer_that_nobody_takes_fulfils_rules_too(centre: Centre) -> None:
    # Seed: "Once you transfer the chat request to an agent, if the agent does not accept the chat
    # request, the chat request is dropped."
    async with other_system((200, {})) as system:
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(centre, workflow_id, event="task.dropped")
        ana, task_id, _ = await chat(centre)
        ben = await centre.sign_in("ben")
        await centre.settle()
        target = {"agent_id": ben.user_id, "epoch": ana.task(task_id)["epoch"]}
        await ana.post(f"/tasks/{task_id}/transfer", target)
        centre.clock.advance(seconds=31)
        assert await centre.sweep() == 1
        assert await centre.node.workflows.run_due() == 1
        assert len(system.asked) == 1
        await centre.settle()


async def test_a_customer_who_ends_by_a_word_fulfils_rules_too(centre: Centre) -> None:
    async with other_system((200, {})) as system, whatsapp(centre) as connected:
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(centre, workflow_id, event="customer.left", channels=["whatsapp"])
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await dana.says("end chat")
        await connected.provider.settle()
        await centre.settle()
        assert ana.task(task_id)["customer_left_at"] is not None
        assert [line["code"] for line in await lines(ana, task_id)] == ["rule_started_workflow"]
        assert await centre.node.workflows.run_due() == 1
        assert len(system.asked) == 1
        await centre.settle()


async def test_its_lines_reach_who_serves_the_customer_by_then(centre: Centre) -> None:
    async with other_system((200, {})) as system, sms(centre) as connected:
        workflow_id = await workflow(centre, system, inputs=[], body="{}", answer={})
        await rule(centre, workflow_id, event="wrap_up.submitted")
        dana = Phone(connected)
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        await ana.post(f"/tasks/{task_id}/end", {"consent": True})
        await ana.post("/me/state", {"status": "idle"})
        await dana.says("And another thing")
        ben, _ = await connected.accepted("ben")
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        assert await centre.node.workflows.run_due() == 1
        await ben.catch_up(await centre.position())
        told = [e["message"] for f in ben.frames for e in f.get("events", []) if "message" in e]
        codes = [m["announcement"]["code"] for m in told if m["announcement"]]
        assert codes[-2:] == ["rule_started_workflow", "workflow_done"]
        await centre.settle()
