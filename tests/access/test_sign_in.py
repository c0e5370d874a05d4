"""Signing in: throttled per login and per address, sessions that end, what is stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest

from tests.centre import PASSWORD, Centre, TestClock, serving
from tests.configuration.administrator import Administrator, error


async def attempt(centre: Centre, login: str, password: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        return await http.post(
            "/api/v1/session", json={"login": login, "password": password}, headers=headers
        )


async def test_a_login_with_a_nul_is_nobodys(centre: Centre) -> None:
    error(await attempt(centre, "ana\x00", "wrong"), 401, "invalid_credentials")


async def test_throttled_per_login(centre: Centre) -> None:
    for _ in range(10):
        error(await attempt(centre, "ana", "wrong"), 401, "invalid_credentials")
    refused = await attempt(centre, "ANA", PASSWORD)
    error(refused, 429, "too_many_attempts")
    assert refused.headers["retry-after"] == "900"
    # Others are not concerned, and the quarter of an hour passes.
    assert (await attempt(centre, "ben", PASSWORD)).status_code == 200
    centre.clock.advance(minutes=15, seconds=1)
    assert (await attempt(centre, "ana", PASSWORD)).status_code == 200


async def test_a_success_clears_the_count_of_its_login(centre: Centre) -> None:
    for _ in range(9):
        await attempt(centre, "ana", "wrong")
    assert (await attempt(centre, "ana", PASSWORD)).status_code == 200
    error(await attempt(centre, "ana", "wrong"), 401, "invalid_credentials")
    assert (await attempt(centre, "ana", PASSWORD)).status_code == 200


async def test_throttled_per_address(centre: Centre) -> None:
    for number in range(50):
        error(await attempt(centre, f"nobody{number}", "x"), 401, "invalid_credentials")
    error(await attempt(centre, "ana", PASSWORD), 429, "too_many_attempts")
    # Behind the trusted proxy every visitor has an address of their own.
    other = await attempt(centre, "ana", PASSWORD, **{"X-Forwarded-For": "192.0.2.7"})
    assert other.status_code == 200


async def test_many_attempts_at_once_are_counted(centre: Centre) -> None:
    answers = await asyncio.gather(*(attempt(centre, "ana", "wrong") for _ in range(40)))
    assert sum(answer.status_code == 401 for answer in answers) <= 10
    assert {answer.status_code for answer in answers} <= {401, 429}


async def test_successes_are_not_counted_against_an_address(centre: Centre) -> None:
    for _ in range(51):
        assert (await attempt(centre, "ana", PASSWORD)).status_code == 200


async def test_who_exists_is_not_told(centre: Centre) -> None:
    known = await attempt(centre, "ana", "wrong")
    unknown = await attempt(centre, "nobody", "wrong")
    assert known.json() == unknown.json()


async def test_wrong_present_passwords_are_throttled(centre: Centre) -> None:
    ana = await Administrator.sign_in(centre, "ana")
    body = {"current": "wrong", "new": "long-enough-for-all"}
    for _ in range(10):
        error(await ana.send("POST", "/me/password", body), 422, "invalid_field")
    right = {**body, "current": PASSWORD}
    error(await ana.send("POST", "/me/password", right), 429, "too_many_attempts")


async def test_sessions_expire(centre: Centre, root: Administrator) -> None:
    centre.clock.advance(hours=13, minutes=59)
    assert (await root.send("GET", "/session")).status_code == 200
    centre.clock.advance(minutes=2)
    error(await root.send("GET", "/session"), 401, "not_signed_in")


async def test_sessions_last_as_configured(centre: Centre, root: Administrator) -> None:
    changed = await root.put("settings", centre.ids["settings"], session_hours=1)
    assert changed.status_code == 200
    centre.clock.advance(hours=1, seconds=1)
    error(await root.send("GET", "/session"), 401, "not_signed_in")


async def test_signing_out_ends_the_session(centre: Centre, root: Administrator) -> None:
    token = root.http.cookies["rapport_session"]
    assert (await root.send("DELETE", "/session")).status_code == 204
    root.http.cookies["rapport_session"] = token
    error(await root.send("GET", "/session"), 401, "not_signed_in")


async def test_what_is_stored_lets_nobody_in(centre: Centre, root: Administrator) -> None:
    rows = await centre.node.database.pool.fetch("SELECT password_hash FROM credential")
    assert rows
    assert all(row["password_hash"].startswith("$argon2id$") for row in rows)
    token = root.http.cookies["rapport_session"]
    stored = await centre.node.database.pool.fetchval("SELECT token_hash FROM session")
    assert token.encode() != stored
    assert token not in stored.hex()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_cookie(database: str, tmp_path: Path, scheme: str) -> None:
    public = f"{scheme}://desk.example"
    async with serving(database, tmp_path, TestClock(), public_url=public) as centre:
        await centre.person("ana", "agent")
        answer = await attempt(centre, "ana", PASSWORD, Origin=public)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert ("secure" in cookie) == (scheme == "https")
        foreign = await attempt(centre, "ana", PASSWORD, Origin="https://evil.example")
        error(foreign, 403, "origin_refused")


async def test_who_was_last_seen_long_ago_is_not_gone_again_at_once(centre: Centre) -> None:
    """The sweep may come between signing in and the stream: Available must last (T10)."""
    ana = await centre.sign_in("ana")
    await centre.close()
    centre.desktops.clear()
    centre.clock.advance(seconds=3600)
    await centre.sweep()

    async def status() -> str:
        row = "SELECT status FROM agent WHERE id = $1"
        return str(await centre.node.database.pool.fetchval(row, ana.user_id))

    assert await status() == "offline"
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        body = {"login": "ana", "password": PASSWORD}
        csrf = (await http.post("/api/v1/session", json=body)).json()["csrf_token"]
        headers = {"X-CSRF-Token": csrf, "Idempotency-Key": "going-available"}
        state = {"status": "available"}
        assert (await http.post("/api/v1/me/state", json=state, headers=headers)).is_success
        await centre.sweep()
        assert await status() == "available"
