"""Invitations that nobody has used: seen, withdrawn, sent by a real mail server."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest

from tests.access.test_newcomers import invited, post
from tests.centre import Centre
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.test_email import mailbox

DORA = {"login": "dora", "email": "dora@staff.example"}


def link(mail: EmailMessage) -> tuple[str, str]:
    """The text of a mail, and the token of the link in it."""
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    found = re.search(r"/#invitation=(\S+)", text)
    assert found is not None, text
    return text, found[1]


async def open_ones(root: Administrator) -> list[tuple[str, bool]]:
    answer = await root.send("GET", "/invitations")
    assert answer.status_code == 200, answer.text
    return [(each["user"]["name"], each["good"]) for each in answer.json()["items"]]


async def kinds(root: Administrator) -> list[str]:
    wanted = "kind=invitation_made&kind=invitation_withdrawn&kind=invitation_mailed"
    return [e["kind"] for e in (await root.send("GET", f"/audit?{wanted}")).json()["items"]]


async def test_open_ones_are_listed_until_used_and_marked_when_expired(
    centre: Centre, root: Administrator
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    assert await open_ones(root) == []
    await invited(root, centre.ids["ana"])
    centre.clock.advance(days=1)
    root = await Administrator.sign_in(centre, "root")
    token = await invited(root, dora["id"])
    assert await open_ones(root) == [("Dora Example", True), ("Ana", True)]
    (newest, _) = (await root.send("GET", "/invitations")).json()["items"]
    assert newest["created_by"] == "Root"
    assert newest["user"]["email"] == "dora@staff.example"
    centre.clock.advance(days=6)
    root = await Administrator.sign_in(centre, "root")
    assert await open_ones(root) == [("Dora Example", True), ("Ana", False)]
    await post(centre, "/invitation", token=token, password="dora's own words")
    assert await open_ones(root) == [("Ana", False)]


async def test_a_withdrawn_one_opens_nothing(centre: Centre, root: Administrator) -> None:
    ana = centre.ids["ana"]
    token = await invited(root, ana)
    assert (await root.send("DELETE", f"/users/{ana}/invitation")).status_code == 204
    error(await post(centre, "/invitation/look", token=token), 404, "invitation_not_good")
    assert await open_ones(root) == []
    error(await root.send("DELETE", f"/users/{ana}/invitation"), 404, "not_found")
    assert await kinds(root) == ["invitation_withdrawn", "invitation_made"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "to choose a password"), ("de", "ein Passwort")]
)
async def test_a_mail_brings_a_new_link_and_the_old_one_is_over(
    centre: Centre, root: Administrator, language: str, words: str
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    earlier = await invited(root, dora["id"])
    async with mailbox(centre) as box:
        (shown,) = (await root.send("GET", "/invitations")).json()["mailboxes"]
        assert shown == {"id": box.account, "name": "mail"}
        answer = await root.send(
            "POST",
            f"/users/{dora['id']}/invitation/mail",
            {"account_id": box.account, "language": language},
        )
        assert (answer.status_code, answer.json()) == (200, {"to": "dora@staff.example"})
        (mail,) = box.postbox.mails
    text, token = link(mail)
    assert mail["To"] == "dora@staff.example"
    assert words in text
    assert "dora" in text
    error(await post(centre, "/invitation/look", token=earlier), 404, "invitation_not_good")
    accepted = await post(centre, "/invitation", token=token, password="dora's own words")
    assert accepted.json()["user"]["login"] == "dora"
    told = await kinds(root)
    assert told == ["invitation_mailed", "invitation_made", "invitation_made"]
    assert token not in "".join(root.answers), "only the mail tells it"


async def test_what_cannot_be_mailed_is_refused_in_words(
    centre: Centre, root: Administrator
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    path = f"/users/{dora['id']}/invitation/mail"
    refused = await root.send("POST", path, {"account_id": centre.ids["site"]})
    assert paths(error(refused, 422, "invalid_field")) == ["account_id"]
    async with mailbox(centre) as box:
        body = {"account_id": box.account}
        refused = await root.send("POST", f"/users/{centre.ids['ana']}/invitation/mail", body)
        error(refused, 409, "user_without_address")
    # The server is gone.
    told = error(await root.send("POST", path, body), 409, "invitation_not_sent")
    assert "mail" in told["message"]
    assert "invitation_mailed" not in await kinds(root)


async def test_nobody_invites_or_withdraws_above_their_own_rights(
    centre: Centre, root: Administrator
) -> None:
    role = await centre.put("roles", "Desk lead", {"rights": ["accounts"]})
    await centre.person("lea", roles=[], custom_roles=[role])
    lea = await Administrator.sign_in(centre, "lea")
    await invited(root, root.user_id)
    for method, path in (("DELETE", "invitation"), ("POST", "invitation/mail")):
        body = {"account_id": centre.ids["site"]} if method == "POST" else None
        answer = await lea.send(method, f"/users/{root.user_id}/{path}", body)
        error(answer, 403, "more_rights")
