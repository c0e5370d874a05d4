"""Brings customers' files from the providers: streamed, typed by content, each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from rapport.application.ports import FileGone, KeptFile, MediaBoard, MediaJob, Services
from rapport.application.privacy import FILE_REMOVED, SENSITIVE_FILE
from rapport.domain.errors import FilesAway, Refused, ScannerAway
from rapport.domain.message import InboundMedia
from rapport.domain.policy import FileLimits
from rapport.jobs.rounds import Bell, keep_working

TICK_S = 0.5
AT_ONCE = 8
FETCH_WITHIN_S = 120
MOST_ATTEMPTS = 8
HELD_S = 60.0
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 2.0, 900.0
Download = Callable[[int, InboundMedia], AsyncIterator[bytes]]
"""Streams an account's file from its provider; raises FileGone where it can't be had."""
Save = Callable[[AsyncIterator[bytes], str, FileLimits], Awaitable[KeptFile]]
"""Keeps a stream as a file: (chunks, name, limits)."""
Delete = Callable[[str], Awaitable[None]]
"""Removes a kept file by its key."""
Screen = Callable[[InboundMedia, KeptFile], Awaitable[tuple[str, ...]]]
"""Kinds of card and health data in a kept file; the file is deleted where there are any."""
Tell = Callable[[int, tuple[str, ...]], Awaitable[None]]
"""Tells agent and customer that a file of this message was removed."""
Warn = Callable[[int], Awaitable[None]]
"""Tells the customer that a file of this message has a virus."""
INFECTED = "file_infected"
log = structlog.get_logger()


class MediaFetcher:
    """One node's fetcher; several share the work by leases."""

    def __init__(
        self,
        services: Services,
        board: MediaBoard,
        download: Download,
        save: Save,
        delete: Delete,
        screen: Screen,
        tell: Tell,
        warn: Warn,
    ) -> None:
        self._services = services
        self._board = board
        self._download = download
        self._save = save
        self._delete = delete
        self._screen = screen
        self._tell = tell
        self._warn = warn
        self._bell = Bell()

    def ring(self) -> None:
        """A file has been announced: look soon."""
        self._bell.ring()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("media", self.fetch_due, TICK_S, self._bell)

    async def fetch_due(self) -> int:
        """One round; returns how many were tried."""
        jobs = await self._board.claim(AT_ONCE, FETCH_WITHIN_S + 30)
        await asyncio.gather(*(self._fetch(job) for job in jobs))
        return len(jobs)

    async def _fetch(self, job: MediaJob) -> None:
        now = self._services.clock.now
        try:
            async with asyncio.timeout(FETCH_WITHIN_S):
                file = await self._kept(job)
                kinds = await self._screen(job.media, file)
            if not kinds:
                if not await self._board.attach(job, file, self._limits(job), now()):
                    await self._delete(file.key)
                return
            # Told first: after a crash between the two it is told again rather than never.
            await self._tell(job.message_id, kinds)
            await self._board.give_up(job, SENSITIVE_FILE, FILE_REMOVED, now())
        except FileGone as gone:
            await self._board.give_up(job, gone.code, "The file is no longer available.", now())
        except (ScannerAway, FilesAway):
            # Never given up, and nobody opens it meanwhile: scanner and files will be back.
            await self._board.later(job, HELD_S, counted=False)
        except Refused as refused:
            if refused.code == INFECTED:
                await self._warn(job.message_id)
            await self._board.give_up(job, refused.code, refused.message, now())
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again
            log.warning("media.failed", attachment_id=job.attachment_id, error=repr(error))
            if job.attempts + 1 >= MOST_ATTEMPTS:
                words = "The file could not be fetched from the provider."
                await self._board.give_up(job, "media_unreachable", words, now())
            else:
                wait = min(LONGEST_BACK_OFF_S, FIRST_BACK_OFF_S * 2**job.attempts)
                await self._board.later(job, wait)

    async def _kept(self, job: MediaJob) -> KeptFile:
        media = job.media
        name = media.filename or _name_of(media)
        chunks = self._download(job.account_id, media)
        return await self._save(chunks, name, self._limits(job))

    def _limits(self, job: MediaJob) -> FileLimits:
        configuration = self._services.configuration.current
        account = configuration.accounts.get(job.account_id)
        if account is None:
            return configuration.settings.files.from_customers.limits()
        return account.files_from_customers


_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/aac": ".aac",
    "audio/mp4": ".m4a",
    "application/pdf": ".pdf",
}


def _name_of(media: InboundMedia) -> str:
    bare = (media.media_type or "").split(";")[0].strip()
    return media.kind + _SUFFIXES.get(bare, "")
