"""Twilio's HTTP API: sending, files and the account, with HTTP basic authentication.

Source: Twilio, "Message resource" (create), "Media resource", "Account resource".
"""

from __future__ import annotations

import base64
import re
from urllib.parse import quote, urlsplit

from rapport.channels.sdk.connector import AccountConfig, MediaGone, Probe, Problem, Rendered
from rapport.channels.sdk.transport import (
    Part,
    ProviderAnswer,
    ProviderRequest,
    Transport,
    Unanswered,
    Unreached,
)
from rapport.channels.sms.settings import SmsSettings
from rapport.channels.sms.twilio_codes import CODES, stable, words
from rapport.channels.sms.twilio_webhook import MESSAGE_ID
from rapport.domain.message import InboundMedia
from rapport.domain.sending import (
    AccountBroken,
    OutboundFile,
    OutboundMessage,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)

LONGEST_BODY = 1600
"""Characters, counted as UTF-16 units; error 21617 beyond."""
MOST_FILES = 10
LARGEST_FILES = 5_000_000
"""Bytes of all files of a message together ("Accepted content types for media")."""
_TWILIO_HOST = re.compile(r"api(\.[a-z0-9-]+)*\.twilio\.com")
_UNAUTHORISED = frozenset({401, 403})
_AGAIN = frozenset({408, 429, 503})
_SERVER_ERROR = 500


def render(message: OutboundMessage, account: AccountConfig, settings: SmsSettings) -> Rendered:
    """One request to create the message, or what stands against it."""
    problems = tuple(_problems(message, settings))
    if problems:
        return Rendered(problems=problems)
    form = [("To", message.contact_key), _sender(account, settings)]
    if message.text:
        form.append(("Body", message.text))
    form += [("MediaUrl", _media_url(settings.media_url, file)) for file in message.files]
    if settings.webhook_url:
        form.append(("StatusCallback", _callback(settings.webhook_url, message.id)))
    request = ProviderRequest(
        method="POST", path=f"{_account_path(settings)}/Messages.json", form=tuple(form)
    )
    return Rendered(parts=(Part(requests=(request,)),))


def _problems(message: OutboundMessage, settings: SmsSettings) -> list[Problem]:
    found = []
    if not settings.account_sid:
        found.append(Problem("not_configured", "The channel has no Twilio account SID."))
    if message.template is not None:
        found.append(Problem("templates_not_possible", "SMS has no approved templates."))
    if not message.text and not message.files:
        found.append(Problem("empty", "There is nothing to send."))
    length = len(message.text.encode("utf-16-le", "surrogatepass")) // 2
    if length > LONGEST_BODY:
        over = length - LONGEST_BODY
        found.append(Problem("text_too_long", f"The text is {over} characters too long."))
    return found + _file_problems(message.files, settings)


def _file_problems(files: tuple[OutboundFile, ...], settings: SmsSettings) -> list[Problem]:
    if files and not settings.media_url:
        return [Problem("files_not_possible", "This number can't send files.")]
    found = []
    if len(files) > MOST_FILES:
        found.append(Problem("too_many_files", f"At most {MOST_FILES} files fit a message."))
    if sum(file.size for file in files) > LARGEST_FILES:
        found.append(Problem("file_too_large", "The files are larger than 5 MB together."))
    return found


def _sender(account: AccountConfig, settings: SmsSettings) -> tuple[str, str]:
    service = settings.messaging_service_sid
    if not service and account.address.startswith("MG"):
        service = account.address
    return ("MessagingServiceSid", service) if service else ("From", account.address)


def _callback(webhook_url: str, message_id: int) -> str:
    joint = "&" if "?" in webhook_url else "?"
    return f"{webhook_url}{joint}{MESSAGE_ID}={message_id}"


def _media_url(template: str, file: OutboundFile) -> str:
    values = {"id": str(file.id), "key": file.key, "filename": file.filename}
    return re.sub(r"\{(id|key|filename)\}", lambda m: quote(values[m[1]], safe=""), template)


def _account_path(settings: SmsSettings) -> str:
    return f"/2010-04-01/Accounts/{quote(settings.account_sid, safe='')}"


async def send(
    part: Part, account: AccountConfig, settings: SmsSettings, transport: Transport
) -> SendOutcome:
    """Create the message."""
    basic = _credentials(account, settings)
    if basic is None:
        return AccountBroken("not_configured", "Enter the Twilio account SID and auth token.")
    (request,) = part.requests
    try:
        answer = await transport.request(request, base_url=settings.api_url, basic=basic)
    except Unreached:
        return RetryAfter(None, "unreachable")
    except Unanswered:
        return Unknown("unanswered")
    return outcome(answer)


