"""Measures the supervisor's board in a real browser: 500 agents, 10,000 waiting tasks.

    python tools/floor_figures.py        prints JSON

The built desktop against `rapport demo`, filled by COPY. An update is timed from the moment at
which the page gets the frame to the frame after the one in which the new count is in the document;
every update changes a queue and a tenth of the agents. Memory is the page's JavaScript heap after a
collection, at the beginning and after as many updates as an hour brings.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright, expect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from desktop_figures import spread  # noqa: E402
from screenshots import demo, sign_in  # noqa: E402
from tests.browser.chromium import chromium  # noqa: E402

from rapport.cli.bench.tables import fill_agents, fill_waiting  # noqa: E402
from rapport.storage.database import Database  # noqa: E402
from rapport.storage.embedded import dsn_of_running  # noqa: E402

AGENTS, WAITING, UPDATES, HOUR = 500, 10_000, 60, 3600

# The page's own socket is kept, so that frames as the server sends them can be played back fast.
KEEP_SOCKET = """
const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(...args) { super(...args); window.stream = this; }
};"""
UPDATE = """
([queue, agents]) => new Promise((done) => {
  const data = JSON.stringify({ type: "floor", queues: [queue], agents });
  const wanted = String(queue.waiting);
  const row = [...document.querySelectorAll("tbody tr")].find((each) =>
    each.querySelector("button").textContent === queue.name);
  const started = performance.now();
  window.stream.onmessage(new MessageEvent("message", { data }));
  const look = () => {
    if (row.cells[1].textContent === wanted)
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - started)));
    else requestAnimationFrame(look);
  };
  look();
})"""

# One frame after the other, each shown before the next.
PLAY = """
async ([frames, count]) => {
  for (let n = 0; n < count; n++) {
    const [queue, agents] = frames[n % frames.length];
    const data = JSON.stringify({ type: "floor", queues: [{ ...queue, waiting: n }], agents });
    window.stream.onmessage(new MessageEvent("message", { data }));
    await new Promise(requestAnimationFrame);
  }
}"""


async def filled(data: Path) -> None:
    """Agents and waiting tasks beside those of the demo."""
    dsn = dsn_of_running(data / "postgres")
    assert dsn is not None
    database = await Database.connect(dsn, minimum=1, maximum=2)
    now = datetime.now(UTC)  # noqa: TID251 - a measurement is made now
    try:
        found = await database.pool.fetchrow(
            "SELECT (SELECT min(id) FROM configuration WHERE kind = 'queues') AS queue,"
            " (SELECT min(id) FROM configuration WHERE kind = 'accounts') AS account"
        )
        assert found is not None
        await fill_agents(database, AGENTS, [3, 2, 2], now, now + timedelta(hours=2))
        later = now + timedelta(hours=2)
        await fill_waiting(database, found["account"], found["queue"], WAITING, now, later)
    finally:
        await database.close()


async def noticed(page: Page, url: str) -> None:
    """The server takes the new people in: any change of the configuration makes it read all."""
    session = await (await page.request.get(f"{url}/api/v1/session")).json()
    answer = await page.request.post(
        f"{url}/api/v1/config/teams",
        data={"name": "Measured", "spec": {}},
        headers={"X-CSRF-Token": session["csrf_token"], "Idempotency-Key": "floor-figures"},
    )
    assert answer.ok, await answer.text()
    async with asyncio.timeout(30):
        while True:
            floor = await (await page.request.get(f"{url}/api/v1/floor?limit=1000")).json()
            if len(floor["agents"]) >= AGENTS:
                return
            await asyncio.sleep(0.2)


async def heap(session: CDPSession) -> float:
    """MB in use after a collection."""
    await session.send("HeapProfiler.collectGarbage")
    usage = await session.send("Runtime.getHeapUsage")
    return round(usage["usedSize"] / 1_000_000, 1)


def news(floor: dict[str, Any], number: int) -> list[Any]:
    """One frame: a queue's count and a tenth of the agents differ."""
    queue = {**floor["queues"][0], "waiting": WAITING + number + 1}
    agents = [
        {
            **agent,
            "version": number + 2,
            "rona_kinds": [],
            "status": "available" if (number + place) % 2 else "idle",
            "load": {"chat": (number + place) % 4, "email": 0, "social": 0},
        }
        for place, agent in enumerate(floor["agents"][number % 10 :: 10])
    ]
    return [queue, agents]


async def main() -> None:
    """Start, measure, print."""
    async with demo() as (url, _, data), async_playwright() as playwright:
        await filled(data)
        browser = await playwright.chromium.launch(**chromium().launch_options())
        desk = await sign_in(browser, url, "sam")
        page = desk.page
        await noticed(page, url)
        await page.add_init_script(KEEP_SOCKET)
        begun = perf_counter()
        await page.goto(f"{url}/floor")
        await expect(page.get_by_role("heading", name="Floor")).to_be_visible()
        await expect(
            page.get_by_role("table", name="Agents").get_by_role("row").nth(3)
        ).to_be_visible()
        opened = perf_counter() - begun
        read = []
        for _ in range(5):
            begun = perf_counter()
            floor = await (await page.request.get(f"{url}/api/v1/floor?limit=1000")).json()
            read.append((perf_counter() - begun) * 1000)
        session = await page.context.new_cdp_session(page)
        before = await heap(session)
        updates = [await page.evaluate(UPDATE, news(floor, n)) for n in range(UPDATES)]
        rows = await page.get_by_role("table", name="Agents").get_by_role("row").count()
        after = {}
        for hour in (1, 2):
            await page.evaluate(PLAY, [[news(floor, n) for n in range(10)], HOUR])
            after[f"after_{hour * HOUR}_updates"] = await heap(session)
        result = {
            "agents": len(floor["agents"]),
            "waiting": max(q["waiting"] for q in floor["queues"]),
            "opened_ms": round(opened * 1000),
            "server_reads_floor_ms": spread(read),
            "update_ms": spread(updates),
            "rows_in_the_page": rows,
            "heap_mb": {"before": before, **after},
            "load_average": round(os.getloadavg()[0], 2),
        }
        print(json.dumps(result, indent=2))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
