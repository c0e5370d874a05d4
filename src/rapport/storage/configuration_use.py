"""Who at work, and which history, needs a configured thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rapport.application.configuration.changes import Use

_AT_WORK = """
SELECT 'open_tasks' AS what, queue_id AS item_id, count(*) AS n FROM task
WHERE state <> 'ended' AND queue_id = ANY($1::bigint[]) GROUP BY queue_id
UNION ALL
SELECT 'open_tasks', account_id, count(*) FROM task
WHERE state <> 'ended' AND account_id = ANY($1::bigint[]) GROUP BY account_id
UNION ALL
SELECT 'open_legs', agent_id, count(*) FROM leg
WHERE state <> 'closed' AND agent_id = ANY($1::bigint[]) GROUP BY agent_id
UNION ALL
SELECT 'waiting_skill', (skill->>0)::bigint, count(*) FROM task, jsonb_array_elements(skills) skill
WHERE state <> 'ended' AND (skill->>0)::bigint = ANY($1::bigint[]) GROUP BY 2
UNION ALL
SELECT 'idle_agents', code, count(*)
FROM (SELECT idle_code_id AS code FROM agent WHERE status = 'idle'
      UNION ALL SELECT pending_idle_code_id FROM agent WHERE pending_status = 'idle') held
WHERE code = ANY($1::bigint[]) GROUP BY code
ORDER BY what, item_id"""
_HISTORY = """
SELECT k.id AS item_id FROM unnest($1::bigint[]) k(id)
WHERE EXISTS (SELECT FROM task WHERE queue_id = k.id)
   OR EXISTS (SELECT FROM conversation WHERE account_id = k.id)
   OR EXISTS (SELECT FROM leg WHERE agent_id = k.id)
   OR EXISTS (SELECT FROM leg WHERE queue_id = k.id)
   OR EXISTS (SELECT FROM leg WHERE k.id = ANY(reason_ids))
ORDER BY k.id"""


async def uses(connection: Any, removed: Iterable[int], stopped: Iterable[int]) -> list[Use]:
    """Uses at work of all these; history only of those removed and not at work anyway.

    The people among them are locked, so that nobody is offered work while this is decided.
    """
    removed, concerned = set(removed), sorted({*removed, *stopped})
    await connection.execute(
        "SELECT FROM agent WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", concerned
    )
    found = [
        Use(row["item_id"], row["what"], row["n"])
        for row in await connection.fetch(_AT_WORK, concerned)
    ]
    quiet = sorted(removed - {use.item_id for use in found})
    if quiet:
        found += [Use(r["item_id"], "history", 1) for r in await connection.fetch(_HISTORY, quiet)]
    return found
