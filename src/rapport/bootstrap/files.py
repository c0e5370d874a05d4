"""Where this installation keeps its files, by the settings."""

from __future__ import annotations

from rapport.application.ports import Services
from rapport.jobs.held_files import HeldFilesJob
from rapport.settings import Settings
from rapport.storage.files import Bucket, Files, LocalFiles, S3Files
from rapport.storage.held_files import HeldFiles
from rapport.storage.virus_scan import Clamd


def bucket_of(settings: Settings) -> Bucket | None:
    """The bucket of RAPPORT_FILES; None where files are in the data directory."""
    if settings.files is None:
        return None
    name, _, prefix = settings.files.removeprefix("s3://").partition("/")
    secret = settings.files_secret_key
    return Bucket(
        name,
        prefix.strip("/"),
        endpoint=settings.files_endpoint,
        region=settings.files_region,
        access_key=settings.files_access_key,
        secret_key=None if secret is None else secret.get_secret_value(),
        by_host=settings.files_by_host,
    )


def scanner_of(settings: Settings) -> Clamd | None:
    """The virus scanner, if there is one."""
    return Clamd(settings.clamd) if settings.clamd else None


def kept_files(settings: Settings) -> Files:
    """The place, with the scanner before it if there is one."""
    scanner = scanner_of(settings)
    scan = None if scanner is None else scanner.check
    bucket = bucket_of(settings)
    if bucket is None:
        return LocalFiles(settings.data / "files", scan)
    return S3Files(bucket, settings.data / "arriving", scan)


def held_files_job(
    settings: Settings, services: Services, board: HeldFiles, files: Files
) -> HeldFilesJob:
    """What shows held uploads to the scanner."""
    return HeldFilesJob(services, board, scanner_of(settings), files.read)
