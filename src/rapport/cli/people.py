"""`rapport person`: what is kept of a customer, exported or erased."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rapport.cli.connecting import Tools

app = typer.Typer(help="Customers' rights: find, export, erase.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The number that `rapport person find` shows.")]


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="Part of a name or address, or a provider's id.")],
) -> None:
    """List customers. The same person on two channels may be two of them."""
    from rapport.cli.connecting import run

    async def work(tools: Tools) -> list[str]:
        return [
            f"{p['id']}  {p['name'] or '-'}  {p['email'] or '-'}  {p['phone'] or '-'}"
            f"  {', '.join(p['identities'])}  {p['conversations']} conversations"
            for p in await tools.people.find(text)
        ]

    for line in run(work) or ["Nobody."]:
        typer.echo(line)


@app.command("export")
def export(
    person: Number, target: Annotated[Path, typer.Argument(help="The zip to write.")]
) -> None:
    """Write everything that is kept of a customer as a zip of JSON and files."""
    from rapport.cli.connecting import run
    from rapport.clock import SystemClock

    async def work(tools: Tools) -> dict[str, int]:
        return await tools.people.export(person, target, None, SystemClock().now())

    target.touch(mode=0o600, exist_ok=False)
    try:
        counts = run(work)
    except SystemExit:
        target.unlink()
        raise
    typer.echo(f"{target}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


@app.command("erase")
def erase(
    person: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a customer for good; refused while they have an open conversation."""
    from rapport.cli.connecting import run
    from rapport.clock import SystemClock
    from rapport.storage.privacy.erasure import Erased

    async def work(tools: Tools) -> Erased:
        return await tools.people.erase(person, None, SystemClock().now())

    if not yes:
        typer.confirm(f"Erase customer {person}? This cannot be undone", abort=True)
    done = run(work)
    typer.echo(
        f"Erased {done.messages} messages of {done.conversations} conversations,"
        f" {done.files} files, {done.inputs} raw inputs."
    )
    if done.files_later:
        typer.echo(
            f"{done.files_later} more files could not be deleted now. The server deletes them as"
            " soon as the place where they are kept answers."
        )
