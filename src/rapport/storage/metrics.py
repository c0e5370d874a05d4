"""What every figure of every report counts, over the event log: one definition each (T12).

A metric counts events and, where it measures time, adds up milliseconds. What an event measures was
written into its facts when it happened (`application/facts.py`). docs/glossary.md says the same in
words; a test holds the two lists together.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapport.domain.survey import BEST


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: which events count, by SQL over the event `e` and its facts `f`."""

    name: str
    kind: str
    where: str = "true"
    ms: str = "0"
    agent: str = "e.agent_id"


METRICS = (
    Metric("arrived", "task.queued"),
    Metric("started", "task.started"),
    Metric("offered", "task.offered"),
    Metric("accepted", "task.accepted"),
    Metric("rona", "offer.expired"),
    Metric("abandoned", "task.ended", "f.reason = 'abandoned'"),
    Metric("timed_out", "task.ended", "f.reason = 'timed_out'"),
    Metric("closed", "task.ended", "f.reason = 'closed'"),
    Metric("dropped", "task.dropped"),
    Metric("handled", "task.ended", "f.reason = 'handled'"),
    Metric("answer", "task.accepted", "f.answer_ms IS NOT NULL", "f.answer_ms"),
    Metric("answered_in_time", "task.accepted", "f.in_time"),
    Metric(
        "first_response", "message.sent", "f.first_response_ms IS NOT NULL", "f.first_response_ms"
    ),
    Metric("first_response", "task.answered", ms="f.first_response_ms"),
    Metric("handle", "wrap_up.started", "f.handle_ms IS NOT NULL", "f.handle_ms"),
    Metric("wrap_up", "wrap_up.submitted", "f.wrap_up_ms IS NOT NULL", "f.wrap_up_ms"),
    Metric("transfers", "task.transferred", agent="f.from_agent_id"),
    Metric("conferences", "conference.joined"),
    Metric("supervised", "supervisor.joined"),
    Metric("taken_over", "task.taken_over"),
    Metric("received", "message.received"),
    Metric("sent", "message.sent", "e.agent_id IS NOT NULL AND f.note IS NOT TRUE"),
    Metric("surveys_asked", "survey.asked"),
    Metric("surveys_answered", "survey.answered"),
    *(Metric(f"rated_{n}", "survey.answered", f"f.rating = {n}") for n in range(1, BEST + 1)),
    Metric("available", "agent.state_changed", "f.was = 'available'", "f.was_ms"),
    Metric("available", "agent.load_changed", "f.was = 'available'", "f.was_ms"),
)
_VALUES = ",\n        ".join(
    f"('{m.name}', e.kind = '{m.kind}' AND ({m.where}), {m.ms}::bigint, {m.agent}, NULL::bigint)"
    for m in METRICS
)
KINDS = sorted({m.kind for m in METRICS})
_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)

# Besides the metrics of the list: one `reason` for every wrap-up reason that was submitted.
_FROM_LOG = """
SELECT date_bin('15 minutes', e.at, 'epoch') AS slot, m.metric,
    coalesce(f.channel, '') AS channel, coalesce(f.of_queue, e.queue_id, 0) AS queue_id,
    coalesce(m.agent_id, 0) AS agent_id, coalesce(m.reason_id, 0) AS reason_id,
    count(*) AS count, sum(m.ms)::bigint AS ms
FROM stream_commit s JOIN event e ON e.commit_id = s.commit_id
CROSS JOIN LATERAL json_to_record(coalesce(e.facts, '{}')) AS f(channel text, of_queue bigint,
    reason text, answer_ms bigint, in_time boolean, first_response_ms bigint, handle_ms bigint,
    wrap_up_ms bigint, from_agent_id bigint, note boolean, was text, was_ms bigint,
    reason_ids json, rating int)
CROSS JOIN LATERAL (
    SELECT * FROM (VALUES
        «values») v(metric, applies, ms, agent_id, reason_id)
    UNION ALL
    SELECT 'reason', true, 0::bigint, e.agent_id, r::bigint
    FROM json_array_elements_text(
        CASE WHEN e.kind = 'wrap_up.submitted' THEN f.reason_ids END) r) m
WHERE s.pos > $1 AND s.pos <= $2 AND e.kind IN («kinds») AND m.applies
GROUP BY 1, 2, 3, 4, 5, 6"""
FROM_LOG = _FROM_LOG.replace("«values»", _VALUES).replace("«kinds»", _KINDS)
"""The log between two positions ($1, exclusive; $2, inclusive), counted."""
