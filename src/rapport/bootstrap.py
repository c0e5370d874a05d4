"""Puts the parts together: besides the command line the only place that knows classes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2

import rapport
from rapport.api.context import Context
from rapport.api.mail_room import MAIL_FILE, MailRoom, file_of_mail
from rapport.api.webhooks import replay, take
from rapport.api.widget.limits import Limiter
from rapport.application.access import Access
from rapport.application.configuration.administration import Administration
from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Clock, Services
from rapport.channels.courtesy import Courtesies
from rapport.channels.discovery import connectors
from rapport.channels.gateway import Channels
from rapport.channels.links import Links
from rapport.channels.sdk.connector import Connector, Request
from rapport.channels.sdk.guard import guarded_client, networks
from rapport.domain.message import InboundMedia
from rapport.jobs.caretaker import Caretaker
from rapport.jobs.due import Sweeper
from rapport.jobs.media import MediaFetcher
from rapport.jobs.presence import keep_presence
from rapport.jobs.router import Router
from rapport.jobs.sender import Postman
from rapport.observability.metrics import STREAM_POSITION
from rapport.settings import Settings
from rapport.storage.claims import PostgresOfferBoard
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import PostgresConfigurationStore
from rapport.storage.database import LOST, Database
from rapport.storage.due import PostgresDueBoard
from rapport.storage.files import LocalFiles
from rapport.storage.health import Health
from rapport.storage.holding import held
from rapport.storage.ingest import Ingest
from rapport.storage.mails import MailboxMark, Mails
from rapport.storage.media import PostgresMedia
from rapport.storage.outbox import PostgresOutbox
from rapport.storage.parked import park_input
from rapport.storage.queries.channels import PostgresChannelReader
from rapport.storage.queries.floor import PostgresFloor
from rapport.storage.queries.reader import PostgresReader
from rapport.storage.receipts import Receipts
from rapport.storage.secrets import Vault, load_key
from rapport.storage.segments import GIVE_UP_S, overdue
from rapport.storage.sessions import PostgresSessions
from rapport.storage.spool import Spool
from rapport.storage.store import PostgresStore
from rapport.storage.visits import PostgresVisits
from rapport.stream.hub import Hub
from rapport.stream.tail import Tail
from rapport.stream.visitor import project
from rapport.stream.wire import Commit


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


@dataclass(frozen=True, slots=True)
class Node:
    """One process's parts, at work; tests drive routing and deadlines by hand."""

    context: Context
    database: Database
    configuration: StoredConfiguration
    board: PostgresOfferBoard
    sweeper: Sweeper
    postman: Postman
    fetcher: MediaFetcher
    caretaker: Caretaker
    links: Links
    vault: Vault


@asynccontextmanager
async def running(
    settings: Settings,
    dsn: str,
    roles: frozenset[str] = frozenset({"api", "worker"}),
    clock: Clock | None = None,
) -> AsyncIterator[Node]:
    """A node at work on a migrated database: api serves, worker routes and sweeps."""
    clock = clock or SystemClock()
    database = await Database.connect(dsn, maximum=settings.pool_size)
    try:
        client = guarded_client(
            networks(settings.private_networks), timeout_s=settings.provider_timeout_s
        )
        async with client, asyncio.TaskGroup() as group:
            node, work = await _start(settings, database, roles, clock, group, client)
            try:
                yield node
            finally:
                node.context.hub.end_all("shutting_down")
                for task in work:
                    task.cancel()
    finally:
        await database.close()


async def _ready(database: Database, tail: Tail) -> dict[str, bool]:
    try:
        await database.pool.fetchval("SELECT 1")
    except LOST:
        return {"database": False, "stream": tail.started.is_set()}
    return {"database": True, "stream": tail.started.is_set()}


