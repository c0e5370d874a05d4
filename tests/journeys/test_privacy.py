"""Card data (P1-P3): found both ways, masked before it is stored, nowhere to be found again.

The guide says it of e-mail; it holds for every channel.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.centre import Centre
from tests.journeys.providers import DANA, whatsapp

CARD, IBAN = "4111 1111 1111 1111", "DE89370400440532013000"
ORDER = "Order 4111 1111 1111 1112"


async def everywhere(centre: Centre, data: Path) -> str:
    """Every table's every row, and every file, as one text."""
    pool = centre.node.database.pool
    tables = await pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    texts = []
    for (table,) in tables:
        rows = await pool.fetch(f'SELECT row_to_json(t)::text AS row FROM "{table}" t')
        texts += [row["row"] for row in rows]
    for path in data.rglob("*"):
        if path.is_file():
            texts.append(path.read_bytes().decode("latin-1"))
    return "\n".join(texts)


async def test_nothing_of_a_card_is_stored(centre: Centre, tmp_path: Path) -> None:
    # Seed: "The email conversation must be PCI compliant."
    page = await centre.visitor()
    await page.start(f"My card is {CARD} and my account {IBAN}. {ORDER}")
    ana = await centre.sign_in("ana")
    await centre.route()
    await ana.catch_up(await centre.position())
    (task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{task_id}/accept")
    sent = await ana.post(f"/tasks/{task_id}/messages", {"text": f"You wrote {CARD}?"})
    assert CARD not in sent["message"]["text"]
    assert sent["message"]["text"].endswith("1111?")
    await ana.post(f"/tasks/{task_id}/messages", {"text": f"note {CARD}", "note": True})
    conversation = ana.task(task_id)["conversation_id"]
    await ana.send(
        "PUT", f"/conversations/{conversation}/draft", {"text": f"draft {CARD}", "version": 0}
    )
    thread = (await ana.get(f"/conversations/{conversation}/messages"))["items"]
    assert ORDER in thread[0]["text"], "look-alikes stay"
    codes = [m["announcement"]["code"] for m in thread if m["announcement"]]
    assert codes.count("sensitive_removed") == 3, "agent and customer are told"
    stored = await everywhere(centre, centre.node.context.spool._directory.parent)
    assert ORDER in stored, "the search finds what is there"
    for secret in (CARD, CARD.replace(" ", ""), IBAN, "3704004405"):
        assert secret not in stored
    await centre.settle()


async def test_on_other_channels_the_customer_is_told_by_a_message(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        first = await dana.says(f"Take {CARD}")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await connected.deliver(3)
        assert "removed card or health data" in "".join(m.text for m in dana.received)
        await dana.sends("edit", message_id=first.id, text=f"Take {CARD} please")
        await connected.provider.settle()
        assert CARD not in json.dumps(await connected.thread(ana, task_id))
        await centre.settle()


async def test_drop_keeps_nothing_and_off_keeps_all(centre: Centre) -> None:
    for action, kept in (("drop", ""), ("off", f"Take {CARD}")):
        await centre.put("settings", "settings", {"privacy": {"action": action}})
        page = await centre.visitor()
        await page.start(f"Take {CARD}")
        texts = await centre.node.database.pool.fetch(
            "SELECT text FROM message WHERE direction = 'inbound' ORDER BY id DESC LIMIT 1"
        )
        assert texts[0]["text"] == kept
