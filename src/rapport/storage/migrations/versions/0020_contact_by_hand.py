"""Fields of contacts that people here have written."""

from pathlib import Path

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text()
    connection = op.get_bind()
    # asyncpg takes a script of several statements only outside the extended protocol.
    connection.connection.run_async(lambda raw: raw.execute(script))
