"""Asks axe about a page in light and in dark, with every rule that axe has, and the catalogues."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from tests.browser.pseudo_locale import untranslated

RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\\n` + nodes.map((node) => `  ${node.target} ${node.html.slice(0, 160)}\\n`
      + `    ${node.failureSummary.replaceAll("\\n", " ")}`).join("\\n"));
}"""
# A dialog is there before its title: what names something is waited for, 60 frames at most.
NAMED = """() => new Promise((done) => {
  const lacks = (element) => !element.getAttribute("aria-labelledby").split(/\\s+/)
    .some((id) => document.getElementById(id));
  let frames = 0;
  const look = () => {
    if (frames++ < 60 && [...document.querySelectorAll("[aria-labelledby]")].some(lacks))
      requestAnimationFrame(look);
    else requestAnimationFrame(done);
  };
  requestAnimationFrame(look);
})"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def findings(page: Page, where: str, *, desktop: bool) -> list[str]:
    """What axe finds here, in either theme."""
    found = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        if desktop:
            root = page.locator("html")
            await expect(root).to_have_attribute("data-mantine-color-scheme", scheme)
        await page.evaluate(NAMED)
        # Colours that are still changing would be measured half-way.
        await page.evaluate(
            "() => Promise.allSettled(document.getAnimations().filter("
            "(one) => one.effect?.getComputedTiming().iterations !== Infinity)"
            ".map((one) => one.finished))"
        )
        if not await page.evaluate("() => 'axe' in window"):
            await page.evaluate(AXE_SCRIPT)
        found += [f"{where}, {scheme}: {line}" for line in await page.evaluate(RUN)]
    if desktop:
        found += [f"{where}: {line}" for line in await untranslated(page)]
    return found
