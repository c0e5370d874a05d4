"""What must hold over the whole configuration; checked before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapport.application.configuration.references import Path, references
from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import (
    SPECS,
    AccountSpec,
    EntryPointSpec,
    HoursSpec,
    IdleCodeSpec,
    QueueSpec,
    UserSpec,
)
from rapport.domain.policy import HoursClose

WORDS = {
    "settings": "settings",
    "skills": "skill",
    "profiles": "profile",
    "teams": "team",
    "hours": "business hours",
    "idle_codes": "idle code",
    "roles": "role",
    "users": "user",
    "identity_providers": "identity provider",
    "queues": "queue",
    "reasons": "wrap-up reason",
    "accounts": "channel account",
    "entry_points": "entry point",
    "templates": "template",
    "workflows": "workflow",
    "rules": "rule",
    "webhooks": "webhook",
}
assert WORDS.keys() == SPECS.keys()  # noqa: S101 - a kind without words is a mistake made here


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that may not be so, at a field of one thing."""

    kind: str
    name: str
    path: Path
    message: str
    code: str = "invalid_field"
    item_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def problems(before: Configuration, after: Configuration) -> list[Problem]:
    """Everything wrong with `after`; things that were wrong before are told only once changed."""
    found = [
        *_references(before, after),
        *_names(after),
        *_settings(after),
        *_logins(after),
        *_roles(after),
        *_accounts(after),
        *_entry_points(after),
        *_queues(after),
        *_hours(after),
        *_idle_codes(after),
    ]
    return [p for p in found if _changed(before, after, p)] + list(_administrators(before, after))


def _changed(before: Configuration, after: Configuration, problem: Problem) -> bool:
    """Old sins of a thing that nobody touches must not stop other changes."""
    if problem.item_id is None or problem.code in {"in_use", "not_served"}:
        return True
    return before.items.get(problem.item_id) != after.items.get(problem.item_id)


def _at(item: Item, message: str, *path: str | int, code: str = "invalid_field") -> Problem:
    return Problem(item.kind, item.name, path, message, code, item.id)


def _references(before: Configuration, after: Configuration) -> Iterator[Problem]:
    for item in after.items.values():
        for reference in references(item.kind, item.spec):
            target = after.items.get(reference.target)
            if target is not None and target.kind == reference.kind:
                continue
            path = ("spec", *reference.path)
            removed = before.items.get(reference.target)
            if removed is not None and removed.kind == reference.kind:
                yield _in_use(removed, item, path)
            else:
                yield _at(
                    item,
                    f"There is no {WORDS[reference.kind]} with the id {reference.target}.",
                    *path,
                    code="unknown_reference",
                )


def _in_use(removed: Item, user: Item, path: Path) -> Problem:
    where = ".".join(str(step) for step in path[1:])
    message = (
        f"The {WORDS[removed.kind]} {removed.name!r} is used by the {WORDS[user.kind]}"
        f" {user.name!r} ({where}). Change that first."
    )
    used_by = {"kind": user.kind, "id": user.id, "name": user.name, "path": where}
    return Problem(
        removed.kind, removed.name, (), message, "in_use", removed.id, {"used_by": used_by}
    )


def _names(after: Configuration) -> Iterator[Problem]:
    for kind, items in after.by_kind.items():
        seen: dict[str, Item] = {}
        for item in items:
            twin = seen.setdefault(item.name.casefold(), item)
            if twin is not item:
                words = f"There is already a {WORDS[kind]} named {twin.name!r}."
                for one in (item, twin):
                    yield _at(one, words, "name", code="name_taken")


def _settings(after: Configuration) -> Iterator[Problem]:
    for item in after.by_kind["settings"]:
        if item.name != "settings":
            yield _at(item, "There is one set of settings; its name is 'settings'.", "name")


def _logins(after: Configuration) -> Iterator[Problem]:
    seen: dict[str, Item] = {}
    for item in after.by_kind["users"]:
        if isinstance(item.spec, UserSpec):
            twin = seen.setdefault(item.spec.login.casefold(), item)
            if twin is not item:
                for one, other in ((item, twin), (twin, item)):
                    words = f"This login belongs to {other.name!r}. Choose another."
                    yield _at(one, words, "spec", "login", code="login_taken")


def _roles(after: Configuration) -> Iterator[Problem]:
    for item in after.by_kind["users"]:
        if isinstance(item.spec, UserSpec) and not (item.spec.roles or item.spec.custom_roles):
            yield _at(item, "Give everybody at least one role.", "spec", "roles")


def _administrators(before: Configuration, after: Configuration) -> Iterator[Problem]:
    if administrators(before) and not administrators(after):
        last = administrators(before)[0]
        message = f"{last.name!r} is the last active administrator. Make somebody else one first."
        yield Problem("users", last.name, (), message, "last_administrator", last.id)


def administrators(configuration: Configuration) -> list[Item]:
    """Active users who may configure."""
    return [
        item
        for item in configuration.by_kind["users"]
        if isinstance(item.spec, UserSpec)
        and item.spec.active
        and "administrator" in item.spec.roles
    ]


