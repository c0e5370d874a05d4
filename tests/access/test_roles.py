"""Roles of one's own: what they open, who may give them, and that a change is felt at once."""

from __future__ import annotations

import json
from typing import get_args

from rapport.application.configuration.specs import Grant
from rapport.domain.rights import GRANTS
from tests.access.test_sessions import closed
from tests.access.tokens import a_token, ask
from tests.centre import Centre
from tests.configuration.administrator import Administrator, Json, error, paths

DAY = "first=2026-11-23&last=2026-11-23&by=queue"


def test_the_rights_that_can_be_chosen_are_those_that_there_are() -> None:
    assert get_args(Grant) == GRANTS


async def role(root: Administrator, name: str, *rights: str) -> int:
    """A new role's id."""
    made = await root.create("roles", name, {"rights": list(rights)})
    return int(made["id"])


async def user(root: Administrator, centre: Centre, login: str, *roles: int) -> Administrator:
    """Somebody new with these roles and no built-in one, signed in."""
    await centre.person(login, custom_roles=list(roles), roles=[])
    return await Administrator.sign_in(centre, login)


async def rights(person: Administrator) -> list[str]:
    answer = await person.send("GET", "/session")
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.json()["user"]["rights"]
    return found


async def test_a_role_opens_what_it_names_and_nothing_else(
    centre: Centre, root: Administrator
) -> None:
    counting = await role(root, "Analyst", "reports:read")
    watching = await role(root, "Auditor", "audit", "configuration:read")
    eve = await user(root, centre, "eve", counting)
    assert await rights(eve) == ["reports:read"]
    assert (await eve.send("GET", f"/reports/figures?{DAY}")).status_code == 200
    error(await eve.send("GET", "/audit"), 403, "no_right")
    error(await eve.send("GET", "/snapshot"), 403, "no_right")
    both = await root.put("users", centre.ids["eve"], custom_roles=[counting, watching])
    assert both.status_code == 200, both.text
    # The same session, at once.
    assert await rights(eve) == ["audit", "configuration:read", "reports:read"]
    assert (await eve.send("GET", "/audit")).status_code == 200
    assert (await eve.send("GET", "/config/teams")).status_code == 200
    error(await eve.send("POST", "/config/teams", {"name": "x", "spec": {}}), 403, "no_right")


async def test_everybody_has_a_role_and_rights_are_from_the_list(
    centre: Centre, root: Administrator
) -> None:
    none = await root.send("POST", "/config/users", {"name": "x", "spec": _spec(roles=[])})
    assert paths(error(none, 422, "invalid_field")) == ["spec.roles"]
    empty = await root.send("POST", "/config/roles", {"name": "x", "spec": {"rights": []}})
    assert paths(error(empty, 422, "invalid_field")) == ["spec.rights"]
    wrong = await root.send("POST", "/config/roles", {"name": "x", "spec": {"rights": ["fly"]}})
    assert paths(error(wrong, 422, "invalid_field")) == ["spec.rights.0"]
    unknown = await root.send("POST", "/config/users", {"name": "x", "spec": _spec(custom=[9])})
    assert paths(error(unknown, 422, "unknown_reference")) == ["spec.custom_roles.0"]


def _spec(roles: list[str] | None = None, custom: list[int] | None = None) -> Json:
    return {"login": "newcomer", "roles": roles or [], "custom_roles": custom or []}


async def test_a_role_in_use_is_not_deleted(centre: Centre, root: Administrator) -> None:
    auditor = await role(root, "Auditor", "audit")
    await root.put("users", centre.ids["ana"], custom_roles=[auditor])
    refused = error(await root.delete("roles", auditor), 409, "in_use")
    assert [(u["kind"], u["name"]) for u in refused["details"]["used_by"]] == [("users", "Ana")]
    await root.put("users", centre.ids["ana"], custom_roles=[])
    assert (await root.delete("roles", auditor)).status_code == 204


