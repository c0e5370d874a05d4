"""Changing the configuration one thing at a time, for administrators."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport.application.access import hash_password
from rapport.application.configuration.changes import (
    Change,
    ConfigurationStore,
    ConfigurationTransaction,
    Delete,
    Put,
    SecretBox,
)
from rapport.application.configuration.examination import examine, refusal, with_one_default
from rapport.application.configuration.snapshot import Item
from rapport.application.configuration.spec import Spec
from rapport.application.perform import Once
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.storable import unstorable
from rapport.domain.errors import Invalid, NotFound, Refused, Stale

LONGEST_NAME = 100
WITH_SECRETS = frozenset({"accounts", "workflows", "webhooks", "identity_providers"})
LONGEST_SECRET = 10_000
View = dict[str, Any]
_SECRET_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One thing as somebody wants it; a secret given as None is taken away."""

    name: str
    spec: Spec
    secrets: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    password: str | None = field(default=None, repr=False)


def canonical(spec: Spec) -> dict[str, Any]:
    """A spec as it is stored and exported: what equals the default is left out."""
    return spec.model_dump(mode="json", exclude_defaults=True)


class Administration:
    """Create, replace, delete and read; every change is validated against all the rest."""

    def __init__(
        self,
        store: ConfigurationStore,
        configuration: ConfigurationSource,
        box: SecretBox,
        clock: Clock,
    ) -> None:
        self.store = store
        self.box = box
        self.clock = clock
        self._configuration = configuration

    def on(self, store: ConfigurationStore) -> Administration:
        """The same on another store."""
        return Administration(store, self._configuration, self.box, self.clock)

    def page(self, kind: str, cursor: int, limit: int) -> View:
        """Things of a kind with ids above the cursor, ascending."""
        rest = [i for i in self._configuration.current.by_kind[kind] if i.id > cursor]
        more = len(rest) > limit
        return {
            "items": [self.view(item) for item in rest[:limit]],
            "next": str(rest[limit - 1].id) if more else None,
        }

    def item(self, kind: str, item_id: int) -> View:
        """One thing.

        Raises:
            NotFound: none of this kind has the id.
        """
        return self.view(known(self._configuration.current.items.get(item_id), kind))

    def view(self, item: Item) -> View:
        """A thing as administrators see it: secrets by name only."""
        return {
            "id": item.id,
            "kind": item.kind,
            "name": item.name,
            "version": item.version,
            "spec": item.spec.model_dump(mode="json"),
            **({"secrets": self._secret_names(item)} if item.kind in WITH_SECRETS else {}),
        }

    async def create(
        self, kind: str, draft: Draft, actor_id: int | None, once: Once | None = None
    ) -> View:
        """A new thing; the same idempotency key gives the same answer.

        Raises:
            Invalid: fields that may not be so, by path.
        """
        (item_id,) = await self.store.new_ids(1)
        password_hash = await self._hashed(draft)

        async def work(transaction: ConfigurationTransaction) -> View:
            if once is not None and (earlier := await recalled(transaction, once)) is not None:
                return earlier
            put = self.put(kind, draft, None, new_id=item_id, password_hash=password_hash)
            await carry_out(transaction, [put])
            view = self.view(transaction.configuration.items[item_id])
            if once is not None:
                await transaction.remember(once, json.dumps(view))
            return view

        return await self.store.change(work, actor_id, self.clock.now())

    async def replace(
        self, kind: str, item_id: int, draft: Draft, expected: int | None, actor_id: int | None
    ) -> View:
        """The whole thing anew, written on top of the version seen.

        Raises:
            NotFound: no such thing.
            Stale: somebody has changed it meanwhile.
            Invalid: fields that may not be so.
            Refused: `in_use` when it would stop what work at hand needs; `last_administrator`.
        """
        password_hash = await self._hashed(draft)

        async def work(transaction: ConfigurationTransaction) -> View:
            item = known(transaction.configuration.items.get(item_id), kind)
            _check_version(item, expected)
            await carry_out(transaction, [self.put(kind, draft, item, password_hash=password_hash)])
            return self.view(transaction.configuration.items[item_id])

        return await self.store.change(work, actor_id, self.clock.now())

    async def delete(
        self, kind: str, item_id: int, expected: int | None, actor_id: int | None
    ) -> None:
        """Remove a thing that nothing uses.

        Raises:
            NotFound: no such thing.
            Stale: somebody has changed it meanwhile.
            Refused: `in_use` with who uses it, or `last_administrator`.
        """

        async def work(transaction: ConfigurationTransaction) -> None:
            _check_version(known(transaction.configuration.items.get(item_id), kind), expected)
            await carry_out(transaction, [Delete(item_id, expected)])

        await self.store.change(work, actor_id, self.clock.now())

    def put(
        self,
        kind: str,
        draft: Draft,
        item: Item | None,
        *,
        new_id: int | None = None,
        password_hash: str | None = None,
    ) -> Put:
        """What to write for a draft, over what is stored.

        Raises:
            Invalid: name or secrets cannot be so.
            Refused: the stored secrets cannot be read.
        """
        spec = canonical(draft.spec)
        if unkept := next(unstorable(spec, "spec"), None):
            raise Invalid.field(unkept, "There is a character that cannot be kept (NUL).")
        changed = self.changed_secrets(kind, draft, item)
        sealed = None
        if changed:
            merged = {**(self.opened(item) if item else {}), **changed}
            sealed = self.box.seal({k: v for k, v in merged.items() if v is not None})
        return Put(
            kind,
            clean_name(draft.name),
            spec,
            id=item.id if item else new_id,
            expected=item.version if item else None,
            secrets=sealed,
            new=item is None,
            secret_names=tuple(sorted(changed)),
            password_hash=password_hash,
        )

    def changed_secrets(self, kind: str, draft: Draft, item: Item | None) -> dict[str, str | None]:
        """The draft's secrets that differ from those stored."""
        if not draft.secrets:
            return {}
        if kind not in WITH_SECRETS:
            words = "Only accounts, workflows, webhooks and identity providers have secrets."
            raise Invalid.field("secrets", words)
        for name, value in draft.secrets.items():
            if not _SECRET_NAME.fullmatch(name):
                raise Invalid.field(f"secrets.{name}", "A name is like signing_secret.")
            if value is not None and not 0 < len(value) <= LONGEST_SECRET:
                words = f"A secret has 1 to {LONGEST_SECRET} characters; null takes it away."
                raise Invalid.field(f"secrets.{name}", words)
        stored = self.opened(item) if item else {}
        return {k: v for k, v in draft.secrets.items() if stored.get(k) != v}

    def opened(self, item: Item) -> Mapping[str, str]:
        """An account's secrets.

        Raises:
            Refused: `secrets_unreadable` when they were sealed with another key.
        """
        try:
            return self.box.open(item.secrets)
        except ValueError:
            raise Refused(
                "secrets_unreadable",
                f"The stored secrets of {item.name!r} cannot be decrypted with this"
                " installation's key. Restore the key (RAPPORT_SECRET_KEY or the file secret.key)"
                " or set the account up anew.",
            ) from None

    def _secret_names(self, item: Item) -> list[str] | None:
        try:
            return sorted(self.opened(item))
        except Refused:
            return None

    async def _hashed(self, draft: Draft) -> str | None:
        if draft.password is None:
            return None
        return await asyncio.to_thread(hash_password, draft.password)


