"""The message centre's alphabet: 3GPP TS 23.038, written from the standard's tables by row."""

_ROWS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
_TABLE = "".join(_ROWS)
_ESCAPED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_CODES = {char: bytes([place]) for place, char in enumerate(_TABLE) if char != "\x1b"} | {
    char: bytes([0x1B, code]) for code, char in _ESCAPED.items()
}
GSM, UCS2 = 0, 8


def read(octets: bytes, coding: int) -> str:
    """The text of user data without its header."""
    if coding == UCS2:
        return octets.decode("utf-16-be", "surrogatepass")
    if coding == 3:
        return octets.decode("latin-1")
    rest = iter(octets)
    return "".join(
        _ESCAPED.get(next(rest, 0), " ") if code == 0x1B else _TABLE[code & 0x7F] for code in rest
    )


def write(text: str) -> tuple[int, list[bytes]]:
    """The coding and the octets of each character."""
    if all(char in _CODES for char in text):
        return GSM, [_CODES[char] for char in text]
    return UCS2, [char.encode("utf-16-be") for char in text]


def cut(characters: list[bytes], room: int) -> list[bytes]:
    """The characters in pieces of at most `room` octets, none torn."""
    pieces = [b""]
    for character in characters:
        if len(pieces[-1]) + len(character) > room:
            pieces.append(b"")
        pieces[-1] += character
    return pieces
