"""Which site a widget belongs to, whether its page may use it, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rapport.api.context import Context
from rapport.application.configuration.specs import AccountSpec, EntryPointSpec, Webchat
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


def site_view(context: Context, site: Site) -> dict[str, Any]:
    """What the widget shows."""
    webchat, files = site.webchat, site.account.files
    policy = context.services.configuration.current.accounts[site.account_id]
    refuses = site.entry is not None and site.entry.when_closed == "refuse"
    opened = is_open(context, site)
    return {
        "name": context.services.configuration.current.name(site.account_id),
        "greeting": webchat.greeting,
        "theme": webchat.theme.model_dump(),
        "open": opened or not refuses,
        "closed_text": site.entry.closed_text if site.entry is not None and not opened else None,
        "wait_text": webchat.wait_text,
        "fields": [field.model_dump() for field in webchat.fields],
        "files": {
            "enabled": files.enabled,
            "max_bytes": files.max_bytes,
            "types": files.types,
        },
        "max_chars": policy.capabilities.composer_limit or 1000,
        "emojis": webchat.emojis,
        "transcript": False,
        "texts": webchat.texts,
    }
