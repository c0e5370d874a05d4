"""A site vouches for its visitors: only its signature makes one customer of two browsers (R3)."""

from __future__ import annotations

import jwt
import pytest

from rapport.channels.webchat import identity
from tests.centre import ORIGIN, SITE, Centre, Json, VisitorPage

SECRET = "fictional-identity-secret-of-the-shop"


def vouched(centre: Centre, subject: str = "customer-7", **claims: object) -> str:
    """What the shop's server signs for a customer who is signed in."""
    wanted = {"sub": subject, "exp": centre.clock.moment.timestamp() + 600, **claims}
    return jwt.encode(wanted, SECRET, "HS256")


async def with_secret(centre: Centre) -> None:
    spec = centre.node.configuration.current.account_specs[centre.ids["site"]].model_dump()
    await centre.put("accounts", "site", spec, {"identity_secret": SECRET})


async def session(centre: Centre, page: VisitorPage, **body: str | None) -> Json:
    answer = await page.http.post(f"/widget/v1/{SITE}/session", json=body)
    found: Json = answer.json()
    return {**found, "status": answer.status_code}


async def test_one_customer_in_two_browsers(centre: Centre) -> None:
    await with_secret(centre)
    word = vouched(centre, name="Dana Example", email="dana@customers.example")
    page = await centre.visitor()
    first = await session(centre, page, identity=word)
    assert [field["name"] for field in first["site"]["fields"]] == []
    laptop = await centre.visitor(first["token"], identity=word)
    await laptop.send(type="start", id="1", fields={"name": "Somebody Else"}, text="Hello")
    await laptop.until("welcome", more=False)
    second = await session(centre, page, identity=word)
    assert second["conversation"] == {"state": "waiting"}
    phone = await centre.visitor(identity=word)
    welcome = next(f for f in reversed(phone.frames) if f["type"] == "welcome")
    assert [m["text"] for m in welcome["messages"]] == ["Hello"]
    contacts = await centre.node.database.pool.fetch("SELECT name, email FROM contact")
    assert [tuple(row) for row in contacts] == [("Dana Example", "dana@customers.example")]


async def test_who_signs_out_at_the_shop_leaves_nothing_at_the_browser(centre: Centre) -> None:
    await with_secret(centre)
    page = await centre.visitor()
    signed = await session(centre, page, identity=vouched(centre))
    after = await session(centre, page, token=signed["token"])
    assert after["token"] != signed["token"]
    assert after["conversation"] is None


async def test_an_expired_word_keeps_whom_it_has_let_in_but_lets_nobody_in(centre: Centre) -> None:
    await with_secret(centre)
    page = await centre.visitor()
    word = vouched(centre)
    signed = await session(centre, page, identity=word)
    centre.clock.advance(hours=1)
    again = await session(centre, page, identity=word, token=signed["token"])
    assert again["token"] == signed["token"]
    refused = await session(centre, page, identity=word)
    assert (refused["status"], refused["error"]["code"]) == (403, "identity_expired")


@pytest.mark.parametrize(
    "word",
    [
        "nonsense",
        jwt.encode({"sub": "customer-7", "exp": 4_000_000_000}, "x" * 40, "HS256"),
        jwt.encode({"sub": "customer-7", "exp": 4_000_000_000}, None, "none"),
        jwt.encode({"exp": 4_000_000_000}, SECRET, "HS256"),
        jwt.encode({"sub": "customer-7"}, SECRET, "HS256"),
        jwt.encode({"sub": "", "exp": 4_000_000_000}, SECRET, "HS256"),
        jwt.encode({"sub": "x" * 201, "exp": 4_000_000_000}, SECRET, "HS256"),
        jwt.encode({"sub": "customer-7", "exp": True}, SECRET, "HS256"),
    ],
    ids=["nonsense", "other secret", "unsigned", "no sub", "no exp", "empty", "long", "exp"],
)
async def test_what_is_not_the_sites_word_is_refused(centre: Centre, word: str) -> None:
    await with_secret(centre)
    page = await centre.visitor()
    refused = await session(centre, page, identity=word)
    assert (refused["status"], refused["error"]["code"]) == (403, "identity_refused")


async def test_a_site_without_a_secret_vouches_for_nobody(centre: Centre) -> None:
    page = await centre.visitor()
    refused = await session(centre, page, identity=vouched(centre))
    assert (refused["status"], refused["error"]["code"]) == (403, "identity_refused")
    assert page.http.headers["origin"] == ORIGIN


def test_a_random_visitor_is_never_taken_for_a_signed_one() -> None:
    word = jwt.encode({"sub": "a", "exp": 4_000_000_000}, SECRET, "HS256")
    assert identity.read(SECRET, word).key.startswith("signed-")
