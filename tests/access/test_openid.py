"""Signing in with an identity provider: there and back, who is let in, and what is refused."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import rsa

from rapport_simulators.openid import OpenIdProvider
from tests.access.test_roles import role, user
from tests.centre import Centre, Json
from tests.configuration.administrator import Administrator, error, paths


@pytest_asyncio.fixture
async def provider(centre: Centre) -> AsyncIterator[OpenIdProvider]:
    """A provider that the centre knows."""

    def now() -> float:
        return centre.clock.moment.timestamp()

    async with OpenIdProvider(now) as provider:
        spec = {"issuer": provider.issuer, "client_id": provider.client_id}
        sealed = {"client_secret": provider.client_secret}
        await centre.put("identity_providers", "Example ID", spec, sealed)
        await _with(centre, "ana", email="dana@example.com")
        yield provider


async def _with(centre: Centre, who: str, **more: Any) -> None:
    spec = centre.node.configuration.current.users[centre.ids[who]].model_dump(mode="json")
    await centre.put("users", who.title(), {**spec, **more})


async def come(centre: Centre) -> tuple[str, Json | None]:
    """Go to the provider and come back: the reason of a refusal, and who is signed in."""
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        (one,) = (await http.get("/api/v1/openid/providers")).json()["items"]
        answer = await http.get(f"/api/v1/openid/{one['id']}/start", follow_redirects=True)
        place = re.search(r"refused=(\w+)", str(answer.url))
        session = await http.get("/api/v1/session")
        who: Json | None = session.json()["user"] if session.status_code == 200 else None
        return place[1] if place else "", who


async def test_who_has_the_verified_address_is_signed_in(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    refused, who = await come(centre)
    assert (refused, who and who["login"]) == ("", "ana")
    asked = provider.asked[0]
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == f"{centre.url}/api/v1/openid/callback"
    assert len(asked["code_challenge"]) == 43
    entry = (await root.send("GET", "/audit?kind=signed_in&limit=1")).json()["items"][0]
    assert entry["subject"]["name"] == "Ana"
    # By the login, where it is an address.
    await _with(centre, "ana", email="", login="dana@example.com")
    assert (await come(centre))[1] is not None


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"email_verified": False}, "openid_unverified"),
        ({"email_verified": "true"}, "openid_unverified"),
        ({"email": "nobody@example.com"}, "openid_nobody"),
        ({"nonce": "of another attempt"}, "openid_failed"),
        ({"aud": "somebody-else"}, "openid_failed"),
        ({"aud": ["rapport", "another"]}, "openid_failed"),
        ({"azp": "another"}, "openid_failed"),
        ({"iss": "https://evil.example"}, "openid_failed"),
        ({"exp": 1}, "openid_failed"),
        ({"iat": 4_000_000_000}, "openid_failed"),
        ({"exp": None}, "openid_failed"),
    ],
)
async def test_what_is_no_proof(
    centre: Centre, provider: OpenIdProvider, more: Json, refused: str
) -> None:
    provider.more = more
    assert await come(centre) == (refused, None)


async def test_a_token_of_another_key_or_client_is_no_proof(
    centre: Centre, provider: OpenIdProvider
) -> None:
    provider.published = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert await come(centre) == ("openid_failed", None)
    provider.published = provider.key
    provider.client_secret = "changed at the provider"
    assert await come(centre) == ("openid_failed", None)
    provider.refuse = True
    assert await come(centre) == ("openid_failed", None)


async def test_an_answer_counts_in_the_browser_that_asked_and_once(
    centre: Centre, provider: OpenIdProvider
) -> None:
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        (one,) = (await http.get("/api/v1/openid/providers")).json()["items"]
        start = await http.get(f"/api/v1/openid/{one['id']}/start")
        back = (await http.get(start.headers["location"])).headers["location"]
        # Another browser that is sent there, as by an attacker's link.
        async with httpx2.AsyncClient(timeout=30) as other:
            answer = await other.get(back)
            assert answer.headers["location"] == "/#refused=openid_failed"
        wrong = await http.get(re.sub(r"state=[^&]+", "state=x", back))
        assert wrong.headers["location"] == "/#refused=openid_failed"
        # The refusal has taken the cookie: the code is of no use any more.
        assert (await http.get(back)).headers["location"] == "/#refused=openid_failed"
    async with httpx2.AsyncClient(base_url=centre.url, timeout=30) as http:
        start = await http.get(f"/api/v1/openid/{one['id']}/start")
        back = (await http.get(start.headers["location"])).headers["location"]
        centre.clock.advance(minutes=11)
        assert (await http.get(back)).headers["location"] == "/#refused=openid_failed"


async def test_who_may_not_sign_in_does_not(centre: Centre, provider: OpenIdProvider) -> None:
    await _with(centre, "ana", email="dana@example.com", active=False)
    assert await come(centre) == ("openid_nobody", None)
    await _with(centre, "ana", email="dana@example.com", active=True)
    await _with(centre, "ben", email="DANA@example.com")
    assert await come(centre) == ("openid_nobody", None)


async def test_newcomers_are_made_where_that_is_set(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    provider.person = {
        "sub": "7", "email": "mia@example.com", "email_verified": True, "name": "Mia Muster"
    }  # fmt: skip
    assert await come(centre) == ("openid_nobody", None)
    (entry,) = (await root.send("GET", "/audit?kind=sign_in_failed")).json()["items"]
    assert entry["facts"] == {"login": "mia@example.com", "what": "identity_provider"}
    watcher = await role(root, "Watcher", "reports")
    answer = await root.put(
        "identity_providers",
        centre.ids["Example ID"],
        newcomers="create",
        roles=[],
        custom_roles=[watcher],
    )
    assert answer.status_code == 200, answer.text
    for _ in range(2):
        refused, who = await come(centre)
        assert who is not None, refused
        assert (who["name"], who["login"], who["rights"]) == (
            "Mia Muster",
            "mia@example.com",
            ["reports"],
        )
    names = [i.name for i in centre.node.configuration.current.by_kind["users"]]
    assert names.count("Mia Muster") == 1


async def test_only_who_may_give_everything_names_providers(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    small = await role(root, "Small", "configuration")
    eve = await user(root, centre, "eve", small)
    spec = {"issuer": "https://id.example", "client_id": "x"}
    new = await eve.send("POST", "/config/identity_providers", {"name": "Evil", "spec": spec})
    error(new, 403, "more_rights")
    error(
        await eve.put("identity_providers", centre.ids["Example ID"], client_id="x"),
        403,
        "more_rights",
    )
    for issuer in ("http://id.example", "http://8.8.8.8", "ftp://id.example"):
        wrong = {"name": "Wrong", "spec": {**spec, "issuer": issuer}}
        answer = await root.send("POST", "/config/identity_providers", wrong)
        assert paths(error(answer, 422, "invalid_field")) == ["spec.issuer"]


async def test_a_provider_that_is_away_or_off(centre: Centre, provider: OpenIdProvider) -> None:
    spec = {"issuer": "http://127.0.0.1:9", "client_id": "x"}
    await centre.put("identity_providers", "Example ID", spec)
    assert await come(centre) == ("openid_unreachable", None)
    await centre.put("identity_providers", "Example ID", {**spec, "active": False})
    async with httpx2.AsyncClient(base_url=centre.url) as http:
        assert (await http.get("/api/v1/openid/providers")).json() == {"items": []}
        path = f"/api/v1/openid/{centre.ids['Example ID']}/start"
        assert (await http.get(path)).headers["location"] == "/#refused=not_found"


async def test_who_has_come_once_is_known_by_their_subject(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    assert (await come(centre))[1] is not None
    (entry,) = (await root.send("GET", "/audit?kind=identity_bound")).json()["items"]
    assert (entry["subject"]["name"], entry["facts"]) == ("Ana", {"issuer": provider.issuer})
    answer = await root.send("GET", f"/users/{centre.ids['ana']}/identities")
    (one,) = answer.json()["items"]
    assert (one["issuer"], one["subject"]) == (provider.issuer, "1")
    # Married, moved, and the provider no longer vouches for an address: still Ana.
    for person in (
        {"sub": "1", "email": "ana.new@example.com", "email_verified": True},
        {"sub": "1"},
    ):
        provider.person = person
        refused, who = await come(centre)
        assert (refused, who and who["login"]) == ("", "ana")
    # The new address is another's here: it is not who they are that counts, but who came.
    await _with(centre, "ben", email="ana.new@example.com")
    provider.person = {"sub": "1", "email": "ana.new@example.com", "email_verified": True}
    assert (await come(centre))[1]["login"] == "ana"  # type: ignore[index]
    assert len((await root.send("GET", "/audit?kind=identity_bound")).json()["items"]) == 1
    await _with(centre, "ana", active=False)
    assert await come(centre) == ("openid_nobody", None)


async def test_another_subject_with_the_same_address_is_refused(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    assert (await come(centre))[1] is not None
    provider.person = {"sub": "2", "email": "dana@example.com", "email_verified": True}
    assert await come(centre) == ("openid_other", None)
    (entry,) = (await root.send("GET", "/audit?kind=sign_in_failed")).json()["items"]
    assert entry["subject"]["name"] == "Ana"
    assert entry["facts"] == {"login": "dana@example.com", "what": "another_identity"}
    # Unbound, it is the next first sign-in that counts, and what was open is closed.
    ana = await centre.sign_in("ana")
    path = f"/users/{centre.ids['ana']}/identities"
    assert (await root.send("DELETE", path)).status_code == 204
    assert (await ana.http.get("/api/v1/session")).status_code == 401
    del centre.desktops["ana"]
    error(await root.send("DELETE", path), 404, "no_identity")
    (entry,) = (await root.send("GET", "/audit?kind=identity_unbound")).json()["items"]
    assert (entry["actor"]["name"], entry["subject"]["name"]) == ("Root", "Ana")
    assert (await come(centre))[1] is not None
    provider.person = {"sub": "1", "email": "dana@example.com", "email_verified": True}
    assert await come(centre) == ("openid_other", None)


async def test_of_two_first_sign_ins_at_once_one_is_bound(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    identities = centre.node.context.identities
    ana = centre.ids["ana"]
    done = await asyncio.gather(
        *(identities.bind(ana, provider.issuer, subject, "") for subject in ("1", "2", "1"))
    )
    assert done in ([True, False, True], [False, True, False])
    assert len((await root.send("GET", "/audit?kind=identity_bound")).json()["items"]) == 1


async def test_another_issuer_is_another_identity(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    identities = centre.node.context.identities
    ana, ben = centre.ids["ana"], centre.ids["ben"]
    assert await identities.bind(ben, "https://other.example", "1", "")
    assert (await come(centre))[1]["login"] == "ana"  # type: ignore[index]
    assert await identities.bind(ana, "https://other.example", "2", "")
    items = (await root.send("GET", f"/users/{ana}/identities")).json()["items"]
    assert {i["issuer"] for i in items} == {provider.issuer, "https://other.example"}


@pytest.mark.parametrize("subject", ["", 7, "x" * 256])
async def test_what_is_no_subject(centre: Centre, provider: OpenIdProvider, subject: Any) -> None:
    provider.more = {"sub": subject}
    assert await come(centre) == ("openid_failed", None)


async def test_nobody_unbinds_who_may_more_than_they_do(
    centre: Centre, root: Administrator, provider: OpenIdProvider
) -> None:
    small = await role(root, "Small", "accounts")
    eve = await user(root, centre, "eve", small)
    answer = await eve.send("DELETE", f"/users/{centre.ids['root']}/identities")
    error(answer, 403, "more_rights")
