"""When a task must be looked at next: every open task has a timer or a person (T11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.domain.channel import ChannelKind
from rapport.domain.policy import HoursClose, QueuePolicy, Silence
from rapport.domain.task import Task


def stages(queue: QueuePolicy) -> list[timedelta]:
    """Waiting times at which routing may ask more agents, ascending."""
    steps = {group.after for group in queue.groups} | {r.after for r in queue.relaxations}
    return sorted(step for step in steps if step > timedelta(0))


def stage_at(queue: QueuePolicy, waited: timedelta) -> int:
    """How many stages have been reached after this waiting time."""
    return sum(1 for step in stages(queue) if step <= waited)


def queued_deadline(
    queue: QueuePolicy,
    queued_at: datetime,
    *,
    stage: int,
    now: datetime,
    since: datetime | None = None,
    overflows: bool = True,
) -> datetime:
    """The next moment at which something changes for a waiting task. Never None.

    Args:
        since: The beginning of the whole wait, where it began before it came to this queue.
        overflows: Whether the queue may still send it on.
    """
    moments = _moments(queue, queued_at, stage, since or queued_at, overflows=overflows)
    coming = min((x for x in moments if x > now), default=now + queue.alert_after)
    closing = _closing(queue, queued_at, overflows=overflows)
    return coming if closing is None or closing <= now else min(coming, closing)


def returning_deadline(
    queue: QueuePolicy,
    queued_at: datetime,
    now: datetime,
    *,
    since: datetime | None = None,
    overflows: bool = True,
) -> datetime:
    """The same for a task that has rung: at once, if something was due meanwhile."""
    stage = stage_at(queue, now - queued_at)
    moments = _moments(queue, queued_at, stage, since or queued_at, overflows=overflows)
    closing = _closing(queue, queued_at, overflows=overflows)
    if any(x <= now for x in moments) or (closing is not None and closing <= now):
        return now
    return queued_deadline(queue, queued_at, stage=stage, now=now, since=since, overflows=overflows)


def closing_after(queue: QueuePolicy, moment: datetime) -> datetime | None:
    """When the queue's hours close next, if that concerns those who wait."""
    if queue.hours is None or queue.when_hours_close is HoursClose.KEEP:
        return None
    return queue.hours.closing_after(moment)


def offer_deadline(queue: QueuePolicy, kind: ChannelKind, now: datetime) -> datetime:
    """When an offer from the line stops ringing: when its time is over, or the hours close."""
    expires_at = now + queue.timeout_for(kind)
    closing = closing_after(queue, now)
    return expires_at if closing is None else min(expires_at, closing)


def _moments(
    queue: QueuePolicy, queued_at: datetime, stage: int, since: datetime, *, overflows: bool
) -> list[datetime]:
    moments = [queued_at + step for step in stages(queue)[stage:]]
    if overflows and queue.overflow is not None and queue.overflow.after is not None:
        moments.append(queued_at + queue.overflow.after)
    if queue.time_out is not None:
        moments.append(since + queue.time_out)
    return moments


def _closing(queue: QueuePolicy, queued_at: datetime, *, overflows: bool) -> datetime | None:
    if overflows or queue.when_hours_close is HoursClose.CLOSE:
        return closing_after(queue, queued_at)
    return None


def silence_deadline(silence: Silence, stage: int, spoke_at: datetime) -> datetime | None:
    """When a silent customer is reminded or given up, counted from the last word to them."""
    reminders = silence.reminders
    if stage < len(reminders):
        return spoke_at + reminders[stage][0]
    if silence.close_after is not None:
        return spoke_at + silence.close_after
    return None


def due(task: Task, now: datetime) -> bool:
    """Whether the task's deadline has passed."""
    return task.due_at is not None and task.due_at <= now
