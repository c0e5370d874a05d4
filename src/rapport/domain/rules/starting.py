"""An agent writes first: on whose behalf, in which state, and what may be said."""

from __future__ import annotations

from rapport.domain import events as e
from rapport.domain.errors import Forbidden, Refused
from rapport.domain.policy import QueuePolicy
from rapport.domain.situation import Situation


def check_may_write_first(
    queue: QueuePolicy | None, agent_id: int, teams: frozenset[int], *, supervisor: bool
) -> None:
    """Refuse whoever may not write first for a queue: the one rule of it.

    Raises:
        Refused: `outbound_off`, also where there is no queue.
        Forbidden: `not_your_queue`.
    """
    if queue is None or not queue.outbound:
        raise Refused("outbound_off", "This queue does not allow writing to customers first.")
    if not supervisor and not queue.serves(agent_id, teams):
        raise Forbidden("not_your_queue", "This queue is served by other agents.")


def start(s: Situation, *, agent_id: int, leg_id: int) -> list[e.Event]:
    """The agent owns it at once, as when taking a waiting conversation by hand.

    They must be Available and have room: what they start counts like what they are given, or an
    agent could hold more than their profile allows.

    Raises:
        Refused: `outbound_off`, `agent_idle`, `agent_at_capacity`, …
        Forbidden: `not_your_queue`.
    """
    teams = s.teams.get(agent_id, frozenset())
    check_may_write_first(s.queue, agent_id, teams, supervisor=agent_id in s.supervisors)
    if reason := s.agent(agent_id).unreachable_reason(s.task.kind):
        raise Refused(reason, "You cannot start another conversation now.")
    return [
        e.TaskStarted(leg_id=leg_id, agent_id=agent_id, follow_up_of=s.task.follow_up_of),
    ]


def check_first_words(s: Situation, *, heard: bool, by_template: bool) -> None:
    """Refuse free text to somebody who has never written, where the channel has a window.

    Whether a window that was opened is still open is `speaking.check_reachable`'s to say.
    """
    if s.account.window is not None and not heard and not by_template:
        raise Refused(
            "template_needed",
            "The customer has not written yet: begin with an approved template.",
        )