def clean_name(name: str) -> str:
    """A name without spaces around it.

    Raises:
        Invalid: empty, too long, or with characters that cannot be printed.
    """
    name = name.strip()
    unprintable = any(unicodedata.category(c) in {"Cc", "Cs", "Cn", "Zl", "Zp"} for c in name)
    if not 0 < len(name) <= LONGEST_NAME or unprintable:
        raise Invalid.field("name", f"A name has 1 to {LONGEST_NAME} printable characters.")
    return name


def known(item: Item | None, kind: str) -> Item:
    """The item, if it is of the kind.

    Raises:
        NotFound: it is not.
    """
    if item is None or item.kind != kind:
        raise NotFound("not_found", "This does not exist, or no longer does.")
    return item


def _check_version(item: Item, expected: int | None) -> None:
    if expected is not None and item.version != expected:
        raise Stale(
            "stale_version",
            "Somebody has changed this meanwhile. Load it again.",
            {"version": item.version},
        )


async def carry_out(transaction: ConfigurationTransaction, changes: Sequence[Change]) -> None:
    """Examine changes against all the rest, and write them.

    Raises:
        Refused: what forbids them, as `examination.refusal` says it.
    """
    changes = with_one_default(transaction.configuration, changes)
    if found := await examine(transaction, changes):
        raise refusal(found)
    await transaction.write(changes)


async def recalled(transaction: ConfigurationTransaction, once: Once) -> View | None:
    """The answer that was given under this idempotency key before.

    Raises:
        Refused: the key was used for another request.
    """
    earlier = await transaction.recall(once.user_id, once.key)
    if earlier is None:
        return None
    if earlier[0] != once.fingerprint:
        raise Refused(
            "idempotency_key_reused", "This Idempotency-Key was used for another request."
        )
    view: View = json.loads(earlier[2])
    return view
