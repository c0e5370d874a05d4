"""Reports: a worked conversation is in them, every slicing adds up, sums equal the log (T12)."""

from __future__ import annotations

import csv
import io
from typing import Any

from rapport.application.reports import COUNTED
from rapport.storage.report_slices import add_newest, rebuild
from tests.centre import Centre, Desktop, Json
from tests.journeys.providers import DANA, sms, whatsapp

DAY = "first=2026-11-23&last=2026-11-23"
SLICINGS = ("channel", "queue", "team", "agent", "quarter", "hour", "day")


async def worked_conversation(centre: Centre, ana: Desktop) -> None:
    """Waits 20 s, first answer after 30 s, handled in 100 s, wrapped up in 15 s."""
    page = await centre.visitor()
    await page.start()
    centre.clock.advance(seconds=20)
    assert await centre.route() == 1
    await ana.catch_up(await centre.position())
    task_id = next(
        i for i, t in ana.state.tasks.items() if any(x["state"] == "offered" for x in t["legs"])
    )
    await ana.post(f"/tasks/{task_id}/accept", {})
    centre.clock.advance(seconds=10)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Good morning"})
    centre.clock.advance(seconds=90)
    await ana.post(f"/tasks/{task_id}/messages", {"text": "Anything else?"})
    await ana.post(f"/tasks/{task_id}/end", {})
    centre.clock.advance(seconds=15)
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})


async def abandoned_conversation(centre: Centre) -> None:
    page = await centre.visitor()
    await page.start()
    centre.clock.advance(seconds=5)
    await page.end()


async def report(person: Desktop, by: str, more: str = "") -> Json:
    return await person.get(f"/reports/figures?{DAY}&by={by}{more}")


async def test_a_worked_conversation_is_in_the_report(centre: Centre) -> None:
    ana, sam = await centre.sign_in("ana"), await centre.sign_in("sam", available=False)
    await worked_conversation(centre, ana)
    await abandoned_conversation(centre)
    found = (await report(sam, "queue"))["rows"]
    assert [row["name"] for row in found if row["figures"]["arrived"]] == ["sales"]
    sales = next(row["figures"] for row in found if row["name"] == "sales")
    wanted: dict[str, Any] = {
        "arrived": 2,
        "offered": 1,
        "accepted": 1,
        "handled": 1,
        "abandoned": 1,
        "answered_in_time": 1,
        "service_level": 0.5,
        "received": 2,
        "sent": 2,
        "reason": 1,
    }
    assert {name: sales[name] for name in wanted} == wanted
    times = ("speed_of_answer_s", "first_response_s", "handle_time_s", "wrap_up_time_s")
    assert [round(sales[name], 1) for name in times] == [20.0, 30.0, 115.0, 15.0]
    reasons = (await report(sam, "reason"))["rows"]
    assert [(r["name"], r["figures"]["reason"]) for r in reasons if r["key"] != "0"] == [
        ("Sold", 1)
    ]
    await ana.post("/me/state", {"status": "idle"})
    occupied = next(r for r in (await report(sam, "agent"))["rows"] if r["name"] == "Ana")
    assert occupied["figures"]["occupancy"] == round(115 / occupied["figures"]["available_s"], 4)


async def test_every_slicing_adds_up_and_the_sums_equal_the_log(centre: Centre) -> None:
    ana, sam = await centre.sign_in("ana"), await centre.sign_in("sam", available=False)
    await worked_conversation(centre, ana)
    centre.clock.advance(minutes=50)
    await abandoned_conversation(centre)
    await worked_conversation(centre, ana)
    database = centre.node.database
    from_log = {by: await report(sam, by) for by in SLICINGS}
    whole = from_log["day"]["total"]
    assert whole["arrived"] == 3
    for by, answer in from_log.items():
        assert answer["total"] == whole, by
        for name in COUNTED:
            assert sum(row["figures"][name] for row in answer["rows"]) == whole[name], (by, name)
    # Some from the sums, the rest from the log; then all from the sums; then made anew.
    assert await add_newest(database, "UTC", step=7)
    assert {by: await report(sam, by) for by in SLICINGS} == from_log
    while await add_newest(database, "UTC", step=7):
        pass
    assert not await add_newest(database, "UTC")
    assert {by: await report(sam, by) for by in SLICINGS} == from_log
    await rebuild(database)
    assert {by: await report(sam, by) for by in SLICINGS} == from_log


