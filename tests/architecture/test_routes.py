"""What holds for every route of the application."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from rapport.api.app import http_routes


def calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    if dependant.call is not None:
        yield dependant.call
    for inner in dependant.dependencies:
        yield from calls(inner)


def test_no_request_is_handed_to_a_thread() -> None:
    """FastAPI runs a plain function in a thread; an answer then waits for the hand-over."""
    found: set[Callable[..., Any]] = set()
    for context in iter_route_contexts(http_routes().routes):
        if isinstance(context.original_route, APIRoute):
            found |= set(calls(context.original_route.dependant))
    assert len(found) > 150
    assert {call for call in found if not inspect.iscoroutinefunction(call)} == set()
