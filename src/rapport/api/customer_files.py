"""Customers' files: fetched from where they are, and looked through."""

from __future__ import annotations

from collections.abc import AsyncIterator

from rapport.api.file_screen import kinds_of_file
from rapport.api.mail_room import MAIL_FILE, file_of_mail
from rapport.application.ports import ConfigurationSource, KeptFile
from rapport.channels.gateway import Channels
from rapport.domain.message import InboundMedia
from rapport.storage.files import Files
from rapport.storage.removals import Removals
from rapport.storage.secrets import Vault


async def download(
    channels: Channels,
    files: Files,
    vault: Vault,
    account_id: int,
    media: InboundMedia,
) -> AsyncIterator[bytes]:
    """A customer's file: from its provider, or out of the kept mail that it came in."""
    if media.media_id is None or not media.media_id.startswith(MAIL_FILE):
        async for chunk in channels.download(account_id, media):
            yield chunk
        return
    yield await file_of_mail(files, vault, media.media_id)


async def screen_media(
    files: Files,
    removals: Removals,
    configuration: ConfigurationSource,
    media: InboundMedia,
    file: KeptFile,
) -> tuple[str, ...]:
    """Look through a fetched file; those of mails were looked through with their mail."""
    if (media.media_id or "").startswith(MAIL_FILE):
        return ()
    return await kinds_of_file(files, removals, file, configuration.current)