async def test_days_are_the_companys(centre: Centre) -> None:
    sam = await centre.sign_in("sam", available=False)
    await centre.put("settings", "settings", {"company": "T", "time_zone": "Asia/Kolkata"})
    centre.clock.advance(hours=10)
    page = await centre.visitor()
    await page.start()
    assert (await report(sam, "day"))["total"]["arrived"] == 0
    next_day = await sam.get("/reports/figures?first=2026-11-24&last=2026-11-24&by=day")
    assert next_day["total"]["arrived"] == 1
    (row,) = [r for r in next_day["rows"] if r["figures"]["arrived"]]
    assert row["key"].startswith("2026-11-23T18:30")


async def test_another_time_zone_makes_the_sums_anew(centre: Centre) -> None:
    ana, sam = await centre.sign_in("ana"), await centre.sign_in("sam", available=False)
    await worked_conversation(centre, ana)
    database = centre.node.database
    while await add_newest(database, "UTC"):
        pass
    zone = "Asia/Kathmandu"
    await centre.put("settings", "settings", {"company": "T", "time_zone": zone})
    from_log = {by: await report(sam, by) for by in SLICINGS}
    assert from_log["hour"]["total"]["arrived"] == 1
    while await add_newest(database, zone):
        pass
    assert {by: await report(sam, by) for by in SLICINGS} == from_log
    fine = await sam.http.get(f"/api/v1/reports/figures?{DAY}&by=quarter&agent_id=5")
    assert fine.status_code == 422


async def test_every_message_counts_for_its_channel(centre: Centre) -> None:
    """Those of a conversation that goes on are stored by a way of their own."""
    sam = await centre.sign_in("sam", available=False)
    async with sms(centre) as connected, whatsapp(centre) as meta:
        phone = next(iter(connected.provider.customers))
        dana = meta.provider.customer(DANA)
        for text in ("Hello", "Are you there?", "I am waiting"):
            await connected.provider.says(phone, "text", {"text": text})
            await connected.provider.settle()
            await dana.says(text)
            await meta.provider.settle()
        await centre.settle()
        rows = (await report(sam, "channel"))["rows"]
    assert {row["key"]: row["figures"]["received"] for row in rows} == {"sms": 3, "whatsapp": 3}


async def test_a_report_as_csv(centre: Centre) -> None:
    ana, sam = await centre.sign_in("ana"), await centre.sign_in("sam", available=False)
    await worked_conversation(centre, ana)
    answer = await sam.http.get(f"/api/v1/reports/figures.csv?{DAY}&by=queue")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    view = await report(sam, "queue")
    assert rows[-1]["queue"] == "total"
    assert int(rows[-1]["handled"]) == view["total"]["handled"] == 1
    assert len(rows) == len(view["rows"]) + 1


async def test_what_a_report_refuses(centre: Centre) -> None:
    ana, sam = await centre.sign_in("ana"), await centre.sign_in("sam", available=False)
    wrong = {
        "first=2026-11-23&last=2026-11-22": 422,
        "first=2020-01-01&last=2026-11-22": 422,
        "first=2026-01-01&last=2026-11-22&by=hour": 422,
        "first=9999-12-31&last=9999-12-31": 200,
        "first=today&last=2026-11-22": 422,
    }
    for query, status in wrong.items():
        answer = await sam.http.get(f"/api/v1/reports/figures?{query}")
        assert answer.status_code == status, (query, answer.text)
    refused = await ana.http.get(f"/api/v1/reports/figures?{DAY}")
    assert refused.json()["error"]["code"] == "no_right"


async def test_an_agents_own_figures(centre: Centre) -> None:
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben", available=False)
    await worked_conversation(centre, ana)
    mine = await ana.get("/reports/mine")
    assert (mine["total"]["handled"], mine["total"]["sent"]) == (1, 2)
    assert (await ben.get("/reports/mine"))["total"]["handled"] == 0
