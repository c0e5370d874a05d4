"""What is kept of a person, as a zip: one JSON document and every file."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from rapport.domain.errors import NotFound
from rapport.storage.files import Files
from rapport.storage.privacy.people import gather
from rapport.storage.secrets import Vault

_JSON = frozenset({"attachments", "announcement", "content", "variables", "skills", "inputs"})
_PARTS = {
    "messages": (
        "SELECT id, conversation_id, seq, direction, author_kind, text, attachments, announcement,"
        " content, status, error_message, created_at, sent_at, delivered_at, read_at FROM message"
        " WHERE conversation_id = ANY($1::bigint[]) AND direction <> 'note'"
        " ORDER BY conversation_id, seq"
    ),
    "tasks": (
        "SELECT id, conversation_id, channel, state, end_reason, arrived_at, accepted_at, ended_at,"
        " variables FROM task WHERE conversation_id = ANY($1::bigint[]) ORDER BY id"
    ),
    "files": (
        # What the virus scanner has not passed is named, and not given out.
        "SELECT id, conversation_id, filename, media_type, size, by_customer, created_at,"
        " CASE WHEN held_due IS NULL THEN storage_key END AS storage_key FROM attachment"
        " WHERE conversation_id = ANY($1::bigint[]) ORDER BY id"
    ),
    "mails": (
        "SELECT id, conversation_id, message_id, rfc_id, sender, ours, raw_key, at FROM mail"
        " WHERE conversation_id = ANY($1::bigint[]) ORDER BY id"
    ),
    "workflows": (
        "SELECT id, conversation_id, name, state, inputs, started_at, finished_at FROM workflow_run"
        " WHERE conversation_id = ANY($1::bigint[]) ORDER BY id"
    ),
}
_OPT_OUTS = """
SELECT o.account_id, o.contact_key, o.at, o.word FROM opt_out o
JOIN unnest($1::bigint[], $2::text[]) k(account_id, key)
ON o.account_id = k.account_id AND o.contact_key = k.key"""


async def export(
    connection: Any, files: Files, vault: Vault, contact_id: int, target: Path
) -> dict[str, int]:
    """Write the zip; returns how much of each sort is in it. Agents' notes are not the person's.

    Raises:
        NotFound: `person_not_found`.
        FilesAway: files can't be had now.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        person = await gather(connection, contact_id)
        document: dict[str, Any] = {
            "contact": person.contact,
            "identities": person.identities,
            "conversations": person.conversations,
        }
        for name, query in _PARTS.items():
            rows = await connection.fetch(query, person.conversation_ids)
            document[name] = [_plain(dict(row)) for row in rows]
        accounts, keys = zip(*person.keys, strict=True) if person.keys else ((), ())
        rows = await connection.fetch(_OPT_OUTS, list(accounts), list(keys))
        document["opt_outs"] = [dict(row) for row in rows]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for file in document["files"]:
            key, path = file.pop("storage_key"), f"files/{file['id']}/{file['filename']}"
            added = key is not None and await _added(archive, path, files, key)
            file["path"] = path if added else None
        for mail in document["mails"]:
            key, mail["path"] = mail.pop("raw_key"), None
            if key and await files.has(key):
                mail["path"] = f"mails/{mail['id']}.eml"
                archive.writestr(mail["path"], vault.decrypt(await files.contents(key)))
        text = json.dumps(document, default=_moment, ensure_ascii=False, indent=1)
        archive.writestr("person.json", text)
    return {name: len(found) for name, found in document.items() if isinstance(found, list)}


async def _added(archive: ZipFile, path: str, files: Files, key: str) -> bool:
    """Put a file into the zip; False where it is gone."""
    try:
        async with files.at_hand(key) as source:
            with archive.open(path, "w", force_zip64=True) as target:
                await asyncio.to_thread(copyfileobj, source, target)
    except NotFound:
        return False
    return True


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in _JSON and isinstance(value, str) else value
        for name, value in row.items()
    }


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
