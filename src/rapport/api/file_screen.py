"""Files looked through for card and health data before anybody can download them (P2, P3)."""

from __future__ import annotations

from rapport.api.context import Context
from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import KeptFile
from rapport.application.privacy import FILE_REMOVED, SENSITIVE_FILE, kinds_in
from rapport.domain.errors import Refused
from rapport.storage.file_text import text_of_file
from rapport.storage.files import Files
from rapport.storage.removals import Removals


async def kinds_of_file(
    files: Files, removals: Removals, file: KeptFile, configuration: Configuration
) -> tuple[str, ...]:
    """What is found in a kept file's text; the file is deleted where it is anything."""
    if configuration.watch is None:
        return ()
    text = await text_of_file(await files.contents(file.key), file.media_type)
    kinds = kinds_in(text, configuration)
    if kinds:
        await removals.remove(file.key)
    return kinds


async def check_upload(context: Context, file: KeptFile) -> None:
    """Let a file that somebody has uploaded pass.

    Raises:
        Refused: `sensitive_file`; nothing of it is kept.
    """
    configuration = context.services.configuration.current
    kinds = await kinds_of_file(context.files, context.removals, file, configuration)
    if kinds:
        raise Refused(SENSITIVE_FILE, FILE_REMOVED, {"kinds": list(kinds)})
