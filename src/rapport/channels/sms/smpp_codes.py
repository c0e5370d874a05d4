"""SMPP's receipt states and command statuses, and what each means for us.

Source: SMPP 3.4 Appendix B (receipt format), §5.2.28 (message states), §5.1.3 (command_status).
"""

from __future__ import annotations

from rapport.domain.message import DeliveryStatus
from rapport.domain.sending import AccountBroken, Rejected, RetryAfter, SendOutcome

STATES: dict[str, DeliveryStatus] = {
    "ENROUTE": DeliveryStatus.SENT,
    "ACCEPTD": DeliveryStatus.SENT,
    "DELIVRD": DeliveryStatus.DELIVERED,
    "EXPIRED": DeliveryStatus.FAILED,
    "DELETED": DeliveryStatus.FAILED,
    "UNDELIV": DeliveryStatus.FAILED,
    "REJECTD": DeliveryStatus.FAILED,
    "UNKNOWN": DeliveryStatus.UNKNOWN,
}
STATE_NUMBERS = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
FAILURES = {
    "EXPIRED": "The message was not delivered in time.",
    "DELETED": "The message was deleted at the message centre.",
    "UNDELIV": "The message can't be delivered.",
    "REJECTD": "The message centre rejected the message.",
}

INVALID_BIND_STATUS, ALREADY_BOUND = 0x04, 0x05
QUEUE_FULL, THROTTLED = 0x14, 0x58
REFUSED_BINDS = frozenset({0x0D, 0x0E, 0x0F, 0x53})
"""Bind failed, invalid password, invalid system id, invalid system type: a person must act."""

_RETRY = {
    INVALID_BIND_STATUS: "not_bound",
    0x08: "system_error",
    QUEUE_FULL: "queue_full",
    THROTTLED: "throttled",
    0x64: "temporary_error",
}
_REJECT = {
    0x01: "The message centre finds the message too long.",
    0x06: "The message centre does not take the message's priority.",
    0x07: "The message centre does not send receipts as asked for.",
    0x0A: "The message centre does not take our number as the sender.",
    0x0B: "The number is not valid.",
    0x11: "The message centre could not cancel.",
    0x15: "The message centre does not know the service type.",
    0x43: "The message centre does not take joined messages in this form.",
    0x45: "The message centre could not submit the message.",
    0x48: "The type of our number is not valid.",
    0x49: "The numbering plan of our number is not valid.",
    0x50: "The type of the customer's number is not valid.",
    0x51: "The numbering plan of the customer's number is not valid.",
    0x61: "The delivery time is not valid.",
    0x62: "The validity period is not valid.",
    0x65: "The message was refused for good.",
    0x66: "The receiver refuses the message.",
    0xC0: "The message centre does not take the message's optional parameters.",
    0xC1: "The message centre does not allow an optional parameter.",
    0xC2: "An optional parameter has a wrong length.",
    0xC3: "An optional parameter is missing.",
    0xC4: "An optional parameter is not valid.",
    0xFE: "The message could not be delivered.",
}
_BROKEN = {
    0x0D: "The message centre refuses the connection.",
    0x0E: "The message centre refuses the password.",
    0x0F: "The message centre does not know the system id.",
}
COMMAND_STATUSES = frozenset({*_RETRY, *_REJECT, *_BROKEN})


def outcome(status: int) -> SendOutcome:
    """What a negative answer to submit_sm means; an unknown status is final."""
    code = f"smpp_{status:#04x}"
    if status in _RETRY:
        return RetryAfter(None, _RETRY[status])
    if status in _BROKEN:
        return AccountBroken(code, _BROKEN[status])
    return Rejected(code, _REJECT.get(status, "The message centre does not accept this message."))
