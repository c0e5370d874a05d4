"""Every route × role, from the application's own routes: what is not allowed here is denied.

A route that is not in the table fails, so that whoever adds one decides who may call it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
import websockets
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from rapport.api.app import create_http
from tests.centre import Centre
from tests.configuration.administrator import Administrator

AGENTS = {"agent", "supervisor"}
SUPERVISORS = {"supervisor", "administrator"}
ADMINISTRATORS = {"administrator"}
EVERYBODY = {"agent", "supervisor", "administrator"}
PUBLIC = {("POST", "/session")}
TABLE: list[tuple[str, set[str]]] = [
    (r"/session", EVERYBODY),
    (r"/catalog", EVERYBODY),
    (r"/me/preferences", EVERYBODY),
    (r"/me/password", EVERYBODY),
    (r"/me/state", AGENTS),
    (r"/snapshot", AGENTS),
    (r"/conversations/.*", AGENTS),
    (r"/attachments/.*", AGENTS),
    (r"/contacts/.*", AGENTS),
    (r"/queues/[^/]*/tasks", AGENTS),
    (r"/tasks/.*", AGENTS),
    (r"/floor", SUPERVISORS),
    (r"/channels", ADMINISTRATORS),
    (r"/channel-health", SUPERVISORS),
    (r"/accounts/[^/]*/probe", ADMINISTRATORS),
    (r"/accounts/[^/]*/templates", AGENTS),
    (r"/accounts/[^/]*/templates/sync", SUPERVISORS),
    (r"/messages/[^/]*/(log|mail|source)", AGENTS),
    (r"/agents/[^/]*/(state|sign-out)", SUPERVISORS),
    (r"/users/[^/]*/password", ADMINISTRATORS),
    (r"/config(/.*)?", ADMINISTRATORS),
]


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route below /api/v1."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.path.startswith("/api/v1/"):
            for method in sorted(context.methods):
                yield method, context.path.removeprefix("/api/v1")


@pytest.fixture
def every_route() -> list[tuple[str, str]]:
    found = sorted(routes(create_http(lambda: pytest.fail("not started"))))
    assert len(found) > 90
    # Signing out comes last: it ends what the others need.
    return sorted(found, key=lambda r: r == ("DELETE", "/session"))


def allowed(path: str) -> set[str]:
    """Who may call a path."""
    found = [roles for pattern, roles in TABLE if re.fullmatch(pattern, path)]
    assert len(found) == 1, f"{path}: say in the table who may call this"
    return found[0]


def filled(path: str) -> str:
    return "/api/v1" + re.sub(r"\{[^}]+\}", "1", path)


HEADERS = {"Idempotency-Key": "a-key-of-this-test", "If-Match": '"1"'}


async def test_nobody_comes_in_without_signing_in(
    centre: Centre, every_route: list[tuple[str, str]]
) -> None:
    public = set()
    async with httpx2.AsyncClient(base_url=centre.url) as http:
        for method, path in every_route:
            answer = await http.request(method, filled(path), json={}, headers=HEADERS)
            if answer.status_code == 401:
                assert answer.json()["error"]["code"] == "not_signed_in", path
            else:
                public.add((method, path))
        http.cookies["rapport_session"] = "forged"
        for method, path in every_route:
            answer = await http.request(method, filled(path), json={}, headers=HEADERS)
            assert answer.status_code == 401 or (method, path) in PUBLIC, path
        assert (await http.get("/api/v1/nothing")).status_code == 404
    assert public == PUBLIC
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{centre.url.replace('http', 'ws')}/api/v1/stream")


@pytest.mark.parametrize("role", sorted(EVERYBODY))
async def test_every_route_for_every_role(
    centre: Centre, every_route: list[tuple[str, str]], role: str
) -> None:
    await centre.person("only", role)
    person = await Administrator.sign_in(centre, "only")
    for method, path in every_route:
        if (method, path) in PUBLIC:
            continue
        # Without the CSRF token nothing changes, whoever asks.
        if method != "GET":
            bare = await person.http.request(method, filled(path), json={}, headers=HEADERS)
            assert bare.status_code == 403, (method, path)
            assert bare.json()["error"]["code"] == "csrf_token_invalid", (method, path)
        answer = await person.http.request(
            method, filled(path), json={}, headers={**HEADERS, "X-CSRF-Token": person.csrf}
        )
        code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
        if role in allowed(path):
            assert code not in {"no_right", "not_signed_in", "csrf_token_invalid"}, (method, path)
            assert answer.status_code < 500, (method, path)
        else:
            assert (answer.status_code, code) == (403, "no_right"), (method, path)
