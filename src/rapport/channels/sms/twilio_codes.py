"""Twilio's message statuses and error codes, and what each means for us.

Source: Twilio, "Message resource" (status values) and "Error and warning dictionary".
"""

from __future__ import annotations

from typing import Literal

from rapport.domain.message import DeliveryStatus

STATUSES: dict[str, DeliveryStatus] = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
    "partially_delivered": DeliveryStatus.FAILED,
}
INBOUND_STATUSES = frozenset({"receiving", "received"})
WITHOUT_CODE = {
    "canceled": "The message was cancelled at the provider.",
    "partially_delivered": "Only a part of the message reached the customer.",
}

OPTED_OUT = "opted_out"
"""Our own stable code for 21610."""
OPT_OUT_CODE = 21610

Verdict = Literal["reject", "retry", "broken"]

_REJECT: dict[int, str] = {
    OPT_OUT_CODE: "The customer has opted out of messages from this number.",
    21211: "The number is not a valid phone number.",
    21217: "The number is not a valid phone number.",
    21219: "A trial account may write to verified numbers only.",
    21408: "The account may not send to the number's region.",
    21602: "The message is empty.",
    21604: "The message has no recipient.",
    21608: "A trial account may write to verified numbers only.",
    21612: "No message can be sent from this number to that one.",
    21614: "The number is not a mobile number.",
    21617: "The message is longer than 1600 characters.",
    21620: "A file's address is not valid.",
    21623: "The message has too many files.",
    30003: "The customer's phone is off, out of reach or can't take messages.",
    30004: "The network or the customer blocks the message.",
    30005: "The number does not exist any more or is unknown.",
    30006: "The number is a landline or its network takes no messages.",
    30007: "The network filtered the message as unwanted.",
    30008: "The message was not delivered; the network gave no reason.",
    30009: "A part of the message was lost.",
    30010: "The message costs more than the account allows.",
    30011: "The number's network takes no files.",
    30019: "The file is too large for the network.",
    30023: "The brand's daily limit of messages is used up.",
    63016: "The customer has not written for a day: only a template can be sent.",
}
_RETRY: dict[int, str] = {
    20429: "Too many requests at once.",
    21611: "The number's queue is full.",
    30001: "The queue is full.",
    30022: "The campaign's rate is exceeded.",
    63018: "The sender's rate is exceeded.",
}
_BROKEN: dict[int, str] = {
    20003: "Twilio refuses the account's credentials.",
    20005: "The Twilio account is not active.",
    20404: "Twilio does not know the account: check the account SID.",
    21212: "The sender is not a valid number.",
    21603: "The sender is missing: set a number or a messaging service.",
    21606: "The number does not belong to the account, or can't send messages.",
    21659: "The number does not belong to the account.",
    21660: "The number belongs to another account.",
    21701: "The messaging service does not exist.",
    21703: "The messaging service has no numbers.",
    30002: "The Twilio account is suspended.",
    30032: "The toll-free number is not verified yet.",
    30034: "The number is not registered for a campaign (10DLC).",
}
CODES: dict[int, tuple[Verdict, str]] = {
    **{code: ("reject", words) for code, words in _REJECT.items()},
    **{code: ("retry", words) for code, words in _RETRY.items()},
    **{code: ("broken", words) for code, words in _BROKEN.items()},
}


def stable(code: int) -> str:
    """The code that is stored: the provider's, but our own word for an opt-out."""
    return OPTED_OUT if code == OPT_OUT_CODE else str(code)


def words(code: int, otherwise: str) -> str:
    """What an agent reads of a code."""
    known = CODES.get(code)
    return known[1] if known else otherwise