def _accounts(after: Configuration) -> Iterator[Problem]:
    sites: dict[str, Item] = {}
    for item in after.by_kind["accounts"]:
        spec = item.spec
        if not isinstance(spec, AccountSpec):
            continue
        if spec.channel == "webchat" and spec.webchat is None:
            yield _at(item, "A website's chat needs the settings `webchat`.", "spec", "webchat")
        if spec.channel != "webchat" and spec.webchat is not None:
            yield _at(item, "Only the channel webchat has these settings.", "spec", "webchat")
        if spec.webchat is not None:
            twin = sites.setdefault(spec.webchat.site_key, item)
            if twin is not item:
                path = ("spec", "webchat", "site_key")
                for one, other in ((item, twin), (twin, item)):
                    words = f"This site key belongs to {other.name!r}. Choose another."
                    yield _at(one, words, *path, code="site_key_taken")


def _entry_points(after: Configuration) -> Iterator[Problem]:
    seen: dict[int, Item] = {}
    for item in after.by_kind["entry_points"]:
        if not isinstance(item.spec, EntryPointSpec):
            continue
        twin = seen.setdefault(item.spec.account, item)
        if twin is not item:
            for one, other in ((item, twin), (twin, item)):
                words = f"This account already has the entry point {other.name!r}."
                yield _at(one, words, "spec", "account", code="account_taken")
        yield from _served(after, item, item.spec.account, item.spec.queue, "queue")
        for number, route in enumerate(item.spec.keywords):
            path = ("keywords", number, "queue")
            yield from _served(after, item, item.spec.account, route.queue, *path)
        for number, choice in enumerate(item.spec.menu.choices if item.spec.menu else ()):
            where = ("menu", "choices", number, "queue")
            yield from _served(after, item, item.spec.account, choice.queue, *where)


def _served(
    after: Configuration, item: Item, account_id: int, queue_id: int | None, *path: str | int
) -> Iterator[Problem]:
    account = after.account_specs.get(account_id)
    queue = after.queue_specs.get(queue_id) if queue_id is not None else None
    if account is not None and queue is not None and account.channel not in queue.channels:
        yield _at(
            item,
            f"The queue {after.name(queue_id)!r} does not serve the channel"
            f" {account.channel.value} of {after.name(account_id)!r}. Add the channel"
            " to the queue, or choose another queue.",
            "spec",
            *path,
            code="not_served",
        )


def _queues(after: Configuration) -> Iterator[Problem]:
    for item in after.by_kind["queues"]:
        spec = item.spec
        if not isinstance(spec, QueueSpec):
            continue
        yield from _closing(item, spec)
        overflow = spec.overflow
        if overflow is None:
            continue
        at_closing = spec.when_hours_close is HoursClose.OVERFLOW
        if overflow.after_s is None and overflow.length is None and not at_closing:
            words = "Say after how long (after_s), from what length on (length), or both."
            yield _at(item, words, "spec", "overflow")
        way = _overflow_way(after, item.id)
        if way[-1] == item.id:
            names = " → ".join(repr(after.name(i)) for i in way)
            words = (
                "A queue cannot overflow into itself."
                if len(way) == 2
                else f"Tasks would go round in a circle: {names}."
            )
            yield _at(item, words, "spec", "overflow", "queue", code="overflow_cycle")


def _closing(item: Item, spec: QueueSpec) -> Iterator[Problem]:
    if spec.when_hours_close is not HoursClose.KEEP and spec.hours is None:
        yield _at(item, "Choose the business hours that close.", "spec", "hours")
    if spec.when_hours_close is HoursClose.OVERFLOW and spec.overflow is None:
        yield _at(item, "Choose the queue to which tasks overflow.", "spec", "overflow")


def _overflow_way(after: Configuration, start: int) -> list[int]:
    """The queues that tasks pass by overflow, up to the first one met twice."""
    way = [start]
    while True:
        spec = after.queue_specs.get(way[-1])
        if spec is None or spec.overflow is None:
            return way
        way.append(spec.overflow.queue)
        if way[-1] in way[:-1]:
            return way


def _hours(after: Configuration) -> Iterator[Problem]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for item in after.by_kind["hours"]:
        if isinstance(item.spec, HoursSpec):
            for day in days:
                for place, shift in enumerate(getattr(item.spec, day)):
                    if shift.opens >= shift.closes:
                        words = "Closing comes after opening, on the same day."
                        yield _at(item, words, "spec", day, place, "closes")


def _idle_codes(after: Configuration) -> Iterator[Problem]:
    defaults = [
        item
        for item in after.by_kind["idle_codes"]
        if isinstance(item.spec, IdleCodeSpec) and item.spec.default
    ]
    if len(defaults) > 1:
        names = ", ".join(repr(item.name) for item in defaults)
        for item in defaults:
            yield _at(
                item,
                f"Only one idle code can be the default; these are: {names}.",
                "spec",
                "default",
                code="two_defaults",
            )
