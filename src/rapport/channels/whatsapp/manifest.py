"""What WhatsApp can do and needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from rapport.channels.sdk.graph import API_URL
from rapport.channels.sdk.manifest import AccountSettings, Done, Manifest, Secret
from rapport.domain.channel import CAPABILITIES, ChannelType

CHANNEL = "whatsapp"
PER_SECOND = 80.0
COEXISTENCE_PER_SECOND = 20.0
_MB = 1024 * 1024

MEDIA_LIMITS = {
    "image": 5 * _MB,
    "video": 16 * _MB,
    "audio": 16 * _MB,
    "document": 100 * _MB,
    "sticker": 500 * 1024,
}
"""Bytes. Source: WhatsApp Business Platform, "Media – Supported media types". A sticker that
doesn't move may have 100 kB only; what moves can't be told without opening it."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
    "audio/aac": "audio",
    "audio/amr": "audio",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "audio",
    "text/plain": "document",
    "application/pdf": "document",
    "application/msword": "document",
    "application/vnd.ms-excel": "document",
    "application/vnd.ms-powerpoint": "document",
    f"{_OFFICE}wordprocessingml.document": "document",
    f"{_OFFICE}spreadsheetml.sheet": "document",
    f"{_OFFICE}presentationml.presentation": "document",
}


class WhatsAppSettings(AccountSettings):
    """What an administrator sets of a WhatsApp number.

    `coexistence`: the number is used in the WhatsApp Business app too, which limits its rate.
    """

    api_url: str = API_URL
    business_account_id: str | None = None
    per_second: Annotated[float, Field(gt=0, le=1_000)] = PER_SECOND
    coexistence: bool = False


def per_second(settings: Mapping[str, Any]) -> float:
    """Messages a second; the platform allows a number that coexists with the app no more."""
    rate = float(settings.get("per_second", PER_SECOND))
    return min(rate, COEXISTENCE_PER_SECOND) if settings.get("coexistence") else rate


MANIFEST = Manifest(
    channel=CHANNEL,
    title="WhatsApp",
    capabilities=CAPABILITIES[ChannelType.WHATSAPP],
    settings=WhatsAppSettings,
    secrets=(
        Secret(
            name="app_secret",
            title="App secret",
            help="Meta for Developers: your app, App settings, Basic, App secret.",
        ),
        Secret(
            name="verify_token",
            title="Verify token",
            help="Any random text; enter the same in the app's webhook configuration.",
        ),
        Secret(
            name="access_token",
            title="Access token",
            help="Business settings: System users, Generate token, with the permissions "
            "whatsapp_business_messaging and whatsapp_business_management.",
        ),
    ),
    signed_with="app_secret",
    per_second=per_second,
    media_limits=MEDIA_LIMITS,
    media_types=frozenset(MEDIA_KINDS),
    subscription="In the app's WhatsApp configuration enter {webhook} as callback URL with the "
    "verify token, and subscribe to messages, user_preferences and smb_message_echoes. The "
    "account's address is the phone number's id.",
    checklist={
        "signature_verified": Done("test_whatsapp_refuses_a_wrong_or_absent_signature"),
        "signature_over_raw_body": Done("test_whatsapp_signs_the_bytes_as_they_came"),
        "subscription_check": Done("test_whatsapp_answers_the_subscription_check"),
        "wrong_account": Done("test_whatsapp_situations"),
        "duplicate_delivery": Done("test_whatsapp_gives_the_same_message_the_same_id"),
        "several_in_one_delivery": Done("test_whatsapp_situations"),
        "malformed_entry": Done("test_whatsapp_takes_every_good_entry_beside_a_broken_one"),
        "unknown_type": Done("test_whatsapp_survives_any_change_to_a_webhook"),
        "no_conversation_without_message": Done("test_whatsapp_opens_nothing_without_a_message"),
        "receipts_any_order": Done("test_whatsapp_coverage"),
        "failed_with_code": Done("test_whatsapp_coverage"),
        "media_in": Done("test_whatsapp_locates_a_file_by_its_id"),
        "media_gone": Done("test_whatsapp_says_when_a_file_is_gone"),
        "media_out_limits": Done("test_whatsapp_limits_files_by_kind"),
        "text_limit": Done("test_whatsapp_counts_the_text_after_rendering"),
        "formatting": Done("test_whatsapp_situations"),
        "choices": Done("test_whatsapp_gives_choices_as_buttons_or_as_a_list"),
        "throttling": Done("test_whatsapp_waits_as_long_as_it_is_told"),
        "account_broken": Done("test_whatsapp_coverage"),
        "outcome_unknown": Done("test_whatsapp_silence_is_unknown_and_no_connection_a_retry"),
        "window": Done("test_whatsapp_closes_the_window_after_a_day"),
        "opt_out": Done("test_whatsapp_situations"),
        "probe": Done("test_whatsapp_probe_reads_the_number"),
        "redaction": Done("test_whatsapp_shows_no_secret"),
    },
)
