"""A PostgreSQL server that Rapport runs and supervises itself, from the binaries of a wheel.

It needs nothing of the rest of Rapport: it hands out a connection address and keeps the server
behind that address alive. See docs/operations/embedded-database.md.
"""

from rapport.storage.embedded.errors import EmbeddedDatabaseError, ErrorCode
from rapport.storage.embedded.server import EmbeddedPostgres, State, dsn_of_running

__all__ = ["EmbeddedDatabaseError", "EmbeddedPostgres", "ErrorCode", "State", "dsn_of_running"]
