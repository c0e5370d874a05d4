"""Workflows against a real HTTP server: triggered, told, repeated under one key (C2, K8)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import pytest

from rapport.application.finish_workflow import finish_run
from rapport.domain.workflows import Outcome
from tests.centre import Centre, Desktop, Json, VisitorPage
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.other_system import OtherSystem, other_system

STATUS = {"order": {"status": "on its way", "day": "Monday"}}
ANSWER = {
    "announcement": "@@input.order@@ is @@answer.order.status@@",
    "composer": "It comes on @@answer.order.day@@.",
    "message": "We have looked it up, @@customer.first_name@@.",
    "variables": {"status": "order.status", "day": "/order/day", "gone": "nothing"},
}


async def chat(centre: Centre) -> tuple[Desktop, int, VisitorPage]:
    ana = await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start("Where is KC-1?")
    await centre.route()
    await centre.settle()
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept", {})
    return ana, task_id, page


async def workflow(centre: Centre, system: OtherSystem, **spec: Any) -> int:
    whole = {
        "inputs": [{"name": "order", "label": "Order", "required": True}],
        "url": f"{system.url}/orders",
        "headers": {"Authorization": "Bearer @@secret.token@@"},
        "body": '{"order": "@@input.order@@", "name": "@@customer.name@@"}',
        "answer": ANSWER,
        **spec,
    }
    sealed = {"token": "t0ken", "signing_secret": "sign-it"}
    return await centre.put("workflows", "Order status", whole, sealed)


async def trigger(ana: Desktop, task_id: int, workflow_id: int) -> Json:
    answer = await ana.post(
        f"/tasks/{task_id}/workflows/{workflow_id}/run", {"inputs": {"order": "KC-1"}}
    )
    run: Json = answer["run"]
    return run


async def lines(ana: Desktop, task_id: int) -> list[Json]:
    """The thread's lines about workflows."""
    conversation = ana.task(task_id)["conversation_id"]
    page = await ana.get(f"/conversations/{conversation}/messages?limit=100")
    found = [m["announcement"] for m in page["items"] if m["announcement"]]
    return [line for line in found if line["code"].startswith("workflow")]


async def state_of(ana: Desktop, task_id: int, run: Json) -> Json:
    found: Json = (await ana.get(f"/tasks/{task_id}/workflow-runs/{run['id']}"))["run"]
    return found


async def due_now(centre: Centre) -> None:
    """As if the time for the next attempt, or the lease of a worker that has gone, had passed."""
    await centre.node.database.pool.execute(
        "UPDATE workflow_run SET due = '2000-01-01', lease_until = NULL WHERE due IS NOT NULL"
    )


async def test_triggered_and_told_with_all_that_it_does(centre: Centre) -> None:
    # Seed: "Trigger Workflow"
    async with other_system((200, STATUS)) as system:
        workflow_id = await workflow(centre, system)
        ana, task_id, page = await chat(centre)
        (item,) = (await ana.get(f"/tasks/{task_id}/workflows"))["items"]
        assert item["name"] == "Order status"
        assert [one["name"] for one in item["inputs"]] == ["order"]
        run = await trigger(ana, task_id, workflow_id)
        assert run["state"] == "running"
        assert await centre.node.workflows.run_due() == 1
        (asked,) = system.asked
        assert asked.json == {"order": "KC-1", "name": "Dana Example"}
        assert asked.headers["authorization"] == "Bearer t0ken"
        key, stamp = asked.headers["idempotency-key"], asked.headers["x-rapport-timestamp"]
        signed = f"{stamp}.{key}.".encode() + asked.body
        assert asked.headers["x-rapport-signature"] == (
            f"sha256={hmac.digest(b'sign-it', signed, hashlib.sha256).hex()}"
        )
        done = await state_of(ana, task_id, run)
        assert (done["state"], done["text"]) == ("done", "It comes on Monday.")
        started, finished = await lines(ana, task_id)
        assert started["code"] == "workflow_started"
        assert started["params"]["agent_id"] == ana.user_id
        assert finished["code"] == "workflow_done"
        assert finished["params"]["text"] == "KC-1 is on its way"
        assert finished["params"]["run_id"] == run["id"]
        assert finished["params"]["ms"] >= 0
        while (await page.until("message"))["message"]["text"] != "We have looked it up, Dana.":
            pass
        await centre.settle()
        assert ana.task(task_id)["variables"] == {"status": "on its way", "day": "Monday"}


