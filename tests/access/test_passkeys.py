"""Passkeys: added with the password, signed in by, copied, replayed, required, lost."""

from __future__ import annotations

import copy
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.access.authenticator import PRESENT, Authenticator
from tests.access.test_second_factor import set_up, sign_in
from tests.access.test_sessions import closed
from tests.centre import PASSWORD, Centre
from tests.configuration.administrator import Administrator, Json, error, paths

OWN = "/me/passkeys"


def headers(centre: Centre, host: str = "localhost") -> dict[str, str]:
    """Those of a browser that has our page open by a host name."""
    netloc = f"{host}:{centre.url.rsplit(':', 1)[1]}"
    return {"Host": netloc, "Origin": f"http://{netloc}"}


def phone(centre: Centre) -> Authenticator:
    """One that has no key here yet."""
    return Authenticator(headers(centre)["Origin"])


async def post(centre: Centre, person: Administrator, path: str, body: Json) -> httpx2.Response:
    """What a page opened by its host name sends."""
    person.http.headers.update(headers(centre))
    return await person.send("POST", path, body)


async def add(centre: Centre, person: Administrator, device: Authenticator) -> Json:
    """A passkey of this device."""
    asked = (await post(centre, person, f"{OWN}/options", {"password": PASSWORD})).json()
    credential = device.create(asked["options"])
    body = {"ticket": asked["ticket"], "name": "Phone", "credential": credential}
    answer = await post(centre, person, OWN, body)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def send(centre: Centre, path: str, body: Json, host: str = "localhost") -> httpx2.Response:
    """What somebody without a session sends."""
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        return await http.post(f"/api/v1{path}", json=body, headers=headers(centre, host))


async def come_in(centre: Centre, device: Authenticator, **changed: Any) -> httpx2.Response:
    """A sign-in by the device alone; `changed` are other parts of its answer."""
    asked = (await send(centre, "/session/passkey/options", {})).json()
    credential = device.get(asked["options"])
    credential["response"].update(changed)
    return await send(
        centre, "/session/passkey", {"ticket": asked["ticket"], "credential": credential}
    )


async def test_one_is_added_and_signs_in_without_password_and_code(
    centre: Centre, root: Administrator
) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    await set_up(centre, ana)
    device = phone(centre)
    made = await add(centre, ana, device)
    assert (made["name"], made["host"], made["used_at"]) == ("Phone", "localhost", None)
    answer = await come_in(centre, device)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"]["login"] == "ana"
    assert "HttpOnly" in answer.headers["set-cookie"]
    (listed,) = (await ana.send("GET", OWN)).json()["items"]
    assert listed["used_at"] is not None
    assert (await ana.send("DELETE", f"{OWN}/{made['id']}")).status_code == 204
    error(await ana.send("DELETE", f"{OWN}/{made['id']}"), 404, "not_found")
    error(await come_in(centre, device), 401, "passkey_unknown")
    kinds = [e["kind"] for e in (await root.send("GET", "/audit")).json()["items"]]
    told = [kind for kind in kinds if "passkey" in kind or kind == "sign_in_failed"]
    assert told == ["sign_in_failed", "passkey_removed", "passkey_added"]


