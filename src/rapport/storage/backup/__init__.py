"""One archive of an installation, and an installation from one archive."""

from rapport.storage.backup.archive import BackupError
from rapport.storage.backup.restore import restore
from rapport.storage.backup.taking import Source, back_up

__all__ = ["BackupError", "Source", "back_up", "restore"]
