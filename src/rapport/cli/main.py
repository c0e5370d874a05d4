"""Commands of Rapport. Each imports what it needs late, so that `--help` is quick."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from rapport.cli import configuration, people, reports, tokens, users

app = typer.Typer(
    name="rapport",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(configuration.app, name="config")
app.add_typer(users.app, name="user")
app.add_typer(reports.app, name="reports")
app.add_typer(people.app, name="person")
app.add_typer(tokens.app, name="token")


def run_loop(work: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where there is one: half the CPU per request (docs/performance.md)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rapport {version('rapport')}")
        raise typer.Exit


@app.callback()
def rapport(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Say it and exit."),
    ] = False,
) -> None:
    """Rapport: a contact centre for digital channels."""


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the desktop.")] = 8000,
    shop_port: Annotated[int, typer.Option(help="Port of the sample shop.")] = 8010,
    phone_port: Annotated[
        int, typer.Option(help="Port of the customer's phone; the simulators take the next seven.")
    ] = 8020,
    visitors: Annotated[
        bool, typer.Option(help="Let scripted visitors write, so that the desktop is alive.")
    ] = True,
    data: Annotated[str, typer.Option(help="Where the demo keeps its data.")] = "rapport-data/demo",
) -> None:
    """A whole contact centre with sample data: desktop, shop, scripted visitors,
    and simulated WhatsApp, Messenger, SMS and mail providers with a customer's phone.

    Prints the addresses and logins. Ctrl-C stops everything; what happened is kept.
    """
    from rapport.cli.demo import run_demo

    raise typer.Exit(run_loop(run_demo(port, shop_port, phone_port, data, visitors=visitors)))


@app.command()
def serve(
    roles: Annotated[
        str, typer.Option(help="api, worker, or both: what this node does.")
    ] = "api,worker",
) -> None:
    """Serve the API, the desktop and the widget; route and run deadlines.

    Settings come from the environment (RAPPORT_…). Migrates the embedded database by itself; an
    external one is migrated by `rapport migrate`.
    """
    from rapport.cli.serving import run_server

    raise typer.Exit(run_loop(run_server(frozenset(roles.split(",")))))


@app.command()
def migrate(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would be done and whether it can be.")
    ] = False,
) -> None:
    """Bring the database's schema up to date; refused for a database of a newer Rapport."""
    from rapport.cli.migrating import run_check, run_migration

    raise typer.Exit(run_loop(run_check() if check else run_migration()))


PassphraseFile = Annotated[
    Path | None,
    typer.Option(help="A file with the passphrase; else RAPPORT_BACKUP_PASSPHRASE, if set."),
]


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The archive to write; it must not exist.")],
    passphrase_file: PassphraseFile = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the secret key in; needs a passphrase.")
    ] = False,
) -> None:
    """Write database, files and waiting requests into one archive, while everything works on."""
    from rapport.cli.backing_up import passphrase_of, run_backup

    passphrase = passphrase_of(passphrase_file)
    raise typer.Exit(asyncio.run(run_backup(target, passphrase, with_key=with_key)))


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="What `rapport backup` wrote.")],
    passphrase_file: PassphraseFile = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only read all of it, and say what it is.")
    ] = False,
) -> None:
    """Fill an empty database and data directory from a backup of this or an older version."""
    from rapport.cli.backing_up import passphrase_of, run_restore

    passphrase = passphrase_of(passphrase_file)
    raise typer.Exit(asyncio.run(run_restore(archive, passphrase, check_only=check)))


Source = Annotated[
    typer.FileBinaryRead, typer.Argument(help="A file of JSON lines; - is standard input.")
]


@app.command()
def inspect(
    channel: Annotated[str, typer.Argument(help="whatsapp, messenger, sms, email …")],
    source: Source = "-",  # type: ignore[assignment]
) -> None:
    """Say what a channel makes of recorded provider requests; nothing is stored.

    For email the input is one raw mail (RFC 5322), or JSON lines with "body" or "body_base64".

    Every line is {"method", "url", "headers", "body" or "body_base64", "config"}; config holds
    address, secret (what signs), verify_token and the channel's settings. Every answer is a line:
    {"status", "accepted", "body", "messages", "receipts", "events", "ignored"}.
    """
    from rapport.cli.inspect import inspected, run

    raise typer.Exit(run(channel, source, inspected))


