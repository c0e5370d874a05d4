"""Saved reports: kept, shared, and sent by a real SMTP server, once, whatever happens between."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from rapport.application.letters import BACK_OFF_S
from tests.centre import Centre, Desktop, Json, furnish, serving
from tests.centre import TestClock as Clock
from tests.journeys.test_email import Mailbox, mailbox

LEAD = "lead@shop.example"
REPORT = {
    "kind": "conversations",
    "columns": ["arrived", "handled", "service_level"],
    "by": "queue",
    "period": "yesterday",
}
DAILY = {"every": "daily", "hour": 7, "time_zone": "Europe/Berlin", "to": [LEAD]}


@asynccontextmanager
async def supervised(centre: Centre) -> AsyncIterator[tuple[Desktop, Mailbox]]:
    """Sam, and a mailbox from which reports can be sent."""
    await centre.put("settings", "settings", {"company": "Test", "session_hours": 720})
    async with mailbox(centre) as box:
        yield await centre.sign_in("sam", available=False), box


async def saved(sam: Desktop, box: Mailbox | None = None, **more: Any) -> Json:
    schedule = more.pop("schedule", None)
    if box is not None:
        schedule = {**DAILY, "account_id": box.account, **(schedule or {})}
    body = {"name": "Yesterday", "report": REPORT, "schedule": schedule, **more}
    answer = await sam.send("POST", "/reports/saved", body)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def shelf(person: Desktop) -> list[Json]:
    items: list[Json] = (await person.get("/reports/saved"))["items"]
    return items


async def last(person: Desktop) -> Json:
    """The newest sending of the only report."""
    (report,) = await shelf(person)
    found: Json = report["sendings"][0]
    return found


def at(centre: Centre, text: str) -> None:
    centre.clock.moment = datetime.fromisoformat(text).replace(tzinfo=UTC)


def table_of(mail: EmailMessage) -> list[dict[str, str]]:
    (file,) = mail.iter_attachments()
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_kept_shared_renamed_and_deleted(centre: Centre) -> None:
    sam = await centre.sign_in("sam", available=False)
    await centre.person("uma", "supervisor")
    uma = await centre.sign_in("uma", available=False)
    mine = await saved(sam, name="  My   report ")
    assert (mine["name"], mine["mine"], mine["owner"]) == ("My report", True, "Sam")
    assert mine["report"]["period"] == "yesterday"
    assert await shelf(uma) == []
    body = {"name": "Ours", "shared": True, "report": REPORT, "version": mine["version"]}
    path = f"/reports/saved/{mine['id']}"
    refused = await uma.send("PUT", path, body)
    assert refused.status_code == 404
    changed = (await sam.send("PUT", path, body)).json()
    assert (changed["name"], changed["version"]) == ("Ours", mine["version"] + 1)
    assert (await sam.send("PUT", path, body)).json()["error"]["code"] == "stale_version"
    (seen,) = await shelf(uma)
    assert (seen["name"], seen["mine"], seen["owner"]) == ("Ours", False, "Sam")
    for method in ("PUT", "DELETE"):
        other = await uma.send(method, path, {**body, "version": 2})
        assert other.json()["error"]["code"] == "report_of_other"
    assert (await sam.send("DELETE", path)).status_code == 204
    assert await shelf(sam) == await shelf(uma) == []


async def test_the_same_command_again_is_done_once(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        schedule = {**DAILY, "account_id": box.account}
        body = {"name": "Yesterday", "report": REPORT, "schedule": schedule}

        async def twice(path: str, key: str) -> list[Json]:
            headers = {"X-CSRF-Token": sam.csrf, "Idempotency-Key": key}
            calls = [sam.http.post(f"/api/v1{path}", json=body, headers=headers) for _ in range(2)]
            return [answer.json() for answer in await asyncio.gather(*calls)]

        first, second = await twice("/reports/saved", "save-this-once")
        assert first["id"] == second["id"]
        assert len(await shelf(sam)) == 1
        body["name"] = "Another"
        for answer in await twice("/reports/saved", "save-this-once"):
            assert answer["error"]["code"] == "idempotency_key_reused"
        assert len(await shelf(sam)) == 1
        await twice(f"/reports/saved/{first['id']}/send", "send-this-once")
        while await centre.node.report_mailer.run_due():
            pass
        assert len(box.postbox.mails) == 1
        await twice(f"/reports/saved/{first['id']}/send", "and-once-more")
        while await centre.node.report_mailer.run_due():
            pass
        assert len(box.postbox.mails) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"report": {**REPORT, "columns": ["revenue"]}}, "report.columns"),
        ({"report": {**REPORT, "period": "ever"}}, "report.period"),
        ({"report": {**REPORT, "by": "quarter", "agent_id": 5}}, "by"),
        ({"schedule": {**DAILY, "to": ["Sam <sam@shop.example>"]}}, "schedule.to"),
        ({"schedule": {**DAILY, "to": ["sam@shop.example\r\nBcc: x@y.example"]}}, "schedule.to"),
        ({"schedule": {**DAILY, "to": []}}, "schedule.to"),
        ({"schedule": {**DAILY, "every": "weekly"}}, "schedule"),
        ({"schedule": {**DAILY, "time_zone": "Mars/Olympus"}}, "schedule.time_zone"),
        ({"schedule": {**DAILY, "account_id": 1}}, "schedule.account_id"),
    ],
)
async def test_what_can_not_be_saved(centre: Centre, change: Json, field: str) -> None:
    async with supervised(centre) as (sam, box):
        if "schedule" in change:
            change["schedule"] = {"account_id": box.account, **change["schedule"]}
        answer = await sam.send("POST", "/reports/saved", {"name": "X", "report": REPORT, **change})
        assert answer.status_code == 422, answer.text
        fields = answer.json()["error"]["details"]["fields"]
        assert fields[0]["path"].removeprefix("body.").startswith(field), fields


async def test_sent_at_its_hour_with_totals_and_table(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        at(centre, "2026-11-23 12:00")
        await (await centre.visitor()).start()
        report = await saved(sam, box, shared=True)
        assert report["next_at"].startswith("2026-11-24T06:00")
        mailer = centre.node.report_mailer
        at(centre, "2026-11-24 05:59:59")
        assert await mailer.run_due() == 0
        at(centre, "2026-11-24 06:00")
        assert await mailer.run_due() == 1
        assert await mailer.run_due() == 0
        (mail,) = box.postbox.mails
        assert box.postbox.recipients == [[LEAD]]
        assert mail["Subject"] == "Yesterday: 2026-11-23"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert "Arrived: 1\nHandled: 0\nService level: –" in words_of(mail)
        rows = table_of(mail)
        assert [(row["queue"], row["arrived"]) for row in rows] == [("sales", "1"), ("total", "1")]
        assert list(rows[0]) == ["queue", *REPORT["columns"]]
        (seen,) = await shelf(sam)
        assert seen["next_at"].startswith("2026-11-25T06:00")
        assert seen["sendings"][0]["state"] == "sent"
        assert seen["sendings"][0]["planned_at"].startswith("2026-11-24T06:00")


async def test_a_day_without_anything_in_german(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        await saved(sam, box, schedule={"language": "de"})
        at(centre, "2026-11-30 06:00")
        await centre.node.report_mailer.run_due()
        assert "wurde nichts gezählt" in words_of(box.postbox.mails[0])


async def test_after_an_outage_once_and_not_thirty_times(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        at(centre, "2026-11-01 12:00")
        await saved(sam, box)
        at(centre, "2026-12-01 09:30")
        while await centre.node.report_mailer.run_due():
            pass
        (mail,) = box.postbox.mails
        assert mail["Subject"] == "Yesterday: 2026-11-30"
        (seen,) = await shelf(sam)
        assert seen["next_at"].startswith("2026-12-02T06:00")
        assert len(seen["sendings"]) == 1


async def test_over_the_change_of_daylight_saving_time(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        at(centre, "2026-03-28 12:00")
        await saved(sam, box, schedule={"hour": 2})
        mailer = centre.node.report_mailer
        sent = []
        for hour in range(72):
            centre.clock.moment = datetime(2026, 3, 28, 12, tzinfo=UTC) + timedelta(hours=hour)
            while await mailer.run_due():
                sent.append(centre.clock.now())
        assert [f"{moment:%d %H}" for moment in sent] == ["29 01", "30 00", "31 00"]
        assert [mail["Subject"][-2:] for mail in box.postbox.mails] == ["28", "29", "30"]


async def test_a_failed_sending_is_tried_again_and_shown(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        box.postbox.refuse = {LEAD}
        await saved(sam, box, schedule={"to": [LEAD, "boss@shop.example"]})
        at(centre, "2026-11-30 06:00")
        mailer = centre.node.report_mailer
        assert await mailer.run_due() == 1
        assert (await last(sam))["refused"] == [
            {"address": LEAD, "reason": "5.1.1 no such mailbox"}
        ]
        box.postbox.refuse = {LEAD, "boss@shop.example"}
        at(centre, "2026-12-01 06:00")
        await mailer.run_due()
        rejected = await last(sam)
        assert (rejected["state"], rejected["code"]) == ("failed", "smtp_550")
        assert rejected["reason"] == "5.1.1 no such mailbox"
        item = centre.node.configuration.current.account_specs[box.account]
        port = item.settings["smtp_port"]
        broken = {**item.model_dump(mode="json"), "settings": {**item.settings, "smtp_port": 1}}
        await centre.put("accounts", "mail", broken)
        at(centre, "2026-12-02 06:00")
        assert await mailer.run_due() == 1
        waiting = await last(sam)
        assert (waiting["state"], waiting["code"]) == ("pending", "unreachable")
        assert waiting["next_attempt_at"].startswith("2026-12-02T06:01")
        assert await mailer.run_due() == 0, "not before its time"
        centre.clock.advance(seconds=60)
        broken["settings"]["smtp_port"] = port
        box.postbox.refuse = set()
        await centre.put("accounts", "mail", broken)
        assert await mailer.run_due() == 1
        assert (await last(sam))["state"] == "sent"
        assert (await last(sam))["attempts"] == 2


async def test_given_up_after_the_last_attempt(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        await saved(sam, box)
        item = centre.node.configuration.current.account_specs[box.account]
        await centre.put("accounts", "mail", {**item.model_dump(mode="json"), "active": False})
        at(centre, "2026-11-30 06:00")
        tried = 0
        for seconds in (*BACK_OFF_S, 0, 0):
            tried += await centre.node.report_mailer.run_due()
            centre.clock.advance(seconds=seconds)
        gone = await last(sam)
        assert tried == len(BACK_OFF_S) + 1
        assert (gone["state"], gone["code"]) == ("failed", "account_gone")
        assert gone["reason"] == "The e-mail account is switched off or deleted."


async def test_a_worker_that_dies_between_sending_and_marking(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        await saved(sam, box)
        at(centre, "2026-11-30 06:00")
        mailer = centre.node.report_mailer
        await mailer._board.plan(centre.clock.now())
        (dead,) = await mailer._board.claim(4, 300, centre.clock.now())
        outcome, refused = await mailer._send(dead)
        assert await mailer.run_due() == 0, "its lease still holds"
        centre.clock.advance(seconds=301)
        assert await mailer.run_due() == 1
        first, second = box.postbox.mails
        assert first["Message-ID"] == second["Message-ID"]
        seen = await last(sam)
        assert (seen["state"], seen["doubled"], seen["attempts"]) == ("sent", True, 2)
        # Should it come back, it changes nothing any more.
        assert not await mailer._board.settle(dead, outcome, refused, centre.clock.now())


async def test_two_workers_send_it_once(database: str, tmp_path: Path) -> None:
    async with (
        serving(database, tmp_path / "one", Clock()) as one,
        serving(database, tmp_path / "two", Clock()) as two,
    ):
        await furnish(one)
        async with supervised(one) as (sam, box):
            await two.node.configuration.refresh()
            for n in range(12):
                await saved(sam, box, name=f"Report {n}")
            for centre in (one, two):
                at(centre, "2026-11-30 06:00")
            while any(
                await asyncio.gather(
                    one.node.report_mailer.run_due(), two.node.report_mailer.run_due()
                )
            ):
                pass
            ids = [mail["Message-ID"] for mail in box.postbox.mails]
            assert len(ids) == len(set(ids)) == 12
            assert all(not r["sendings"][0]["doubled"] for r in await shelf(sam))


async def test_who_may_no_longer_see_reports_sends_none(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        await saved(sam, box, shared=True)
        await centre.person("uma", "supervisor")
        uma = await centre.sign_in("uma", available=False)
        user = centre.node.configuration.current.users[centre.ids["sam"]]
        await centre.put("users", "Sam", {**user.model_dump(mode="json"), "roles": ["agent"]})
        del centre.desktops["sam"]
        at(centre, "2026-11-30 06:00")
        assert await centre.node.report_mailer.run_due() == 1
        assert box.postbox.mails == []
        refused = await last(uma)
        assert (refused["state"], refused["code"]) == ("failed", "owner_may_not")


async def test_sent_at_once_on_wish_and_switched_off(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        bare = await saved(sam)
        answer = await sam.send("POST", f"/reports/saved/{bare['id']}/send", {})
        assert answer.json()["error"]["code"] == "not_scheduled"
        await sam.send("DELETE", f"/reports/saved/{bare['id']}")
        report = await saved(sam, box, schedule={"active": False})
        assert report["next_at"] is None
        await sam.post(f"/reports/saved/{report['id']}/send")
        assert await centre.node.report_mailer.run_due() == 1
        centre.clock.advance(days=3)
        assert await centre.node.report_mailer.run_due() == 0
        assert len(box.postbox.mails) == 1


async def test_another_name_keeps_the_moment_another_hour_moves_it(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        report = await saved(sam, box)
        due = report["next_at"]
        centre.clock.advance(days=2)
        body = {k: report[k] for k in ("name", "shared", "report", "schedule", "version")}
        path = f"/reports/saved/{report['id']}"
        renamed = (await sam.send("PUT", path, {**body, "name": "Daily"})).json()
        assert renamed["next_at"] == due, "what is due is not lost by a new name"
        body |= {"schedule": {**body["schedule"], "hour": 8}, "version": 2}
        moved = (await sam.send("PUT", path, body)).json()
        assert moved["next_at"] > due


async def test_without_its_schedule_nothing_waits_any_more(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        report = await saved(sam, box)
        await sam.post(f"/reports/saved/{report['id']}/send")
        body = {k: report[k] for k in ("name", "shared", "report", "version")}
        path = f"/reports/saved/{report['id']}"
        changed = (await sam.send("PUT", path, {**body, "schedule": None})).json()
        assert (changed["next_at"], changed["sendings"]) == (None, [])
        assert await centre.node.report_mailer.run_due() == 0
        centre.clock.advance(days=2)
        assert await centre.node.report_mailer.run_due() == 0
        assert box.postbox.mails == []


async def test_old_sendings_go(centre: Centre) -> None:
    async with supervised(centre) as (sam, box):
        report = await saved(sam, box, schedule={"active": False})
        for _ in range(2):
            await sam.post(f"/reports/saved/{report['id']}/send")
            await centre.node.report_mailer.run_due()
            await centre.node.sweeper._board.tidy(centre.clock.now())
            centre.clock.advance(days=10)
        assert len((await shelf(sam))[0]["sendings"]) == 2
        # Sessions go as well, and Sam's desktop with them.
        del centre.desktops["sam"]
        await centre.node.sweeper._board.tidy(centre.clock.now() + timedelta(days=75))
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT count(*) FROM report_sending") == 1
