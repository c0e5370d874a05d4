"""`rapport config`: the configuration as a YAML file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(help="The configuration as a YAML file.", no_args_is_help=True)
File = Annotated[str, typer.Argument(help="A YAML file, or - for standard input.")]
Prune = Annotated[
    bool, typer.Option(help="Delete what the file does not name, of the kinds that it has.")
]


@app.command("export")
def export_command() -> None:
    """Print the whole configuration: references by name, no ids, no secrets."""
    from rapport.application.configuration.document import export
    from rapport.cli.connecting import Tools, run

    async def work(tools: Tools) -> str:
        return export(tools.configuration.current)

    typer.echo(run(work), nl=False)


@app.command("diff")
def diff_command(file: File, prune: Prune = False) -> None:
    """Say what applying a file would change. Ends with 0 if nothing, with 1 if something."""
    changes = _apply(file, prune=prune, dry_run=True)
    _tell(changes, would=True)
    raise typer.Exit(1 if changes else 0)


@app.command("apply")
def apply_command(
    file: File,
    prune: Prune = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would change.")] = False,
) -> None:
    """Bring the configuration to what a file says: all of it or nothing.

    Passwords and secrets may be written as ${NAME} and come from the environment.
    """
    _tell(_apply(file, prune=prune, dry_run=dry_run), would=dry_run)


templates = typer.Typer(help="Templates as a CSV table.", no_args_is_help=True)
app.add_typer(templates, name="templates")


@templates.command("export")
def export_templates() -> None:
    """Print all templates as CSV; styles and files are not in it."""
    from rapport.application.configuration.template_csv import templates_table
    from rapport.cli.connecting import Tools, run

    async def work(tools: Tools) -> str:
        return templates_table(tools.configuration.current)

    typer.echo(run(work), nl=False)


@templates.command("import")
def import_templates(
    file: Annotated[str, typer.Argument(help="A CSV file, or - for standard input.")],
    replace: Annotated[
        bool, typer.Option(help="Also change templates that there are already.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would change.")] = False,
) -> None:
    """Add templates from CSV (channel, group, name, text, lock): all of them or none.

    Names that are taken by other texts are reported before anything changes.
    """
    from rapport.application.configuration.template_csv import TableRefused, templates_document
    from rapport.cli.connecting import Tools, run

    text = _read(file)

    async def work(tools: Tools) -> str:
        return templates_document(text, tools.configuration.current, replace=replace)

    try:
        document = run(work)
    except TableRefused as refused:
        for fault in refused.faults:
            typer.echo(f"{file}: {fault}", err=True)
        typer.echo("Nothing has been changed.", err=True)
        raise typer.Exit(2) from None
    _tell(_applied(document, file, prune=False, dry_run=dry_run, lines=False), would=dry_run)


def _apply(file: str, *, prune: bool, dry_run: bool) -> list[dict[str, Any]]:
    return _applied(_read(file), file, prune=prune, dry_run=dry_run)


def _read(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{file} cannot be read: {error}", err=True)
        raise typer.Exit(2) from None


def _applied(
    text: str, file: str, *, prune: bool, dry_run: bool, lines: bool = True
) -> list[dict[str, Any]]:
    from rapport.application.configuration.apply import Options, apply_document
    from rapport.application.configuration.yaml_text import DocumentRefused
    from rapport.cli.connecting import Tools, run

    options = Options(prune=prune, dry_run=dry_run, environment=os.environ)

    async def work(tools: Tools) -> list[dict[str, Any]]:
        return await apply_document(tools.administration, text, options, None)

    try:
        return run(work)
    except DocumentRefused as refused:
        for fault in refused.faults:
            place = ".".join(map(str, fault.path))
            typer.echo(f"{file}: {fault if lines else f'{place}: {fault.message}'}", err=True)
        typer.echo(refused.message, err=True)
        raise typer.Exit(2) from None


def _tell(changes: list[dict[str, Any]], *, would: bool) -> None:
    signs = {"create": "+", "replace": "~", "delete": "-"}
    for change in changes:
        typer.echo(f"{signs[change['action']]} {change['kind']}: {change['name']}")
        if change["action"] == "delete":
            continue
        for field in change["fields"]:
            typer.echo(f"    {_field(field)}")
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    typer.echo(f"{count} {'to make' if would else 'made'}." if changes else "Nothing to change.")


def _field(field: dict[str, Any]) -> str:
    if "after" not in field:
        return f"{field['path']}: (not shown)"
    before, after = field["before"], field["after"]
    if before is None:
        return f"{field['path']}: {after!r}"
    return f"{field['path']}: {before!r} → {'(default)' if after is None else repr(after)}"
