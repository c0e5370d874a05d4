"""What the SMS channel says of itself."""

from __future__ import annotations

from rapport.channels.sdk.manifest import Done, Exempt, Manifest, Secret
from rapport.channels.sms.settings import SmsSettings, rate
from rapport.channels.sms.twilio_api import LARGEST_FILES
from rapport.domain.channel import CAPABILITIES, ChannelType

MANIFEST = Manifest(
    channel="sms",
    title="SMS",
    capabilities=CAPABILITIES[ChannelType.SMS],
    settings=SmsSettings,
    secrets=(
        Secret(
            name="auth_token",
            title="Twilio auth token",
            help="Twilio Console, Account, API keys & tokens. Verifies webhooks.",
            required=False,
        ),
        Secret(
            name="api_key_sid",
            title="Twilio API key SID",
            help="Optional: signs our requests instead of the auth token.",
            required=False,
        ),
        Secret(
            name="api_key_secret",
            title="Twilio API key secret",
            help="Shown once when the API key is created.",
            required=False,
        ),
        Secret(
            name="password",
            title="SMPP password",
            help="The carrier gives it with the system id.",
            required=False,
        ),
    ),
    signed_with="auth_token",
    per_second=rate,
    media_limits={"image": LARGEST_FILES, "video": LARGEST_FILES, "audio": LARGEST_FILES},
    subscription=(
        "Twilio: enter {webhook} as the number's or messaging service's webhook for incoming"
        " messages (HTTP POST), and as `webhook_url` in the account's settings for receipts."
        " SMPP: nothing; Rapport connects to the message centre itself."
    ),
    checklist={
        "signature_verified": Done("test_a_wrong_or_absent_signature_is_refused"),
        "signature_over_raw_body": Done("test_the_signature_covers_every_posted_parameter"),
        "subscription_check": Exempt("Neither provider checks the address."),
        "wrong_account": Done("test_input_for_another_number_is_ignored"),
        "duplicate_delivery": Done("test_a_redelivery_has_the_same_id"),
        "several_in_one_delivery": Exempt("A request or PDU carries one message."),
        "malformed_entry": Done("test_what_came_in_is_understood"),
        "unknown_type": Done("test_what_came_in_is_understood"),
        "no_conversation_without_message": Done("test_stop_and_start_open_no_conversation"),
        "receipts_any_order": Done("test_every_status_has_a_case"),
        "failed_with_code": Done("test_every_error_code_has_a_case"),
        "media_in": Done("test_media_is_located_with_credentials_for_the_provider_alone"),
        "media_gone": Done("test_media_that_can_not_be_had_says_why"),
        "media_out_limits": Done("test_what_goes_out_is_exact"),
        "text_limit": Done("test_what_goes_out_is_exact"),
        "formatting": Done("test_styles_leave_plain_text"),
        "choices": Exempt("A text message has no buttons: choices are numbered text."),
        "throttling": Done("test_every_error_code_has_a_case"),
        "account_broken": Done("test_every_error_code_has_a_case"),
        "outcome_unknown": Done("test_silence_is_unknown_and_no_connection_a_retry"),
        "window": Exempt("SMS has no window for free text."),
        "opt_out": Done("test_stop_and_start_open_no_conversation"),
        "probe": Done("test_the_probe_reads_the_account_and_sends_nothing"),
        "redaction": Done("test_no_secret_is_in_a_rendered_request_or_an_error"),
    },
)
