"""`python -m rapport.cli` is `rapport`."""

from rapport.cli.main import app

app()
