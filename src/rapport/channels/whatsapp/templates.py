"""The message forms that WhatsApp keeps for a business account.

Source: WhatsApp Business Platform, "Template management", edge `message_templates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rapport.channels.sdk import graph
from rapport.channels.sdk.abilities import ApprovedTemplate, ProviderRefused
from rapport.channels.sdk.connector import AccountConfig
from rapport.channels.sdk.transport import ProviderRequest, Transport

_FIELDS = "name,language,category,status,components"
_PER_PAGE, _MOST_PAGES = "100", 200
_PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}")


async def list_templates(account: AccountConfig, transport: Transport) -> list[ApprovedTemplate]:
    """Every template of the business account, page by page.

    Raises:
        Unreached, Unanswered, ProviderRefused: nothing is known then.
    """
    business = account.settings.get("business_account_id")
    if not business:
        raise ProviderRefused("not_configured", "Set the WhatsApp business account's id.")
    found: list[ApprovedTemplate] = []
    query = {"fields": _FIELDS, "limit": _PER_PAGE}
    for _ in range(_MOST_PAGES):
        page = await graph.fetched(
            ProviderRequest(method="GET", path=f"/{business}/message_templates", query=query),
            account,
            transport,
        )
        data = page.get("data")
        entries = data if isinstance(data, list) else []
        found.extend(template_of(entry) for entry in entries if isinstance(entry, dict))
        after = _next(page)
        if after is None:
            return found
        query = {**query, "after": after}
    raise ProviderRefused("endless", "The list of templates does not end.")


def template_of(entry: Mapping[str, Any]) -> ApprovedTemplate:
    """One template from the provider's description."""
    by_type = _components(entry)
    header, body = by_type.get("HEADER", {}), by_type.get("BODY", {})
    form = str(header.get("format") or "TEXT")
    header_text = str(header.get("text") or "") if form == "TEXT" else f"[{form.lower()}]"
    footer = by_type.get("FOOTER", {}).get("text")
    buttons = by_type.get("BUTTONS", {}).get("buttons")
    body_text = str(body.get("text") or "")
    return ApprovedTemplate(
        name=str(entry.get("name") or ""),
        language=str(entry.get("language") or ""),
        category=str(entry.get("category") or ""),
        status=str(entry.get("status") or ""),
        header=(header_text or None) if header else None,
        body=body_text,
        footer=str(footer) if footer else None,
        buttons=tuple(b for b in buttons if isinstance(b, dict))
        if isinstance(buttons, list)
        else (),
        header_fields=len(set(_PLACEHOLDER.findall(header_text))),
        body_fields=len(set(_PLACEHOLDER.findall(body_text))),
    )


def _components(entry: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    components = entry.get("components")
    if not isinstance(components, list):
        return {}
    return {str(c.get("type")).upper(): c for c in components if isinstance(c, dict)}


def _next(page: Mapping[str, Any]) -> str | None:
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return str(after) if after else None
