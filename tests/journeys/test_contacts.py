"""The customer panel: fields, notes, merging two contacts and taking it back exactly."""

from __future__ import annotations

import asyncio

import httpx2

from tests.centre import Centre, Desktop, Json
from tests.configuration.administrator import error
from tests.journeys.providers import DANA, whatsapp
from tests.journeys.test_search import chat, search


async def put(who: Desktop, contact: int, version: int, body: Json) -> httpx2.Response:
    return await who.http.put(
        f"/api/v1/contacts/{contact}",
        json=body,
        headers={"X-CSRF-Token": who.csrf, "If-Match": f'"{version}"'},
    )


async def test_fields_are_edited_on_top_of_what_was_seen(centre: Centre) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "hello")
    contact = ana.task(task_id)["contact_id"]
    panel = await ana.get(f"/contacts/{contact}")
    version = panel["contact"]["version"]
    body = {
        "name": "Dana Q. Example",
        "email": "dana@example.com",
        "attributes": {"Customer number": "K-77", "card": "4111 1111 1111 1111", " ": "x"},
    }
    answer = await put(ana, contact, version, body)
    assert answer.status_code == 200, answer.text
    await centre.settle()
    assert ana.state.contacts[contact]["name"] == "Dana Q. Example"
    panel = await ana.get(f"/contacts/{contact}")
    assert panel["attributes"]["Customer number"] == "K-77"
    assert "4111 1111" not in str(panel)
    assert " " not in panel["attributes"]
    stale = await put(ana, contact, version, body)
    error(stale, 412, "stale_version")
    assert stale.json()["error"]["details"]["contact"]["name"] == "Dana Q. Example"
    error(await put(ana, contact, version + 1, {"email": "nobody"}), 422, "invalid_field")
    ben = await centre.sign_in("ben", available=False)
    error(await put(ben, contact, version + 1, body), 404, "contact_not_found")


async def test_what_an_agent_has_corrected_stays_as_it_is(centre: Centre) -> None:
    """WhatsApp tells the profile's name with every message; an emptied field is filled again."""
    async with whatsapp(centre) as connected:
        dana, provider = connected.provider.customer(DANA), connected.provider
        await dana.says("Hello")
        await provider.settle()
        ana, task_id = await connected.accepted()
        contact = ana.state.contacts[ana.task(task_id)["contact_id"]]
        profile, phone = contact["name"], contact["phone"]
        assert profile != "Dana Q. Example"
        for name, then in (("Dana Q. Example", "Dana Q. Example"), ("", profile)):
            panel = await ana.get(f"/contacts/{contact['id']}")
            body = {"name": name, "phone": phone}
            answer = await put(ana, contact["id"], panel["contact"]["version"], body)
            assert answer.status_code == 200, answer.text
            await dana.says("One more thing")
            await provider.settle()
            await ana.catch_up(await centre.position())
            assert ana.state.contacts[contact["id"]]["name"] == then
        await centre.settle()


async def test_notes_stay_with_the_customer(centre: Centre) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "hello")
    contact = ana.task(task_id)["contact_id"]
    note = (await ana.post(f"/contacts/{contact}/notes", {"text": " Prefers the phone. "}))["note"]
    assert note["text"] == "Prefers the phone."
    (kept,) = (await ana.get(f"/contacts/{contact}"))["notes"]
    assert kept == note
    assert await ana.refused(f"/contacts/{contact}/notes", {"text": "  "}) == (422, "invalid_field")
    sam = await centre.sign_in("sam", available=False)
    sams = (await sam.post(f"/contacts/{contact}/notes", {"text": "VIP"}))["note"]
    mine = await ana.send("DELETE", f"/contacts/{contact}/notes/{sams['id']}")
    error(mine, 403, "not_your_note")
    assert (await ana.send("DELETE", f"/contacts/{contact}/notes/{note['id']}")).status_code == 204
    assert len((await ana.get(f"/contacts/{contact}"))["notes"]) == 1


