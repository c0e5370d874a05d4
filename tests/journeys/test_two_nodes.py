"""Two nodes on one database: who is served by one meets who is served by the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
import websockets

from rapport.api.widget.presence import still_here
from rapport.jobs.refresher import Refresher
from tests.centre import PATIENCE_S, Centre, Desktop, TestClock, furnish, serving
from tests.configuration.administrator import Administrator


@pytest_asyncio.fixture
async def nodes(database: str, tmp_path: Path) -> AsyncIterator[tuple[Centre, Centre]]:
    clock = TestClock()
    async with (
        serving(database, tmp_path / "one", clock) as one,
        serving(database, tmp_path / "two", clock) as two,
    ):
        await furnish(one)
        await two.node.configuration.refresh()
        two.ids = one.ids
        yield one, two


async def heard(desktop: Desktop, kind: str, **wanted: Any) -> dict[str, Any]:
    """The next frame of a type on the agent's stream; commits are applied on the way."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            frame: dict[str, Any] = json.loads(await desktop.stream.recv())
            if frame["type"] == kind and all(frame.get(k) == v for k, v in wanted.items()):
                return frame
            if frame["type"] == "commit":
                desktop.state.apply_frame(frame)


async def accepted(centre: Centre, desktop: Desktop) -> int:
    """Take what is offered; the conversation's id."""
    await centre.offered()
    await desktop.catch_up(await centre.position())
    ((task_id, task),) = desktop.state.tasks.items()
    await desktop.post(f"/tasks/{task_id}/accept")
    await desktop.catch_up(await centre.position())
    return int(task["conversation_id"])


async def test_typing_is_seen_on_both_sides(nodes: tuple[Centre, Centre]) -> None:
    one, two = nodes
    ana, page = await one.sign_in("ana"), await two.visitor()
    await page.start("Hello")
    conversation = await accepted(one, ana)
    await page.send(type="typing", on=True)
    frame = await heard(ana, "typing", conversation_id=conversation)
    assert (frame["author"]["kind"], frame["on"]) == ("customer", True)
    await ana.stream.send(
        json.dumps({"type": "typing", "conversation_id": conversation, "on": True})
    )
    assert (await page.until("typing"))["name"] == "Ana"


async def test_a_page_elsewhere_keeps_the_customer_here(nodes: tuple[Centre, Centre]) -> None:
    one, two = nodes
    ana, page = await one.sign_in("ana"), await one.visitor()
    await page.start("Hello")
    conversation = await accepted(one, ana)
    other = await two.visitor(page.token)
    await heard(ana, "presence", online=True)
    await page.socket.close()
    await heard(ana, "presence", online=False)
    await heard(ana, "presence", online=True)
    away = "SELECT customer_away_since FROM conversation WHERE id = $1"
    assert await one.node.database.pool.fetchval(away, conversation) is None
    await other.socket.close()
    await heard(ana, "presence", online=False)
    assert await one.node.database.pool.fetchval(away, conversation) is not None


async def test_a_page_that_goes_while_it_is_noted_is_gone(
    nodes: tuple[Centre, Centre], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = nodes
    ana, page = await one.sign_in("ana"), await one.visitor()
    await page.start("Hello")
    conversation = await accepted(one, ana)
    context = one.node.context
    came = type(context.visits).came

    async def came_late(visits: Any, conversation_id: int) -> None:
        await page.socket.close()
        await heard(ana, "presence", online=False)
        await came(visits, conversation_id)

    monkeypatch.setattr(type(context.visits), "came", came_late)
    await still_here(context, conversation)
    away = "SELECT customer_away_since FROM conversation WHERE id = $1"
    assert await one.node.database.pool.fetchval(away, conversation) is not None


@pytest.mark.parametrize("another", [False, True], ids=["alone", "beside another"])
async def test_whose_page_went_with_a_killed_node_is_away(
    database: str, tmp_path: Path, *, another: bool
) -> None:
    """T9: it could not say so. Where another node runs, the page may be there."""
    clock = TestClock()
    away = "SELECT customer_away_since FROM conversation"
    async with AsyncExitStack() as running:
        other = serving(database, tmp_path / "two", clock)
        async with serving(database, tmp_path / "one", clock) as one:
            await furnish(one)
            page = await one.visitor()
            await page.start("Hello")
        if another:
            await running.enter_async_context(other)
        connection = await asyncpg.connect(database)
        # What is left when it is killed.
        await connection.execute("UPDATE conversation SET customer_away_since = NULL")
        async with serving(database, tmp_path / "one", clock) as again:
            assert (await connection.fetchval(away) is None) is another
            if not another:
                clock.advance(minutes=10)
                assert await again.sweep() > 0
                assert await connection.fetchval("SELECT state FROM task") == "ended"
        await connection.close()


async def test_a_node_that_was_cut_off_says_whose_page_it_has(centre: Centre) -> None:
    """Another one may have begun meanwhile, and known of nobody."""
    page = await centre.visitor()
    await page.start("Hello")
    pool = centre.node.database.pool
    await pool.execute("UPDATE conversation SET customer_away_since = now()")
    await pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'rapport pages' AND datname = current_database()"
    )
    async with asyncio.timeout(PATIENCE_S):
        while await pool.fetchval("SELECT customer_away_since FROM conversation"):
            await asyncio.sleep(0.01)


async def test_what_one_node_has_written_the_other_reads(
    nodes: tuple[Centre, Centre], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However late the news of the change comes there.
    monkeypatch.setattr(Refresher, "note", lambda *_: None)
    one, two = nodes
    await one.person("root", "administrator")
    await two.node.configuration.refresh()
    here, there = [await Administrator.sign_in(node, "root") for node in nodes]
    for number in range(5):
        name = f"Team {number}"
        team = await here.create("teams", name, {})
        found = await there.send("GET", f"/config/teams/{team['id']}")
        assert found.json()["name"] == name
        listed = (await there.send("GET", "/config/teams")).json()["items"]
        assert name in [each["name"] for each in listed]


async def test_who_signs_out_at_one_node_is_out_at_the_other(
    nodes: tuple[Centre, Centre],
) -> None:
    one, two = nodes
    ana = await one.sign_in("ana", available=False)
    headers = {
        "Cookie": f"rapport_session={ana.http.cookies['rapport_session']}",
        "X-CSRF-Token": ana.csrf,
    }
    async with httpx2.AsyncClient(base_url=two.url, timeout=PATIENCE_S) as browser:
        answer = await browser.delete("/api/v1/session", headers=headers)
        assert answer.status_code == 204, answer.text
    with pytest.raises(websockets.ConnectionClosed):
        await heard(ana, "never")
