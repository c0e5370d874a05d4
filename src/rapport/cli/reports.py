"""`rapport reports`: the sums that reports are made of."""

from __future__ import annotations

import typer

app = typer.Typer(help="The sums that reports are made of.", no_args_is_help=True)


@app.callback()
def _reports() -> None:
    """One command for now; the name of it is said all the same."""


@app.command("rebuild")
def rebuild_command() -> None:
    """Make all sums again from the event log. Reports stay right meanwhile, only slower."""
    import asyncio

    from rapport.cli.connecting import reachable_database
    from rapport.settings import Settings
    from rapport.storage.database import Database
    from rapport.storage.report_slices import rebuild

    async def work() -> None:
        async with reachable_database(Settings()) as dsn:
            database = await Database.connect(dsn, minimum=1, maximum=2)
            try:
                await rebuild(database)
            finally:
                await database.close()

    asyncio.run(work())
    typer.echo("All sums are made again.")
