"""What the channels of Meta's Graph API share: webhook checks, sending, reading of errors.

Sources: the platform's pages "Webhooks – Getting started" (challenge, `X-Hub-Signature-256`),
"Handling Errors" (the error object), "Rate Limits" (`X-Business-Use-Case-Usage`), "Securing Graph
API calls" (`appsecret_proof`).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs

import msgspec

from rapport.channels.sdk.abilities import ProviderRefused
from rapport.channels.sdk.connector import AccountConfig, Rejected, Request
from rapport.channels.sdk.transport import (
    Part,
    ProviderAnswer,
    ProviderRequest,
    Transport,
    Unanswered,
    Unreached,
)
from rapport.domain.sending import AccountBroken, RetryAfter, SendOutcome, Sent, Unknown
from rapport.domain.sending import Rejected as NeverSent

API_URL = "https://graph.facebook.com/v25.0"
_SIGNATURE = "x-hub-signature-256"
_ANSWER_FIELD = re.compile(r"\{answer\.(\d+)\.(\w+)\}")
_UNAUTHORISED, _TOO_MANY, _UNAVAILABLE = 401, 429, 503
_LONGEST_WORDS = 300
_SHORTEST_SECRET = 6


def verify(request: Request, account: AccountConfig) -> None:
    """Check `X-Hub-Signature-256`: HMAC-SHA256 of the raw body with the app secret.

    Raises:
        Rejected: absent or wrong, or the account has no app secret.
    """
    secret = account.secrets.get("app_secret", "")
    given = request.headers.get(_SIGNATURE, "")
    expected = "sha256=" + hmac.digest(secret.encode(), request.body, hashlib.sha256).hex()
    if not secret or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Rejected(401, "signature_invalid")


def challenge(request: Request, account: AccountConfig) -> str:
    """The `hub.challenge` of a subscription check with our verify token.

    Raises:
        Rejected: another token, or no such check.
    """
    query = parse_qs(request.query, keep_blank_values=True)
    asked = {name: values[-1] for name, values in query.items()}
    if asked.get("hub.mode") != "subscribe" or "hub.challenge" not in asked:
        raise Rejected(400, "malformed")
    token = account.secrets.get("verify_token", "")
    given = asked.get("hub.verify_token", "")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Rejected(403, "verify_token_invalid")
    return asked["hub.challenge"]


def api_url(account: AccountConfig) -> str:
    """The Graph API's address, without a slash at the end."""
    return str(account.settings.get("api_url") or API_URL).rstrip("/")


def bearer(account: AccountConfig) -> dict[str, str]:
    """The header that authorises a request of the account."""
    return {"Authorization": f"Bearer {account.secrets.get('access_token', '')}"}


def moment(value: Any, *, milliseconds: bool = False) -> datetime | None:
    """A provider's time stamp, number or digits; None where it is none that exists."""
    try:
        seconds = float(value) / (1000 if milliseconds else 1)
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """The error object of an answer; `code` is None where the body has none."""

    status: int
    code: int | None = None
    subcode: int | None = None
    message: str = ""
    transient: bool = False
    seconds: float | None = None
    """What the provider says to wait."""

    @property
    def name(self) -> str:
        """The stable code shown and stored: `131047`, `10/2018278`, `http_502`."""
        if self.code is None:
            return f"http_{self.status}"
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error code means for us, and words for whoever can act on it.

    `retry` is for later and by itself, `never` for the agent, `broken` for the administrator;
    `unknown` where the message may have gone out nevertheless.
    """

    kind: Literal["retry", "never", "broken", "unknown"]
    words: str
    seconds: float | None = None


Judge = Callable[[GraphError], Verdict | None]
"""A channel's table of codes; None where a code is not in it."""


def error_of(answer: ProviderAnswer, account: AccountConfig) -> GraphError | None:
    """The error of an answer, None for a success. Secrets are cut out of the provider's words."""
    body = answer.json if isinstance(answer.json, dict) else {}
    error = body.get("error")
    if not isinstance(error, dict):
        if 200 <= answer.status < 300:
            return None
        return GraphError(status=answer.status, seconds=_seconds(answer))
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    return GraphError(
        status=answer.status,
        code=_number(error.get("code")),
        subcode=_number(error.get("error_subcode")),
        message=without_secrets(str(details or error.get("message") or ""), account),
        transient=error.get("is_transient") is True,
        seconds=_seconds(answer),
    )


def without_secrets(words: str, account: AccountConfig) -> str:
    """A provider's words, shortened, with the account's secrets blotted out."""
    for secret in account.secrets.values():
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, "…")
    return words[:_LONGEST_WORDS]


