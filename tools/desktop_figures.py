"""Measures the desktop in a real browser: how fast it shows, switches and scrolls.

    python tools/desktop_figures.py        prints JSON

The built desktop against `rapport demo`; times are taken inside the page, from the input event to
the end of the frame that shows the result.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "src" / "rapport" / "static" / "desktop"
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tools"))

from screenshots import Customers, demo, sign_in  # noqa: E402
from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.desk import AgentDesk  # noqa: E402

from rapport.cli.bench.tables import copy, filling  # noqa: E402
from rapport.storage.database import Database  # noqa: E402
from rapport.storage.embedded import dsn_of_running  # noqa: E402

LONG, SHORT = 10_000, 60
SWITCHES = 60
OPENINGS = 10
SCROLL_S = 10
LONGEST_TASK_MS = 50

# From the click until the frame that shows the thread of the other conversation has been drawn:
# `look` runs before a frame is drawn, a message that it posts arrives after that.
SWITCH = """
([path, text]) => new Promise((done) => {
  const link = document.querySelector(`a[href="${path}"]`);
  const started = performance.now();
  link.click();
  const look = () => {
    const log = document.querySelector('[role="log"]');
    if (location.pathname === path && log !== null && log.textContent.includes(text)) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now() - started);
      port2.postMessage(null);
    } else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
SCROLL = """
(seconds) => new Promise((done) => {
  const log = document.querySelector('[role="log"]');
  const frames = [], tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) tasks.push(entry.duration);
  });
  observer.observe({ entryTypes: ["longtask"] });
  const started = performance.now();
  let last = started, way = -1;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    if (log.scrollTop <= 0) way = 1;
    log.scrollTop += way * 60;
    if (now - started < seconds * 1000) requestAnimationFrame(step);
    else { observer.disconnect(); done({ frames: frames.slice(1), tasks }); }
  };
  requestAnimationFrame(step);
})"""
LIST_SHOWN = """
new MutationObserver((_, observer) => {
  if (document.querySelector('a[href^="/tasks/"]') === null) return;
  observer.disconnect();
  requestAnimationFrame(() => { window.listShownAt = performance.now(); });
}).observe(document, { childList: true, subtree: true });"""


async def fill(data: Path, task_id: int, count: int, label: str) -> None:
    """A conversation's past: `count` messages between customer and agent, oldest first."""
    dsn = dsn_of_running(data / "postgres")
    assert dsn is not None
    database = await Database.connect(dsn, minimum=1, maximum=2)
    try:
        found = await database.pool.fetchrow(
            "SELECT t.conversation_id, t.account_id, t.contact_id, c.last_seq, c.inbound_seq"
            " FROM task t JOIN conversation c ON c.id = t.conversation_id WHERE t.id = $1",
            task_id,
        )
        assert found is not None
        ids = await database.new_ids(count)
        now = datetime.now(UTC)  # noqa: TID251 - a measurement is made now
        rows, inbound = [], found["inbound_seq"]
        for number, message_id in enumerate(ids):
            by_customer = number % 3 == 0
            inbound += by_customer
            rows.append(
                (
                    *(message_id, found["conversation_id"], found["account_id"], task_id),
                    *(found["last_seq"] + number + 1, inbound),
                    *(("inbound", "customer") if by_customer else ("outbound", "agent")),
                    f"{label} {number}: " + "words about an order " * (1 + number % 7),
                    *(True, now),
                )
            )
        async with filling(dsn) as connection:
            await copy(
                connection,
                "message",
                "id conversation_id account_id task_id seq inbound_seq direction author_kind text"
                " customer_sees created_at",
                rows,
            )
            await connection.execute(
                "UPDATE conversation SET last_seq = last_seq + $2, inbound_seq = $3 WHERE id = $1",
                found["conversation_id"],
                count,
                inbound,
            )
            # All read: a conversation opens at its first unread message, else at its end.
            await connection.execute(
                "UPDATE leg SET read_seq = c.last_seq, read_inbound_seq = c.inbound_seq"
                " FROM task t JOIN conversation c ON c.id = t.conversation_id"
                " WHERE leg.task_id = t.id AND t.id = $1",
                task_id,
            )
    finally:
        await database.close()


async def started(customers: Customers, desk: AgentDesk, data: Path, name: str, count: int) -> str:
    """A conversation in which the agent is; its path."""
    await customers.writes(name, "Hello")
    await desk.accept(name)
    path = desk.page.url.removeprefix(desk.url)
    await fill(data, int(path.rsplit("/", 1)[1]), count, name)
    return path


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and largest, in ms."""
    ordered = sorted(values)
    return {
        "p50": round(median(ordered), 1),
        "p95": round(quantiles(ordered, n=20)[-1], 1),
        "max": round(ordered[-1], 1),
    }


async def shown(page: Page) -> float:
    """From the navigation's start until the task list is on the screen, in ms."""
    await page.reload()
    # The page's policy forbids what Playwright's own waiting evaluates.
    while not (at := await page.evaluate("window.listShownAt ?? 0")):
        await page.wait_for_timeout(20)
    return float(at)


class Scripts:
    """What a page has loaded of JavaScript, as it travels: compressed."""

    def __init__(self, page: Page) -> None:
        self._files: set[str] = set()
        page.on("response", lambda answer: self._note(answer.url))

    def _note(self, url: str) -> None:
        name = url.partition("/static/desktop/")[2]
        if name.endswith(".js"):
            self._files.add(name)

    def kilobytes(self) -> float:
        """Of everything so far."""
        files = (STATIC / name for name in self._files)
        return round(sum(len(gzip.compress(f.read_bytes(), 9)) for f in files) / 1000, 1)


async def scripts_loaded(desk: AgentDesk, path: str) -> dict[str, float]:
    """In a tab of its own: the list alone, then with a conversation."""
    page = await desk.context.new_page()
    scripts = Scripts(page)
    await page.goto(desk.url)
    await page.locator('a[href^="/tasks/"]').first.wait_for()
    await page.wait_for_load_state("networkidle")
    shell = scripts.kilobytes()
    await page.locator(f'a[href="{path}"]').click()
    await page.get_by_role("textbox", name="Message", exact=True).wait_for()
    await page.wait_for_load_state("networkidle")
    chat = scripts.kilobytes()
    await page.close()
    return {"shell_and_task_list": shell, "with_a_chat": chat}


async def measured(desk: AgentDesk, customers: Customers, data: Path) -> dict[str, Any]:
    """All figures."""
    page = desk.page
    await desk.go("Available")
    first = await started(customers, desk, data, "Kim Beispiel", SHORT)
    second = await started(customers, desk, data, "Noa Sample", SHORT)
    long = await started(customers, desk, data, "Dana Example", LONG)
    await page.add_init_script(LIST_SHOWN)
    await page.goto(desk.url + first)
    lists = [await shown(page) for _ in range(5)]
    opened = []
    for _ in range(OPENINGS):
        await page.goto(desk.url + first)
        await page.get_by_role("log").get_by_text(f"Kim Beispiel {SHORT - 1}:").wait_for()
        opened.append(await page.evaluate(SWITCH, [long, f"Dana Example {LONG - 1}:"]))
    scrolled = await page.evaluate(SCROLL, SCROLL_S)
    ways = [(second, f"Noa Sample {SHORT - 1}:"), (first, f"Kim Beispiel {SHORT - 1}:")]
    for way in ways:
        await page.evaluate(SWITCH, list(way))
    switches = [await page.evaluate(SWITCH, list(ways[n % 2])) for n in range(SWITCHES)]
    return {
        "javascript_kb_gz": await scripts_loaded(desk, first),
        "list_visible_ms": spread(lists),
        "switch_ms": spread(switches),
        "open_10000_messages_ms": spread(opened),
        "scroll": {
            "seconds": SCROLL_S,
            "frame_ms": spread(scrolled["frames"]),
            f"tasks_over_{LONGEST_TASK_MS}_ms": len(scrolled["tasks"]),
            "longest_task_ms": max(scrolled["tasks"], default=0),
        },
        "load_average": round(os.getloadavg()[0], 2),
    }


async def main() -> None:
    """Start, measure, print."""
    async with demo() as (url, shop, data), async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium().launch_options())
        desk = await sign_in(browser, url, "ana")
        customers = Customers(url, shop)
        print(json.dumps(await measured(desk, customers, data), indent=2))
        for visitor in customers.here:
            await visitor.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
