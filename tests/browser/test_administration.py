"""Administration in the browser: what one sets up, what another has changed, what is in use."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def administrator(stage: Stage, login: str = "root", **options: Any) -> Page:
    """An administrator who has opened the administration from the navigation."""
    await stage.centre.person(login, "administrator", "supervisor")
    desk = await stage.agent(login, available=False, **options)
    await desk.page.get_by_role("link", name="Administration").click()
    await expect(desk.page.get_by_role("heading", name="Administration")).to_be_visible()
    return desk.page


async def area(page: Page, name: str) -> None:
    navigation = page.get_by_role("navigation", name="Administration")
    await navigation.get_by_role("link", name=name, exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def save(page: Page) -> None:
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


async def choose(page: Page, label: str, option: str) -> None:
    """Choose something by its name in a field that searches."""
    field = page.get_by_role("combobox", name=label)
    if not await field.count():
        field = page.get_by_role("textbox", name=label)
    await field.first.click()
    await page.get_by_role("option", name=option, exact=True).click()
    await page.keyboard.press("Escape")


async def open_item(page: Page, where: str, name: str) -> None:
    await area(page, where)
    await page.get_by_role("list", name=where).get_by_role("link", name=name).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()


async def test_a_team_and_a_queue_that_asks_it(stage: Stage) -> None:
    page = await administrator(stage)
    await area(page, "Teams")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name").fill("Night shift")
    await save(page)
    await expect(page.get_by_role("heading", name="Night shift")).to_be_visible()
    await area(page, "Queues")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name").fill("Night")
    await page.get_by_role("checkbox", name="Website chat").check()
    await page.get_by_role("button", name="Add a group").click()
    await choose(page, "Teams", "Night shift")
    await page.get_by_role("textbox", name="Time to accept", exact=True).fill("90")
    await save(page)
    configuration = stage.centre.node.configuration.current
    queue = next(i for i in configuration.by_kind["queues"] if i.name == "Night")
    team = next(i for i in configuration.by_kind["teams"] if i.name == "Night shift")
    spec = queue.spec.model_dump(mode="json")
    assert spec["channels"] == ["webchat"]
    assert spec["groups"] == [{"after_s": 0, "teams": [team.id]}]
    assert spec["offer_s"] == 90


async def test_what_the_server_refuses_is_said_at_the_field(stage: Stage) -> None:
    stage.complaints.expect(r"422 .*config/users")
    page = await administrator(stage)
    await area(page, "Users")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Dora Example")
    await page.get_by_role("textbox", name="Login").fill("ANA")
    await page.get_by_role("button", name="Save").click()
    login = page.get_by_role("textbox", name="Login")
    await expect(login).to_have_attribute("aria-invalid", "true")
    await expect(login).to_be_focused()
    await expect(page.get_by_role("alert")).to_contain_text("This login belongs to 'Ana'")
    await login.fill("dora")
    await save(page)


async def test_two_administrators_change_the_same_queue(stage: Stage) -> None:
    stage.complaints.expect(r"412 .*config/queues")
    first, second = await administrator(stage, "root"), await administrator(stage, "rita")
    for page in (first, second):
        await open_item(page, "Queues", "sales")
    time = "Time to accept"
    await first.get_by_role("textbox", name=time, exact=True).fill("45")
    await first.get_by_role("button", name="Add a group").click()
    await choose(first, "Teams", "team")
    await save(first)
    await second.get_by_role("textbox", name=time, exact=True).fill("60")
    await second.get_by_role("button", name="Save").click()
    dialog = second.get_by_role("dialog", name="Changed by somebody else meanwhile")
    await expect(dialog).to_contain_text(time)
    await expect(dialog).to_contain_text("45")
    await expect(dialog).to_contain_text("Teams: team")
    await dialog.get_by_role("button", name="Take theirs, drop mine").click()
    await expect(second.get_by_role("textbox", name=time, exact=True)).to_have_value("45")
    await second.get_by_role("textbox", name=time, exact=True).fill("61")
    await save(second)
    specs = stage.centre.node.configuration.current.queue_specs
    assert specs[stage.centre.ids["sales"]].offer_s == 61


async def test_nothing_that_is_in_use_is_deleted(stage: Stage) -> None:
    stage.complaints.expect(r"409 .*config/teams")
    page = await administrator(stage)
    await open_item(page, "Teams", "team")
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    users = page.get_by_role("dialog").get_by_role("list", name="In use by")
    await expect(users.get_by_role("listitem")).to_have_text(["Ana", "Ben", "Cleo"])
    await users.get_by_role("link", name="Ben").click()
    await expect(page.get_by_role("heading", name="Ben")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Login")).to_have_value("ben")


async def test_leaving_asks_before_anything_written_is_lost(stage: Stage) -> None:
    page = await administrator(stage)
    await open_item(page, "Wrap-up reasons", "Sold")
    await page.get_by_role("textbox", name="Name").fill("Sold out")
    await page.get_by_role("link", name="Teams").click()
    question = page.get_by_role("dialog", name="Leave without saving?")
    await question.get_by_role("button", name="Stay").click()
    await expect(page.get_by_role("textbox", name="Name")).to_have_value("Sold out")
    await page.get_by_role("link", name="Teams").click()
    await question.get_by_role("button", name="Leave").click()
    await expect(page.get_by_role("heading", name="Teams")).to_be_visible()


async def test_the_last_administrator_stays_one(stage: Stage) -> None:
    stage.complaints.expect("409 .*config/users")
    page = await administrator(stage)
    await open_item(page, "Users", "Root")
    await page.get_by_role("switch", name="May sign in").uncheck(force=True)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("is the last active administrator")


async def test_business_hours_in_a_grid(stage: Stage) -> None:
    page = await administrator(stage)
    await area(page, "Business hours")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Shop hours")
    await page.get_by_label("Monday: opens").fill("08:30")
    await page.get_by_role("button", name="Monday's hours until Friday").click()
    await page.get_by_role("button", name="Saturday: add hours").click()
    await page.get_by_label("Saturday: closes").fill("00:00")
    await page.get_by_role("button", name="Friday: remove these hours").click()
    await page.get_by_role("button", name="Add a holiday").click()
    await page.get_by_label("Holidays 1").fill("2026-12-24")
    await save(page)
    (item,) = stage.centre.node.configuration.current.by_kind["hours"]
    spec = item.spec.model_dump(mode="json")
    assert spec["thursday"] == [{"opens": "08:30:00", "closes": "17:00:00"}]
    assert (spec["friday"], spec["sunday"]) == ([], [])
    assert spec["saturday"] == [{"opens": "09:00:00", "closes": "23:59:59.999999"}]
    assert spec["holidays"] == ["2026-12-24"]
    await expect(page.get_by_label("Saturday: closes")).to_have_value("00:00")


async def test_settings_of_which_there_is_one(stage: Stage) -> None:
    page = await administrator(stage)
    await area(page, "General")
    await page.get_by_role("textbox", name="Company").fill("Example Teapots")
    await page.keyboard.press("Control+S")
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert stage.centre.node.configuration.current.settings.company == "Example Teapots"


async def test_a_template_by_the_form_made_of_its_schema(stage: Stage) -> None:
    page = await administrator(stage)
    await area(page, "Templates")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("On its way")
    await page.get_by_role("textbox", name="Text", exact=True).fill("Your order is on its way.")
    await page.get_by_role("checkbox", name="Website chat").check()
    await choose(page, "Teams", "team")
    await save(page)
    (item,) = stage.centre.node.configuration.current.by_kind["templates"]
    spec = item.spec.model_dump(mode="json")
    assert (spec["body"], spec["channels"]) == ("Your order is on its way.", ["webchat"])
    assert spec["teams"] == [stage.centre.ids["team"]]


async def test_agents_and_supervisors_do_not_see_it(stage: Stage) -> None:
    for login in ("ana", "sam"):
        desk = await stage.agent(login, available=False)
        await expect(desk.page.get_by_role("link", name="Administration")).to_have_count(0)
        await desk.page.goto(f"{stage.centre.url}/admin/users")
        await expect(desk.page.get_by_text("These pages are for administrators.")).to_be_visible()


async def test_who_only_administers_needs_no_desk(stage: Stage) -> None:
    await stage.centre.person("root", "administrator")
    context = await stage.context()
    page = await context.new_page()
    await page.goto(stage.centre.url)
    await page.get_by_role("textbox", name="Name").fill("root")
    await page.get_by_role("textbox", name="Password").fill("a-good-password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    await expect(page.get_by_role("link", name="Desk")).to_have_count(0)
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()
