"""Whom somebody may change: nobody who may more, before or after, than they can give themselves.

Otherwise a program that may configure could make itself an administrator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from rapport.application.access import Session
from rapport.application.configuration.administration import Administration
from rapport.application.configuration.changes import (
    ConfigurationStore,
    ConfigurationTransaction,
    Work,
)
from rapport.application.configuration.snapshot import Configuration
from rapport.domain.errors import Forbidden
from rapport.domain.rights import GRANTS, missing

T = TypeVar("T")


class WithinReach:
    """A `ConfigurationStore` on which changes beyond somebody's own rights are not committed."""

    def __init__(self, store: ConfigurationStore, gives: frozenset[str]) -> None:
        self._store = store
        self._gives = gives

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids."""
        return await self._store.new_ids(count)

    async def change(self, work: Work[T], actor_id: int | None, now: datetime) -> T:
        """Run work and look at whom it has changed before it commits.

        Raises:
            Forbidden: `more_rights`.
        """

        async def looked_at(transaction: ConfigurationTransaction) -> T:
            before = transaction.configuration
            result = await work(transaction)
            wanted = set(_concerned(before, transaction.configuration))
            if more := missing(self._gives, wanted):
                words = f"This is about rights that you cannot give: {', '.join(more)}."
                raise Forbidden("more_rights", words, {"rights": more})
            return result

        return await self._store.change(looked_at, actor_id, now)


def _concerned(before: Configuration, after: Configuration) -> Iterator[str]:
    """All that changed people and roles may do, before and after."""
    for user_id in before.users.keys() | after.users.keys():
        was, will = before.grants(user_id), after.grants(user_id)
        if was != will or before.items.get(user_id) != after.items.get(user_id):
            yield from was
            yield from will
    providers = (before.by_kind["identity_providers"], after.by_kind["identity_providers"])
    if providers[0] != providers[1]:
        # Who says who somebody is could say that they are anybody.
        yield from GRANTS
    for role_id in before.roles.keys() | after.roles.keys():
        if before.items.get(role_id) != after.items.get(role_id):
            for configuration in (before, after):
                if role_id in configuration.roles:
                    yield from configuration.roles[role_id].rights


def administration_of(administration: Administration, session: Session) -> Administration:
    """The administration as far as somebody's reach goes."""
    if session.gives >= frozenset(GRANTS):
        return administration
    return administration.on(WithinReach(administration.store, session.gives))