async def test_what_the_authenticator_is_asked(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    asked = (await post(centre, ana, f"{OWN}/options", {"password": PASSWORD})).json()["options"]
    assert asked["rp"]["id"] == "localhost"
    # Kept by the authenticator, which checks who holds it: password and second factor in one.
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["attestation"] == "none"
    # The same device is not added twice.
    held = device.create(asked)["rawId"]
    assert [key["id"] for key in asked["excludeCredentials"]] == [held]
    found = (await send(centre, "/session/passkey/options", {})).json()["options"]
    assert (found["rpId"], found["userVerification"]) == ("localhost", "required")
    assert found.get("allowCredentials", []) == []


async def test_adding_needs_the_password_and_a_name(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    wrong = await post(centre, ana, f"{OWN}/options", {"password": "wrong"})
    assert paths(error(wrong, 422, "invalid_field")) == ["password"]
    asked = (await post(centre, ana, f"{OWN}/options", {"password": PASSWORD})).json()
    credential = phone(centre).create(asked["options"])
    body = {"ticket": asked["ticket"], "name": " \u200b", "credential": credential}
    assert paths(error(await post(centre, ana, OWN, body), 422, "invalid_field")) == ["name"]
    # Another person's session does nothing with it.
    ben = await Administrator.sign_in(centre, "ben")
    error(await post(centre, ben, OWN, {**body, "name": "Phone"}), 401, "passkey_failed")
    # A refusal has not used it up for whom it was made.
    assert (await post(centre, ana, OWN, {**body, "name": "Phone"})).status_code == 201
    error(await post(centre, ana, OWN, {**body, "name": "Phone"}), 401, "passkey_failed")


async def test_an_answer_is_good_once_and_for_minutes(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    asked = (await send(centre, "/session/passkey/options", {})).json()
    body = {"ticket": asked["ticket"], "credential": device.get(asked["options"])}
    assert (await send(centre, "/session/passkey", body)).status_code == 200
    error(await send(centre, "/session/passkey", body), 401, "passkey_failed")
    asked = (await send(centre, "/session/passkey/options", {})).json()
    body = {"ticket": asked["ticket"], "credential": device.get(asked["options"])}
    centre.clock.advance(seconds=301)
    error(await send(centre, "/session/passkey", body), 401, "passkey_failed")
    assert (await come_in(centre, device)).status_code == 200
    # What was used is kept no longer than it could count.
    rows = await centre.node.database.pool.fetchval("SELECT count(*) FROM passkey_challenge")
    assert rows == 1


@pytest.mark.parametrize("fault", ["origin", "host", "unverified", "copied", "handle", "signature"])
async def test_what_does_not_prove_it_is_refused(centre: Centre, fault: str) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    assert (await come_in(centre, device)).status_code == 200
    good = copy.copy(device)
    changed: Json = {}
    if fault == "origin":
        device.origin = "https://rapport.example.net"
    if fault == "host":
        device.host = "example.net"
    if fault == "unverified":
        device.flags = PRESENT
    if fault == "copied":
        device.count -= 1
    if fault == "handle":
        device.handle = centre.ids["ben"].to_bytes(8, "big")
    if fault == "signature":
        changed = {"signature": "MEUCIQ"}
    error(await come_in(centre, device, **changed), 401, "passkey_failed")
    assert (await come_in(centre, good)).status_code == 200


async def test_it_is_good_for_its_host_only(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    refused = await send(centre, "/session/passkey/options", {}, host="127.0.0.1")
    error(refused, 409, "passkey_host")
    asked = (await send(centre, "/session/passkey/options", {}, host="desk.localhost")).json()
    assert asked["options"]["rpId"] == "desk.localhost"
    elsewhere = Authenticator(
        headers(centre, "desk.localhost")["Origin"],
        "desk.localhost",
        handle=device.handle,
        credential_id=device.credential_id,
        key=device.key,
    )
    body = {"ticket": asked["ticket"], "credential": elsewhere.get(asked["options"])}
    answer = await send(centre, "/session/passkey", body, host="desk.localhost")
    error(answer, 401, "passkey_unknown")


async def test_another_sites_page_is_told_nothing(centre: Centre) -> None:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        there = {"Origin": "https://elsewhere.example.net"}
        answer = await http.post("/api/v1/session/passkey/options", headers=there)
    error(answer, 403, "origin_refused")


async def test_where_a_role_requires_more_than_a_password(
    centre: Centre, root: Administrator
) -> None:
    await centre.put("settings", "settings", {"password": {"second_factor_for": ["agent"]}})
    ana = await Administrator.sign_in(centre, "ana")
    error(await ana.send("GET", "/snapshot"), 403, "second_factor_required")
    device = phone(centre)
    made = await add(centre, ana, device)
    assert (await ana.send("GET", "/snapshot")).status_code == 200
    # From then on the password alone lets nobody in.
    assert await sign_in(centre, "ana") == {"status": 401, "code": "passkey_needed"}
    assert (await come_in(centre, device)).status_code == 200
    error(await ana.send("DELETE", f"{OWN}/{made['id']}"), 409, "second_factor_required")
    other = phone(centre)
    await add(centre, ana, other)
    assert (await ana.send("DELETE", f"{OWN}/{made['id']}")).status_code == 204
    # With codes beside it either does.
    await set_up(centre, ana)
    off = await ana.send("POST", "/me/second-factor/off", {"password": PASSWORD})
    assert off.status_code == 204


async def test_an_administrator_takes_lost_ones_away(centre: Centre, root: Administrator) -> None:
    desk = await centre.sign_in("ana")
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    path = f"/users/{centre.ids['ana']}/second-factor"
    assert (await root.send("GET", path)).json()["passkeys"] == 1
    assert (await root.send("DELETE", path)).status_code == 204
    assert await closed(desk) == "session_ended"
    del centre.desktops["ana"]
    error(await come_in(centre, device), 401, "passkey_unknown")
    error(await root.send("DELETE", path), 404, "no_second_factor")


async def test_who_may_no_longer_come_in_does_not(centre: Centre, root: Administrator) -> None:
    ben = await Administrator.sign_in(centre, "ben")
    device = phone(centre)
    await add(centre, ben, device)
    await root.put("users", centre.ids["ben"], active=False)
    error(await come_in(centre, device), 401, "passkey_unknown")


async def test_failures_are_throttled_and_successes_are_not(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    device = phone(centre)
    await add(centre, ana, device)
    for _ in range(12):
        assert (await come_in(centre, device)).status_code == 200
    stranger = phone(centre)
    for _ in range(10):
        error(await come_in(centre, stranger), 401, "passkey_unknown")
    error(await come_in(centre, device), 429, "too_many_attempts")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.data())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_nothing_that_a_browser_sends_is_more_than_refused(data: st.DataObject) -> None:
    from rapport.application import ceremonies
    from rapport.domain.errors import Refused

    device = Authenticator("http://localhost:1")
    party = ceremonies.Party("localhost", "http://localhost:1", "Rapport")
    person = (7, "ana", "Ana")
    options = ceremonies.creation_options(party, person, b"c" * 32, [])
    credential = device.create(options)
    where = data.draw(st.sampled_from(["id", "rawId", "type", "response", *credential["response"]]))
    place = credential if where in credential else credential["response"]
    before = place[where]
    place[where] = data.draw(ANYTHING | st.just("") | st.text("AQgw_-", max_size=200))
    if place[where] == before:
        return
    with pytest.raises(Refused):
        ceremonies.created(party, b"c" * 32, credential)
    with pytest.raises(Refused):
        ceremonies.asserted(
            party,
            b"c" * 32,
            credential,
            ceremonies.Key(credential_id=b"", public_key=b"", sign_count=0),
            7,
        )
