"""Create, replace, delete, list: one thing at a time, and what forbids it."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.centre import PASSWORD, Centre
from tests.configuration.administrator import Administrator, error, paths


async def test_life_of_a_thing(centre: Centre, root: Administrator) -> None:
    team = await root.create("teams", "Night", {"description": "after eight"})
    assert await root.get("teams", team["id"]) == team
    changed = (await root.put("teams", team["id"], "Late")).json()
    assert (changed["name"], changed["version"]) == ("Late", 2)
    listed = (await root.send("GET", "/config/teams")).json()
    assert [t["name"] for t in listed["items"]] == ["team", "Late"]
    assert (await root.delete("teams", team["id"])).status_code == 204
    error(await root.send("GET", f"/config/teams/{team['id']}"), 404, "not_found")


async def test_pages(root: Administrator) -> None:
    for number in range(5):
        await root.create("skills", f"skill {number}", {})
    names, cursor = [], "0"
    while cursor is not None:
        page = (await root.send("GET", f"/config/skills?limit=2&cursor={cursor}")).json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert names == [f"skill {n}" for n in range(5)]


async def test_a_stale_version_is_refused(centre: Centre, root: Administrator) -> None:
    team = centre.ids["team"]
    body = {"name": "team", "spec": {"description": "x"}}
    assert (await root.send("PUT", f"/config/teams/{team}", body, 1)).status_code == 200
    late = error(await root.send("PUT", f"/config/teams/{team}", body, 1), 412, "stale_version")
    assert late["details"] == {"version": 2}
    error(await root.send("DELETE", f"/config/teams/{team}", version=1), 412, "stale_version")
    error(await root.send("PUT", f"/config/teams/{team}", body), 422, "invalid_field")


async def test_creating_twice_with_one_key_is_creating_once(root: Administrator) -> None:
    body = {"name": "Night", "spec": {}}
    first = await root.send("POST", "/config/teams", body, key="key-one-two")
    again = await root.send("POST", "/config/teams", body, key="key-one-two")
    assert first.json() == again.json()
    other = await root.send("POST", "/config/teams", {**body, "name": "Day"}, key="key-one-two")
    error(other, 409, "idempotency_key_reused")


async def test_wrong_fields_are_named(root: Administrator) -> None:
    body = {"name": "Q", "spec": {"channels": ["pigeon"], "ofer_s": 3}}
    wrong = error(await root.send("POST", "/config/queues", body), 422, "invalid_field")
    assert paths(wrong) == ["spec.channels.0", "spec.ofer_s"]


@pytest.mark.parametrize(
    ("kind", "spec", "path", "code"),
    [
        ("queues", {"channels": [], "groups": [{"teams": [9]}]}, "spec.groups.0.teams.0", None),
        ("queues", {"channels": [], "hours": 9}, "spec.hours", None),
        ("queues", {"channels": [], "skills": [{"skill": 9}]}, "spec.skills.0.skill", None),
        ("users", {"login": "zoe", "profile": 9}, "spec.profile", None),
        ("users", {"login": "ANA"}, "spec.login", "login_taken"),
        (
            "accounts",
            {"channel": "webchat", "webchat": {"site_key": "test-site"}},
            "spec.webchat.site_key",
            "site_key_taken",
        ),
        ("accounts", {"channel": "webchat"}, "spec.webchat", "invalid_field"),
        (
            "hours",
            {"monday": [{"opens": "17:00", "closes": "09:00"}]},
            "spec.monday.0.closes",
            "invalid_field",
        ),
        ("settings", {}, "name", "name_taken"),
    ],
)
async def test_what_may_not_be(
    root: Administrator, kind: str, spec: dict[str, object], path: str, code: str | None
) -> None:
    name = "settings" if kind == "settings" else "New"
    answer = await root.send("POST", f"/config/{kind}", {"name": name, "spec": spec})
    assert paths(error(answer, 422, code or "unknown_reference")) == [path]


async def test_names_are_unique_within_their_kind(root: Administrator) -> None:
    await root.create("skills", "team", {})
    answer = await root.send("POST", "/config/teams", {"name": " TEAM ", "spec": {}})
    assert paths(error(answer, 422, "name_taken")) == ["name"]


async def test_entry_points(centre: Centre, root: Administrator) -> None:
    spec = {"account": centre.ids["site"], "queue": centre.ids["sales"]}
    second = await root.send("POST", "/config/entry_points", {"name": "Second", "spec": spec})
    assert paths(error(second, 422, "account_taken")) == ["spec.account"]
    # A queue that stops serving the channel is refused as well.
    answer = await root.put("queues", centre.ids["sales"], channels=["custom"])
    assert "does not serve the channel webchat" in error(answer, 422, "not_served")["message"]


async def test_overflow_never_goes_in_circles(centre: Centre, root: Administrator) -> None:
    sales, help_ = centre.ids["sales"], centre.ids["help"]
    own = await root.put("queues", sales, overflow={"queue": sales, "after_s": 9})
    assert "into itself" in error(own, 422, "overflow_cycle")["message"]
    there = await root.put("queues", sales, overflow={"queue": help_, "after_s": 9})
    assert there.status_code == 200
    back = await root.put("queues", help_, overflow={"queue": sales, "after_s": 9})
    assert "'help' → 'sales' → 'help'" in error(back, 422, "overflow_cycle")["message"]


async def test_one_idle_code_is_the_default(centre: Centre, root: Administrator) -> None:
    assert (await root.put("idle_codes", centre.ids["Lunch"], default=True)).status_code == 200
    before = await root.get("idle_codes", centre.ids["Break"])
    assert before["spec"] == {"default": False}
    assert before["version"] == 2


async def test_what_is_used_is_not_deleted(centre: Centre, root: Administrator) -> None:
    refused = error(await root.delete("queues", centre.ids["sales"]), 409, "in_use")
    assert refused["details"]["used_by"] == [
        {
            "kind": "entry_points",
            "id": centre.ids["entry"],
            "name": "entry",
            "path": "queue",
        }
    ]
    refused = error(await root.delete("teams", centre.ids["team"]), 409, "in_use")
    assert [u["name"] for u in refused["details"]["used_by"]] == ["Ana", "Ben", "Cleo"]


async def test_what_is_at_work_stays(centre: Centre, root: Administrator) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await page.start()
    assert await centre.route() == 1
    for answer in (
        await root.put("users", centre.ids["ana"], active=False),
        await root.put("users", centre.ids["ana"], roles=["administrator"]),
        await root.delete("users", centre.ids["ana"]),
    ):
        refused = error(answer, 409, "in_use")
        assert refused["details"]["uses"][0]["what"] == "open_legs"
        assert "'Ana' has 1 open conversation." in refused["message"]
    refused = error(await root.put("accounts", centre.ids["site"], active=False), 409, "in_use")
    assert "1 conversation is open in the channel account 'site'" in refused["message"]
    await ana.catch_up(await centre.position())
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept")
    await ana.post(f"/tasks/{task_id}/end")
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    refused = error(await root.delete("users", centre.ids["ana"]), 409, "in_use")
    assert "Deactivate this person instead" in refused["message"]
    error(await root.delete("reasons", centre.ids["Sold"]), 409, "in_use")
    assert (await root.put("accounts", centre.ids["site"], active=False)).status_code == 200


async def test_an_idle_code_in_use_stays(centre: Centre, root: Administrator) -> None:
    await centre.sign_in("ana", available=False)
    refused = error(await root.delete("idle_codes", centre.ids["Break"]), 409, "in_use")
    assert refused["details"]["uses"] == [
        {
            "what": "idle_agents",
            "count": 1,
            "message": "1 agent is idle with the code 'Break'. Let them choose another first.",
        }
    ]
    assert (await root.delete("idle_codes", centre.ids["Lunch"])).status_code == 204


async def test_the_last_administrator_stays(centre: Centre, root: Administrator) -> None:
    own = centre.ids["root"]
    for answer in (
        await root.put("users", own, active=False),
        await root.put("users", own, roles=["agent"]),
        await root.delete("users", own),
    ):
        error(answer, 409, "last_administrator")
    await root.create("users", "Second", {"login": "second", "roles": ["administrator"]})
    assert (await root.delete("users", own)).status_code == 204
    error(await root.send("GET", "/config/teams"), 401, "not_signed_in")


async def test_a_person_who_may_do_less_signs_in_again(centre: Centre, root: Administrator) -> None:
    sam = await centre.sign_in("sam")
    assert (await root.put("users", centre.ids["sam"], roles=["supervisor"])).status_code == 200
    assert (await sam.http.get("/api/v1/session")).status_code == 401
    del centre.desktops["sam"]
    ben = await centre.sign_in("ben")
    more = await root.put("users", centre.ids["ben"], roles=["agent", "supervisor"])
    assert more.status_code == 200
    assert (await ben.http.get("/api/v1/session")).status_code == 200
    off = await root.put("users", centre.ids["ben"], active=False)
    assert off.status_code == 200
    assert (await ben.http.get("/api/v1/session")).status_code == 401
    status = await centre.node.database.pool.fetchval(
        "SELECT status FROM agent WHERE id = $1", centre.ids["ben"]
    )
    assert status == "offline"
    async for frame in ben.stream:
        if (json.loads(frame))["type"] == "bye":
            assert json.loads(frame)["reason"] == "session_ended"
    del centre.desktops["ben"]


async def test_capacity_below_the_load(centre: Centre, root: Administrator) -> None:
    ana = await centre.sign_in("ana")
    for _ in range(2):
        page = await centre.visitor()
        await page.start()
    assert await centre.route() == 2
    assert (await root.put("profiles", centre.ids["profile"], chat=1)).status_code == 200
    await ana.catch_up(await centre.position())
    assert ana.state.me["capacity"]["chat"] == 1
    assert ana.state.me["load"]["chat"] == 2
    page = await centre.visitor()
    await page.start()
    assert await centre.route() == 0
    for task_id in list(ana.state.tasks):
        await ana.post(f"/tasks/{task_id}/accept")
        await ana.post(f"/tasks/{task_id}/end")
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    assert await centre.route() == 1


async def test_secrets_never_come_back(
    centre: Centre, root: Administrator, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "sec-" + "z" * 40
    account = await root.create(
        "accounts", "hook", {"channel": "custom"}, secrets={"signing_secret": secret}
    )
    assert account["secrets"] == ["signing_secret"]
    item_id = account["id"]
    body = {"name": "hook", "spec": {"channel": "custom"}, "secrets": {"verify_token": secret}}
    changed = await root.send("PUT", f"/config/accounts/{item_id}", body, 1)
    assert changed.json()["secrets"] == ["signing_secret", "verify_token"]
    assert centre.node.context.secrets_of(item_id)["signing_secret"] == secret
    body["secrets"] = {"verify_token": None}  # type: ignore[assignment]
    changed = await root.send("PUT", f"/config/accounts/{item_id}", body, 2)
    assert changed.json()["secrets"] == ["signing_secret"]
    bad = {**body, "secrets": {"Signing Secret": secret}, "spec": {"channel": "wrong", "x": secret}}
    await root.send("PUT", f"/config/accounts/{item_id}", bad, 3)
    await root.send("POST", "/config/accounts", {"secrets": {"a": {"deep": secret}}})
    await root.send("GET", "/config")
    rows = await centre.node.database.pool.fetch(
        "SELECT facts::text AS t FROM event UNION ALL SELECT answer::text FROM command_result"
        " UNION ALL SELECT fingerprint FROM command_result UNION ALL SELECT spec::text"
        " FROM configuration UNION ALL SELECT encode(secrets, 'escape') FROM configuration"
    )
    everything = [row["t"] or "" for row in rows] + root.answers + list(capfd.readouterr())
    assert not [text for text in everything if secret in text]


async def test_the_log_says_who_changed_what(centre: Centre, root: Administrator) -> None:
    await root.put("teams", centre.ids["team"], "Crew", description="new")
    facts = json.loads(
        await centre.node.database.pool.fetchval(
            "SELECT facts FROM event WHERE kind = 'catalog.changed' ORDER BY commit_id DESC LIMIT 1"
        )
    )
    assert facts == {
        "actor_id": root.user_id,
        "changes": [
            {
                "id": centre.ids["team"],
                "kind": "teams",
                "name": "Crew",
                "renamed_from": "team",
                "action": "replaced",
                "before": {},
                "after": {"description": "new"},
            }
        ],
    }


async def test_a_refused_change_changes_nothing(centre: Centre, root: Administrator) -> None:
    before = await centre.position()
    await root.put("users", centre.ids["ana"], login="ben")
    assert await centre.position() == before


async def test_passwords(centre: Centre, root: Administrator) -> None:
    path = f"/users/{centre.ids['ana']}/password"
    error(await root.send("POST", path, {"password": "short"}), 422, "invalid_field")
    error(await root.send("POST", "/users/1/password", {"password": "x" * 10}), 404, "not_found")
    ana = await Administrator.sign_in(centre, "ana")
    assert (await root.send("POST", path, {"password": "another-one"})).status_code == 204
    assert (await ana.send("GET", "/session")).status_code == 401
    ana = await Administrator.sign_in(centre, "ana", "another-one")
    other = await Administrator.sign_in(centre, "ana", "another-one")
    wrong = await ana.send("POST", "/me/password", {"current": "x", "new": PASSWORD})
    assert paths(error(wrong, 422, "invalid_field")) == ["current"]
    good = await ana.send("POST", "/me/password", {"current": "another-one", "new": PASSWORD})
    assert good.status_code == 204
    assert (await ana.send("GET", "/session")).status_code == 200
    assert (await other.send("GET", "/session")).status_code == 401
    await Administrator.sign_in(centre, "ana")


async def test_two_at_once_cannot_break_a_rule(centre: Centre, root: Administrator) -> None:
    bodies = [{"name": f"Zoe {n}", "spec": {"login": "zoe"}} for n in range(4)]
    answers = await asyncio.gather(*(root.send("POST", "/config/users", b) for b in bodies))
    assert sorted(a.status_code for a in answers) == [201, 422, 422, 422]
    sales, help_ = centre.ids["sales"], centre.ids["help"]
    answers = await asyncio.gather(
        root.put("queues", sales, overflow={"queue": help_, "length": 9}),
        root.put("queues", help_, overflow={"queue": sales, "length": 9}),
    )
    assert sorted(a.status_code for a in answers) == [200, 422]


async def test_a_person_with_no_history_can_be_deleted(centre: Centre, root: Administrator) -> None:
    zoe = await root.create("users", "Zoe", {"login": "zoe"})
    await root.send("POST", f"/users/{zoe['id']}/password", {"password": PASSWORD})
    person = await Administrator.sign_in(centre, "zoe")
    assert (await root.delete("users", zoe["id"])).status_code == 204
    assert (await person.send("GET", "/session")).status_code == 401


async def test_routing_offers_nothing_to_who_was_deactivated(
    centre: Centre, root: Administrator
) -> None:
    await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start()
    deactivated, offered = await asyncio.gather(
        root.put("users", centre.ids["ana"], active=False), centre.route()
    )
    # Whoever was first: never both.
    assert (deactivated.status_code, offered) in {(200, 0), (409, 1)}
    if deactivated.status_code == 200:
        del centre.desktops["ana"]
