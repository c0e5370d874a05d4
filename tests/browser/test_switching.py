"""Going from one conversation to another and back: where the thread stands, and how it is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.async_api import expect

from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG = "A line that takes several rows in a narrow window. " * 6
ROWS = """
() => [...document.querySelectorAll('[role="log"] [data-index]')]
  .map((row) => row.getBoundingClientRect()).sort((a, b) => a.top - b.top)
  .map((box) => [Math.round(box.top), Math.round(box.bottom)])"""


async def opens(desk: AgentDesk, customer: str, newest: str) -> None:
    """By the list; the newest message is in view, and no row stands on another."""
    await desk.active.filter(has_text=customer).click()
    await expect(desk.pane.get_by_role("heading", name=customer)).to_be_visible()
    await expect(desk.message(newest)).to_be_in_viewport()
    boxes = await desk.page.evaluate(ROWS)
    assert len(boxes) > 1
    # Rows are placed by rounded heights: a pixel is not an overlap.
    assert all(after[0] >= before[1] - 1 for before, after in pairwise(boxes)), boxes


async def test_a_thread_stands_at_its_end_when_the_agent_comes_back(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    kim = await stage.visitor()
    await kim.start("Kim Beispiel", "Good morning")
    assert await stage.centre.offered() == 1
    await ana.accept("Kim Beispiel")
    await ana.active.filter(has_text="Dana Example").click()
    for number in range(12):
        await ana.reply(f"Number {number}: {LONG * (number % 3)}")
    await opens(ana, "Kim Beispiel", "Good morning")
    await opens(ana, "Dana Example", "Number 11")

    # What came meanwhile stands below what was there.
    await opens(ana, "Kim Beispiel", "Good morning")
    await dana.say("One more thing")
    await expect(ana.active.filter(has_text="One more thing")).to_be_visible()
    await opens(ana, "Dana Example", "One more thing")

    # Heights of another window are not taken for those of this one.
    await opens(ana, "Kim Beispiel", "Good morning")
    await ana.page.set_viewport_size({"width": 1000, "height": 700})
    await opens(ana, "Dana Example", "One more thing")