async def test_nobody_gives_rights_that_they_do_not_have(
    centre: Centre, root: Administrator
) -> None:
    await centre.person("second", "administrator")
    small = await role(root, "Small", "configuration", "reports")
    big = await role(root, "Big", "configuration", "audit")
    eve = await user(root, centre, "eve", small)
    own = centre.ids["eve"]
    for answer in (
        await eve.send("POST", "/config/roles", {"name": "x", "spec": {"rights": ["audit"]}}),
        await eve.put("roles", small, rights=["configuration", "accounts"]),
        await eve.put("roles", big, rights=["configuration"]),
        await eve.delete("roles", big),
        await eve.put("users", own, custom_roles=[small, big]),
        await eve.put("users", own, roles=["administrator"]),
        await eve.put("users", centre.ids["root"], active=False),
        await eve.send("PUT", "/config", content=b"roles: {Big: {rights: [reports]}}"),
        await eve.send("PUT", "/config", content=b"roles: {Newest: {rights: [people]}}"),
    ):
        error(answer, 403, "more_rights")
    less = await eve.send("POST", "/config/roles", {"name": "x", "spec": {"rights": ["reports"]}})
    assert less.status_code == 201, less.text
    # The built-in administrator may give everything, also what nobody has yet.
    assert (await root.put("roles", small, rights=["desk", "tokens"])).status_code == 200


async def test_the_last_administrator_stays_one(centre: Centre, root: Administrator) -> None:
    everything = await role(root, "Everything", *(g for g in GRANTS if not g.endswith(":read")))
    own = centre.ids["root"]
    answer = await root.put("users", own, roles=[], custom_roles=[everything])
    error(answer, 409, "last_administrator")


async def test_less_ends_sessions_and_more_begins_with_a_new_snapshot(
    centre: Centre, root: Administrator
) -> None:
    lead = await role(root, "Lead", "desk")
    await centre.person("eve", custom_roles=[lead], roles=[])
    desk = await centre.sign_in("eve")
    assert (await root.put("roles", lead, rights=["desk", "floor"])).status_code == 200
    frame: Json = {}
    while frame.get("type") != "reset":
        frame = json.loads(await desk.stream.recv())
    assert frame["reason"] == "rights_changed"
    # The session goes on, and even the old socket follows what supervisors are told.
    assert (await desk.get("/snapshot"))["user"]["rights"] == ["desk", "floor"]
    await desk.stream.send(json.dumps({"type": "floor", "on": True}))
    while frame.get("type") != "floor":
        frame = json.loads(await desk.stream.recv())
    assert "supervisors" in centre.node.context.hub.audiences()
    del centre.desktops["eve"]
    assert (await root.put("roles", lead, rights=["desk"])).status_code == 200
    assert await closed(desk) == "session_ended"
    assert (await desk.http.get("/api/v1/session")).status_code == 401


async def test_a_role_with_the_desk_makes_an_agent(centre: Centre, root: Administrator) -> None:
    lead = await role(root, "Lead", "desk", "floor")
    plain = await role(root, "Plain", "desk")
    for login, own in (("eve", lead), ("max", plain)):
        await centre.person(login, custom_roles=[own], teams=[centre.ids["team"]], roles=[])
    configuration = centre.node.configuration.current
    eve, max_ = centre.ids["eve"], centre.ids["max"]
    assert eve in configuration.only_supervisors
    assert max_ in configuration.agents
    assert max_ not in configuration.supervisors
    await centre.sign_in("max")
    visitor = await centre.visitor()
    await visitor.start("Is anybody there?")
    assert await centre.offered() == 1
    # Taking the desk away is refused while there is something to be answered.
    refused = error(await root.put("roles", plain, rights=["reports"]), 409, "in_use")
    assert "open conversation" in refused["message"]


async def test_a_role_is_exported_applied_listed_and_undone(
    centre: Centre, root: Administrator
) -> None:
    auditor = await role(root, "Auditor", "audit")
    await root.put("users", centre.ids["ana"], custom_roles=[auditor])
    document = (await root.send("GET", "/config")).text
    assert "custom_roles:\n" in document
    again = await root.send("PUT", "/config", content=document.encode())
    assert again.json()["changes"] == []
    text = b"roles: {Auditor: {rights: [audit, reports]}, Second: {rights: [people]}}"
    assert len((await root.send("PUT", "/config", content=text)).json()["changes"]) == 2
    (change,) = (await root.send("GET", "/config/changes?limit=1")).json()["items"]
    assert {c["name"] for c in change["changes"]} == {"Auditor", "Second"}
    undone = await root.send("POST", f"/config/changes/{change['id']}/undo", {})
    assert undone.status_code == 200, undone.text
    assert (await root.get("roles", auditor))["spec"]["rights"] == ["audit"]


async def test_a_token_follows_the_role(centre: Centre, root: Administrator) -> None:
    auditor = await role(root, "Auditor", "audit", "tokens")
    eve = await user(root, centre, "eve", auditor)
    text, _ = await a_token(eve, "audit")
    assert (await ask(centre, text, "/audit")).status_code == 200
    assert (await root.put("roles", auditor, rights=["tokens"])).status_code == 200
    error(await ask(centre, text, "/audit"), 403, "no_right")
