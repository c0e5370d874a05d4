"""When a task must be looked at next: every open task has a timer or a person (T11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.domain.policy import QueuePolicy
from rapport.domain.task import Task


def stages(queue: QueuePolicy) -> list[timedelta]:
    """Waiting times at which routing may ask more agents, ascending."""
    steps = {group.after for group in queue.groups} | {r.after for r in queue.relaxations}
    return sorted(step for step in steps if step > timedelta(0))


def stage_at(queue: QueuePolicy, waited: timedelta) -> int:
    """How many stages have been reached after this waiting time."""
    return sum(1 for step in stages(queue) if step <= waited)


def queued_deadline(
    queue: QueuePolicy, queued_at: datetime, *, stage: int, now: datetime
) -> datetime:
    """The next moment at which something changes for a waiting task. Never None."""
    coming = [moment for moment in _moments(queue, queued_at, stage) if moment > now]
    return min(coming, default=now + queue.alert_after)


def returning_deadline(queue: QueuePolicy, queued_at: datetime, now: datetime) -> datetime:
    """The same for a task that has rung: at once, if something was due meanwhile."""
    stage = stage_at(queue, now - queued_at)
    if any(moment <= now for moment in _moments(queue, queued_at, stage)):
        return now
    return queued_deadline(queue, queued_at, stage=stage, now=now)


def _moments(queue: QueuePolicy, queued_at: datetime, stage: int) -> list[datetime]:
    moments = [queued_at + step for step in stages(queue)[stage:]]
    if queue.overflow is not None and queue.overflow.after is not None:
        moments.append(queued_at + queue.overflow.after)
    if queue.time_out is not None:
        moments.append(queued_at + queue.time_out)
    return moments


def silence_deadline(queue: QueuePolicy, stage: int, spoke_at: datetime) -> datetime | None:
    """When a silent customer is reminded or given up, counted from the last word to them."""
    reminders = queue.silence.reminders
    if stage < len(reminders):
        return spoke_at + reminders[stage][0]
    if queue.silence.close_after is not None:
        return spoke_at + queue.silence.close_after
    return None


def due(task: Task, now: datetime) -> bool:
    """Whether the task's deadline has passed."""
    return task.due_at is not None and task.due_at <= now
