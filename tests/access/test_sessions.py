"""Where people are signed in, ending it from elsewhere, and which passwords are taken."""

from __future__ import annotations

import json

import pytest
import websockets

from rapport.application.devices import device
from rapport.application.passwords import check_password
from rapport.domain.errors import Invalid
from tests.access.test_sign_in import attempt
from tests.centre import PASSWORD, Centre, Desktop
from tests.configuration.administrator import Administrator, error, paths

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


async def sessions(person: Administrator, path: str = "/me/sessions") -> list[dict[str, object]]:
    answer = await person.send("GET", path)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, object]] = answer.json()["items"]
    return items


async def closed(desktop: Desktop) -> str:
    """Why a desktop's stream was closed."""
    reason = ""
    try:
        async for frame in desktop.stream:
            if json.loads(frame)["type"] == "bye":
                reason = json.loads(frame)["reason"]
    except websockets.ConnectionClosed:
        pass
    return reason


async def test_ones_own_sessions(centre: Centre) -> None:
    here = await Administrator.sign_in(centre, "ana")
    centre.clock.advance(minutes=5)
    await attempt(centre, "ana", PASSWORD, **{"User-Agent": FIREFOX})
    this, there = await sessions(here)
    assert (there["browser"], there["system"], there["current"]) == ("Firefox", "Linux", False)
    assert this["current"]
    assert this["address"] == "127.0.0.1"
    assert this["seen_at"] > this["created_at"]  # type: ignore[operator]


async def test_one_is_ended_from_elsewhere_at_once(centre: Centre) -> None:
    elsewhere = await centre.sign_in("ana")
    here = await Administrator.sign_in(centre, "ana")
    (other,) = [s for s in await sessions(here) if not s["current"]]
    path = f"/me/sessions/{other['id']}"
    assert (await here.send("DELETE", path)).status_code == 204
    assert await closed(elsewhere) == "session_ended"
    assert (await elsewhere.http.get("/api/v1/session")).status_code == 401
    with pytest.raises(websockets.InvalidStatus):
        await centre.stream(elsewhere.http, elsewhere.state.position)
    del centre.desktops["ana"]
    error(await here.send("DELETE", path), 404, "not_found")
    assert len(await sessions(here)) == 1


async def test_nobody_ends_sessions_of_others(centre: Centre, root: Administrator) -> None:
    ana, ben = (
        await Administrator.sign_in(centre, "ana"),
        await Administrator.sign_in(centre, "ben"),
    )
    (bens,) = await sessions(ben)
    error(await ana.send("DELETE", f"/me/sessions/{bens['id']}"), 404, "not_found")
    path = f"/users/{centre.ids['ana']}/sessions/{bens['id']}"
    error(await root.send("DELETE", path), 404, "not_found")
    assert (await ben.send("GET", "/session")).status_code == 200


async def test_all_others_end_and_this_one_goes_on(centre: Centre) -> None:
    desk = await centre.sign_in("ana")
    for _ in range(2):
        await attempt(centre, "ana", PASSWORD)
    ana = Administrator(desk.http, desk.csrf, desk.user_id)
    assert len(await sessions(ana)) == 3
    assert (await ana.send("POST", "/me/sessions/end-others")).status_code == 204
    assert len(await sessions(ana)) == 1
    # The stream of the one that stays is not disturbed: the centre proves it at the end.
    await desk.catch_up(await centre.position())


async def test_an_administrator_ends_them(centre: Centre, root: Administrator) -> None:
    desk = await centre.sign_in("ana")
    path = f"/users/{centre.ids['ana']}/sessions"
    assert len(await sessions(root, path)) == 1
    assert (await root.send("POST", f"{path}/end-all")).status_code == 204
    assert await closed(desk) == "session_ended"
    del centre.desktops["ana"]
    assert await sessions(root, path) == []
    kinds = [e["kind"] for e in (await root.send("GET", "/audit")).json()["items"]]
    assert kinds[:2] == ["sessions_ended", "signed_in"]


