"""A second factor: set up, asked for, good once, lost, required, reset; and what the log tells."""

from __future__ import annotations

import base64

import httpx2
import pytest

from rapport.domain.one_time_codes import code_at, plain_code, step_at
from tests.access.test_roles import role
from tests.access.test_sessions import closed
from tests.centre import PASSWORD, Centre
from tests.configuration.administrator import Administrator, Json, error, paths


async def sign_in(centre: Centre, login: str, code: str = "", password: str = PASSWORD) -> Json:
    """What the server answers, with its status."""
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        answer = await http.post(
            "/api/v1/session", json={"login": login, "password": password, "code": code}
        )
    body: Json = answer.json()
    code = body["error"]["code"] if answer.status_code != 200 else ""
    return {"status": answer.status_code, "code": code}


def now(centre: Centre, secret: str, steps: int = 0) -> str:
    """What an authenticator shows that was given the secret as text."""
    key = base64.b32decode(plain_code(secret).upper())
    return code_at(key, step_at(centre.clock.now()) + steps)


async def set_up(centre: Centre, person: Administrator) -> tuple[str, list[str]]:
    """The secret and the recovery codes of somebody who has turned it on."""
    begun = (await person.send("POST", "/me/second-factor", {})).json()
    assert begun["picture"].startswith("data:image/svg+xml")
    assert begun["uri"].startswith("otpauth://totp/")
    code = now(centre, begun["secret"])
    done = await person.send("POST", "/me/second-factor/confirm", {"code": code})
    assert done.status_code == 200, done.text
    codes: list[str] = done.json()["recovery_codes"]
    assert len(set(codes)) == 10
    return begun["secret"], codes


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(at: int, code: str) -> None:
    # RFC 6238, appendix B, by its last six digits.
    assert code_at(b"12345678901234567890", at // 30) == code


async def test_it_is_asked_for_and_every_code_is_good_once(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    secret, _ = await set_up(centre, ana)
    assert (await ana.send("GET", "/me/second-factor")).json()["on"]
    assert await sign_in(centre, "ana") == {"status": 401, "code": "second_factor_needed"}
    # Without the password nobody learns that there is one.
    assert (await sign_in(centre, "ana", "", "wrong"))["code"] == "invalid_credentials"
    # The one that confirmed it was used.
    assert (await sign_in(centre, "ana", now(centre, secret)))["code"] == "second_factor_wrong"
    centre.clock.advance(seconds=30)
    code = now(centre, secret)
    assert (await sign_in(centre, "ana", f"{code[:3]} {code[3:]}"))["status"] == 200
    assert (await sign_in(centre, "ana", code))["code"] == "second_factor_wrong"
    # One step of drift, in order; two are too many.
    assert (await sign_in(centre, "ana", now(centre, secret, 2)))["code"] == "second_factor_wrong"
    assert (await sign_in(centre, "ana", now(centre, secret, 1)))["status"] == 200
    assert (await sign_in(centre, "ana", now(centre, secret, 0)))["code"] == "second_factor_wrong"


async def test_guessing_is_throttled_as_the_password_is(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    secret, _ = await set_up(centre, ana)
    centre.clock.advance(seconds=60)
    for _ in range(10):
        assert (await sign_in(centre, "ana", "000000"))["code"] == "second_factor_wrong"
    assert (await sign_in(centre, "ana", now(centre, secret)))["status"] == 429


async def test_recovery_codes_are_used_up_and_renewed(centre: Centre, root: Administrator) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    _, codes = await set_up(centre, ana)
    assert (await sign_in(centre, "ana", codes[3].upper()))["status"] == 200
    assert (await sign_in(centre, "ana", codes[3]))["code"] == "second_factor_wrong"
    assert (await ana.send("GET", "/me/second-factor")).json()["recovery_codes_left"] == 9
    path = "/me/second-factor/recovery-codes"
    wrong = await ana.send("POST", path, {"password": "wrong"})
    assert paths(error(wrong, 422, "invalid_field")) == ["password"]
    fresh = (await ana.send("POST", path, {"password": PASSWORD})).json()["recovery_codes"]
    assert (await sign_in(centre, "ana", codes[4]))["code"] == "second_factor_wrong"
    assert (await sign_in(centre, "ana", fresh[0]))["status"] == 200
    row = await centre.node.database.pool.fetchrow("SELECT * FROM second_factor")
    assert row is not None
    for code in fresh:
        assert plain_code(code) not in str(dict(row))
    kinds = [e["kind"] for e in (await root.send("GET", "/audit")).json()["items"]]
    assert kinds.count("recovery_code_used") == 2
    assert {"second_factor_on", "recovery_codes_made"} <= set(kinds)


async def test_it_is_set_up_by_the_right_code_and_turned_off_by_the_password(
    centre: Centre,
) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    none = await ana.send("POST", "/me/second-factor/off", {"password": PASSWORD})
    error(none, 404, "no_second_factor")
    begun = (await ana.send("POST", "/me/second-factor", {})).json()
    wrong = await ana.send("POST", "/me/second-factor/confirm", {"code": "000000"})
    assert paths(error(wrong, 422, "invalid_field")) == ["code"]
    # Begun is not asked for.
    assert (await sign_in(centre, "ana"))["status"] == 200
    secret, _ = await set_up(centre, ana)
    assert secret != begun["secret"]
    error(await ana.send("POST", "/me/second-factor", {}), 409, "second_factor_on")
    off = await ana.send("POST", "/me/second-factor/off", {"password": "wrong"})
    assert paths(error(off, 422, "invalid_field")) == ["password"]
    assert (
        await ana.send("POST", "/me/second-factor/off", {"password": PASSWORD})
    ).status_code == 204
    assert (await sign_in(centre, "ana"))["status"] == 200


async def test_a_role_requires_it_before_anything_else(centre: Centre, root: Administrator) -> None:
    await centre.put("settings", "settings", {"password": {"second_factor_for": ["agent"]}})
    ana = await Administrator.sign_in(centre, "ana")
    user = (await ana.send("GET", "/session")).json()["user"]
    assert user["must_set_up_second_factor"]
    error(await ana.send("GET", "/snapshot"), 403, "second_factor_required")
    await set_up(centre, ana)
    assert (await ana.send("GET", "/snapshot")).status_code == 200
    off = await ana.send("POST", "/me/second-factor/off", {"password": PASSWORD})
    error(off, 409, "second_factor_required")
    # Another role says so itself, and not for who has it not.
    watcher = await role(root, "Watcher", "audit")
    await root.put("roles", watcher, second_factor=True)
    await root.put("users", centre.ids["sam"], roles=["supervisor"], custom_roles=[watcher])
    sam = await Administrator.sign_in(centre, "sam")
    error(await sam.send("GET", "/floor"), 403, "second_factor_required")
    assert (await root.send("GET", "/config/teams")).status_code == 200


async def test_an_administrator_resets_it_and_sessions_end(
    centre: Centre, root: Administrator
) -> None:
    desk = await centre.sign_in("ana")
    ana = await Administrator.sign_in(centre, "ana")
    await set_up(centre, ana)
    path = f"/users/{centre.ids['ana']}/second-factor"
    assert (await root.send("GET", path)).json()["on"]
    assert (await root.send("DELETE", path)).status_code == 204
    assert await closed(desk) == "session_ended"
    del centre.desktops["ana"]
    error(await root.send("DELETE", path), 404, "no_second_factor")
    assert (await sign_in(centre, "ana"))["status"] == 200
    (entry,) = (await root.send("GET", "/audit?kind=second_factor_reset")).json()["items"]
    assert (entry["actor"]["name"], entry["subject"]["name"]) == ("Root", "Ana")


async def test_a_link_for_a_new_password_does_not_go_around_it(
    centre: Centre, root: Administrator
) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    await set_up(centre, ana)
    link = await root.send("POST", f"/users/{centre.ids['ana']}/invitation", {})
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        body = {"token": link.json()["token"], "password": "seven grey herons"}
        answer = await http.post("/api/v1/invitation", json=body)
        assert answer.json() == {"user": None, "csrf_token": None}
        assert "rapport_session" not in http.cookies
    found = await sign_in(centre, "ana", password="seven grey herons")
    assert found["code"] == "second_factor_needed"
    items = (await root.send("GET", "/audit?q=invitation")).json()["items"]
    assert [(e["kind"], e["actor"]["name"]) for e in items] == [
        ("invitation_used", "Ana"),
        ("invitation_made", "Root"),
    ]


async def test_failed_sign_ins_are_logged_no_more_often_than_let_through(
    centre: Centre, root: Administrator
) -> None:
    for _ in range(13):
        await sign_in(centre, "ana", password="wrong")
    await sign_in(centre, "nobody", password="wrong")
    items = (await root.send("GET", "/audit?kind=sign_in_failed&limit=50")).json()["items"]
    assert [e["facts"]["login"] for e in items] == ["nobody", *["ana"] * 10]
    assert items[0]["subject"] is None
    assert items[1]["subject"]["name"] == "Ana"
    assert {e["address"] for e in items} == {"127.0.0.1"}
