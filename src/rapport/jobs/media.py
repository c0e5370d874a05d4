"""Brings customers' files from the providers: streamed, typed by content, each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from rapport.application.ports import FileGone, KeptFile, MediaBoard, MediaJob, Services
from rapport.domain.errors import Refused
from rapport.domain.message import InboundMedia

TICK_S = 0.5
AT_ONCE = 8
FETCH_WITHIN_S = 120
MOST_ATTEMPTS = 8
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 2.0, 900.0
Download = Callable[[int, InboundMedia], AsyncIterator[bytes]]
"""Streams an account's file from its provider; raises FileGone where it can't be had."""
Save = Callable[[AsyncIterator[bytes], str, int, list[str]], Awaitable[KeptFile]]
"""Keeps a stream as a file: (chunks, name, most bytes, allowed types)."""
log = structlog.get_logger()


class MediaFetcher:
    """One node's fetcher; several share the work by leases."""

    def __init__(
        self, services: Services, board: MediaBoard, download: Download, save: Save
    ) -> None:
        self._services = services
        self._board = board
        self._download = download
        self._save = save
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """A file has been announced: look soon."""
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                while await self.fetch_due():
                    pass
            except Exception:  # the loop must outlive any one failure
                log.exception("media.failed")
            try:
                async with asyncio.timeout(TICK_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()

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
            await self._board.attach(job, file, now())
        except FileGone as gone:
            await self._board.give_up(job, gone.code, "The file is no longer available.", now())
        except Refused as refused:
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
        configuration = self._services.configuration.current
        spec = configuration.account_specs.get(job.account_id)
        policy = spec.files if spec is not None else configuration.settings.files
        if not policy.enabled:
            raise Refused("files_off", "Files are not accepted on this channel.")
        media = job.media
        name = media.filename or _name_of(media)
        chunks = self._download(job.account_id, media)
        return await self._save(chunks, name, policy.max_bytes, policy.types)


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
