"""Message ids of the message centre, spelt one way.

A receipt may spell the id of `submit_sm_resp` in hex where that was decimal, or the reverse (a
known liberty of message centres; SMPP 3.4 Appendix B says decimal). The stored form is decimal in
both modes. Zeros in front and the case of hex digits never tell two messages apart.
"""

from __future__ import annotations

from typing import Literal

ReceiptIds = Literal["same", "hex_receipt", "decimal_receipt"]


def submitted(given: str, mode: ReceiptIds) -> str:
    """The id of an answer to submit_sm, or of `receipted_message_id`, as it is stored."""
    return _number(given, 16 if mode == "decimal_receipt" else 10, mode)


def receipted(given: str, mode: ReceiptIds) -> str:
    """The id in a receipt's text, as it is stored."""
    return _number(given, 16 if mode == "hex_receipt" else 10, mode)


def _number(given: str, base: int, mode: ReceiptIds) -> str:
    plain = given.strip().lower()
    if mode != "same":
        try:
            return str(int(plain, base))
        except ValueError:
            pass  # it holds to neither spelling: as it is
    return plain.lstrip("0") or plain[:1]
