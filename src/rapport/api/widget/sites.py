"""Which site a widget belongs to, whether its page may use it, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rapport.api.context import Context
from rapport.application.configuration.specs import (
    AccountSpec,
    EntryPointSpec,
    Webchat,
    WidgetField,
)
from rapport.application.transcripts import spec_of
from rapport.channels.webchat.tokens import Visitor
from rapport.domain.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Site:
    """A WebChat account as configured."""

    account_id: int
    account: AccountSpec
    webchat: Webchat
    entry: EntryPointSpec | None


def site_of(context: Context, key: str, origin: str | None) -> Site:
    """The site of a key.

    Raises:
        NotFound: `unknown_site`.
        Forbidden: `origin_refused`, when the page's origin is not on the site's list.
    """
    configuration = context.services.configuration.current
    account_id = configuration.sites.get(key)
    account = configuration.account_specs.get(account_id) if account_id is not None else None
    if account_id is None or account is None or account.webchat is None:
        raise NotFound("unknown_site", "There is no chat under this site key.")
    allowed = account.webchat.allowed_origins
    if origin is not None and "*" not in allowed and origin not in allowed:
        raise Forbidden("origin_refused", "This page may not use the chat.")
    return Site(account_id, account, account.webchat, configuration.entry_points.get(account_id))


def is_open(context: Context, site: Site) -> bool:
    """Whether chats may be started now."""
    configuration = context.services.configuration.current
    hours = site.entry.hours if site.entry is not None else None
    return configuration.is_open(hours, context.services.clock.now())


def transcripts_of(context: Context, site: Site) -> bool:
    """Whether visitors can have their chat by e-mail."""
    return spec_of(context.services.configuration.current, site.account_id) is not None


def fields_for(site: Site, visitor: Visitor) -> list[WidgetField]:
    """What is asked before a chat: not what the site has vouched for."""
    known = {"name": visitor.name, "email": visitor.email}
    return [field for field in site.webchat.fields if not known.get(field.name)]


def site_view(context: Context, site: Site, visitor: Visitor) -> dict[str, Any]:
    """What the widget shows to this visitor."""
    webchat = site.webchat
    policy = context.services.configuration.current.accounts[site.account_id]
    limits = policy.files_from_customers
    refuses = site.entry is not None and site.entry.when_closed == "refuse"
    opened = is_open(context, site)
    return {
        "name": context.services.configuration.current.name(site.account_id),
        "greeting": webchat.greeting,
        "theme": webchat.theme.model_dump(),
        "open": opened or not refuses,
        "closed_text": site.entry.closed_text if site.entry is not None and not opened else None,
        "wait_text": webchat.wait_text,
        "fields": [field.model_dump() for field in fields_for(site, visitor)],
        "files": {
            "enabled": limits.enabled,
            "max_bytes": limits.max_bytes,
            "max_total_bytes": limits.max_total_bytes,
            "max_count": limits.max_count,
            "types": sorted(limits.types or ()),
        },
        "max_chars": policy.capabilities.composer_limit or 1000,
        "emojis": webchat.emojis,
        "transcript": transcripts_of(context, site),
        "texts": webchat.texts,
    }
