"""How many SMS a text is (3GPP 23.038: GSM 7 bit or UCS-2)."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM = (160, 153)
_UCS2 = (70, 67)


def segments(text: str) -> int:
    """The number of parts a text is sent in; an empty one takes one."""
    if all(letter in _BASIC or letter in _EXTENDED for letter in text):
        length = sum(2 if letter in _EXTENDED else 1 for letter in text)
        alone, joined = _GSM
    else:
        length = len(text.encode("utf-16-be")) // 2
        alone, joined = _UCS2
    return 1 if length <= alone else -(-length // joined)
