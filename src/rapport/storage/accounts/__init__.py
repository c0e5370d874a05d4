"""How people and programs come in: sessions, tokens, invitations, and the log of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rapport.application.access import Access
from rapport.application.identities import Identities
from rapport.application.invitations import Invitations
from rapport.application.passkeys import Passkeys
from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.second_factor import SecondFactors
from rapport.application.tokens import Tokens
from rapport.storage.accounts.audit import PostgresAuditLog
from rapport.storage.accounts.identities import PostgresIdentities
from rapport.storage.accounts.invitations import PostgresInvitations
from rapport.storage.accounts.passkeys import PostgresPasskeys
from rapport.storage.accounts.second_factor import PostgresSecondFactors
from rapport.storage.accounts.sessions import PostgresSessions
from rapport.storage.accounts.tokens import PostgresTokens
from rapport.storage.database import Database
from rapport.storage.secrets import Vault


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Everything by which somebody comes in."""

    access: Access
    tokens: Tokens
    invitations: Invitations
    second_factors: SecondFactors
    passkeys: Passkeys
    identities: Identities
    audit: PostgresAuditLog


def ways_in(
    database: Database,
    clock: Clock,
    configuration: ConfigurationSource,
    vault: Vault,
    allow: Callable[[str, float, float, datetime], bool],
) -> WaysIn:
    """On this database; `allow` limits how often a token is used."""
    access = Access(PostgresSessions(database), clock, configuration)
    return WaysIn(
        access,
        Tokens(PostgresTokens(database), access, clock, configuration, allow),
        Invitations(PostgresInvitations(database), access, clock, configuration),
        SecondFactors(PostgresSecondFactors(database, vault), access, clock, configuration),
        Passkeys(PostgresPasskeys(database), access, clock, configuration, vault),
        Identities(PostgresIdentities(database), access, clock),
        PostgresAuditLog(database),
    )
