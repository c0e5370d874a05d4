"""What WhatsApp's error codes mean for a message, the agent and the administrator.

Source: WhatsApp Business Platform, "Error codes". Codes are the contract; the texts change.
"""

from __future__ import annotations

from rapport.channels.sdk.graph import GraphError, Verdict

PAIR_SECONDS = 6.0
"""The platform takes about one message in six seconds to the same customer (code 131056)."""

_MINUTE = 60.0


def _retry(words: str, *codes: int, seconds: float | None = None) -> dict[int, Verdict]:
    return dict.fromkeys(codes, Verdict("retry", words, seconds))


def _never(words: str, *codes: int) -> dict[int, Verdict]:
    return dict.fromkeys(codes, Verdict("never", words))


def _broken(words: str, *codes: int) -> dict[int, Verdict]:
    return dict.fromkeys(codes, Verdict("broken", words))


CODES: dict[int, Verdict] = {
    **_retry("Too many messages at once: it is tried again.", 4, 80007, 130429),
    **_retry("Too many messages are reported as spam: it is tried again.", 131048, seconds=_MINUTE),
    **_retry(
        "Too many messages to this customer: it is tried again.", 131056, seconds=PAIR_SECONDS
    ),
    **_retry("Too many attempts with this number: it is tried again.", 133016, seconds=_MINUTE),
    **_retry("WhatsApp has a fault: it is tried again.", 1, 2, 131000, 131016, 133004, 135000),
    **_retry("The number is under maintenance: it is tried again.", 131057, seconds=_MINUTE),
    **_never("The customer last wrote more than 24 hours ago: send an approved template.", 131047),
    **_never("This message can't be delivered to the customer's WhatsApp.", 131026),
    **_never("WhatsApp holds this marketing message back; not now.", 131049, 130472),
    **_never("The customer has stopped marketing messages.", 131050),
    **_never("WhatsApp does not take messages of this type.", 131051),
    **_never("The customer's file could not be fetched by WhatsApp.", 131052),
    **_never("WhatsApp could not take the file: check its type and size.", 131053),
    **_never("The message has a fault in its form; please report it.", 33, 100, 131008, 131009),
    **_never("The message goes from our number to itself.", 131021),
    **_never("The number is not on the test number's list of recipients.", 131030),
    **_never("This needs the customer's phone number, which is not known.", 131062),
    **_never("The number of template fields does not match.", 132000),
    **_never("There is no approved template of this name and language.", 132001),
    **_never("The template's text is too long with these values.", 132005),
    **_never("WhatsApp has found the template against its policy.", 132007),
    **_never("A value does not fit the template's field.", 132012, 132008),
    **_never("The template is paused because of complaints.", 132015),
    **_never("The template is switched off for good.", 132016),
    **_broken("WhatsApp refuses the access token: renew it.", 0, 190),
    **_broken("The access token lacks a permission for this number.", 3, 10, *range(200, 300)),
    **_broken("WhatsApp has restricted the account for breaking its rules.", 368, 131031),
    **_broken("The account may not write to this country.", 130497),
    **_broken("There is a problem with the account's payment at Meta.", 131042),
    **_broken("The phone number is not registered with the Cloud API.", 133010),
    **_broken("The number's display name needs approval.", 131037),
    **_broken("Incorrect certificate: register the number again.", 131045),
}


def judge(error: GraphError) -> Verdict | None:
    """The table's word on an error."""
    return CODES.get(error.code) if error.code is not None else None


def words_of(code: int, provider: str) -> str:
    """Words for the agent; the provider's own where the code is not known."""
    verdict = CODES.get(code)
    return verdict.words if verdict is not None else provider
