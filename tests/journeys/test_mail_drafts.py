"""Drafts of an e-mail: one per composer mode, with what stands around the text."""

from __future__ import annotations

import pytest

from tests.centre import Centre
from tests.journeys.test_email import accepted, mailbox

MODES = ("quick", "reply", "reply_all", "forward")


async def test_every_mode_has_a_draft_of_its_own_with_its_fields(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        path = f"/conversations/{ana.task(task_id)['conversation_id']}/draft"
        for mode in MODES:
            copies = [{"address": f"{mode}@mail.example", "name": "Lee"}]
            fields = {"cc": copies, "latest_seq": 1}
            body = {"text": mode, "version": 0, "fields": fields}
            saved = await ana.send("PUT", f"{path}?mode={mode}", body)
            assert saved.json() == {"version": 1}, saved.text
        for mode in MODES:
            assert await ana.get(f"{path}?mode={mode}") == {
                "text": mode,
                "fields": {
                    "cc": [{"address": f"{mode}@mail.example", "name": "Lee"}],
                    "latest_seq": 1,
                },
                "version": 1,
            }
        assert await ana.get(path) == {"text": "", "fields": {}, "version": 0}
        await centre.settle()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("?mode=bcc", {}),
        ("?mode=reply", {"cc": "dana@mail.example"}),
        ("?mode=reply", {"to": [{"address": "a\x00b"}]}),
        ("?mode=reply", {"to": [{"address": "x" * 321}]}),
        ("?mode=reply", {"latest_seq": -1}),
    ],
)
async def test_a_draft_that_is_none_is_refused(
    centre: Centre, query: str, fields: dict[str, object]
) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        path = f"/conversations/{ana.task(task_id)['conversation_id']}/draft"
        body = {"text": "x", "version": 0, "fields": fields}
        assert (await ana.send("PUT", path + query, body)).status_code == 422
        await centre.settle()