@app.command()
def render(
    channel: Annotated[str, typer.Argument(help="whatsapp, messenger, sms, custom …")],
    source: Source = "-",  # type: ignore[assignment]
) -> None:
    """Print the provider requests that messages would become; nothing is sent.

    Every line is {"config", "to", "text", "format", "attachments", "template", "reply_to"};
    format is plain, markdown or a list of styles. Every answer is a line: {"requests",
    "problems"}.
    """
    from rapport.cli.inspect import rendered, run

    raise typer.Exit(run(channel, source, rendered))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    probe: Annotated[
        bool, typer.Option(help="Ask every account's provider whether its credentials work.")
    ] = True,
) -> None:
    """Say whether this installation is sound, and what to do about what is not.

    Ends with 1 if anything failed. The embedded database is started for it unless a server runs.
    """
    from rapport.cli.doctor import run_doctor

    raise typer.Exit(asyncio.run(run_doctor(as_json=as_json, probing=probe)))


bench = typer.Typer(help="Measure this machine: figures beside the raw limits, as JSON.")
app.add_typer(bench, name="bench")


@bench.callback()
def _quietly() -> None:
    """Standard output is the result's alone."""
    from rapport.observability import logs

    logs.set_up("warning", "auto")


@bench.command()
def ingest(
    connections: Annotated[int, typer.Option(help="Connections that send at a time.")] = 64,
    messages: Annotated[int, typer.Option(help="Messages in all.")] = 60_000,
    new_contacts: Annotated[float, typer.Option(help="Share of messages of new contacts.")] = 0.0,
    channel: Annotated[str, typer.Option(help="whatsapp or custom.")] = "whatsapp",
    nodes: Annotated[
        int, typer.Option(min=1, max=16, help="Nodes on the one database, as behind a proxy.")
    ] = 2,
) -> None:
    """Signed webhook to durable message to 200; fails if anything is lost or doubled."""
    from rapport.cli.bench.ingest import run

    raise typer.Exit(run(channel, connections, messages, new_contacts, nodes))


@bench.command()
def latency(
    rate: Annotated[int, typer.Option(help="Messages per second.")] = 1000,
    seconds: Annotated[int, typer.Option(help="For how long.")] = 10,
    agents: Annotated[int, typer.Option(help="Desktops that listen.")] = 50,
    nodes: Annotated[
        int, typer.Option(min=1, max=16, help="Nodes on the one database, as behind a proxy.")
    ] = 1,
) -> None:
    """Open loop: webhook sent to frame at the right agent's socket."""
    from rapport.cli.bench.latency import run

    raise typer.Exit(run(rate, seconds, agents, nodes))


@bench.command()
def visitors(
    count: Annotated[int, typer.Option(help="Idle visitors.")] = 10_000,
) -> None:
    """Idle WebChat visitors in one process: memory each, accepts per second."""
    from rapport.cli.bench.visitors import run

    raise typer.Exit(run(count))


@bench.command()
def routing(
    agents: Annotated[int, typer.Option(help="Agents of the durable part.")] = 10_000,
    tasks: Annotated[int, typer.Option(help="Waiting tasks of the durable part.")] = 100_000,
) -> None:
    """Pure routing decisions, and durable offers of a running server."""
    from rapport.cli.bench.routing import run

    raise typer.Exit(run(agents, tasks))


@bench.command()
def outbox(
    messages: Annotated[
        int, typer.Option(help="Messages to a provider that does nothing; 0 leaves it out.")
    ] = 40_000,
    seconds: Annotated[
        int, typer.Option(help="Seconds of backlog at 80 a second; 0 leaves it out.")
    ] = 60,
) -> None:
    """Dispatch to a no-op provider; the rate of two nodes by the simulated provider's log."""
    from rapport.cli.bench.outbox import run

    raise typer.Exit(run(messages, seconds))


@bench.command()
def growth(
    messages: Annotated[int, typer.Option(help="Messages that are there already.")] = 10_000_000,
) -> None:
    """Ingest, task list and pages of threads, with an empty database and with a large one."""
    from rapport.cli.bench.growth import run

    raise typer.Exit(run(messages))


@bench.command()
def search(
    messages: Annotated[int, typer.Option(help="Messages of a year.")] = 10_000_000,
    questions: Annotated[int, typer.Option(help="Questions of each kind.")] = 200,
) -> None:
    """Searching in a year of messages, as a supervisor and as an agent."""
    from rapport.cli.bench.search import run

    raise typer.Exit(run(messages, questions))


@bench.command()
def crash(
    messages: Annotated[int, typer.Option(help="Messages of customers.")] = 100_000,
    outgoing: Annotated[int, typer.Option(help="Messages of the business.")] = 5_000,
    kills: Annotated[int, typer.Option(help="How many times a process is killed.")] = 12,
) -> None:
    """Kill -9 of api node, database and worker in turn, under load; fails on any loss or double."""
    from rapport.cli.bench.crash import run

    raise typer.Exit(run(messages, outgoing, kills))
