"""Channels: what there is, how the accounts fare, approved templates, a message's log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from rapport.api.access import AdministratorSession, AgentSession, Ctx, OnceKey, SupervisorSession
from rapport.api.routes.desk import Id
from rapport.channels.sdk.abilities import HasTemplates, ProviderRefused
from rapport.channels.sdk.connector import Rejected
from rapport.channels.sdk.transport import Unanswered, Unreached
from rapport.domain.errors import Forbidden, NotFound, Refused

router = APIRouter(tags=["channels"])


@router.get("/channels")
async def channels(context: Ctx, _: AdministratorSession) -> dict[str, Any]:
    """Every channel there is, with what an account of it needs."""
    base = (context.public_url or "").rstrip("/")
    return {
        "items": [
            {
                "channel": name,
                "title": connector.manifest.title,
                "settings": connector.manifest.settings.model_json_schema(),
                "secrets": [asdict(secret) for secret in connector.manifest.secrets],
                "subscription": connector.manifest.subscription,
                "webhook": f"{base}/webhooks/{name}/{{account}}",
            }
            for name, connector in sorted(context.channels.connectors.items())
        ]
    }


@router.get("/channel-health")
async def health(context: Ctx, _: SupervisorSession) -> dict[str, Any]:
    """How every account fares: state, last heard, last sent, last error."""
    names = context.services.configuration.current
    await context.health.flush(at_once=True)
    view = await context.health.view()
    return {
        "items": [
            {
                "account_id": account_id,
                "name": names.name(account_id),
                "channel": spec.channel,
                "active": spec.active,
                **view.get(account_id, {"state": "unknown"}),
            }
            for account_id, spec in sorted(names.account_specs.items())
        ]
    }


@router.post("/accounts/{account_id}/probe")
async def probe(
    account_id: Id, context: Ctx, _: AdministratorSession, once: OnceKey
) -> dict[str, Any]:
    """Ask the provider now whether the account's credentials work."""
    del once
    try:
        answer = await context.probe(account_id)
    except Rejected:
        raise _unknown_account() from None
    return {
        "ok": answer.ok,
        "code": answer.code,
        "message": answer.message,
        "facts": dict(answer.facts),
    }


@router.get("/accounts/{account_id}/templates")
async def templates(account_id: Id, context: Ctx, _: AgentSession) -> dict[str, Any]:
    """The account's approved message forms, as last read from the provider."""
    return {"items": await context.channel_reader.templates(account_id)}


@router.post("/accounts/{account_id}/templates/sync")
async def sync_templates(
    account_id: Id, context: Ctx, _: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Read the approved message forms from the provider."""
    del once
    try:
        connector, account = context.channels.account(account_id)
    except Rejected:
        raise _unknown_account() from None
    if not isinstance(connector, HasTemplates):
        raise Refused("no_templates_here", "This channel has no approved templates.")
    try:
        found = await connector.list_templates(account, context.channels.transport())
    except ProviderRefused as refused:
        raise Refused(refused.code, refused.message) from None
    except (Unreached, Unanswered):
        raise Refused("provider_away", "The provider does not answer. Try again.") from None
    now = context.services.clock.now()
    await context.channel_reader.keep_templates(account_id, [asdict(t) for t in found], now)
    return {"items": await context.channel_reader.templates(account_id)}


@router.get("/messages/{message_id}/log")
async def message_log(message_id: Id, context: Ctx, session: AgentSession) -> dict[str, Any]:
    """What was asked of the provider for a message, and what it said; without secrets."""
    conversation_id = await context.channel_reader.conversation_of(message_id)
    if conversation_id is None:
        raise NotFound("message_not_found", "This message does not exist.")
    if not session.supervises and not await context.reader.may_read(
        conversation_id, session.user_id
    ):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    return await context.channel_reader.log_of(message_id)


def _unknown_account() -> NotFound:
    return NotFound("account_not_found", "This channel account does not exist or is switched off.")
