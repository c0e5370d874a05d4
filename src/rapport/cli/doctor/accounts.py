"""The channel accounts: their secrets can be read, their providers take them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial

from rapport.channels.discovery import connectors
from rapport.channels.gateway import Channels
from rapport.channels.sdk.connector import Rejected
from rapport.channels.sdk.guard import allowed_host, guarded_client, networks
from rapport.channels.sdk.transport import Unanswered, Unreached
from rapport.cli.doctor.checks import Check
from rapport.cli.doctor.machine import public_url
from rapport.clock import SystemClock
from rapport.domain.sending import OutboundFile
from rapport.settings import Settings
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.database import Database
from rapport.storage.secrets import Vault, load_key

PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class _Accounts:
    configuration: StoredConfiguration
    vault: Vault

    def secrets_of(self, account_id: int) -> Mapping[str, str]:
        item = self.configuration.current.items.get(account_id)
        return self.vault.open(item.secrets) if item else {}

    def closed(self) -> list[str]:
        """Names of what has secrets that the key does not open."""
        found = []
        for item in self.configuration.current.items.values():
            try:
                self.vault.open(item.secrets)
            except ValueError:
                found.append(item.name)
        return sorted(found)


async def examine_accounts(settings: Settings, dsn: str, *, probing: bool) -> list[Check]:
    """Open every secret; ask every provider, if that is wanted."""
    found = connectors()
    database = await Database.connect(dsn, minimum=1, maximum=2)
    try:
        configuration = StoredConfiguration(database)
        await configuration.refresh()
    finally:
        await database.close()
    accounts = _Accounts(configuration, Vault(load_key(settings.secret_key, settings.data)))
    closed = accounts.closed()
    secrets = Check("secrets", "ok", "the key opens all of them")
    if closed:
        words = (
            f"The secrets of {', '.join(closed[:5])} cannot be decrypted: this is not the key they"
            " were stored with. Put that key back, or enter the secrets again."
        )
        secrets = Check("secrets", "failed", words)
    active = {i: s for i, s in configuration.current.account_specs.items() if s.active}
    hooked = [
        configuration.current.name(account_id) or str(account_id)
        for account_id, spec in active.items()
        if spec.channel in found and found[spec.channel].manifest.subscription
    ]
    checks = [secrets, await public_url(settings, hooked)]
    if probing:
        private = networks(settings.private_networks)
        async with guarded_client(private, timeout_s=settings.provider_timeout_s) as client:
            channels = Channels(
                found,
                lambda: configuration.current,
                accounts.secrets_of,
                client,
                _no_files,
                SystemClock().now,
                settings.public_url,
                partial(allowed_host, private),
            )
            asked = [
                _probe(channels, account_id, configuration.current.name(account_id))
                for account_id, spec in active.items()
                if channels.carries(spec.channel)
                and configuration.current.name(account_id) not in closed
            ]
            checks += await asyncio.gather(*asked)
    return checks


async def _probe(channels: Channels, account_id: int, name: str | None) -> Check:
    title = f"account:{name or account_id}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer = await channels.probe(account_id)
    except Rejected as rejected:
        return Check(title, "failed", f"The account cannot be used: {rejected}.")
    except (TimeoutError, Unreached, Unanswered):
        return Check(title, "failed", "The provider does not answer. Try again later.")
    if answer.ok:
        return Check(title, "ok", "the provider takes its credentials")
    words = f"{answer.message or 'The provider refuses.'} [{answer.code}] Renew it at /admin."
    return Check(title, "failed", words)


async def _no_files(_file: OutboundFile) -> AsyncIterator[bytes]:
    """Nothing is sent; there is nothing to open."""
    raise FileNotFoundError
    yield b""
