"""The command line: `rapport --help`."""

from rapport.cli.main import app

__all__ = ["app"]
