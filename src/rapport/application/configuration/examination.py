"""From wanted changes to the configuration after them, and to everything that forbids them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapport.application.configuration.changes import (
    Change,
    ConfigurationTransaction,
    Delete,
    Put,
    Use,
)
from rapport.application.configuration.integrity import WORDS, Problem, problems
from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import SPECS, AccountSpec, IdleCodeSpec, UserSpec
from rapport.domain.errors import Invalid, Refused

_CONFLICTS = {"in_use", "last_administrator"}
_HISTORY = {
    "queues": "To take it out of service, give it no channels.",
    "users": "Deactivate this person instead.",
    "accounts": "Deactivate it instead.",
    "reasons": "To retire it, let it belong to no queue (an empty list).",
}


def after(before: Configuration, changes: Sequence[Change]) -> Configuration:
    """The configuration as it would be; new things have their id already."""
    items = dict(before.items)
    for change in changes:
        if isinstance(change, Delete):
            items.pop(change.id, None)
        else:
            item_id = change.id or 0
            spec = SPECS[change.kind].model_validate(change.spec)
            version = 1 if change.new else before.items[item_id].version + 1
            items[item_id] = Item(item_id, change.kind, change.name, spec, version)
    return Configuration.of(before.version + 1, items.values())


def with_one_default(before: Configuration, changes: Sequence[Change]) -> list[Change]:
    """Making an idle code the default takes that from the one that had it."""
    touched = {change.id for change in changes}
    made = [
        c
        for c in changes
        if isinstance(c, Put) and c.kind == "idle_codes" and c.spec.get("default")
    ]
    if len(made) != 1:
        return list(changes)
    cleared = [
        Put("idle_codes", item.name, {}, id=item.id)
        for item in before.by_kind["idle_codes"]
        if item.id not in touched and isinstance(item.spec, IdleCodeSpec) and item.spec.default
    ]
    return [*changes, *cleared]


async def examine(
    transaction: ConfigurationTransaction, changes: Sequence[Change]
) -> list[Problem]:
    """Everything that forbids these changes; nothing is written."""
    before = transaction.configuration
    wanted = after(before, changes)
    found = problems(before, wanted)
    removed = before.items.keys() - wanted.items.keys()
    stopped = set(_stopped(before, wanted))
    if removed or stopped:
        uses = await transaction.uses(removed, stopped)
        found += [_problem(before.items[use.item_id], use) for use in uses]
    return found


def _stopped(before: Configuration, wanted: Configuration) -> Iterator[int]:
    """Things that stay, but stop doing what work at hand may need."""
    for item_id, item in before.items.items():
        later = wanted.items.get(item_id)
        if later is None:
            continue
        old, new = item.spec, later.spec
        if isinstance(old, UserSpec) and isinstance(new, UserSpec):
            if before.works(item_id) and not wanted.works(item_id):
                yield item_id
        elif (
            isinstance(old, AccountSpec)
            and isinstance(new, AccountSpec)
            and ((old.active and not new.active) or old.channel is not new.channel)
        ):
            yield item_id


def _problem(item: Item, use: Use) -> Problem:
    thing, name, n = WORDS[item.kind], item.name, use.count
    conversations = "conversation is" if n == 1 else "conversations are"
    messages = {
        "open_tasks": f"{n} {conversations} open in the {thing} {name!r}."
        " End or transfer what is open first.",
        "open_legs": f"{name!r} has {n} open {'conversation' if n == 1 else 'conversations'}."
        " They must be transferred, or ended and wrapped up, first.",
        "waiting_skill": f"{n} open {'conversation needs' if n == 1 else 'conversations need'}"
        f" the skill {name!r}. Wait until they have ended.",
        "idle_agents": f"{n} {'agent is' if n == 1 else 'agents are'} idle with the code {name!r}."
        " Let them choose another first.",
        "history": f"Past conversations belong to the {thing} {name!r}, so it cannot be deleted. "
        + _HISTORY.get(item.kind, ""),
    }
    message = messages[use.what].rstrip()
    details = {"use": {"what": use.what, "count": n, "message": message}}
    return Problem(item.kind, name, (), message, "in_use", item.id, details)


def refusal(found: Sequence[Problem]) -> Refused:
    """The one answer to all problems of one thing: a conflict first, else its fields."""
    conflicts = [p for p in found if p.code in _CONFLICTS]
    if conflicts:
        first = conflicts[0]
        same = [p for p in conflicts if p.code == first.code]
        details = {
            "used_by": [p.details["used_by"] for p in same if "used_by" in p.details],
            "uses": [p.details["use"] for p in same if "use" in p.details],
        }
        message = " ".join(dict.fromkeys(p.message for p in same[:5]))
        return Refused(first.code, message, details if first.code == "in_use" else None)
    fields = [
        {"path": ".".join(str(s) for s in p.path), "message": p.message, "code": p.code}
        for p in found
    ]
    code = found[0].code if len(found) == 1 else "invalid_field"
    message = found[0].message if len(found) == 1 else "Some fields are not valid."
    return Invalid(code, message, {"fields": fields})
