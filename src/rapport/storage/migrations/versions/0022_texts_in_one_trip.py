"""Plain texts are taken in within one round trip."""

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text()
    connection = op.get_bind()
    # asyncpg takes a script of several statements only outside the extended protocol.
    connection.connection.run_async(lambda raw: raw.execute(script))
