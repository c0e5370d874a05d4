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

from rapport.api.app import http_routes
from rapport.domain.rights import GRANTS, READ
from tests.access.tokens import a_token
from tests.centre import Centre
from tests.configuration.administrator import Administrator

AGENTS = {"agent", "supervisor"}
SUPERVISORS = {"supervisor", "administrator"}
ADMINISTRATORS = {"administrator"}
EVERYBODY = {"agent", "supervisor", "administrator"}
PUBLIC = {
    ("POST", "/session"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("POST", "/invitation/look"),
    ("POST", "/invitation"),
    ("POST", "/session/passkey/options"),
    ("POST", "/session/passkey"),
    ("GET", "/openid/providers"),
    ("GET", "/openid/{provider_id}/start"),
    ("GET", "/openid/callback"),
}
TABLE: list[tuple[str, set[str]]] = [
    (r"/session", EVERYBODY),
    (r"/catalog", EVERYBODY),
    (r"/me/preferences", EVERYBODY),
    (r"/me/(password|second-factor|passkeys)(/.*)?", EVERYBODY),
    (r"/me/tokens/.*", EVERYBODY),
    (r"/me/sessions(/.*)?", EVERYBODY),
    (r"/me/(state|history)", AGENTS),
    (r"/snapshot", AGENTS),
    (r"/conversations/.*", AGENTS),
    (r"/attachments/.*", AGENTS),
    (r"/contacts/.*", AGENTS),
    (r"/people(/.*)?", ADMINISTRATORS),
    (r"/search", AGENTS),
    (r"/queues(/[^/]*/tasks)?", AGENTS),
    (r"/tasks/.*", AGENTS),
    (r"/outbound(/.*)?", AGENTS),
    (r"/floor(/.*)?", SUPERVISORS),
    (r"/reports/figures(\.csv)?", SUPERVISORS),
    (r"/reports/saved(/.*)?", SUPERVISORS),
    (r"/reports/mine", AGENTS),
    (r"/channels", ADMINISTRATORS),
    (r"/channel-health", SUPERVISORS),
    (r"/accounts/[^/]*/probe", ADMINISTRATORS),
    (r"/accounts/[^/]*/templates", AGENTS),
    (r"/accounts/[^/]*/templates/sync", SUPERVISORS),
    (r"/messages/[^/]*/(log|mail|source|split|parse-again)", AGENTS),
    (r"/agents/[^/]*/(state|sign-out)", SUPERVISORS),
    (
        r"/users/[^/]*/(password|invitation|sessions|second-factor|identities)(/.*)?",
        ADMINISTRATORS,
    ),
    (r"/channels/[^/]*/probe", ADMINISTRATORS),
    (r"/tokens(/.*)?", ADMINISTRATORS),
    (r"/invitations", ADMINISTRATORS),
    (r"/audit(/.*)?", ADMINISTRATORS),
    (r"/config(/.*)?", ADMINISTRATORS),
    (r"/webhooks(/.*)?", ADMINISTRATORS),
]

# What differs by method on one path.
OWN_TOKENS = {"GET": EVERYBODY, "POST": ADMINISTRATORS}

# The scope that a token needs for a path; without one here, a token does not do at all.
ANY_SCOPE = "any"
SCOPES: list[tuple[str, str]] = [
    (r"/catalog", ANY_SCOPE),
    (r"/me/(state|history)|/snapshot|/(conversations|attachments|contacts|tasks)/.*", "desk"),
    (r"/search|/queues(/[^/]*/tasks)?|/reports/mine|/accounts/[^/]*/templates", "desk"),
    (r"/outbound(/.*)?", "desk"),
    (r"/messages/.*", "desk"),
    (r"/floor(/.*)?|/channel-health|/accounts/[^/]*/templates/sync|/agents/.*", "floor"),
    (r"/reports/(figures(\.csv)?|saved(/.*)?)", "reports"),
    (r"/config(/.*)?|/webhooks(/.*)?|/channels(/.*)?|/accounts/[^/]*/probe", "configuration"),
    (r"/people(/.*)?", "people"),
    (
        r"/users/[^/]*/(password|invitation|sessions|second-factor|identities)(/.*)?|/invitations",
        "accounts",
    ),
    (r"/audit(/.*)?", "audit"),
]
# Where the right to see customers' addresses is needed as well (P3).
ALSO_ADDRESSES = r"/messages/[^/]*/(log|source)|/people/[^/]*/export"


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route below /api/v1."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.path.startswith("/api/v1/"):
            for method in sorted(context.methods):
                yield method, context.path.removeprefix("/api/v1")


@pytest.fixture
def every_route() -> list[tuple[str, str]]:
    found = sorted(routes(http_routes()))
    assert len(found) > 90
    # Signing out comes last: it ends what the others need.
    return sorted(found, key=lambda r: r == ("DELETE", "/session"))


def allowed(method: str, path: str) -> set[str]:
    """Who may call a path."""
    if path == "/me/tokens":
        return OWN_TOKENS[method]
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
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
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
        if role in allowed(method, path):
            assert code not in {"no_right", "not_signed_in", "csrf_token_invalid"}, (method, path)
            assert answer.status_code < 500, (method, path)
        else:
            assert (answer.status_code, code) == (403, "no_right"), (method, path)


def needed(path: str) -> str | None:
    """The scope that a token needs for a path; None: no token does."""
    found = [scope for pattern, scope in SCOPES if re.fullmatch(pattern, path)]
    assert len(found) <= 1, path
    return found[0] if found else None


@pytest.mark.parametrize("scope", GRANTS)
async def test_a_token_can_do_what_its_scope_says_and_nothing_else(
    centre: Centre, every_route: list[tuple[str, str]], scope: str
) -> None:
    await centre.person("all", *EVERYBODY)
    person = await Administrator.sign_in(centre, "all")
    right, reading = scope.removesuffix(READ), scope.endswith(READ)
    text, _ = await a_token(person, scope)
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        for method, path in every_route:
            if (method, path) in PUBLIC:
                continue
            headers = {**HEADERS, "Authorization": f"Bearer {text}"}
            answer = await http.request(method, filled(path), json={}, headers=headers)
            code = answer.json()["error"]["code"] if answer.status_code >= 400 else ""
            wanted = needed(path)
            if wanted == right and re.fullmatch(ALSO_ADDRESSES, path):
                assert (answer.status_code, code) == (403, "no_right"), (method, path)
            elif wanted is None:
                assert (answer.status_code, code) in {
                    (403, "session_required"),
                    (403, "no_right"),
                }, (method, path, code)
            elif wanted in {right, ANY_SCOPE} and not (reading and method != "GET"):
                refusals = {"no_right", "not_signed_in", "csrf_token_invalid", "token_not_good"}
                assert code not in refusals, (method, path)
                assert answer.status_code < 500, (method, path)
            else:
                assert (answer.status_code, code) == (403, "no_right"), (method, path)
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(
                f"{centre.url.replace('http', 'ws')}/api/v1/stream",
                additional_headers={"Authorization": f"Bearer {text}"},
            )
