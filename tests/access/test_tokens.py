"""API tokens: given out, used, throttled, revoked; what is stored and what is told."""

from __future__ import annotations

import asyncio
import secrets

import httpx2
import pytest

from tests.access.tokens import a_token, ask
from tests.centre import Centre
from tests.configuration.administrator import Administrator, error, paths


async def test_a_program_acts_for_a_person(centre: Centre, root: Administrator) -> None:
    text, token = await a_token(root, "configuration")
    assert text.startswith("rpt_")
    assert len(text) > 40
    assert (token["prefix"], token["good"], token["used_at"]) == (text[:10], True, None)
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": secrets.token_hex(8)}
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        # No cookie and no CSRF token: a browser never sends this by itself.
        made = await http.post(
            "/api/v1/config/teams", json={"name": "New", "spec": {}}, headers=headers
        )
        assert made.status_code == 201, made.text
    log = (await root.send("GET", "/config/changes?limit=1")).json()["items"][0]
    assert log["actor"]["name"] == "Root"
    (listed,) = (await root.send("GET", "/me/tokens")).json()["items"]
    assert listed["used_at"] is not None


async def test_the_text_is_told_once_and_stored_nowhere(
    centre: Centre, root: Administrator
) -> None:
    key = secrets.token_hex(8)
    body = {"name": "Sent twice", "scopes": ["reports"]}
    first, second = await asyncio.gather(
        root.send("POST", "/me/tokens", body, key=key),
        root.send("POST", "/me/tokens", body, key=key),
    )
    # Sent twice under one key is one token, and both answers tell it.
    assert first.json() == second.json()
    text = first.json()["text"]
    assert len((await root.send("GET", "/me/tokens")).json()["items"]) == 1
    assert text not in (await root.send("GET", "/tokens")).text
    assert text not in (await root.send("GET", "/audit")).text
    row = await centre.node.database.pool.fetchrow("SELECT * FROM api_token")
    assert row is not None
    assert text not in str(dict(row))
    kinds = [e["kind"] for e in (await root.send("GET", "/audit")).json()["items"]]
    assert kinds == ["token_created", "signed_in"]


@pytest.mark.parametrize(
    "text", ["x", "rpt_", "rpt_" + "A" * 43, "rpt_\u00fc", "Basic", "a" * 5000]
)
async def test_what_is_no_token(centre: Centre, root: Administrator, text: str) -> None:
    await a_token(root, "reports")
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        answer = await http.get(
            "/api/v1/catalog", headers={b"Authorization": b"Bearer " + text.encode()}
        )
    error(answer, 401, "token_not_good")


async def test_guessing_is_throttled_and_keeps_nobody_else_out(
    centre: Centre, root: Administrator
) -> None:
    text, _ = await a_token(root, "reports")
    for _ in range(10):
        error(await ask(centre, "rpt_guess", "/catalog"), 401, "token_not_good")
    refused = await ask(centre, "rpt_guess", "/catalog")
    error(refused, 429, "too_many_attempts")
    assert (await ask(centre, text, "/catalog")).status_code == 200


async def test_a_token_may_not_send_without_end(centre: Centre, root: Administrator) -> None:
    text, _ = await a_token(root, "reports")
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        for _ in range(300):
            answer = await http.get("/api/v1/catalog", headers={"Authorization": f"Bearer {text}"})
            assert answer.status_code == 200
        refused = await http.get("/api/v1/catalog", headers={"Authorization": f"Bearer {text}"})
    error(refused, 429, "too_many_requests")
    assert refused.headers["retry-after"] == "1"
    centre.clock.advance(seconds=1)
    assert (await ask(centre, text, "/catalog")).status_code == 200


async def test_a_token_ends(centre: Centre, root: Administrator) -> None:
    short, _ = await a_token(root, "reports", days=1)
    endless, token = await a_token(root, "reports", days=None)
    assert token["expires_at"] is None
    centre.clock.advance(days=1)
    error(await ask(centre, short, "/catalog"), 401, "token_not_good")
    assert (await ask(centre, endless, "/catalog")).status_code == 200
    root = await Administrator.sign_in(centre, "root")
    for _ in range(2):  # Once more is no fault.
        assert (await root.send("DELETE", f"/me/tokens/{token['id']}")).status_code == 204
    error(await ask(centre, endless, "/catalog"), 401, "token_not_good")
    entries = (await root.send("GET", "/audit?kind=token_revoked")).json()["items"]
    assert [(e["actor"]["name"], e["facts"]["prefix"]) for e in entries] == [("Root", endless[:10])]


async def test_a_token_can_no_more_than_its_owner_still_can(
    centre: Centre, root: Administrator
) -> None:
    text, token = await a_token(root, "desk", "floor", user_id=centre.ids["sam"])
    assert token["user"]["name"] == "Sam"
    assert (await ask(centre, text, "/floor")).status_code == 200
    assert (await root.put("users", centre.ids["sam"], roles=["agent"])).status_code == 200
    error(await ask(centre, text, "/floor"), 403, "no_right")
    assert (await ask(centre, text, "/reports/mine")).status_code == 200
    assert (await root.put("users", centre.ids["sam"], active=False)).status_code == 200
    error(await ask(centre, text, "/reports/mine"), 401, "token_not_good")


