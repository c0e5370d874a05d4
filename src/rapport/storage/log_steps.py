"""How far one that follows the log goes in a step: by events, since commits differ in size."""

from __future__ import annotations

LAST_OF_STEP = """
SELECT max(pos) FROM (SELECT s.pos FROM stream_commit s LEFT JOIN event e USING (commit_id)
    WHERE s.pos > $1 ORDER BY s.pos LIMIT $2) s"""
"""The position of the commit that holds the $2-th event after position $1, or the newest's; null
where nothing is new. Commits without events are passed, too."""
EVENTS_OF_STEP = 100
"""And what the last commit holds beyond them."""
