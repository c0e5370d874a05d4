"""What has been changed in the configuration, by whom, and taking it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from rapport.application.configuration.administration import (
    Administration,
    canonical,
    carry_out,
    recalled,
)
from rapport.application.configuration.apply import differences
from rapport.application.configuration.changes import (
    Change,
    ConfigurationTransaction,
    Delete,
    Put,
)
from rapport.application.configuration.integrity import WORDS
from rapport.application.configuration.references import replace_references
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import SPECS
from rapport.application.perform import Once
from rapport.application.views import moment
from rapport.domain.errors import NotFound, Refused

View = dict[str, Any]
Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Logged:
    """One commit's changes as the event log has them."""

    id: str
    at: datetime
    actor_id: int | None
    changes: Sequence[Fact]


class ChangeLog(Protocol):
    """The part of the event log that is about the configuration."""

    async def page(
        self, cursor: str | None, limit: int, kind: str | None, actor_id: int | None
    ) -> tuple[list[Logged], str | None]:
        """Newest first; the cursor of the next page, if there is one."""

    async def find(self, change_id: str) -> Logged | None:
        """One commit's changes."""


def view(logged: Logged, configuration: Configuration) -> View:
    """For people: names instead of ids, every field before and after, secrets by name only."""
    return {
        "id": logged.id,
        "at": moment(logged.at),
        "actor": None
        if logged.actor_id is None
        else {
            "id": logged.actor_id,
            "name": configuration.name(logged.actor_id) or f"#{logged.actor_id}",
        },
        "changes": [_fact_view(fact, configuration) for fact in logged.changes],
    }


def _fact_view(fact: Fact, configuration: Configuration) -> View:
    kind = str(fact["kind"])
    before, after = fact.get("before"), fact.get("after")
    if before is not None and after is not None:
        before, after = _full(kind, before), _full(kind, after)
    fields = differences(
        _named(kind, before or {}, configuration), _named(kind, after or {}, configuration)
    )
    if "renamed_from" in fact:
        fields.insert(0, {"path": "name", "before": fact["renamed_from"], "after": fact["name"]})
    return {
        "action": fact["action"],
        "kind": kind,
        "item_id": fact["id"],
        "name": fact["name"],
        "exists": fact["id"] in configuration.items,
        "fields": fields,
        "secrets": list(fact.get("secrets", ())),
        "password": bool(fact.get("password", False)),
    }


def _full(kind: str, raw: Any) -> Any:
    """With the defaults, so that a value that was set to one does not look as if it had gone."""
    try:
        return SPECS[kind].model_validate(raw).model_dump(mode="json")
    except (KeyError, ValidationError):
        return raw


def _named(kind: str, raw: Any, configuration: Configuration) -> Any:
    if kind not in SPECS:
        return raw
    return replace_references(
        kind, raw, lambda _, target, __: configuration.name(target) or f"#{target}"
    )


async def undo(
    administration: Administration,
    log: ChangeLog,
    change_id: str,
    actor_id: int,
    once: Once,
    *,
    over_later: bool,
) -> View:
    """Bring back what was before a change, as a new version of each thing; all or nothing.

    Raises:
        NotFound: no such change.
        Refused: `changed_since`, unless `over_later`; `no_longer_valid`; `nothing_to_undo`;
            `in_use` and whatever else forbids the state from before.
    """
    logged = await log.find(change_id)
    if logged is None:
        raise NotFound("not_found", "There is no such change.")

    async def work(transaction: ConfigurationTransaction) -> View:
        if (earlier := await recalled(transaction, once)) is not None:
            return earlier
        before = transaction.configuration
        changes = [
            change
            for fact in reversed(logged.changes)
            if (change := _back(fact, before, over_later=over_later)) is not None
        ]
        if not changes:
            raise Refused("nothing_to_undo", "Everything is as it was before this change.")
        await carry_out(transaction, changes)
        answer = {"undone": [_done(fact) for fact in logged.changes]}
        await transaction.remember(once, json.dumps(answer))
        return answer

    return await administration.store.change(work, actor_id, administration.clock.now())


def _done(fact: Fact) -> View:
    """What was brought back, and what could not be: secrets and passwords are not in the log."""
    lost = fact["action"] == "deleted"
    again = [
        what for what, kind in (("secrets", "accounts"), ("invitation", "users"))
        if lost and fact["kind"] == kind
    ]  # fmt: skip
    return {"kind": fact["kind"], "item_id": fact["id"], "name": fact["name"], "again": again}


def _back(fact: Fact, now: Configuration, *, over_later: bool) -> Change | None:
    """The change that takes one thing back; None if that is so already."""
    item = now.items.get(fact["id"])
    name = str(fact.get("renamed_from", fact["name"]))
    if fact["action"] == "created":
        if item is None:
            return None
        if not over_later and not _as_left(fact, now):
            raise _changed_since(fact)
        return Delete(item.id, item.version)
    former = _valid(fact)
    if fact["action"] == "deleted":
        return None if item else Put(fact["kind"], name, former, id=fact["id"], new=True)
    if item is None:
        words = f"{fact['name']!r} has been deleted since. Undo that first."
        raise Refused("changed_since", words, {"gone": True})
    if canonical(item.spec) == former and item.name == name:
        return None
    if not over_later and not _as_left(fact, now):
        raise _changed_since(fact)
    return Put(item.kind, name, former, id=item.id, expected=item.version)


def _as_left(fact: Fact, now: Configuration) -> bool:
    """Whether nobody has changed the thing after this change."""
    item = now.items[fact["id"]]
    return bool(canonical(item.spec) == fact["after"] and item.name == fact["name"])


def _valid(fact: Fact) -> View:
    """The spec from before, by today's form."""
    kind, name = str(fact["kind"]), fact["name"]
    try:
        return canonical(SPECS[kind].model_validate(fact["before"]))
    except KeyError:
        words = f"There is no kind {kind!r} any more, so {name!r} cannot be brought back."
        raise Refused("no_longer_valid", words) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        words = f"The {WORDS[kind]} {name!r} as it was is not valid any more: {where}: "
        raise Refused("no_longer_valid", words + first["msg"]) from None


def _changed_since(fact: Fact) -> Refused:
    words = (
        f"The {WORDS.get(fact['kind'], fact['kind'])} {fact['name']!r} has been changed again since"
        " then. Undoing this would take the later changes back too."
    )
    return Refused("changed_since", words, {"gone": False})
