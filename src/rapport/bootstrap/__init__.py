"""Puts the parts together: besides the command line the only place that knows classes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2

import rapport
from rapport.api.context import Context
from rapport.api.covering import cover_frame
from rapport.api.customer_files import download, screen_media
from rapport.api.floor_board import PERIOD_S, FloorBoard
from rapport.api.gauges import measure
from rapport.api.mail_room import MailRoom
from rapport.api.mail_server import mail_server, until_cancelled
from rapport.api.webhooks import replay, take
from rapport.api.widget.limits import Limiter
from rapport.api.widget.presence import still_here
from rapport.application.configuration.administration import Administration
from rapport.application.invitation_letter import InvitationLetter, InvitationPost
from rapport.application.openid import OpenIdSignIn
from rapport.application.ports import Clock, Services
from rapport.application.saved_reports import SavedReports
from rapport.application.set_up import SetUp
from rapport.application.tell_removed import tell_infected, tell_removed
from rapport.application.transcripts import Transcript
from rapport.bootstrap.files import held_files_job, kept_files
from rapport.bootstrap.lasting import lasting
from rapport.bootstrap.letters import letters
from rapport.channels.calls import Caller
from rapport.channels.courtesy import Courtesies
from rapport.channels.discovery import connectors
from rapport.channels.gateway import Channels
from rapport.channels.links import Links
from rapport.channels.openid import OpenIdHttp
from rapport.channels.sdk.connector import Connector, Request
from rapport.channels.sdk.guard import allowed_host, guarded_client, networks
from rapport.channels.webhook_calls import WebhookCaller
from rapport.clock import SystemClock
from rapport.domain.survey import survey_link
from rapport.jobs.caretaker import Caretaker
from rapport.jobs.due import Sweeper
from rapport.jobs.held_files import HeldFilesJob
from rapport.jobs.indexer import Indexer
from rapport.jobs.letter_mailer import LetterMailer
from rapport.jobs.media import MediaFetcher
from rapport.jobs.presence import keep_presence
from rapport.jobs.refresher import Refresher
from rapport.jobs.report_keeper import ReportKeeper
from rapport.jobs.report_mailer import ReportMailer
from rapport.jobs.retention import RetentionJob
from rapport.jobs.router import Router
from rapport.jobs.sender import Postman
from rapport.jobs.thumbnails import Thumbnailer
from rapport.jobs.webhooks import WebhookRunner
from rapport.jobs.workflows import WorkflowRunner
from rapport.observability.metrics import STREAM_POSITION
from rapport.settings import Settings
from rapport.storage.accounts import ways_in
from rapport.storage.claims import PostgresOfferBoard
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import PostgresConfigurationStore
from rapport.storage.contacts import PostgresContacts
from rapport.storage.database import LOOKUPS, LOST, Database
from rapport.storage.due import PostgresDueBoard
from rapport.storage.first_files import FirstFiles
from rapport.storage.health import Health
from rapport.storage.held_files import HeldFiles
from rapport.storage.holding import held
from rapport.storage.ingest import Ingest
from rapport.storage.mails import MailboxMark, Mails
from rapport.storage.media import PostgresMedia
from rapport.storage.outbox import PostgresOutbox
from rapport.storage.parked import park_input
from rapport.storage.people import People
from rapport.storage.privacy import Retention
from rapport.storage.queries.channels import PostgresChannelReader
from rapport.storage.queries.configuration_changes import PostgresChangeLog
from rapport.storage.queries.floor import PostgresFloor
from rapport.storage.queries.reader import PostgresReader
from rapport.storage.queries.reports import PostgresReports
from rapport.storage.queries.search import PostgresSearch
from rapport.storage.queries.surveys import PostgresSurveys
from rapport.storage.queries.webhooks import PostgresWebhooks
from rapport.storage.receipts import Receipts
from rapport.storage.removals import Removals
from rapport.storage.report_slices import add_newest
from rapport.storage.search_index import SearchIndex
from rapport.storage.secrets import Vault, load_key
from rapport.storage.spool import Spool
from rapport.storage.store import PostgresStore
from rapport.storage.template_files import PostgresTemplateFiles
from rapport.storage.thumbnail_jobs import ThumbnailJobs
from rapport.storage.thumbnails import Thumbnails
from rapport.storage.visits import PAGES, PostgresVisits
from rapport.storage.webhooks import Webhooks
from rapport.storage.workflow_runs import PostgresRuns
from rapport.stream.asides import NOTIFY, Asides
from rapport.stream.hub import Hub
from rapport.stream.tail import Tail
from rapport.stream.visitor import project
from rapport.stream.wire import Commit
from rapport.tracing.seams import Seams


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
    workflows: WorkflowRunner
    webhooks: WebhookRunner
    indexer: Indexer
    report_mailer: ReportMailer
    transcript_mailer: LetterMailer[Transcript]
    invitation_mailer: LetterMailer[InvitationLetter]
    links: Links
    vault: Vault
    retention: RetentionJob
    held_files: HeldFilesJob
    thumbnailer: Thumbnailer


@asynccontextmanager
async def running(
    settings: Settings,
    dsn: str,
    roles: frozenset[str] = frozenset({"api", "worker"}),
    clock: Clock | None = None,
    seams: Seams | None = None,
) -> AsyncIterator[Node]:
    """A node at work on a migrated database: api serves, worker routes and sweeps."""
    clock, seams = clock or SystemClock(), seams or Seams()
    database = await Database.connect(dsn, maximum=settings.pool_size)
    try:
        client = seams.client(
            guarded_client(
                networks(settings.private_networks), timeout_s=settings.provider_timeout_s
            )
        )
        async with client, asyncio.TaskGroup() as group:
            node, work = await _start(settings, database, roles, clock, group, client, seams)
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
    seams: Seams,
) -> tuple[Node, list[asyncio.Task[None]]]:
    channels_found = connectors()
    configuration = StoredConfiguration(database, linked=bool(settings.public_url))
    await configuration.refresh()
    key = load_key(settings.secret_key, settings.data)
    vault = Vault(key)
    store = seams.store(PostgresStore(database, configuration))
    services = Services(store=store, clock=clock, configuration=configuration)
    hub = Hub(
        lambda event: project(event, configuration.current.name),
        lambda encoded: cover_frame(encoded, configuration.current.own_addresses),
    )
    asides = Asides(hub, partial(database.pool.execute, NOTIFY))
    visits = PostgresVisits(database)
    if "api" in roles:
        await visits.begin(clock.now())
    name = PAGES if "api" in roles else "rapport stream"
    tail = Tail(database.dsn, hub, {"application_name": name, **LOOKUPS}, asides)
    tail.on_back = lambda: visits.here(hub.followed())
    ingest = Ingest(database, configuration, clock, settings.writers)
    ingest.texts.on_logged = tail.committed
    tail.under_way = lambda: ingest.texts.under_way
    inbox = seams.inbox(ingest, configuration)
    offers, due = PostgresOfferBoard(database), PostgresDueBoard(database)
    router, sweeper = Router(services, offers), Sweeper(due, services, clock.now())

    refresher = Refresher(configuration.refresh, hub.renew)

    def committed(commit: Commit) -> None:
        STREAM_POSITION.set(commit.pos)
        ingest.texts.heard(commit.pos, (event.conversation_id for event in commit.events))
        kinds = {event.kind for event in commit.events}
        if "catalog.changed" in kinds:
            refresher.note(commit)
        hub.end_sessions(commit)
        router.ring_for(kinds)
        postman.ring_for(kinds)
        workflows.ring_for(kinds)
        webhooks.ring_for(kinds)
        floor_board.note(commit)

    def live_agents() -> list[int]:
        return [int(name[6:]) for name in hub.audiences() if name.startswith("agent.")]

    def secrets_of(account_id: int) -> Mapping[str, str]:
        item = configuration.current.items.get(account_id)
        return vault.open(item.secrets) if item else {}

    files = kept_files(settings)
    removals = Removals(database, files)
    channels = Channels(
        channels_found,
        lambda: configuration.current,
        secrets_of,
        client,
        lambda file: files.read(file.key),
        clock.now,
        settings.public_url,
        partial(allowed_host, networks(settings.private_networks)),
    )
    mails = Mails(database)
    receipts, health = Receipts(database, clock), Health(database, clock.now)
    outbox = PostgresOutbox(database, vault)
    channel_reader = PostgresChannelReader(database, vault)
    courtesies = Courtesies(channels, channel_reader.last_inbound, inbox.submit)
    gateway = seams.gateway(channels, configuration)
    postman = Postman(services, outbox, gateway, partial(survey_link, key, settings.public_url))
    caretaker = Caretaker(
        services,
        health,
        receipts,
        channels,
        outbox,
        ingest.flush_segments,
    )
    channels.on_outcome = caretaker.noted
    fetcher = MediaFetcher(
        services,
        PostgresMedia(database),
        partial(download, channels, files, vault),
        files.save,
        removals.remove,
        partial(screen_media, files, removals, configuration),
        partial(tell_removed, services),
        partial(tell_infected, services),
    )
    held_files = held_files_job(settings, services, HeldFiles(database, removals), files)
    runs = PostgresRuns(database)
    ask = seams.workflow_calls(Caller(client, secrets_of, clock.now).carry)
    workflows = WorkflowRunner(services, runs, ask)
    webhook_board = Webhooks(database)
    tell = seams.deliveries(WebhookCaller(client, secrets_of, clock.now).carry)
    webhooks = WebhookRunner(services, webhook_board, tell)
    reports = PostgresReports(database, configuration)
    floor = PostgresFloor(database, configuration, reports)
    floor_board = FloorBoard(hub, floor, clock, PERIOD_S)
    report_keeper = ReportKeeper(
        lambda: add_newest(database, configuration.current.settings.time_zone)
    )
    reader = PostgresReader(database, configuration)
    limiter = Limiter()
    accounts = ways_in(database, clock, configuration, vault, limiter.allow)
    invitation_post = InvitationPost(accounts.invitations, configuration, key)
    post = letters(services, database, channels, reader, reports, invitation_post)
    indexer = Indexer(SearchIndex(database))
    spool = seams.spool(Spool(settings.data / "spool", vault))
    retention = RetentionJob(services, Retention(database, removals))
    thumbnails = Thumbnails(files)
    thumbnailer = Thumbnailer(ThumbnailJobs(database), thumbnails.make)
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
    parts: list[Callable[[], Awaitable[None]]] = [
        tail.run,
        asides.run,
        refresher.run,
        ingest.run,
        receipts.run,
        courtesies.run,
        floor_board.run,
        partial(keep_presence, due, live_agents, hub.pulse, clock),
    ]
    if "worker" in roles:
        parts += [
            router.run,
            sweeper.run,
            postman.run,
            fetcher.run,
            caretaker.run,
            workflows.run,
            webhooks.run,
            report_keeper.run,
            post.report_mailer.run,
            post.transcript_mailer.run,
            post.invitation_mailer.run,
            retention.run,
            indexer.run,
            thumbnailer.run,
            held_files.run,
            links.run,
        ]
    work = [group.create_task(lasting(part)) for part in parts]
    await tail.started.wait()
    administration = Administration(
        PostgresConfigurationStore(database, configuration), configuration, vault, clock
    )
    context = Context(
        services=services,
        access=accounts.access,
        tokens=accounts.tokens,
        audit=accounts.audit,
        administration=administration,
        change_log=PostgresChangeLog(database),
        set_up=SetUp(administration, configuration, key),
        invitations=accounts.invitations,
        invitation_post=invitation_post,
        second_factors=accounts.second_factors,
        passkeys=accounts.passkeys,
        identities=accounts.identities,
        openid=OpenIdSignIn(
            OpenIdHttp(client), accounts.access, accounts.identities, administration, configuration
        ),
        reader=reader,
        floor=floor,
        floor_board=floor_board,
        reports=reports,
        saved_reports=SavedReports(post.shelf, configuration, clock),
        hub=hub,
        asides=asides,
        inbox=inbox,
        visits=visits,
        transcripts=post.transcripts,
        files=files,
        removals=removals,
        thumbnails=thumbnails,
        spool=spool,
        limiter=limiter,
        channels=channels,
        receipts=seams.receipts(receipts),
        health=health,
        board=offers,
        ring_media=fetcher.ring,
        mail_room=MailRoom(mails, files, removals, vault, clock),
        channel_reader=channel_reader,
        template_files=PostgresTemplateFiles(database),
        first_files=FirstFiles(database),
        workflow_runs=runs,
        webhook_board=webhook_board,
        webhook_reader=PostgresWebhooks(database),
        webhook_runner=webhooks,
        people=People(database, files, vault, settings.data / "spool"),
        courtesies=courtesies,
        surveys=PostgresSurveys(database),
        search=PostgresSearch(database),
        contacts=PostgresContacts(database),
        probe=channels.probe,
        park=lambda account_id, reason, raw: park_input(
            database, vault, account_id, reason, raw, clock.now()
        ),
        secret=key,
        public_url=settings.public_url,
        static=Path(rapport.__file__).parent / "static",
        secrets_of=secrets_of,
        ready=lambda: _ready(database, tail),
        measure=partial(measure, database, spool),
        secure_cookies=(settings.public_url or "").startswith("https://"),
    )
    asides.on_left = partial(still_here, context)
    if settings.mail_port is not None and "api" in roles:
        listening = await mail_server(settings, context)
        work.append(group.create_task(until_cancelled(listening)))
    if "api" in roles:
        work.append(group.create_task(lasting(partial(spool.run, partial(replay, context)))))
    return Node(
        context,
        database,
        configuration,
        offers,
        sweeper,
        postman,
        fetcher,
        caretaker,
        workflows,
        webhooks,
        indexer,
        post.report_mailer,
        post.transcript_mailer,
        post.invitation_mailer,
        links,
        vault,
        retention,
        held_files,
        thumbnailer,
    ), work
