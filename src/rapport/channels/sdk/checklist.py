"""The rules that every connector keeps, or is exempt from with a reason in its manifest."""

from __future__ import annotations

RULES: dict[str, str] = {
    "signature_verified": "A wrong or absent signature is refused before anything is read.",
    "signature_over_raw_body": "The signature is checked over the bytes as they came.",
    "subscription_check": "The provider's check of the address is answered, a wrong token refused.",
    "wrong_account": "Input for another page or number is ignored with a reason.",
    "duplicate_delivery": "The same message again has the same external id.",
    "several_in_one_delivery": "Every entry of a batch is taken, in order.",
    "malformed_entry": "A broken entry is ignored with a reason and spoils no other.",
    "unknown_type": "A type of the future is ignored or kept as unsupported, never a crash.",
    "no_conversation_without_message": "Receipts, echoes, reactions and deletions are no messages.",
    "receipts_any_order": "Every status of the provider is mapped; order does not matter.",
    "failed_with_code": "A failure carries the provider's code and words for the agent.",
    "media_in": "Every kind of file is named with what is needed to fetch it.",
    "media_gone": "A file that can't be had is said so by a code.",
    "media_out_limits": "Files too large or of a wrong type are problems before sending.",
    "text_limit": "Text over the provider's limit is a problem, counted after rendering.",
    "formatting": "Styles are rendered in the channel's marks, or dropped to plain text.",
    "choices": "Choices go as buttons or a list within the provider's limits, or are a problem.",
    "throttling": "Throttle answers are RetryAfter, with the provider's own time if it gives one.",
    "account_broken": "Lost credentials are AccountBroken, with words for the administrator.",
    "outcome_unknown": "A time-out after sending is Unknown, a refused connection RetryAfter.",
    "window": "A closed window is said before sending, with what can be done.",
    "opt_out": "A customer's opt-out is recorded and a provider's opt-out code understood.",
    "probe": "Credentials are tried without sending anything to a customer.",
    "redaction": "No secret is in a rendered request or in an error.",
}
