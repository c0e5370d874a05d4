"""Where this installation keeps its files, by the settings."""

from __future__ import annotations

from rapport.settings import Settings
from rapport.storage.files import Bucket, Files, LocalFiles, S3Files
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


def kept_files(settings: Settings) -> Files:
    """The place, with the scanner before it if there is one."""
    scan = Clamd(settings.clamd).check if settings.clamd else None
    bucket = bucket_of(settings)
    if bucket is None:
        return LocalFiles(settings.data / "files", scan)
    return S3Files(bucket, settings.data / "arriving", scan)