async def _start(
    settings: Settings,
    database: Database,
    roles: frozenset[str],
    clock: Clock,
    group: asyncio.TaskGroup,
    client: httpx2.AsyncClient,
) -> tuple[Node, list[asyncio.Task[None]]]:
    channels_found = connectors()
    configuration = StoredConfiguration(database)
    await configuration.refresh()
    key = load_key(settings.secret_key, settings.data)
    vault = Vault(key)
    services = Services(
        store=PostgresStore(database, configuration), clock=clock, configuration=configuration
    )
    hub = Hub(lambda event: project(event, configuration.current.name))
    tail = Tail(database.dsn, hub)
    ingest = Ingest(database, configuration, clock)
    offers, due = PostgresOfferBoard(database), PostgresDueBoard(database)
    router, sweeper = Router(services, offers), Sweeper(due, services, clock.now())

    def committed(commit: Commit) -> None:
        STREAM_POSITION.set(commit.pos)
        kinds = {event.kind for event in commit.events}
        if "catalog.changed" in kinds:
            refreshing.add(task := group.create_task(configuration.refresh()))
            task.add_done_callback(refreshing.discard)
        _end_sockets(hub, commit)
        router.ring_for(kinds)
        postman.ring_for(kinds)

    def live_agents() -> list[int]:
        return [int(name[6:]) for name in hub.audiences() if name.startswith("agent.")]

    def secrets_of(account_id: int) -> Mapping[str, str]:
        item = configuration.current.items.get(account_id)
        return vault.open(item.secrets) if item else {}

    files = LocalFiles(settings.data / "files")
    channels = Channels(
        channels_found,
        lambda: configuration.current,
        secrets_of,
        client,
        lambda file: files.read(file.key),
        clock.now,
        settings.public_url,
    )
    mails = Mails(database)
    receipts, health = Receipts(database, clock), Health(database, clock.now)
    outbox = PostgresOutbox(database, vault)
    channel_reader = PostgresChannelReader(database, vault)
    courtesies = Courtesies(channels, channel_reader.last_inbound, ingest.submit)
    postman = Postman(services, outbox, channels)
    caretaker = Caretaker(
        services,
        health,
        receipts,
        channels,
        outbox,
        partial(flush_segments, database, ingest, clock),
    )
    channels.on_outcome = caretaker.noted
    fetcher = MediaFetcher(
        services,
        PostgresMedia(database),
        partial(download, channels, files, vault),
        files.save,
    )
    spool = Spool(settings.data / "spool", vault)
    refreshing: set[asyncio.Task[Configuration]] = set()
    hub.on_commit(committed)

    async def take_from_link(account_id: int, connector: Connector, request: Request) -> None:
        await take(context, account_id, connector, request)

    links = Links(
        channels,
        lambda: configuration.current,
        take_from_link,
        partial(held, database.dsn),
        caretaker.told,
        lambda account_id: MailboxMark(mails, account_id),
    )
    channels.here = links.held.__contains__
    work = [
        group.create_task(tail.run()),
        group.create_task(ingest.run()),
        group.create_task(receipts.run()),
        group.create_task(courtesies.run()),
        group.create_task(keep_presence(due, live_agents, hub.pulse, clock)),
    ]
    if "worker" in roles:
        parts = (router, sweeper, postman, fetcher, caretaker)
        work += [group.create_task(part.run()) for part in parts]
        work.append(group.create_task(links.run()))
    await tail.started.wait()
    context = Context(
        services=services,
        access=Access(PostgresSessions(database), clock, configuration),
        administration=Administration(
            PostgresConfigurationStore(database, configuration), configuration, vault, clock
        ),
        reader=PostgresReader(database, configuration),
        floor=PostgresFloor(database, configuration),
        hub=hub,
        inbox=ingest,
        visits=PostgresVisits(database),
        files=files,
        spool=spool,
        limiter=Limiter(),
        channels=channels,
        receipts=receipts,
        health=health,
        board=offers,
        ring_media=fetcher.ring,
        mail_room=MailRoom(mails, files, vault, clock),
        channel_reader=channel_reader,
        courtesies=courtesies,
        probe=channels.probe,
        park=lambda account_id, reason, raw: park_input(
            database, vault, account_id, reason, raw, clock.now()
        ),
        secret=key,
        public_url=settings.public_url,
        static=Path(rapport.__file__).parent / "static",
        secrets_of=secrets_of,
        ready=lambda: _ready(database, tail),
        secure_cookies=(settings.public_url or "").startswith("https://"),
    )
    if "api" in roles:
        work.append(group.create_task(spool.run(partial(replay, context))))
    return Node(
        context, database, configuration, offers, sweeper, postman, fetcher, caretaker, links, vault
    ), work


async def download(
    channels: Channels,
    files: LocalFiles,
    vault: Vault,
    account_id: int,
    media: InboundMedia,
) -> AsyncIterator[bytes]:
    """A customer's file: from its provider, or out of the kept mail that it came in."""
    if media.media_id is None or not media.media_id.startswith(MAIL_FILE):
        async for chunk in channels.download(account_id, media):
            yield chunk
        return
    yield await file_of_mail(files, vault, media.media_id)


async def flush_segments(database: Database, ingest: Ingest, clock: Clock) -> None:
    """Show long messages whose missing segments don't come."""
    before = clock.now() - timedelta(seconds=GIVE_UP_S)
    for account_id, message in await overdue(database.pool, before):
        await ingest.submit(account_id, [message])


def _end_sockets(hub: Hub, commit: Commit) -> None:
    """Sessions that ended anywhere end their sockets here."""
    for event in commit.events:
        if event.kind in {"session.ended", "session.changed"}:
            for audience in event.audience:
                hub.end(audience, event.kind.replace(".", "_"))
