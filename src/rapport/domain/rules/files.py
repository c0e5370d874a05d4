"""Which files a message may have: as many, as large and of the types that the account allows."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.domain.errors import Refused
from rapport.domain.message import Attachment
from rapport.domain.policy import FileLimits


def check_enabled(limits: FileLimits) -> None:
    """Refuse every file where there may be none: `files_off`."""
    if not limits.enabled:
        raise Refused("files_off", "Files cannot be sent here.")


def check_files(limits: FileLimits, files: Sequence[Attachment]) -> None:
    """Refuse a message's files when they are more than the limits allow.

    Also those that were uploaded already: the limits may have become narrower since, and a
    template's files were held to the installation's and not to the account's.

    Raises:
        Refused: `files_off`, `too_many_files`, `file_type_refused`, `file_too_large`,
            `files_too_large`.
    """
    if not files:
        return
    check_enabled(limits)
    if len(files) > limits.max_count:
        raise Refused(
            "too_many_files",
            f"A message takes at most {limits.max_count} files here.",
            {"max_count": limits.max_count, "count": len(files)},
        )
    for file in files:
        if limits.types is not None and file.media_type not in limits.types:
            raise Refused(
                "file_type_refused",
                f"{file.filename}: files of this type ({file.media_type}) cannot be sent here.",
                {"media_type": file.media_type, "allowed": sorted(limits.types)},
            )
        if file.size > limits.max_bytes:
            raise Refused(
                "file_too_large",
                f"{file.filename} is larger than {in_words(limits.max_bytes)}.",
                {"max_bytes": limits.max_bytes},
            )
    check_total(limits, sum(file.size for file in files))


def check_kept(files: Sequence[Attachment]) -> None:
    """Refuse a message with a file that was refused after it had been uploaded.

    Raises:
        Refused: the file's own reason, `file_infected` or `file_unchecked`.
    """
    for file in files:
        if file.refusal_code is not None:
            words = f"{file.filename}: {file.refusal_message or 'The file was removed.'}"
            raise Refused(file.refusal_code, words, {"attachment_id": file.id})


def check_total(limits: FileLimits, size: int) -> None:
    """Refuse files that are too large together: `files_too_large`. `size` is in bytes."""
    if size > limits.max_total_bytes:
        raise Refused(
            "files_too_large",
            f"The files of a message are larger than {in_words(limits.max_total_bytes)} together.",
            {"max_total_bytes": limits.max_total_bytes, "size": size},
        )


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size >= 1_000_000:
        return f"{size / 1_000_000:.3g} MB"
    return f"{size / 1000:.3g} kB" if size >= 1000 else f"{size} bytes"
