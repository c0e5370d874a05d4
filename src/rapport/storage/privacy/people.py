"""Who a contact is, by every name it is stored under."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rapport.domain.errors import NotFound

LEAST_MARK = 4
"""Shorter names would be found in what others wrote."""
_NUMBER = re.compile(r"[\d\s()+./-]+")
_FIND = r"""
SELECT p.id, p.name, p.email, p.phone, p.created_at,
    ARRAY(SELECT i.channel || ' ' || i.external_id FROM contact_identity i
          WHERE i.contact_id = p.id ORDER BY 1) AS identities,
    (SELECT count(*) FROM conversation c WHERE c.contact_id = p.id) AS conversations
FROM contact p
WHERE position(lower($1) in lower(concat_ws(' ', p.name, p.email, p.phone))) > 0
   OR EXISTS (SELECT FROM contact_identity i
              WHERE i.contact_id = p.id AND lower(i.external_id) = lower($1))
   OR ($3 <> '' AND (position($3 in regexp_replace(coalesce(p.phone, ''), '\D', '', 'g')) > 0
       OR EXISTS (SELECT FROM contact_identity i WHERE i.contact_id = p.id
                  AND position($3 in i.external_id) > 0)))
ORDER BY p.id DESC LIMIT $2"""
_CONVERSATIONS = """
SELECT id, account_id, contact_key FROM conversation WHERE contact_id = $1 ORDER BY id"""
_IDENTITIES = "SELECT channel, scope, external_id FROM contact_identity WHERE contact_id = $1"


@dataclass(frozen=True, slots=True)
class Person:
    """A contact with what belongs to it."""

    contact: dict[str, Any]
    identities: list[dict[str, Any]]
    conversations: list[dict[str, Any]]

    @property
    def conversation_ids(self) -> list[int]:
        """All of them."""
        return [c["id"] for c in self.conversations]

    @property
    def keys(self) -> list[tuple[int, str]]:
        """What the accounts call this person."""
        return [(c["account_id"], c["contact_key"]) for c in self.conversations]

    @property
    def marks(self) -> list[str]:
        """By which input that belongs to nobody yet is recognised as this person's."""
        found = {i["external_id"] for i in self.identities}
        found |= {key for _, key in self.keys}
        found |= {self.contact[name] for name in ("email", "phone", "name") if self.contact[name]}
        return sorted(mark for mark in found if len(mark) >= LEAST_MARK)


async def find_people(connection: Any, text: str, limit: int = 50) -> list[dict[str, Any]]:
    """Contacts by part of their name, e-mail address or number, or by a provider's id.

    A number is found however it is written: with spaces, brackets or strokes.
    """
    digits = re.sub(r"\D", "", text) if _NUMBER.fullmatch(text) else ""
    asked = digits if len(digits) >= LEAST_MARK else ""
    return [dict(row) for row in await connection.fetch(_FIND, text, limit, asked)]


async def gather(connection: Any, contact_id: int, *, lock: bool = False) -> Person:
    """The contact; locked, nothing of it changes until the transaction ends.

    Raises:
        NotFound: `person_not_found`.
    """
    suffix = " FOR UPDATE" if lock else ""
    conversations = await connection.fetch(_CONVERSATIONS + suffix, contact_id)
    row = await connection.fetchrow(f"SELECT * FROM contact WHERE id = $1{suffix}", contact_id)  # noqa: S608
    if row is None:
        raise NotFound("person_not_found", "There is no person with this number.")
    identities = await connection.fetch(_IDENTITIES, contact_id)
    return Person(dict(row), [dict(i) for i in identities], [dict(c) for c in conversations])