async def test_a_changed_password_ends_the_others(centre: Centre) -> None:
    elsewhere = await centre.sign_in("ana")
    here = await Administrator.sign_in(centre, "ana")
    body = {"current": PASSWORD, "new": "seven grey herons"}
    assert (await here.send("POST", "/me/password", body)).status_code == 204
    assert await closed(elsewhere) == "session_ended"
    del centre.desktops["ana"]
    assert (await here.send("GET", "/session")).status_code == 200


async def test_who_must_change_their_password_does_nothing_before(
    centre: Centre, root: Administrator
) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    path = f"/users/{centre.ids['ana']}/password"
    assert (await root.send("POST", f"{path}/expire")).status_code == 204
    error(await ana.send("GET", "/snapshot"), 403, "password_change_required")
    error(await ana.send("GET", "/me/sessions"), 403, "password_change_required")
    with pytest.raises(websockets.InvalidStatus):
        await centre.stream(ana.http, await centre.position())
    user = (await ana.send("GET", "/session")).json()["user"]
    assert user["must_change_password"]
    same = {"current": PASSWORD, "new": PASSWORD}
    assert paths(error(await ana.send("POST", "/me/password", same), 422, "invalid_field"))
    changed = {"current": PASSWORD, "new": "seven grey herons"}
    assert (await ana.send("POST", "/me/password", changed)).status_code == 204
    assert (await ana.send("GET", "/snapshot")).status_code == 200
    given = {"password": "five small wrens", "must_change": True}
    assert (await root.send("POST", path, given)).status_code == 204
    again = await Administrator.sign_in(centre, "ana", "five small wrens")
    error(await again.send("GET", "/snapshot"), 403, "password_change_required")


async def test_who_has_no_password_is_invited_instead(centre: Centre, root: Administrator) -> None:
    dora = await root.create("users", "Dora Example", {"login": "dora"})
    refused = await root.send("POST", f"/users/{dora['id']}/password/expire")
    error(refused, 409, "no_password")


async def test_as_long_as_configured(centre: Centre, root: Administrator) -> None:
    settings = centre.ids["settings"]
    assert (await root.put("settings", settings, password={"shortest": 16})).status_code == 200
    path = f"/users/{centre.ids['ana']}/password"
    refused = await root.send("POST", path, {"password": "fifteen letters"})
    assert "at least 16" in error(refused, 422, "invalid_field")["details"]["fields"][0]["message"]
    assert (await root.send("POST", path, {"password": "sixteen letters!"})).status_code == 204


NAMES = ("ana.example", "Ana Example", "ana@mail.example", "Acme Widgets")


@pytest.mark.parametrize(
    "password",
    [
        "seven grey herons",
        "correct horse battery staple",
        "kQ7#vR2!mZ9@",
        "nur ein langer Satz",
        "passwordless herons",
        "ana likes her teapots",
        "日本語の長い合い言葉です",
    ],
)
def test_taken(password: str) -> None:
    check_password(password, shortest=10, names=NAMES)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 10"),
        ("x" * 1001, "at least 10"),
        ("password123", "Many people"),
        ("Passwort2026!", "Many people"),
        ("welcome-1234", "Many people"),
        ("qwertyuiop", "Many people"),
        ("1234567890", "Many people"),
        ("9876543210", "Many people"),
        ("aaaaaaaaaaaa", "Many people"),
        ("abababababab", "Many people"),
        ("Example2026!", "a name of yours"),
        ("acme-widgets-1", "a name of yours"),
    ],
)
def test_refused(password: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, shortest=10, names=NAMES)
    assert why in str(refused.value.details)


@pytest.mark.parametrize(
    ("agent", "found"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1",
            ("Safari", "iPhone"),
        ),
        ("curl/8.5", (None, None)),
        ("", (None, None)),
    ],
)
def test_devices(agent: str, found: tuple[str | None, str | None]) -> None:
    assert device(agent) == found
