"""Channels: what there is, how the accounts fare, approved templates, a message's log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from rapport.api.access import AdministratorSession, AgentSession, Ctx, OnceKey, SupervisorSession
from rapport.api.context import Context
from rapport.api.covering import check_uncovered
from rapport.api.routes.desk import Id
from rapport.application.storable import unstorable
from rapport.channels.sdk.abilities import HasTemplates, ProviderRefused
from rapport.channels.sdk.connector import Probe, Rejected
from rapport.channels.sdk.transport import Unanswered, Unreached
from rapport.domain.errors import Forbidden, Invalid, NotFound, Refused

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
    return _probe_view(answer)


class Unsaved(BaseModel):
    """Credentials to try before they are stored; nothing of this is kept.

    With `account_id`, secrets that are not given are those stored for that account.
    """

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(max_length=200)] = ""
    settings: dict[str, Any] = {}
    secrets: Annotated[dict[str, SecretStr | None], Field(max_length=40)] = {}
    account_id: Id | None = None


@router.post("/channels/{channel}/probe")
async def probe_unsaved(
    channel: Annotated[str, Path(max_length=40)],
    body: Unsaved,
    context: Ctx,
    _: AdministratorSession,
    once: OnceKey,
) -> dict[str, Any]:
    """Ask a provider whether credentials work that are not stored yet."""
    del once
    if next(unstorable([body.address, body.settings], "settings"), None) is not None:
        raise Invalid.field("settings", "There is a character that cannot be (NUL).")
    stored = _stored_secrets(context, channel, body)
    given = {k: v.get_secret_value() for k, v in body.secrets.items() if v is not None}
    removed = {name for name, value in body.secrets.items() if value is None}
    secrets = {k: v for k, v in {**stored, **given}.items() if k not in removed}
    try:
        answer = await context.channels.try_out(channel, body.address, body.settings, secrets)
    except Rejected:
        raise NotFound("channel_not_found", "There is no such channel.") from None
    except ValidationError as error:
        raise Invalid("invalid_field", "Some fields are not valid.", _faults(error)) from None
    return _probe_view(answer)


def _stored_secrets(context: Context, channel: str, body: Unsaved) -> dict[str, str]:
    """An account's secrets, for its own provider only: at another address they are no use to
    the business, but to whoever listens there."""
    spec = context.services.configuration.current.account_specs.get(body.account_id or 0)
    if spec is None or spec.channel != channel or body.account_id is None:
        return {}
    names = {n for n in {*spec.settings, *body.settings} if n.split("_")[-1] in {"url", "host"}}
    if any(spec.settings.get(name) != body.settings.get(name) for name in names):
        return {}
    return dict(context.secrets_of(body.account_id))


def _faults(error: ValidationError) -> dict[str, Any]:
    return {
        "fields": [
            {
                "path": ".".join(["spec", "settings", *map(str, e["loc"])]),
                "message": e["msg"].removeprefix("Value error, "),
            }
            for e in error.errors()
        ]
    }


def _probe_view(answer: Probe) -> dict[str, Any]:
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
    """What was asked of the provider for a message, and what it said; without secrets.

    It names the customer's address, so the right `addresses` is needed.
    """
    check_uncovered(session)
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
