"""Applying a YAML document: all of it or nothing, and nothing the second time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.application.access import hash_password, password_matches
from rapport.application.configuration.administration import Administration, Draft, canonical
from rapport.application.configuration.changes import (
    Change,
    ConfigurationTransaction,
    Delete,
    Put,
)
from rapport.application.configuration.document import (
    Entry,
    Names,
    by_name,
    draft,
    entries,
)
from rapport.application.configuration.examination import after, examine, with_one_default
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.yaml_text import DocumentRefused, Parsed, parse
from rapport.application.passwords import check_password
from rapport.domain.errors import Invalid, Refused

View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a document is applied."""

    prune: bool = False
    """Delete what the document does not name, of the kinds that it has."""
    dry_run: bool = False
    environment: Mapping[str, str] | None = None
    """Where `${NAME}` is looked up; None where it is refused."""


async def apply_document(
    administration: Administration, text: str, options: Options, actor_id: int | None
) -> list[View]:
    """Bring the configuration to what a document says; returns what changed, or would.

    Raises:
        DocumentRefused: every fault with its line; nothing has changed.
    """
    parsed = parse(text)
    wanted = entries(parsed)
    fresh = await administration.store.new_ids(len(wanted))

    async def work(transaction: ConfigurationTransaction) -> list[View]:
        parsed.faults = [*faults]  # a transaction that lost a race runs again
        before = transaction.configuration
        changes = await _changes(administration, transaction, parsed, wanted, fresh, options)
        if not parsed.faults:
            changes = with_one_default(before, changes)
            for problem in await examine(transaction, changes):
                path = (problem.kind, problem.name, *problem.path[1:])
                parsed.fault(path, problem.message)
        if parsed.faults:
            raise DocumentRefused(parsed.faults)
        views = _views(before, after(before, changes), changes)
        if changes and not options.dry_run:
            await transaction.write(changes)
        return views

    faults = [*parsed.faults]
    return await administration.store.change(work, actor_id, administration.clock.now())


async def _changes(
    administration: Administration,
    transaction: ConfigurationTransaction,
    parsed: Parsed,
    wanted: Sequence[Entry],
    fresh: Sequence[int],
    options: Options,
) -> list[Change]:
    before = transaction.configuration
    names = Names.of(before)
    for entry, item_id in zip(wanted, fresh, strict=True):
        names.ids.setdefault((entry.kind, entry.name), item_id)
    changes: list[Change] = []
    for entry in wanted:
        made = draft(parsed, entry, names, options.environment)
        if made is not None:
            item_id = names.ids[entry.kind, entry.name]
            try:
                put = await _put(administration, transaction, entry, made, item_id)
            except Refused as refused:
                _note(parsed, entry, refused)
            else:
                changes += [put] if put else []
    if options.prune and isinstance(parsed.data, dict):
        kept = {(entry.kind, entry.name) for entry in wanted}
        changes += [
            Delete(item.id, item.version)
            for item in before.items.values()
            if item.kind in parsed.data and (item.kind, item.name) not in kept
        ]
    return changes


async def _put(
    administration: Administration,
    transaction: ConfigurationTransaction,
    entry: Entry,
    made: Draft,
    item_id: int,
) -> Put | None:
    """What to write for one entry; None if it is so already."""
    item = transaction.configuration.items.get(item_id)
    hashed = await _password_hash(transaction, made, item_id)
    put = administration.put(entry.kind, made, item, new_id=item_id, password_hash=hashed)
    same = item is not None and put.spec == canonical(item.spec)
    return None if same and put.secrets is None and hashed is None else put


async def _password_hash(
    transaction: ConfigurationTransaction, made: Draft, user_id: int
) -> str | None:
    if made.password is None:
        return None
    login = getattr(made.spec, "login", "")
    shortest = transaction.configuration.settings.password.shortest
    check_password(made.password, shortest=shortest, names=(login, made.name))
    stored = (await transaction.password_hashes([user_id])).get(user_id)
    if stored is not None:
        same: bool = await asyncio.to_thread(password_matches, made.password, stored)
        if same:
            return None
    hashed: str = await asyncio.to_thread(hash_password, made.password)
    return hashed


def _note(parsed: Parsed, entry: Entry, refused: Refused) -> None:
    fields: Any = refused.details.get("fields") if isinstance(refused, Invalid) else None
    if fields:
        for field in fields:
            parsed.fault((*entry.path, *str(field["path"]).split(".")), str(field["message"]))
    else:
        parsed.fault(entry.path, refused.message)


def _views(before: Configuration, wanted: Configuration, changes: Sequence[Change]) -> list[View]:
    """What changes, for people: names instead of ids, secrets by name only."""
    views = []
    for change in changes:
        old, new = before.items.get(change.id or 0), wanted.items.get(change.id or 0)
        named = new or old
        if named is None:
            continue
        fields = differences(
            by_name(old, before) if old else {}, by_name(new, wanted) if new else {}
        )
        if isinstance(change, Put):
            fields += [{"path": f"secrets.{name}"} for name in change.secret_names]
            fields += [{"path": "password"}] if change.password_hash else []
        action = "create" if old is None else "delete" if new is None else "replace"
        views.append({"action": action, "kind": named.kind, "name": named.name, "fields": fields})
    return views


def differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[View]:
    """Fields that differ, by path, with both values; nested ones taken apart."""
    found: list[View] = []
    for key in dict.fromkeys([*old, *new]):
        was, will = old.get(key), new.get(key)
        if isinstance(was, dict) and isinstance(will, dict):
            found += differences(was, will, f"{prefix}{key}.")
        elif was != will:
            found.append({"path": f"{prefix}{key}", "before": was, "after": will})
    return found
