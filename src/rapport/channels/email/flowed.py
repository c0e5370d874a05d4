"""`format=flowed` (RFC 3676): paragraphs cut into lines by the sender, joined again."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflowed(text: str, *, delete_space: bool) -> str:
    """Join lines that end with a space to the next of the same quote depth."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:]
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != _SIGNATURE
        joined = open_depth == depth and content != _SIGNATURE
        piece = content[:-1] if flows and delete_space else content
        if joined:
            out.append(piece)
        else:
            out.append(("\n" if out else "") + (">" * depth + " " if depth else "") + piece)
        open_depth = depth if flows else None
    return "".join(out)
