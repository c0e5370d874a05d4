"""The channels as the rest of a node sees them: accounts resolved, connectors run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx2

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import FileGone
from rapport.channels.sdk.abilities import Connects
from rapport.channels.sdk.connector import (
    AccountConfig,
    Connector,
    MediaGone,
    Probe,
    Rejected,
    Rendered,
)
from rapport.channels.sdk.http import HttpTransport, OpenFile
from rapport.domain.message import InboundMedia
from rapport.domain.sending import OutboundMessage, SendOutcome
from rapport.domain.sending import Rejected as NeverSent

_GONE = frozenset({401, 403, 404, 410})
Fared = Callable[[int, SendOutcome], None]


async def anywhere(_host: str) -> bool:
    """No host is forbidden: where nothing leaves, as for commands that only parse."""
    return True


class Channels:
    """Connectors with what they need: accounts, secrets, an HTTP client and the file store."""

    def __init__(
        self,
        connectors: Mapping[str, Connector],
        configuration: Callable[[], Configuration],
        secrets_of: Callable[[int], Mapping[str, str]],
        client: httpx2.AsyncClient,
        open_file: OpenFile,
        now: Callable[[], datetime],
        public_url: str | None = None,
        allowed_host: Callable[[str], Awaitable[bool]] = anywhere,
    ) -> None:
        self.connectors = connectors
        self._configuration = configuration
        self._secrets_of = secrets_of
        self._client = client
        self._open_file = open_file
        self.now = now
        self._allowed_host = allowed_host
        self._public_url = (public_url or "").rstrip("/")
        self._resolved: dict[int, tuple[Connector, AccountConfig]] = {}
        self._resolved_for: Configuration | None = None
        self.here: Callable[[int], bool] = lambda _account_id: False
        """Whether this node holds an account's own connection."""
        self.on_outcome: Fared = lambda _account_id, _outcome: None

    def carries(self, channel: str) -> bool:
        """Whether there is a connector of this channel."""
        return channel in self.connectors

    def can_send(self, account_id: int) -> bool:
        """Whether this node can send on an account: a connection of its own is on one node."""
        try:
            connector, account = self.account(account_id)
        except Rejected:
            return False
        if isinstance(connector, Connects) and connector.connects(account):
            return self.here(account_id)
        return True

    def per_second(self, account_id: int) -> float:
        """An account's pace, by its settings."""
        spec = self._configuration().account_specs[account_id]
        return self.connectors[spec.channel].manifest.per_second(spec.settings)

    def account(self, account_id: int) -> tuple[Connector, AccountConfig]:
        """An active account with its connector.

        Raises:
            Rejected: 404 `unknown_account`.
        """
        configuration = self._configuration()
        if configuration is not self._resolved_for:
            self._resolved, self._resolved_for = {}, configuration
        known = self._resolved.get(account_id)
        if known is None:
            # Settings are validated once per configuration: per request it was 4 % of ingest.
            known = self._resolved[account_id] = self._resolve(configuration, account_id)
        return known

    def _resolve(
        self, configuration: Configuration, account_id: int
    ) -> tuple[Connector, AccountConfig]:
        spec = configuration.account_specs.get(account_id)
        connector = self.connectors.get(spec.channel) if spec is not None else None
        if spec is None or connector is None or not spec.active:
            raise Rejected(404, "unknown_account")
        return connector, AccountConfig(
            id=account_id,
            address=spec.address,
            secrets=self._secrets_of(account_id),
            settings=self._settings(account_id, connector, spec.settings),
        )

    def _settings(
        self, account_id: int, connector: Connector, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """With the channel's defaults, and our own address where the channel asks for it."""
        settings = dict(settings_of(connector, given))
        if self._public_url and settings.get("webhook_url") == "":
            channel = connector.manifest.channel
            settings["webhook_url"] = f"{self._public_url}/webhooks/{channel}/{account_id}"
        return settings

    def transport(self) -> HttpTransport:
        """A transport for one attempt, with its log."""
        return HttpTransport(self._client, self._open_file, self.now)

    def prepare(self, account_id: int, message: OutboundMessage) -> Delivery:
        """Render a message for sending."""
        connector, account = self.account(account_id)
        return Delivery(connector, account, connector.render(message, account), self.transport())

    def fared(self, account_id: int, outcome: SendOutcome) -> None:
        """Pass on how an account does."""
        self.on_outcome(account_id, outcome)

    async def download(self, account_id: int, media: InboundMedia) -> AsyncIterator[bytes]:
        """Stream a customer's file from the provider.

        Raises:
            FileGone: it can't be had any more.
            Unreached, Unanswered: the provider is away.
        """
        connector, account = self.account(account_id)
        request = await connector.locate(media, account, self.transport())
        if isinstance(request, MediaGone):
            raise FileGone(request.code)
        async with self._client.stream(
            request.method,
            request.url or request.path,
            headers=dict(request.headers),
            follow_redirects=True,
        ) as answer:
            if answer.status_code in _GONE:
                raise FileGone(f"http_{answer.status_code}")
            answer.raise_for_status()
            async for chunk in answer.aiter_bytes():
                yield chunk

    async def probe(self, account_id: int) -> Probe:
        """Ask the provider whether the account's credentials work."""
        connector, account = self.account(account_id)
        return await connector.probe(account, self.transport())

    async def try_out(
        self,
        channel: str,
        address: str,
        settings: Mapping[str, Any],
        secrets: Mapping[str, str],
    ) -> Probe:
        """Ask a provider with credentials that are stored nowhere.

        Hosts that are spoken to without HTTP are checked here; HTTP is guarded by the client.

        Raises:
            Rejected: 404 `unknown_channel`.
            ValidationError: these are no settings of the channel.
        """
        connector = self.connectors.get(channel)
        if connector is None:
            raise Rejected(404, "unknown_channel")
        known = settings_of(connector, settings)
        for name, host in known.items():
            if name.split("_")[-1] == "host" and host and not await self._allowed_host(str(host)):
                words = f"{host} is not a public address. RAPPORT_PRIVATE_NETWORKS allows others."
                return Probe(ok=False, code="address_forbidden", message=words)
        account = AccountConfig(id=0, address=address, secrets=secrets, settings=known)
        return await connector.probe(account, self.transport())


class Delivery:
    """Implements `jobs.sender.Delivery`."""

    def __init__(
        self,
        connector: Connector,
        account: AccountConfig,
        rendered: Rendered,
        transport: HttpTransport,
    ) -> None:
        self._connector = connector
        self._account = account
        self._rendered = rendered
        self._transport = transport

    @property
    def problem(self) -> NeverSent | None:
        """The first of the problems."""
        if self._rendered.problems:
            first = self._rendered.problems[0]
            return NeverSent(first.code, first.message)
        return None if self._rendered.parts else NeverSent("nothing_to_send", "It is empty.")

    @property
    def parts(self) -> int:
        """How many messages it becomes."""
        return len(self._rendered.parts)

    async def send(self, number: int) -> SendOutcome:
        """Try one part."""
        part = self._rendered.parts[number]
        return await self._connector.send(part, self._account, self._transport)

    @property
    def log(self) -> Sequence[bytes]:
        """What was asked and answered."""
        return self._transport.log


def settings_of(connector: Connector, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """An account's settings with the channel's defaults."""
    return connector.manifest.settings.model_validate(dict(given)).model_dump()
