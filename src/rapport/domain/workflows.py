"""Workflows: a request to another system, filled in, and what is made of its answer (C2).

`@@input.order@@`, `@@customer.name|somebody@@` and the like stand for values in address, headers
and body; in what is made of the answer also `@@answer.order.status@@`. A value is never more than
a value: it is encoded for where it stands, and nothing in it is filled in again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

INPUT, ANSWER, SECRET = "input.", "answer.", "secret."
LONGEST_VALUE = 1000
LONGEST_TEXT = 2000
_PARAMETER = re.compile(
    r"@@(?P<name>[A-Za-z][A-Za-z0-9_.-]{0,119})(?:\|(?P<fallback>[^@\n]{0,200}))?@@"
)


class RunState(StrEnum):
    """How far a run is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, filled in but for secrets, which stand in headers only."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None = None
    timeout_s: float = 10.0
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start of a workflow. `key` is the Idempotency-Key of every attempt, also of a retry."""

    id: int
    workflow_id: int
    name: str
    conversation_id: int
    task_id: int
    agent_id: int | None
    state: RunState
    key: str
    call: Call
    inputs: Mapping[str, str]
    attempts: int = 0
    token: int = 0
    started_at: datetime
    finished_at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = None
    text: str | None = None
    """What the agent gets into the message field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call: an answer, or a code with words for the agent."""

    status: int | None = None
    body: str = ""
    code: str | None = None
    reason: str | None = None
    again: bool = False
    """Another attempt may do better."""


def parameters(text: str) -> Iterator[str]:
    """Names of the parameters in a text."""
    return (found["name"] for found in _PARAMETER.finditer(text))


def substituted(
    text: str, values: Mapping[str, str | None], encode: Callable[[str], str] = str
) -> str:
    """A text with its parameters filled in; a missing one without fallback is empty."""
    return _PARAMETER.sub(
        lambda found: encode(values.get(found["name"]) or found["fallback"] or ""), text
    )


def filled_url(url: str, values: Mapping[str, str | None]) -> str:
    """An address in which values are single, encoded pieces."""
    return substituted(url, values, lambda value: quote(value, safe=""))


def filled_header(header: str, values: Mapping[str, str | None]) -> str:
    """A header's value on one line; secrets stay named until it is sent."""
    return _PARAMETER.sub(
        lambda found: (
            found[0]
            if found["name"].startswith(SECRET)
            else _one_line(values.get(found["name"]) or found["fallback"] or "")
        ),
        header,
    )


def filled_body(body: str, values: Mapping[str, str | None], numbers: frozenset[str]) -> str:
    """A JSON body with values inside its strings; a string that is one numeric input is a number.

    Filled in by structure, so that no value can add anything to the request.
    """

    def walked(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: walked(value) for key, value in node.items()}
        if isinstance(node, list):
            return [walked(value) for value in node]
        if not isinstance(node, str):
            return node
        whole = _PARAMETER.fullmatch(node)
        text = substituted(node, values)
        return json.loads(text) if whole and whole["name"] in numbers and text else text

    return json.dumps(walked(json.loads(body)), ensure_ascii=False)


def with_secrets(headers: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Headers as they are sent."""
    named = {f"{SECRET}{name}": value for name, value in secrets.items()}
    return {name: _one_line(substituted(value, named)) for name, value in headers.items()}


def signature(secret: str, timestamp: int, key: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.key.body`, in hexadecimal."""
    signed = f"{timestamp}.{key}.".encode() + body
    return hmac.digest(secret.encode(), signed, hashlib.sha256).hex()


def answer_values(body: str) -> tuple[Any, dict[str, str]]:
    """An answer's JSON and every value in it by its dotted path, as `answer.order.status`."""
    try:
        parsed = json.loads(body)
    except ValueError:
        return None, {"answer.text": body[:LONGEST_VALUE]}
    return parsed, dict(_flat(parsed, ANSWER.rstrip(".")))


def found_at(parsed: Any, path: str) -> str | None:
    """The value at a dotted path, or at a JSON pointer (`/order/0/status`); None without one."""
    steps = (
        [s.replace("~1", "/").replace("~0", "~") for s in path[1:].split("/")]
        if path.startswith("/")
        else path.split(".")
    )
    node = parsed
    for step in steps:
        if isinstance(node, dict) and step in node:
            node = node[step]
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return _shown(node)


def _flat(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _flat(value, f"{path}.{key}")
    elif isinstance(node, list):
        for place, value in enumerate(node[:100]):
            yield from _flat(value, f"{path}.{place}")
    elif (shown := _shown(node)) is not None:
        yield path, shown


def _shown(node: Any) -> str | None:
    if node is None:
        return None
    return (node if isinstance(node, str) else json.dumps(node, ensure_ascii=False))[:LONGEST_VALUE]


def _one_line(value: str) -> str:
    """Without what could begin another header, or another parameter."""
    return "".join(c for c in value if c.isprintable()).replace("@@", "")