async def test_nobody_gives_more_than_there_is(centre: Centre, root: Administrator) -> None:
    body = {"name": "x", "scopes": ["floor"], "user_id": centre.ids["ana"]}
    refused = error(await root.send("POST", "/tokens", body), 422, "invalid_field")
    assert paths(refused) == ["scopes"]
    own = {"name": "x", "scopes": ["desk"]}
    refused = error(await root.send("POST", "/me/tokens", own), 422, "invalid_field")
    assert paths(refused) == ["scopes"]


async def test_what_is_offered_for_a_token_is_what_is_taken(
    centre: Centre, root: Administrator
) -> None:
    ana = f"/tokens?user_id={centre.ids['ana']}"
    assert (await root.send("GET", ana)).json()["scopes"] == ["addresses", "desk", "desk:read"]
    sam = f"/tokens?user_id={centre.ids['sam']}"
    assert "floor" in (await root.send("GET", sam)).json()["scopes"]
    own = (await root.send("GET", "/me/tokens")).json()["scopes"]
    assert "configuration" in own
    assert "desk" not in own
    assert (await root.send("GET", "/tokens")).json()["scopes"] == []


async def test_a_token_that_configures_makes_no_administrators(
    centre: Centre, root: Administrator
) -> None:
    text, _ = await a_token(root, "configuration")
    user = await root.get("users", centre.ids["ana"])
    draft = {"name": "Eve", "spec": {"login": "eve", "roles": ["administrator"]}}
    document = "users: {Eve: {login: eve, roles: [administrator]}}"
    async with httpx2.AsyncClient(base_url=f"{centre.url}/api/v1", timeout=30) as http:
        http.headers["Authorization"] = f"Bearer {text}"
        http.headers["Idempotency-Key"] = secrets.token_hex(8)
        error(await http.post("/config/users", json=draft), 403, "more_rights")
        error(await http.put("/config", content=document), 403, "more_rights")
        http.headers["If-Match"] = f'"{user["version"]}"'
        changed = {"name": "Ana", "spec": {**user["spec"], "roles": ["administrator"]}}
        path = f"/config/users/{centre.ids['ana']}"
        error(await http.put(path, json=changed), 403, "more_rights")
        error(await http.delete(path), 403, "more_rights")
        # Whatever is about no person goes on.
        assert (await http.put("/config", content="teams: {Night: {}}")).status_code == 200
    assert {u["name"] for u in (await root.send("GET", "/config/users")).json()["items"]} == {
        "Ana",
        "Ben",
        "Cleo",
        "Sam",
        "Root",
    }


async def test_a_lost_token_takes_over_nobody_who_may_more(
    centre: Centre, root: Administrator
) -> None:
    text, _ = await a_token(root, "accounts")
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        for login in ("root", "ana"):
            for path in ("password", "invitation"):
                refused = await http.post(
                    f"/api/v1/users/{centre.ids[login]}/{path}",
                    json={"password": "somebody else's words"},
                    headers={
                        "Authorization": f"Bearer {text}",
                        "Idempotency-Key": secrets.token_hex(8),
                    },
                )
                error(refused, 403, "more_rights")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 4000}, "days"),
        ({"name": " "}, "name"),
        ({"name": "a\u0000b"}, "name"),
    ],
)
async def test_bad_drafts(root: Administrator, change: dict[str, object], path: str) -> None:
    body = {"name": "x", "scopes": ["reports"], **change}
    refused = error(await root.send("POST", "/me/tokens", body), 422, "invalid_field")
    assert paths(refused) == [path]


async def test_others_tokens_are_not_ones_own(centre: Centre, root: Administrator) -> None:
    _, token = await a_token(root, "reports")
    await centre.person("rita", "administrator")
    rita = await Administrator.sign_in(centre, "rita")
    error(await rita.send("DELETE", f"/me/tokens/{token['id']}"), 404, "not_found")
    error(await rita.send("DELETE", "/tokens/1"), 404, "not_found")
    assert (await rita.send("GET", "/me/tokens")).json()["items"] == []
    assert (await rita.send("DELETE", f"/tokens/{token['id']}")).status_code == 204


async def test_the_audit_log_is_searched_paged_and_exported(
    centre: Centre, root: Administrator
) -> None:
    for name in ("One", "=Two", "Three"):
        body = {"name": name, "scopes": ["reports"]}
        assert (await root.send("POST", "/me/tokens", body)).status_code == 201
    first = (await root.send("GET", "/audit?kind=token_created&limit=2")).json()
    rest = (
        await root.send("GET", f"/audit?kind=token_created&limit=2&cursor={first['next']}")
    ).json()
    names = [e["facts"]["name"] for e in first["items"] + rest["items"]]
    assert (names, rest["next"]) == (["Three", "=Two", "One"], None)
    found = (await root.send("GET", "/audit?q=THREE")).json()["items"]
    assert [e["facts"]["name"] for e in found] == ["Three"]
    none = (await root.send("GET", f"/audit?person_id={centre.ids['ana']}")).json()
    assert none["items"] == []
    table = await root.send("GET", "/audit/export.csv?kind=token_created")
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.strip().splitlines()) == 4
    assert "token_created,Root" in table.text
