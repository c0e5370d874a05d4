"""Arbitrary damage to JSON: a value replaced, a field dropped, a list doubled, text cut."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "\u0000", "9" * 400, "NaN"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    return [p for key, item in items for p in ((*path, key), *_places(item, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, bodies: list[Any]) -> bytes:
    """One of the bodies with one to four changes, sometimes cut off."""
    body = copy.deepcopy(draw(st.sampled_from(bodies)))
    for _ in range(draw(st.integers(1, 4))):
        places = _places(body)
        if not places:
            break
        *path, last = draw(st.sampled_from(places))
        holder = body
        for key in path:
            holder = holder[key]
        match draw(st.sampled_from(["replace", "drop", "double"])):
            case "drop":
                del holder[last]
            case "double" if isinstance(holder, list):
                holder.append(holder[last])
            case _:
                holder[last] = draw(VALUES)
    raw = json.dumps(body).encode()
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.integers(0, 9)) == 0 else raw
