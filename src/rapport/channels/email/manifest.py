"""What e-mail can do and needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from rapport.channels.sdk.manifest import AccountSettings, Done, Exempt, Manifest, Secret
from rapport.domain.channel import CAPABILITIES, ChannelType

CHANNEL = "email"
PER_SECOND = 2.0
_MB = 1024 * 1024
LARGEST_FILE = 20 * _MB
"""Base64 makes it a third larger, and 25 MB is what most servers take of a whole mail."""
Security = Literal["tls", "starttls", "plain"]
Port = Annotated[int, Field(gt=0, lt=65536)]


class EmailSettings(AccountSettings):
    """What an administrator sets of a mailbox.

    Without `imap_host`, mail comes by SMTP to addresses of `forward_domain`. `own_addresses` are
    further addresses of the mailbox: none of them ever gets our mail. `latest_only`: whether an
    answer to an earlier mail than the latest is refused, or only warned of (M5). `oauth`: the
    secret `access_token` is used instead of the password.
    """

    imap_host: str | None = None
    imap_port: Port = 993
    imap_security: Security = "tls"
    smtp_host: str | None = None
    smtp_port: Port = 587
    smtp_security: Security = "starttls"
    user: str = ""
    oauth: bool = False
    folder: str = "INBOX"
    sender_name: str = ""
    signature: str = ""
    own_addresses: tuple[str, ...] = ()
    forward_domain: str | None = None
    latest_only: Literal["refuse", "warn"] = "refuse"
    per_second: Annotated[float, Field(gt=0, le=100)] = PER_SECOND


def per_second(settings: Mapping[str, Any]) -> float:
    """Mails a second; providers count by the minute or the day."""
    return float(settings.get("per_second", PER_SECOND))


_NO_WEBHOOK = Exempt("Mail comes by IMAP or SMTP; there is no webhook.")
MANIFEST = Manifest(
    channel=CHANNEL,
    title="E-mail",
    capabilities=CAPABILITIES[ChannelType.EMAIL],
    settings=EmailSettings,
    secrets=(
        Secret(
            name="password",
            title="Password",
            help="The mailbox's password; with two-step verification an app password.",
            required=False,
        ),
        Secret(
            name="access_token",
            title="Access token",
            help="For XOAUTH2: an access token with the rights to read and to send mail.",
            required=False,
        ),
    ),
    signed_with="password",
    per_second=per_second,
    media_limits={"file": LARGEST_FILE},
    checklist={
        "signature_verified": Done("test_no_mail_is_taken_by_webhook"),
        "signature_over_raw_body": _NO_WEBHOOK,
        "subscription_check": _NO_WEBHOOK,
        "wrong_account": Done("test_only_addresses_of_ours_are_taken"),
        "duplicate_delivery": Done("test_the_same_mail_again_has_the_same_id"),
        "several_in_one_delivery": Done("test_imap_catches_up_completely_and_in_order"),
        "malformed_entry": Done("test_whatever_the_bytes_there_is_a_mail"),
        "unknown_type": Done("test_mail_cases"),
        "no_conversation_without_message": Done("test_a_bounce_is_a_receipt_and_no_message"),
        "receipts_any_order": Exempt("The only receipts are the server's answer and bounces."),
        "failed_with_code": Done("test_a_bounce_is_a_receipt_and_no_message"),
        "media_in": Done("test_a_mail_becomes_a_message"),
        "media_gone": Done("test_files_are_in_the_mail_and_nowhere_else"),
        "media_out_limits": Done("test_what_can_not_be_sent_is_said"),
        "text_limit": Exempt("E-mail has no limit but that of the whole mail."),
        "formatting": Done("test_styles_become_html"),
        "choices": Exempt("A mail has no buttons: choices are numbered text."),
        "throttling": Done("test_smtp_answers_become_outcomes"),
        "account_broken": Done("test_smtp_answers_become_outcomes"),
        "outcome_unknown": Done("test_silence_after_the_text_is_unknown"),
        "window": Exempt("There is no window."),
        "opt_out": Exempt("Who is written to answers a mail of theirs."),
        "probe": Done("test_the_probe_logs_in_and_sends_nothing"),
        "redaction": Done("test_no_secret_is_in_an_outcome"),
    },
)