def outcome_of(error: GraphError, judge: Judge) -> SendOutcome:
    """What an error means for the message: by code, never by text.

    Where there is no code, the HTTP status tells: 429 and 503 mean that the request was not
    taken; of any other 5xx nobody knows.
    """
    verdict = judge(error) if error.code is not None else None
    if verdict is not None:
        return _judged(verdict, error)
    if error.transient or error.status in {_TOO_MANY, _UNAVAILABLE}:
        return RetryAfter(error.seconds, error.name)
    if error.status == _UNAUTHORISED:
        return AccountBroken(error.name, "The provider refuses the access token: renew it.")
    if error.code is None and error.status >= 500:
        return Unknown(error.name)
    return NeverSent(error.name, error.message or "The provider does not accept this message.")


def _judged(verdict: Verdict, error: GraphError) -> SendOutcome:
    match verdict.kind:
        case "retry":
            return RetryAfter(error.seconds or verdict.seconds, error.name)
        case "broken":
            return AccountBroken(error.name, verdict.words)
        case "never":
            return NeverSent(error.name, verdict.words)
        case "unknown":
            return Unknown(error.name)


async def ask(
    request: ProviderRequest, account: AccountConfig, transport: Transport
) -> ProviderAnswer:
    """Send one request to the Graph API, authorised and with the app secret's proof.

    Raises:
        Unreached, Unanswered: as the transport does.
    """
    if request.url is None:
        request = replace(request, query={**request.query, **_proof(account)})
    return await transport.request(request, base_url=api_url(account), authorize=bearer(account))


async def send_part(
    part: Part,
    account: AccountConfig,
    transport: Transport,
    *,
    judge: Judge,
    sent_id: Callable[[Any], str | None],
) -> SendOutcome:
    """Try a part's requests in order, filling in what earlier answers gave.

    Args:
        judge: The channel's table of error codes.
        sent_id: Finds the message's id in the last answer's JSON.
    """
    if not account.secrets.get("access_token"):
        return AccountBroken("not_configured", "The channel has no access token.")
    answers: list[Any] = []
    last = len(part.requests) - 1
    for number, request in enumerate(part.requests):
        try:
            answer = await ask(filled(request, answers), account, transport)
        except Unreached:
            return RetryAfter(None, "unreachable")
        except Unanswered:
            return Unknown("unanswered") if number == last else RetryAfter(None, "unanswered")
        error = error_of(answer, account)
        if error is not None:
            outcome = outcome_of(error, judge)
            if number < last and isinstance(outcome, Unknown):
                return RetryAfter(None, outcome.code)
            return outcome
        answers.append(answer.json)
    return Sent(sent_id(answers[-1]))


async def took(request: ProviderRequest, account: AccountConfig, transport: Transport) -> bool:
    """Whether the provider took a request that isn't a message; nothing is raised."""
    try:
        return error_of(await ask(request, account, transport), account) is None
    except (Unreached, Unanswered):
        return False


async def fetched(
    request: ProviderRequest, account: AccountConfig, transport: Transport
) -> Mapping[str, Any]:
    """The JSON object that a request reads.

    Raises:
        Unreached, Unanswered: as the transport does.
        ProviderRefused: an error was answered, or no object.
    """
    answer = await ask(request, account, transport)
    error = error_of(answer, account)
    if error is not None:
        raise ProviderRefused(error.name, error.message or "The provider refuses.")
    if not isinstance(answer.json, dict):
        raise ProviderRefused("not_json", "The provider's answer can't be read.")
    return answer.json


def filled(request: ProviderRequest, answers: list[Any]) -> ProviderRequest:
    """The request with `{answer.N.field}` replaced, where that is all of a string."""
    if not answers or request.json is None:
        return request
    return replace(request, json=_filled(request.json, answers))


def looks_filled_in(text: str) -> bool:
    """Whether a text is nothing but such a place, and must not stand beside an upload."""
    return _ANSWER_FIELD.fullmatch(text) is not None


def _filled(value: Any, answers: list[Any]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, answers) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(item, answers) for item in value]
    found = _ANSWER_FIELD.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    number, field = int(found[1]), found[2]
    answer = answers[number] if number < len(answers) else None
    got = answer.get(field) if isinstance(answer, dict) else None
    return value if got is None else str(got)


def _proof(account: AccountConfig) -> dict[str, str]:
    secret, token = account.secrets.get("app_secret"), account.secrets.get("access_token")
    if not secret or not token:
        return {}
    proof = hmac.digest(secret.encode(), token.encode(), hashlib.sha256).hex()
    return {"appsecret_proof": proof}


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _seconds(answer: ProviderAnswer) -> float | None:
    after = answer.headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    return _regained(answer.headers.get("x-business-use-case-usage", ""))


def _regained(header: str) -> float | None:
    """The longest `estimated_time_to_regain_access` (minutes) of a usage header, in seconds."""
    if not header:
        return None
    try:
        usage = msgspec.json.decode(header, type=dict[str, list[dict[str, Any]]])
    except (msgspec.DecodeError, UnicodeError):
        return None
    minutes = [
        _number(entry.get("estimated_time_to_regain_access")) or 0
        for entries in usage.values()
        for entry in entries
    ]
    longest = max(minutes, default=0)
    return longest * 60.0 if longest > 0 else None