async def test_an_error_there_and_then_success_under_the_same_key(centre: Centre) -> None:
    async with other_system((500, {}), (200, STATUS)) as system:
        workflow_id = await workflow(centre, system)
        ana, task_id, _ = await chat(centre)
        run = await trigger(ana, task_id, workflow_id)
        await centre.node.workflows.run_due()
        assert (await state_of(ana, task_id, run))["state"] == "running"
        assert await centre.node.workflows.run_due() == 0
        await due_now(centre)
        await centre.node.workflows.run_due()
        assert (await state_of(ana, task_id, run))["state"] == "done"
        first, second = system.asked
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
        assert len(await lines(ana, task_id)) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (None, "timed_out"),
        ((500, {}), "failed_there"),
        ((404, {}), "refused_there"),
        ((302, {}), "redirected"),
        ((200, b"x" * 300_000), "answer_too_large"),
    ],
)
async def test_a_failure_says_why_and_can_be_tried_again(
    centre: Centre, answer: tuple[int, Any] | None, code: str
) -> None:
    async with other_system(answer, (200, STATUS)) as system:
        workflow_id = await workflow(centre, system, retries=0, timeout_s=0.3)
        ana, task_id, _ = await chat(centre)
        run = await trigger(ana, task_id, workflow_id)
        await centre.node.workflows.run_due()
        failed = await state_of(ana, task_id, run)
        assert (failed["state"], failed["error"]["code"]) == ("failed", code)
        assert failed["error"]["message"]
        assert (await lines(ana, task_id))[-1]["params"]["reason"] == code
        path = f"/tasks/{task_id}/workflow-runs/{run['id']}/retry"
        await ana.post(path)
        assert await ana.refused(path) == (409, "run_not_failed")
        await centre.node.workflows.run_due()
        assert (await state_of(ana, task_id, run))["state"] == "done"
        assert len({one.headers["idempotency-key"] for one in system.asked}) == 1
        codes = [line["code"].removeprefix("workflow_") for line in await lines(ana, task_id)]
        assert codes == ["started", "failed", "started", "done"]


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1", "[::1]", "[::ffff:10.0.0.1]"])
async def test_private_addresses_are_not_called(centre: Centre, host: str) -> None:
    async with other_system((200, STATUS)) as system:
        workflow_id = await workflow(centre, system, url=f"http://{host}/latest")
        ana, task_id, _ = await chat(centre)
        run = await trigger(ana, task_id, workflow_id)
        await centre.node.workflows.run_due()
        failed = await state_of(ana, task_id, run)
        assert (failed["state"], failed["error"]["code"]) == ("failed", "address_refused")


async def test_a_worker_that_dies_in_the_middle(centre: Centre) -> None:
    async with other_system((200, STATUS)) as system:
        workflow_id = await workflow(centre, system)
        ana, task_id, _ = await chat(centre)
        run = await trigger(ana, task_id, workflow_id)
        (dead,) = await centre.node.workflows._board.claim(10, 60)
        await centre.node.workflows._carry(dead)
        # It has asked, and is gone before it could say so; its lease still holds.
        assert await centre.node.workflows.run_due() == 0
        await due_now(centre)
        assert await centre.node.workflows.run_due() == 1
        assert (await state_of(ana, task_id, run))["state"] == "done"
        assert len({one.headers["idempotency-key"] for one in system.asked}) == 1
        # Should it come back, it changes nothing any more.
        late = Outcome(code="timed_out", reason="late")
        assert not await finish_run(centre.node.context.services, dead, late)
        assert len(await lines(ana, task_id)) == 2


async def test_a_double_click_is_one_run(centre: Centre) -> None:
    async with other_system((200, STATUS)) as system:
        workflow_id = await workflow(centre, system)
        ana, task_id, _ = await chat(centre)
        path = f"/api/v1/tasks/{task_id}/workflows/{workflow_id}/run"
        headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": secrets.token_hex(16)}
        body = {"inputs": {"order": "KC-1"}}
        first = await ana.http.post(path, json=body, headers=headers)
        second = await ana.http.post(path, json=body, headers=headers)
        assert first.json() == second.json()
        assert await centre.node.workflows.run_due() == 1
        assert len(system.asked) == 1


async def test_who_may_and_what_is_asked(centre: Centre) -> None:
    async with other_system((200, STATUS)) as system:
        workflow_id = await workflow(centre, system)
        mails = await centre.put(
            "workflows", "For mails", {"url": system.url, "channels": ["email"]}
        )
        ana, task_id, _ = await chat(centre)
        path = f"/tasks/{task_id}/workflows"
        assert await ana.refused(f"{path}/{mails}/run") == (404, "workflow_not_found")
        missing = await ana.send("POST", f"{path}/{workflow_id}/run", {"inputs": {}})
        assert paths(error(missing, 422, "invalid_field")) == ["inputs.order"]
        ben = await centre.sign_in("ben", available=False)
        body = {"inputs": {"order": "x"}}
        assert await ben.refused(f"{path}/{workflow_id}/run", body) == (403, "not_your_task")
        assert system.asked == []
        assert await lines(ana, task_id) == []


async def test_what_administrators_may_write(centre: Centre) -> None:
    await centre.person("root", "administrator")
    root = await Administrator.sign_in(centre, "root")
    good = {"url": "https://shop.example/x"}
    for spec, path in [
        ({"url": "ftp://shop.example"}, "spec.url"),
        ({"url": "https://@@input.host@@/"}, "spec.url"),
        ({**good, "body": '{"a": @@input.n@@}'}, "spec.body"),
        ({**good, "headers": {"Host": "x"}}, "spec.headers"),
        ({**good, "body": '{"a": "@@input.gone@@"}'}, "spec"),
        ({**good, "body": '{"a": "@@secret.token@@"}'}, "spec"),
        ({**good, "inputs": [{"name": "a", "label": "A", "kind": "select"}]}, "spec"),
    ]:
        answer = await root.send("POST", "/config/workflows", {"name": "W", "spec": spec})
        assert paths(error(answer, 422, "invalid_field")) == [path]
    made = await root.create("workflows", "W", good, secrets={"token": "t0ken"})
    assert made["secrets"] == ["token"]
    assert "t0ken" not in "".join(root.answers)
