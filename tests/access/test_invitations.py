"""Invitations that nobody has used: seen, withdrawn, sent by a real mail server."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest

from rapport.application.letters import BACK_OFF_S
from rapport.domain.sending import Rejected
from rapport.storage.accounts.invitation_letters import PostgresInvitationLetters
from tests.access.test_newcomers import invited, post
from tests.centre import Centre
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.test_email import mailbox
from tests.journeys.test_privacy import everywhere

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


async def mail_of(root: Administrator) -> tuple[str, int, str | None] | None:
    """How far the mail of the only open invitation is, in the list and at the person."""
    (shown,) = (await root.send("GET", "/invitations")).json()["items"]
    mail = shown["mail"]
    own = await root.send("GET", f"/users/{shown['user']['id']}/invitation")
    assert own.json()["invitation"]["mail"] == mail
    if mail is None:
        return None
    assert (mail["next_at"] is None) == (mail["state"] != "pending")
    return mail["state"], mail["attempts"], mail["code"]


async def deliver(centre: Centre) -> int:
    return await centre.node.invitation_mailer.run_due()


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
        assert box.postbox.mails == [], "a mail server is not waited for"
        assert await deliver(centre) == 1
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
    assert await kinds(root) == []


async def test_a_mail_server_that_is_away_at_first_gets_it_later(
    centre: Centre, root: Administrator
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    async with mailbox(centre) as box:
        path, body = f"/users/{dora['id']}/invitation/mail", {"account_id": box.account}
        assert (await root.send("POST", path, body)).status_code == 200
        assert await mail_of(root) == ("pending", 0, None)
        box.postbox.busy = 2
        assert await deliver(centre) == 1
        state, attempts, code = await mail_of(root)
        assert (state, attempts) == ("pending", 1)
        assert code, "why it waits"
        assert "invitation_mailed" not in await kinds(root)
        for pause_s in BACK_OFF_S[:2]:
            assert await deliver(centre) == 0, "not before its time"
            centre.clock.advance(seconds=pause_s)
            assert await deliver(centre) == 1
        assert await mail_of(root) == ("sent", 3, None)
        assert await deliver(centre) == 0
        (mail,) = box.postbox.mails
        assert "invitation." in mail["Message-ID"]
        text, token = link(mail)
        assert "dora" in text
    assert await kinds(root) == ["invitation_mailed", "invitation_made"]
    assert token not in await everywhere(centre, centre.node.context.spool._directory.parent)
    accepted = await post(centre, "/invitation", token=token, password="dora's own words")
    assert accepted.json()["user"]["login"] == "dora"


async def test_a_server_that_is_gone_is_given_up_in_words(
    centre: Centre, root: Administrator
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    async with mailbox(centre) as box:
        path, body = f"/users/{dora['id']}/invitation/mail", {"account_id": box.account}
    assert (await root.send("POST", path, body)).status_code == 200
    for pause_s in (*BACK_OFF_S, 1):
        assert await deliver(centre) == 1
        centre.clock.advance(seconds=pause_s)
    assert await deliver(centre) == 0
    assert await mail_of(root) == ("failed", len(BACK_OFF_S) + 1, "unreachable")
    assert "invitation_mailed" not in await kinds(root)


@pytest.mark.parametrize("tried", [0, 1])
async def test_one_that_expires_before_its_mail_has_gone_is_shown_so_and_not_sent(
    centre: Centre, root: Administrator, tried: int
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    async with mailbox(centre) as box:
        path, body = f"/users/{dora['id']}/invitation/mail", {"account_id": box.account}
        assert (await root.send("POST", path, body)).status_code == 200
        box.postbox.busy = tried
        if tried:
            assert await deliver(centre) == 1
        centre.clock.advance(days=7)
        root = await Administrator.sign_in(centre, "root")
        assert await open_ones(root) == [("Dora Example", False)]
        assert await mail_of(root) == ("failed", tried, "expired")
        assert await deliver(centre) == 0
        assert box.postbox.mails == []
        assert (await root.send("POST", path, body)).status_code == 200
        assert await mail_of(root) == ("pending", 0, None)
        assert await deliver(centre) == 1
        assert await mail_of(root) == ("sent", 1, None)


async def test_what_has_changed_meanwhile_is_not_sent(centre: Centre, root: Administrator) -> None:
    async with mailbox(centre) as box:
        body = {"account_id": box.account}
        dora = await root.create("users", "Dora Example", DORA)
        path = f"/users/{dora['id']}/invitation"
        # Withdrawn, or replaced by a link that is handed over, it is gone with its letter.
        await root.send("POST", f"{path}/mail", body)
        await root.send("DELETE", path)
        assert await deliver(centre) == 0
        await root.send("POST", f"{path}/mail", body)
        token = await invited(root, dora["id"])
        assert await deliver(centre) == 0
        assert await mail_of(root) is None
        await post(centre, "/invitation", token=token, password="dora's own words")
        # Another address than it was asked for, or a person who may not come in.
        for change, code in (
            ({"email": "d@staff.example"}, "address_changed"),
            ({"email": "d@staff.example", "active": False}, "user_inactive"),
        ):
            await root.send("POST", f"{path}/mail", body)
            changed = await root.put("users", dora["id"], **change)
            assert changed.status_code == 200, changed.text
            assert await deliver(centre) == 1
            assert await mail_of(root) == ("failed", 1, code)
        assert box.postbox.mails == []


async def test_a_worker_that_dies_leaves_it_to_another_and_a_new_link_ends_its_attempt(
    centre: Centre, root: Administrator
) -> None:
    dora = await root.create("users", "Dora Example", DORA)
    async with mailbox(centre) as box:
        path, body = f"/users/{dora['id']}/invitation/mail", {"account_id": box.account}
        await root.send("POST", path, body)
        board = PostgresInvitationLetters(centre.node.database)
        (taken,) = await board.claim(4, 300, centre.clock.now())
        assert await deliver(centre) == 0
        centre.clock.advance(seconds=301)
        assert await deliver(centre) == 1
        assert len(box.postbox.mails) == 1
        late = Rejected("no_such_user", "Nobody is here.")
        assert not await board.settle(taken, late, centre.clock.now())
        assert await mail_of(root) == ("sent", 2, None)


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
