"""The browser that the browser tests use can be had, and shows pages."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.browser.chromium import Chromium, NoChromiumError, chromium, find_chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PAGE = "data:text/html,<title>Guten Tag</title><h1 style='font:80px sans-serif'>H&auml;user</h1>"


async def shows_a_page(browser: Chromium, folder: Path) -> None:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(**browser.launch_options())
        page = await running.new_page()
        await page.goto(PAGE)
        assert await page.title() == "Guten Tag"
        # Letters have a width only if there is a font.
        box = await page.evaluate(
            "() => { const range = document.createRange();"
            "range.selectNodeContents(document.querySelector('h1'));"
            "const {width, height} = range.getBoundingClientRect(); return [width, height]; }"
        )
        assert min(box) > 40
        await page.screenshot(path=folder / "page.png")
        await running.close()
    assert (folder / "page.png").read_bytes().startswith(b"\x89PNG")


async def test_the_one_that_is_used_shows_a_page(tmp_path: Path) -> None:
    await shows_a_page(chromium(), tmp_path)


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="made for Linux x86-64"
)
async def test_on_a_machine_without_any_one_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAPPORT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    browser = chromium()
    assert browser.source == "package"
    await shows_a_page(browser, tmp_path)


def test_a_downloaded_one_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAPPORT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    executable = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    executable.parent.mkdir(parents=True)
    executable.touch()
    assert find_chromium().executable == executable


def test_the_environment_names_one_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = tmp_path / "chrome"
    monkeypatch.setenv("RAPPORT_CHROMIUM", str(named))
    with pytest.raises(NoChromiumError, match="does not exist"):
        find_chromium()
    named.touch()
    assert find_chromium().executable == named


@pytest.mark.parametrize("in_ci", [True, False])
def test_without_any_ci_fails_and_others_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_ci: bool
) -> None:
    monkeypatch.setenv("RAPPORT_CHROMIUM", os.fspath(tmp_path / "missing"))
    monkeypatch.setenv("CI", "true" if in_ci else "")
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as outcome:
        chromium()
    assert outcome.type is (pytest.fail.Exception if in_ci else pytest.skip.Exception)
