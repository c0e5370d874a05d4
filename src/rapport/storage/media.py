"""Customers' files still at the provider; implements `application.ports.MediaBoard`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import msgspec

from rapport.application.ports import EventRecord, KeptFile, MediaJob
from rapport.application.views import message_view
from rapport.domain.errors import Refused
from rapport.domain.message import Attachment, InboundMedia
from rapport.domain.policy import FileLimits
from rapport.domain.rules.files import check_total
from rapport.storage.audiences import told_of_changes
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, encode_json
from rapport.storage.rows import attachments_json, message_from

_CLAIM = """
UPDATE media_job j SET lease_until = clock_timestamp() + make_interval(secs => $2)
FROM (SELECT attachment_id FROM media_job
      WHERE due <= clock_timestamp()
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY due LIMIT $1 FOR UPDATE SKIP LOCKED) due
WHERE j.attachment_id = due.attachment_id RETURNING j.*"""
_MESSAGE = "SELECT * FROM message WHERE id = $1 FOR NO KEY UPDATE"
_SAVE = "UPDATE message SET attachments = $2::jsonb, version = version + 1 WHERE id = $1"
_FILE = """
INSERT INTO attachment (id, conversation_id, filename, media_type, size, storage_key, by_customer,
    created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"""
_media = msgspec.json.Decoder(InboundMedia).decode


class PostgresMedia:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, limit: int, lease_s: float) -> list[MediaJob]:  # noqa: D102
        return [
            MediaJob(
                attachment_id=row["attachment_id"],
                message_id=row["message_id"],
                account_id=row["account_id"],
                media=_media(row["media"]),
                attempts=row["attempts"],
            )
            for row in await self._database.pool.fetch(_CLAIM, limit, lease_s)
        ]

    async def attach(  # noqa: D102
        self, job: MediaJob, file: KeptFile, limits: FileLimits, now: datetime
    ) -> bool:
        def here(attachment: Attachment) -> Attachment:
            return replace(
                attachment,
                filename=file.filename,
                media_type=file.media_type,
                size=file.size,
                fetching=False,
            )

        return await self._settle(job, here, now, file, limits)

    async def give_up(  # noqa: D102
        self, job: MediaJob, code: str, message: str, now: datetime
    ) -> None:
        refused = Refused(code, message)
        await self._settle(job, partial(_refused, refused=refused), now, None)

    async def later(  # noqa: D102
        self, job: MediaJob, seconds: float, *, counted: bool = True
    ) -> None:
        await self._database.pool.execute(
            "UPDATE media_job SET attempts = attempts + $3, lease_until = NULL,"
            " due = clock_timestamp() + make_interval(secs => $2) WHERE attachment_id = $1",
            job.attachment_id,
            seconds,
            int(counted),
        )

    async def _settle(
        self,
        job: MediaJob,
        change: Callable[[Attachment], Attachment],
        now: datetime,
        file: KeptFile | None,
        limits: FileLimits | None = None,
    ) -> bool:
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.pool.acquire() as connection, connection.transaction():
            done = await connection.fetchval(
                "DELETE FROM media_job WHERE attachment_id = $1 RETURNING message_id",
                job.attachment_id,
            )
            row = await connection.fetchrow(_MESSAGE, job.message_id)
            if done is None or row is None:
                return False
            message = message_from(row)
            if file is not None and limits is not None:
                # Under the message's lock: two of its files that arrive at once count each other.
                others = [a for a in message.attachments if a.id != job.attachment_id]
                here = sum(a.size for a in others if not a.fetching and a.refusal_code is None)
                try:
                    check_total(limits, here + file.size)
                except Refused as refused:
                    change, file = partial(_refused, refused=refused), None
            files = tuple(
                change(a) if a.id == job.attachment_id else a for a in message.attachments
            )
            message = replace(message, attachments=files, version=message.version + 1)
            stored = attachments_json(files)
            await connection.execute(
                _SAVE, message.id, encode_json(stored).decode() if stored else None
            )
            if file is not None:
                await connection.execute(
                    _FILE,
                    job.attachment_id,
                    message.conversation_id,
                    file.filename,
                    file.media_type,
                    file.size,
                    file.key,
                    message.direction.value == "inbound",
                    now,
                )
            told = await told_of_changes(connection, [message])
            event = EventRecord(
                kind="message.changed",
                at=now,
                conversation_id=message.conversation_id,
                task_id=message.task_id,
                audience=told[message.id],
                entities={"message": message_view(message)},
            )
            await insert_events(connection, [event], commit_id)
            await connection.execute(f"SELECT seal({commit_id:d})")
        return file is not None


def _refused(attachment: Attachment, *, refused: Refused) -> Attachment:
    return replace(
        attachment,
        fetching=False,
        refusal_code=refused.code,
        refusal_message=refused.message,
    )