async def everything(centre: Centre) -> dict[str, list[tuple[object, ...]]]:
    """Whom everything belongs to; versions only ever grow."""
    pool = centre.node.database.pool
    asked = {
        "contact": "SELECT id, name, email, phone, attributes FROM contact ORDER BY id",
        "identity": "SELECT external_id, contact_id FROM contact_identity ORDER BY 1",
        "conversation": "SELECT id, contact_id FROM conversation ORDER BY id",
        "task": "SELECT id, contact_id FROM task ORDER BY id",
        "note": "SELECT id, contact_id FROM contact_note ORDER BY id",
    }
    return {name: [tuple(row) for row in await pool.fetch(sql)] for name, sql in asked.items()}


async def test_two_contacts_become_one_and_are_taken_apart_exactly(centre: Centre) -> None:
    ana, first = await chat(centre, "ana", "Dana Example", "my old chat")
    _, second = await chat(centre, "ana", "D. Example", "my new chat")
    into, other = ana.task(second)["contact_id"], ana.task(first)["contact_id"]
    await put(
        ana, other, 1, {"name": "Dana Example", "phone": "+15555550142", "attributes": {"a": "1"}}
    )
    await put(ana, into, 1, {"name": "D. Example", "attributes": {"b": "2"}})
    await ana.post(f"/contacts/{other}/notes", {"text": "Knows the boss."})
    await centre.settle()
    before = await everything(centre)
    merge_id = (await ana.post(f"/contacts/{into}/merge", {"contact_id": other}))["merge_id"]
    await centre.settle()
    assert ana.task(first)["contact_id"] == into
    panel = await ana.get(f"/contacts/{into}")
    assert panel["contact"]["name"] == "D. Example"
    assert panel["contact"]["phone"] == "+15555550142"
    assert panel["attributes"] == {"a": "1", "b": "2"}
    assert len(panel["conversations"]) == 2
    assert [n["text"] for n in panel["notes"]] == ["Knows the boss."]
    assert [m["id"] for m in panel["merged"]] == [merge_id]
    assert [c["id"] for c in await search(centre, ana, "example", kind="contacts")] == [into]
    assert await ana.refused(f"/contacts/{into}/merge", {"contact_id": other}) == (
        404,
        "contact_not_found",
    )
    await ana.post(f"/contacts/{into}/merge/{merge_id}/undo")
    await centre.settle()
    assert await everything(centre) == before
    assert ana.task(first)["contact_id"] == other
    assert await ana.refused(f"/contacts/{into}/merge/{merge_id}/undo") == (404, "merge_not_found")
    assert {c["id"] for c in await search(centre, ana, "example", kind="contacts")} == {into, other}


async def test_merging_each_into_the_other_at_once_is_done_once(centre: Centre) -> None:
    ana, first = await chat(centre, "ana", "Dana Example", "one")
    _, second = await chat(centre, "ana", "Dana Example", "two")
    sam = await centre.sign_in("sam", available=False)
    one, two = ana.task(first)["contact_id"], ana.task(second)["contact_id"]
    answers = await asyncio.gather(
        sam.send("POST", f"/contacts/{one}/merge", {"contact_id": two}),
        ana.send("POST", f"/contacts/{two}/merge", {"contact_id": one}),
    )
    done, refused = sorted(answer.status_code for answer in answers)
    assert done == 200
    assert refused in {404, 409}
    left = await centre.node.database.pool.fetchval(
        "SELECT count(DISTINCT contact_id) FROM conversation"
    )
    assert left == 1


async def test_who_serves_a_customer_reads_their_earlier_conversations(centre: Centre) -> None:
    sam = await centre.sign_in("sam", available=False)
    ben, first = await chat(centre, "ben", "Dana Example", "long ago")
    old = ben.task(first)
    await ben.post("/me/state", {"status": "idle"})
    ana, second = await chat(centre, "ana", "Dana Example", "today")
    address = f"/api/v1/conversations/{old['conversation_id']}/messages"
    error(await ana.http.get(address), 403, "not_your_task")
    new = ana.task(second)["contact_id"]
    await sam.post(f"/contacts/{new}/merge", {"contact_id": old["contact_id"]})
    await centre.settle()
    thread = await ana.http.get(address)
    assert [m["text"] for m in thread.json()["items"] if m["direction"] == "inbound"] == [
        "long ago"
    ]
