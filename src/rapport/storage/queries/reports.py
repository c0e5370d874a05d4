"""Reads reports: the sums, and the log from there on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rapport.application.ports import ConfigurationSource
from rapport.application.reports import Question, Row, figures
from rapport.application.views import View, moment
from rapport.storage.database import Database
from rapport.storage.metrics import FROM_LOG
from rapport.storage.report_slices import PLANNING

NOTHING: View = {"arrived": 0, "offered": 0, "handled": 0, "abandoned": 0, "service_level": None}
FRESH = timedelta(seconds=5)
"""How old the board's figures of today may be."""

_KEYS = {
    "channel": "channel",
    "queue": "queue_id::text",
    "agent": "agent_id::text",
    "reason": "reason_id::text",
    "team": "coalesce(team_id, 0)::text",
    "quarter": "slot",
    "hour": "date_trunc('hour', slot, $3)",
    "day": "date_trunc('day', slot, $3)",
}
_GRAIN = {"quarter": "quarter", "hour": "hour"}
# $1 and $2 bound the log's part.
_COUNTS = """
SELECT {key} AS key, metric, sum(count)::bigint AS count, sum(ms)::bigint AS ms FROM (
    SELECT slot, metric, channel, queue_id, agent_id, reason_id, count, ms FROM report_slice
    WHERE grain = $12 AND slot >= $4 AND slot < $5 AND $3::text IS NOT NULL
    UNION ALL {log}) x
LEFT JOIN unnest($6::bigint[], $7::bigint[]) member(person_id, team_id) ON person_id = agent_id
WHERE slot >= $4 AND slot < $5
  AND ($8::bigint IS NULL OR queue_id = $8) AND ($9::bigint IS NULL OR agent_id = $9)
  AND ($10::bigint IS NULL OR team_id = $10) AND ($11::text IS NULL OR channel = $11)
GROUP BY 1, 2 ORDER BY 1, 2"""


class PostgresReports:
    """Implements `application.reports.ReportReader`."""

    def __init__(self, database: Database, configuration: ConfigurationSource) -> None:
        self._pool = database.pool
        self._configuration = configuration
        self._today: tuple[datetime, Mapping[int, View]] | None = None

    async def counts(self, question: Question) -> list[Row]:  # noqa: D102
        users = self._configuration.current.users
        # Whoever is in several teams counts for the first, so that the teams add up to the whole.
        members = [(i, min(user.teams)) for i, user in users.items() if user.teams]
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(PLANNING)
            mark = await connection.fetchrow("SELECT pos, zone FROM report_mark")
            assert mark is not None  # noqa: S101 - the migration puts it there
            # After another zone was set, until all is added up anew: from the log alone.
            stale = mark["zone"] != question.zone
            newest = await connection.fetchval("SELECT coalesce(max(pos), 0) FROM stream_commit")
            rows = await connection.fetch(
                _COUNTS.format(key=_KEYS[question.by], log=FROM_LOG),
                0 if stale else mark["pos"],
                newest,
                question.zone,
                question.since,
                question.until,
                [i for i, _ in members],
                [team for _, team in members],
                question.queue_id,
                question.agent_id,
                question.team_id,
                question.channel,
                None if stale else _GRAIN.get(question.by, "day"),
            )
        groups: dict[str, dict[str, tuple[int, int]]] = {}
        for row in rows:
            key = row["key"]
            name = (moment(key) or "") if isinstance(key, datetime) else str(key)
            groups.setdefault(name, {})[row["metric"]] = (row["count"], row["ms"])
        return [Row(key, counts) for key, counts in groups.items()]

    async def today(self, now: datetime) -> Mapping[int, View]:
        """Every queue's figures since midnight, a few seconds old at most."""
        if self._today is not None and timedelta(0) <= now - self._today[0] < FRESH:
            return self._today[1]
        zone = self._configuration.current.settings.time_zone
        midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = await self.counts(
            Question(since=midnight, until=now + timedelta(days=1), by="queue", zone=zone)
        )
        found = {int(row.key): {k: figures(row.counts)[k] for k in NOTHING} for row in rows}
        self._today = (now, found)
        return found
