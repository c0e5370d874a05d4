"""What Messenger can do and needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from rapport.channels.sdk.graph import API_URL
from rapport.channels.sdk.manifest import AccountSettings, Done, Manifest, Secret
from rapport.domain.channel import CAPABILITIES, ChannelType

CHANNEL = "messenger"
PER_SECOND = 100.0
_MB = 1024 * 1024
MEDIA_LIMITS = dict.fromkeys(("image", "video", "audio", "file"), 25 * _MB)
"""Bytes. Source: Messenger Platform, "Saving assets"."""


class MessengerSettings(AccountSettings):
    """What an administrator sets of a Facebook page.

    `app_id`: our app at Meta; echoes of what it sends are not shown as another agent's.
    `human_agent`: Meta has granted the feature Human Agent, which opens the window to 7 days.
    `marks`: write *bold*, _italic_, ~strike~; Meta documents no formatting for pages.
    """

    api_url: str = API_URL
    app_id: str | None = None
    human_agent: bool = False
    marks: bool = False
    per_second: Annotated[float, Field(gt=0, le=300)] = PER_SECOND


def per_second(settings: Mapping[str, Any]) -> float:
    """Messages a second; the platform takes 300 texts, but 10 files with sound or pictures."""
    return float(settings.get("per_second", PER_SECOND))


MANIFEST = Manifest(
    channel=CHANNEL,
    title="Messenger",
    capabilities=CAPABILITIES[ChannelType.MESSENGER],
    settings=MessengerSettings,
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
            title="Page access token",
            help="The app's Messenger settings: Access tokens, Generate, for this page, with "
            "the permission pages_messaging.",
        ),
    ),
    signed_with="app_secret",
    per_second=per_second,
    media_limits=MEDIA_LIMITS,
    subscription="In the app's Messenger settings enter {webhook} as callback URL with the "
    "verify token, and subscribe the page to messages, messaging_postbacks, "
    "messaging_referrals, messaging_optins, message_deliveries, message_reads, "
    "message_reactions, message_edits and message_echoes. The account's address is the page's "
    "id.",
    checklist={
        "signature_verified": Done("test_messenger_refuses_a_wrong_or_absent_signature"),
        "signature_over_raw_body": Done("test_messenger_signs_the_bytes_as_they_came"),
        "subscription_check": Done("test_messenger_answers_the_subscription_check"),
        "wrong_account": Done("test_messenger_situations"),
        "duplicate_delivery": Done("test_messenger_gives_the_same_message_the_same_id"),
        "several_in_one_delivery": Done("test_messenger_situations"),
        "malformed_entry": Done("test_messenger_takes_every_good_entry_beside_a_broken_one"),
        "unknown_type": Done("test_messenger_survives_any_change_to_a_webhook"),
        "no_conversation_without_message": Done("test_messenger_opens_nothing_without_a_message"),
        "receipts_any_order": Done("test_messenger_coverage"),
        "failed_with_code": Done("test_messenger_coverage"),
        "media_in": Done("test_messenger_locates_a_file_by_its_url"),
        "media_gone": Done("test_messenger_says_when_a_file_is_gone"),
        "media_out_limits": Done("test_messenger_limits_files"),
        "text_limit": Done("test_messenger_counts_the_text_after_rendering"),
        "formatting": Done("test_messenger_situations"),
        "choices": Done("test_messenger_situations"),
        "throttling": Done("test_messenger_waits_as_long_as_it_is_told"),
        "account_broken": Done("test_messenger_coverage"),
        "outcome_unknown": Done("test_messenger_silence_is_unknown_and_no_connection_a_retry"),
        "window": Done("test_messenger_closes_the_window_step_by_step"),
        "opt_out": Done("test_messenger_situations"),
        "probe": Done("test_messenger_probe_reads_the_page"),
        "redaction": Done("test_messenger_shows_no_secret"),
    },
)
