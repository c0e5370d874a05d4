"""What of a conversation somebody may read; one answer for threads, files and contacts."""

from __future__ import annotations

from rapport.application.reading import Sight

ALL = 2**62
# A part in it; or the queue's conversations are open to the reader's team; or it waits to be taken;
# or the customer is being served now, whose earlier conversations belong to the picture. Else what
# was there at leaving.
READABLE_UP_TO = f"""CASE
    WHEN $2::boolean THEN {ALL}
    WHEN EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id WHERE t.conversation_id = $1
        AND l.agent_id = $3 AND l.state IN ('offered', 'active')) THEN {ALL}
    WHEN EXISTS (SELECT FROM task t WHERE t.conversation_id = $1
        AND t.queue_id = ANY($4::bigint[])) THEN {ALL}
    WHEN EXISTS (SELECT FROM task t WHERE t.conversation_id = $1 AND t.state = 'queued'
        AND t.queue_id = ANY($5::bigint[])) THEN {ALL}
    WHEN EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id
        JOIN conversation o ON o.id = t.conversation_id
        JOIN conversation c ON c.contact_id = o.contact_id
        WHERE l.agent_id = $3 AND l.state IN ('active', 'wrapping_up') AND c.id = $1
          AND t.conversation_id <> $1) THEN {ALL}
    ELSE (SELECT coalesce(max(l.left_seq), 0) FROM leg l JOIN task t ON t.id = l.task_id
        WHERE t.conversation_id = $1 AND l.agent_id = $3 HAVING count(*) > 0)
END"""  # noqa: S608 - a number of ours
"""The last `seq` that may be read, `ALL` for everything; null without any right. Its parameters are
those of `readers_question`."""


def readers_question(
    conversation_id: int, sight: Sight
) -> tuple[int, bool, int, list[int], list[int]]:
    """The first five parameters of a statement with `READABLE_UP_TO`."""
    return (
        conversation_id,
        sight.everything,
        sight.reader_id,
        list(sight.queue_ids),
        list(sight.take_from),
    )
