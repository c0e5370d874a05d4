"""Those who cannot sign in yet: set-up of an empty installation, invitations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.centre import PASSWORD, Centre, TestClock, serving
from tests.configuration.administrator import Administrator, error, paths


@pytest_asyncio.fixture
async def empty(database: str, tmp_path: Path) -> AsyncIterator[Centre]:
    """A server on a database in which there is nothing."""
    async with serving(database, tmp_path, TestClock()) as centre:
        yield centre


async def post(centre: Centre, path: str, **body: Any) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=10) as http:
        return await http.post(f"/api/v1{path}", json=body)


def first(centre: Centre, **other: str) -> dict[str, str]:
    return {
        "code": centre.node.context.set_up.code,
        "company": "Example Ltd",
        "name": "Rita Example",
        "login": "rita",
        "password": PASSWORD,
        **other,
    }


async def needed(centre: Centre) -> bool:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        return bool((await http.get("/api/v1/setup")).json()["needed"])


async def test_the_first_administrator(empty: Centre) -> None:
    assert await needed(empty)
    answer = await post(empty, "/setup", **first(empty))
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["roles"] == ["administrator", "supervisor"]
    assert answer.cookies["rapport_session"]
    assert not await needed(empty)
    assert empty.node.configuration.current.settings.company == "Example Ltd"
    rita = await Administrator.sign_in(empty, "rita")
    assert (await rita.send("GET", "/config/users")).json()["items"][0]["name"] == "Rita Example"
    # Once is all: the code opens nothing any more, even with the right one.
    error(await post(empty, "/setup", **first(empty, login="eve")), 403, "set_up_done")


@pytest.mark.parametrize("code", ["", "aaaa-bbbb-cccc-dddd", "ﬁ"])
async def test_only_with_the_code(empty: Centre, code: str) -> None:
    error(await post(empty, "/setup", **first(empty, code=code)), 403, "set_up_code_wrong")
    assert await needed(empty)


async def test_the_code_may_be_written_as_it_comes(empty: Centre) -> None:
    code = empty.node.context.set_up.code.replace("-", " ").upper()
    assert (await post(empty, "/setup", **first(empty, code=code))).status_code == 200


async def test_guessing_is_throttled(empty: Centre) -> None:
    for _ in range(10):
        error(await post(empty, "/setup", **first(empty, code="x")), 403, "set_up_code_wrong")
    error(await post(empty, "/setup", **first(empty)), 429, "too_many_attempts")


@pytest.mark.parametrize(
    ("field", "value"), [("login", "no spaces"), ("password", "short"), ("name", " ")]
)
async def test_fields_are_checked(empty: Centre, field: str, value: str) -> None:
    refused = error(
        await post(empty, "/setup", **first(empty, **{field: value})), 422, "invalid_field"
    )
    assert paths(refused) == [field]
    assert await needed(empty)


async def test_another_sites_page_may_not(empty: Centre) -> None:
    async with httpx2.AsyncClient(base_url=empty.url, timeout=30) as http:
        answer = await http.post(
            "/api/v1/setup", json=first(empty), headers={"Origin": "https://evil.example"}
        )
    error(answer, 403, "origin_refused")


async def invited(root: Administrator, user_id: int) -> str:
    answer = await root.send("POST", f"/users/{user_id}/invitation")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def test_an_invitation_is_good_once(centre: Centre, root: Administrator) -> None:
    dora = await root.create("users", "Dora Example", {"login": "dora"})
    before = (await root.send("GET", f"/users/{dora['id']}/invitation")).json()
    assert before == {"invitation": None, "has_password": False}
    token = await invited(root, dora["id"])
    looked = await post(centre, "/invitation/look", token=token)
    assert looked.json() == {"name": "Dora Example", "login": "dora"}
    refused = error(
        await post(centre, "/invitation", token=token, password="short"), 422, "invalid_field"
    )
    assert paths(refused) == ["password"]
    accepted = await post(centre, "/invitation", token=token, password="dora's own words")
    assert accepted.json()["user"]["login"] == "dora"
    await Administrator.sign_in(centre, "dora", "dora's own words")
    again = await post(centre, "/invitation", token=token, password="somebody else's")
    error(again, 404, "invitation_not_good")
    after = (await root.send("GET", f"/users/{dora['id']}/invitation")).json()
    assert after["has_password"]
    assert after["invitation"]["created_by"] == "Root"
    assert (after["invitation"]["good"], after["invitation"]["used_at"] is None) == (False, False)
    stored = await centre.node.database.pool.fetchval("SELECT token_hash FROM invitation")
    assert token.encode() not in stored


async def test_an_invitation_ends(centre: Centre, root: Administrator) -> None:
    ana = centre.ids["ana"]
    first_token = await invited(root, ana)
    second = await invited(root, ana)
    error(await post(centre, "/invitation/look", token=first_token), 404, "invitation_not_good")
    centre.clock.advance(days=7)
    for path in ("/invitation/look", "/invitation"):
        body = {"token": second} | ({"password": PASSWORD} if path == "/invitation" else {})
        error(await post(centre, path, **body), 404, "invitation_not_good")


async def test_a_new_password_ends_the_sessions_with_the_old_one(
    centre: Centre, root: Administrator
) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    token = await invited(root, centre.ids["ana"])
    assert (await ana.send("GET", "/session")).status_code == 200
    done = await post(centre, "/invitation", token=token, password="entirely new words")
    assert done.status_code == 200
    assert (await ana.send("GET", "/session")).status_code == 401


async def test_who_may_not_sign_in_is_not_invited(centre: Centre, root: Administrator) -> None:
    token = await invited(root, centre.ids["ana"])
    assert (await root.put("users", centre.ids["ana"], active=False)).status_code == 200
    refused = await root.send("POST", f"/users/{centre.ids['ana']}/invitation")
    error(refused, 409, "user_inactive")
    error(await post(centre, "/invitation/look", token=token), 404, "invitation_not_good")
    error(await root.send("POST", "/users/1/invitation"), 404, "not_found")
