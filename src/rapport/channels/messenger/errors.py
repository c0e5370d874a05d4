"""What Messenger's error codes mean for a message, the agent and the administrator.

Source: Messenger Platform, "Common Error Codes" and "Send API errors"; Graph API, "Page Messages".
A code with its sub code comes before the code alone.
"""

from __future__ import annotations

from rapport.channels.sdk.graph import GraphError, Verdict

_MINUTE = 60.0
OUTSIDE_WINDOW = "The customer last wrote too long ago: the window for answers is closed."
_LATER = Verdict("retry", "Messenger has a fault: it is tried again.")
_THROTTLED = Verdict("retry", "Too many messages at once: it is tried again.")
_NOBODY = Verdict("never", "The person can't be reached on Messenger.")
_WINDOW = Verdict("never", OUTSIDE_WINDOW)
_FORM = Verdict("never", "The message has a fault in its form; please report it.")
_TOKEN = Verdict("broken", "Messenger refuses the access token: renew it.")
_RIGHTS = Verdict("broken", "The access token lacks a permission for this page.")

CODES: dict[tuple[int, int | None], Verdict] = {
    (1, None): _LATER,
    (1, 1357046): Verdict("unknown", "Meta says that such messages arrive although it fails."),
    (2, None): _LATER,
    (1200, None): _LATER,
    (4, None): _THROTTLED,
    (17, None): _THROTTLED,
    (32, None): _THROTTLED,
    (613, None): Verdict("retry", _THROTTLED.words, _MINUTE),
    (80006, None): _THROTTLED,
    (10, 2018278): _WINDOW,
    (10, 2018065): _WINDOW,
    (10, 2018108): _NOBODY,
    (10, 1893063): Verdict("broken", "Meta has restricted the page's messages."),
    (10, None): _RIGHTS,
    (3, None): _RIGHTS,
    **{(code, None): _RIGHTS for code in range(200, 300)},
    (200, 1545041): _NOBODY,
    (230, None): Verdict("broken", "The token lacks pages_messaging: connect the page again."),
    (551, None): _NOBODY,
    (100, None): _FORM,
    (100, 2018001): _NOBODY,
    (613, 1893016): Verdict("retry", _THROTTLED.words, _MINUTE),
    (190, None): _TOKEN,
    (0, None): _TOKEN,
    (368, None): Verdict("broken", "Meta has blocked the page for breaking its rules."),
    (2022, None): Verdict("broken", "Meta has switched the app's messages off."),
}


def judge(error: GraphError) -> Verdict | None:
    """The table's word on an error."""
    if error.code is None:
        return None
    return CODES.get((error.code, error.subcode)) or CODES.get((error.code, None))
