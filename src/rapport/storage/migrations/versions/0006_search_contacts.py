"""Search; what is known of contacts."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text()
    connection = op.get_bind()
    # asyncpg takes a script of several statements only outside the extended protocol.
    connection.connection.run_async(lambda raw: raw.execute(script))