def outcome(answer: ProviderAnswer) -> SendOutcome:
    """What Twilio's answer means; by its code where there is one, else by the HTTP status.

    An error of the server may have come after the message was taken, and there is no idempotency
    key: that is unknown.
    """
    document = answer.json if isinstance(answer.json, dict) else {}
    if 200 <= answer.status < 300:
        sid = document.get("sid")
        return Sent(sid if isinstance(sid, str) and sid else None)
    code = document.get("code")
    if isinstance(code, int) and not isinstance(code, bool) and code in CODES:
        return _by_code(code, answer)
    name = str(code) if isinstance(code, int) else f"http_{answer.status}"
    if answer.status in _AGAIN:
        return RetryAfter(_seconds(answer), name)
    if answer.status in _UNAUTHORISED:
        return AccountBroken(name, "Twilio refuses the account's credentials.")
    if answer.status >= _SERVER_ERROR:
        return Unknown(name)
    return Rejected(name, "Twilio does not accept this message.")


def _by_code(code: int, answer: ProviderAnswer) -> SendOutcome:
    verdict, said = CODES[code]
    if verdict == "retry":
        return RetryAfter(_seconds(answer), str(code))
    if verdict == "broken":
        return AccountBroken(str(code), said)
    return Rejected(stable(code), words(code, said))


def _seconds(answer: ProviderAnswer) -> float | None:
    after = answer.headers.get("retry-after", "")
    return float(after) if after.isascii() and after.isdigit() and len(after) < 7 else None


def locate(
    media: InboundMedia, account: AccountConfig, settings: SmsSettings
) -> ProviderRequest | MediaGone:
    """The file's address; credentials only for Twilio's own, and only over TLS.

    The address came in a signed webhook but is still treated as foreign: a redirect away from
    the host must be followed without the header.
    """
    if media.gone or not media.url:
        return MediaGone(media.gone or "no_address")
    try:
        split = urlsplit(media.url)
        host = (split.hostname or "").lower()
    except ValueError:
        return MediaGone("unsafe_address")
    if split.scheme not in {"http", "https"} or not host or "@" in split.netloc:
        return MediaGone("unsafe_address")
    basic = _credentials(account, settings)
    headers = {}
    if basic is not None and _is_provider(media.url, settings):
        joined = base64.b64encode(":".join(basic).encode()).decode()
        headers["Authorization"] = f"Basic {joined}"
    return ProviderRequest(method="GET", url=media.url, headers=headers)


def _is_provider(url: str, settings: SmsSettings) -> bool:
    split, api = urlsplit(url), urlsplit(settings.api_url)
    if (split.scheme, split.netloc.lower()) == (api.scheme, api.netloc.lower()):
        return True
    return split.scheme == "https" and bool(_TWILIO_HOST.fullmatch(split.netloc.lower()))


async def probe(account: AccountConfig, settings: SmsSettings, transport: Transport) -> Probe:
    """Read the account: nothing is sent to anybody."""
    basic = _credentials(account, settings)
    if basic is None:
        return Probe(
            ok=False,
            code="not_configured",
            message="Enter the Twilio account SID and auth token.",
        )
    request = ProviderRequest(method="GET", path=f"{_account_path(settings)}.json")
    try:
        answer = await transport.request(request, base_url=settings.api_url, basic=basic)
    except (Unreached, Unanswered):
        return Probe(ok=False, code="unreachable", message="Twilio can't be reached.")
    document = answer.json if isinstance(answer.json, dict) else {}
    if answer.status != 200:
        found = outcome(answer)
        code = getattr(found, "code", f"http_{answer.status}")
        message = getattr(found, "message", f"Twilio answered {answer.status}.")
        return Probe(ok=False, code=code, message=message)
    facts = {
        name: str(document[name])
        for name in ("friendly_name", "status", "type")
        if name in document
    }
    if document.get("status", "active") != "active":
        return Probe(
            ok=False, code="account_inactive", message="The account is not active.", facts=facts
        )
    return Probe(ok=True, facts=facts)


def _credentials(account: AccountConfig, settings: SmsSettings) -> tuple[str, str] | None:
    key, secret = account.secrets.get("api_key_sid"), account.secrets.get("api_key_secret")
    if key and secret:
        return key, secret
    token = account.secrets.get("auth_token")
    return (settings.account_sid, token) if settings.account_sid and token else None
