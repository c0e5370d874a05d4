"""The stream on real sockets: resume, reset, slow readers, sign-out."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from rapport.stream.hub import LARGEST_BACKLOG
from tests.centre import Centre


async def until_closed(socket: ClientConnection) -> None:
    async with asyncio.timeout(30):
        with suppress(websockets.ConnectionClosed):
            async for _ in socket:
                pass
    assert socket.close_code is not None


async def test_a_dropped_connection_continues_at_its_position(centre: Centre) -> None:
    ana = await centre.sign_in("ana")
    await ana.catch_up(await centre.position())
    await ana.stream.close()
    page = await centre.visitor()
    await page.start("While you were away")
    assert await centre.route() == 1
    ana.stream = await centre.stream(ana.http, ana.state.position)
    hello = json.loads(await ana.stream.recv())
    assert hello["position"] == ana.state.position
    await centre.settle()
    assert len(ana.state.tasks) == 1


@pytest.mark.parametrize("position", ["otherepoch.1", "nonsense", "1", ".."])
async def test_an_unknown_position_is_answered_by_a_reset(centre: Centre, position: str) -> None:
    ana = await centre.sign_in("ana")
    socket = await centre.stream(ana.http, position)
    assert json.loads(await socket.recv())["type"] == "reset"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4409


async def test_without_a_session_there_is_no_stream(centre: Centre) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{centre.url.replace('http', 'ws')}/api/v1/stream")


async def test_another_sites_page_gets_no_stream(centre: Centre) -> None:
    ana = await centre.sign_in("ana")
    cookie = ana.http.cookies["rapport_session"]
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"{centre.url.replace('http', 'ws')}/api/v1/stream",
            additional_headers={"Cookie": f"rapport_session={cookie}"},
            origin="https://evil.example",
        )


async def test_a_slow_reader_is_cut_off_and_memory_does_not_grow(centre: Centre) -> None:
    ana = await centre.sign_in("ana")
    hub = centre.node.context.hub
    (subscription,) = hub._by_audience[f"agent.{ana.user_id}"]
    frame = b"x" * 100_000
    for _ in range(LARGEST_BACKLOG // len(frame) + 2):
        hub.whisper([f"agent.{ana.user_id}"], frame)
    assert subscription.slow
    assert not subscription.frames
    await until_closed(ana.stream)
    # It resumes by position like after any other loss.
    ana.stream = await centre.stream(ana.http, ana.state.position)
    await ana.stream.recv()
    await centre.settle()


async def test_signing_out_ends_every_stream_of_the_person(centre: Centre) -> None:
    ana = await centre.sign_in("ana", available=False)
    answer = await ana.send("DELETE", "/session")
    assert answer.status_code == 204
    await until_closed(ana.stream)
    assert (await ana.http.get("/api/v1/session")).status_code == 401


async def test_a_second_tab_changes_neither_state_nor_timers(centre: Centre) -> None:
    ana = await centre.sign_in("ana")
    await ana.catch_up(await centre.position())
    since = ana.state.me["status_since"]
    second = await centre.stream(ana.http, ana.state.position)
    await second.recv()
    await centre.settle()
    assert ana.state.me["status"] == "available"
    assert ana.state.me["status_since"] == since


async def test_no_live_desktop_for_a_minute_is_offline_and_the_offer_returns(
    centre: Centre,
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await page.start()
    assert await centre.route() == 1
    await ana.stream.close()
    centre.clock.advance(seconds=20)
    await centre.sweep()
    centre.clock.advance(seconds=61)
    await centre.sweep()
    row = await centre.node.database.pool.fetchrow("SELECT * FROM agent WHERE id = $1", ana.user_id)
    assert row is not None
    assert row["used"] == [0, 0, 0]
    task = await centre.node.database.pool.fetchrow("SELECT state FROM task")
    assert task is not None
    assert task["state"] == "queued"
