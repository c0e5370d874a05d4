"""The log of changes: who, when, what; and taking a change back."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.centre import Centre
from tests.configuration.administrator import Administrator, error

Json = dict[str, Any]


async def changes(root: Administrator, query: str = "") -> list[Json]:
    answer = await root.send("GET", f"/config/changes{query}")
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def undo(root: Administrator, change: Json, *, over_later: bool = False) -> httpx2.Response:
    return await root.send(
        "POST", f"/config/changes/{change['id']}/undo", {"over_later": over_later}
    )


async def test_who_when_and_what(centre: Centre, root: Administrator) -> None:
    await root.put("queues", centre.ids["sales"], name="Shop", offer_s=45, hours=None)
    newest = (await changes(root))[0]
    assert newest["actor"] == {"id": root.user_id, "name": "Root"}
    (thing,) = newest["changes"]
    assert (thing["action"], thing["kind"], thing["name"]) == ("replaced", "queues", "Shop")
    assert thing["fields"] == [
        {"path": "name", "before": "sales", "after": "Shop"},
        {"path": "offer_s", "before": 30, "after": 45},
    ]


async def test_references_are_named_and_secrets_never_told(
    centre: Centre, root: Administrator
) -> None:
    spec = {"channel": "custom", "settings": {}}
    made = await root.create("accounts", "Hook", spec, secrets={"signing_secret": "s" * 32})
    await root.create("entry_points", "In", {"account": made["id"], "queue": centre.ids["sales"]})
    entry, account = (await changes(root))[:2]
    assert {"path": "queue", "before": None, "after": "sales"} in entry["changes"][0]["fields"]
    assert account["changes"][0]["secrets"] == ["signing_secret"]
    assert not any("s" * 32 in answer for answer in root.answers)


async def test_by_kind_by_person_and_by_page(centre: Centre, root: Administrator) -> None:
    for number in range(5):
        await root.create("skills", f"Skill {number}", {})
    await root.create("teams", "Night", {})
    await centre.person("rita", "administrator")
    rita = await Administrator.sign_in(centre, "rita")
    await rita.create("teams", "Day", {})
    teams = await changes(root, "?kind=teams")
    assert [c["changes"][0]["name"] for c in teams] == ["Day", "Night", "team"]
    mine = await changes(root, f"?actor_id={rita.user_id}")
    assert [c["changes"][0]["name"] for c in mine] == ["Day"]
    seen, cursor = [], ""
    while True:
        page = (await root.send("GET", f"/config/changes?limit=2{cursor}")).json()
        seen += [c["id"] for c in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == len(set(seen))
    assert seen == [c["id"] for c in await changes(root, "?limit=200")]


async def test_undo_brings_the_former_spec_back_as_a_new_version(
    centre: Centre, root: Administrator
) -> None:
    before = await root.get("queues", centre.ids["sales"])
    await root.put("queues", centre.ids["sales"], name="Shop", offer_s=45)
    done = await undo(root, (await changes(root))[0])
    assert done.json()["undone"] == [
        {"kind": "queues", "item_id": centre.ids["sales"], "name": "Shop", "again": []}
    ]
    after = await root.get("queues", centre.ids["sales"])
    assert (after["name"], after["spec"]) == (before["name"], before["spec"])
    assert after["version"] == before["version"] + 2
    # And the undoing is a change like any other: it can be undone.
    await undo(root, (await changes(root))[0])
    assert (await root.get("queues", centre.ids["sales"]))["spec"]["offer_s"] == 45


async def test_later_changes_are_not_taken_back_unasked(
    centre: Centre, root: Administrator
) -> None:
    await root.put("queues", centre.ids["sales"], offer_s=45)
    first = (await changes(root))[0]
    await root.put("queues", centre.ids["sales"], time_out_s=900)
    error(await undo(root, first), 409, "changed_since")
    assert (await undo(root, first, over_later=True)).status_code == 200
    spec = (await root.get("queues", centre.ids["sales"]))["spec"]
    assert (spec["offer_s"], spec["time_out_s"]) == (30, None)
    error(await undo(root, first), 409, "nothing_to_undo")


async def test_what_was_created_goes_unless_it_is_used(centre: Centre, root: Administrator) -> None:
    team = await root.create("teams", "Night", {})
    created = (await changes(root))[0]
    await root.put("queues", centre.ids["help"], groups=[{"teams": [team["id"]]}])
    used = error(await undo(root, created), 409, "in_use")
    assert used["details"]["used_by"][0]["name"] == "help"
    await undo(root, (await changes(root))[0])
    assert (await undo(root, created)).status_code == 200
    assert (await root.send("GET", f"/config/teams/{team['id']}")).status_code == 404


async def test_what_was_deleted_comes_back_as_the_same_thing(
    centre: Centre, root: Administrator
) -> None:
    made = await root.create("users", "Dora", {"login": "dora", "teams": [centre.ids["team"]]})
    await root.delete("users", made["id"])
    deleted = (await changes(root))[0]
    done = await undo(root, deleted)
    assert done.json()["undone"][0]["again"] == ["invitation"]
    assert (await root.get("users", made["id"]))["spec"] == made["spec"]
    error(await undo(root, deleted), 409, "nothing_to_undo")


async def test_refused_when_what_it_refers_to_is_gone(centre: Centre, root: Administrator) -> None:
    team = await root.create("teams", "Night", {})
    await root.put("users", centre.ids["ana"], teams=[team["id"]])
    await root.put("users", centre.ids["ana"], teams=[])
    emptied = (await changes(root))[0]
    await root.delete("teams", team["id"])
    refused = error(await undo(root, emptied), 422, "unknown_reference")
    assert str(team["id"]) in refused["message"]
    assert (await root.get("users", centre.ids["ana"]))["spec"]["teams"] == []


async def test_refused_when_it_is_no_longer_valid(centre: Centre, root: Administrator) -> None:
    await root.put("queues", centre.ids["sales"], offer_s=45)
    change = (await changes(root))[0]
    await centre.node.database.pool.execute(
        'UPDATE event SET facts = replace(facts::text, \'"before":{\', \'"before":{"gone":1,\')'
        "::json WHERE commit_id = $1",
        int(change["id"].split("-")[0]),
    )
    refused = error(await undo(root, change), 409, "no_longer_valid")
    assert "gone" in refused["message"]


async def test_the_last_administrator_stays(centre: Centre, root: Administrator) -> None:
    await root.put("users", root.user_id, name="Rooty")
    first = next(
        c
        for c in await changes(root, "?kind=users&limit=200")
        if c["changes"][0]["name"] == "Root" and c["changes"][0]["action"] == "created"
    )
    error(await undo(root, first, over_later=True), 409, "last_administrator")


async def test_there_is_no_such_change(root: Administrator) -> None:
    error(await undo(root, {"id": "1-0"}), 404, "not_found")


async def test_undone_once_by_the_same_key(centre: Centre, root: Administrator) -> None:
    await root.put("queues", centre.ids["sales"], offer_s=45)
    change = (await changes(root))[0]
    path = f"/config/changes/{change['id']}/undo"
    answers = [await root.send("POST", path, {}, key="the-same-key") for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (await root.get("queues", centre.ids["sales"]))["version"] == 3
