"""The OpenAPI document against the server: no failure of ours, and every answer as described."""

from __future__ import annotations

import asyncio
import time
import warnings
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.centre import Centre
from tests.configuration.administrator import Administrator

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LIMIT_S = 60
ENDS_THE_SESSION = ("DELETE", "/api/v1/session")


async def test_every_route_keeps_its_contract(centre: Centre) -> None:
    await centre.person("all", "agent", "supervisor", "administrator")
    person = await Administrator.sign_in(centre, "all")
    headers = {
        "Cookie": f"rapport_session={person.http.cookies['rapport_session']}",
        "X-CSRF-Token": person.csrf,
    }
    document = (await person.http.get("/api/v1/openapi.json")).json()
    broken = await asyncio.to_thread(_try_all, document, centre.url, headers)
    assert not broken, "\n\n".join(broken)
    assert (await person.send("GET", "/session")).status_code == 200, "it ended its own session"


def _try_all(document: dict[str, Any], url: str, headers: dict[str, str]) -> list[str]:
    """What broke, by operation; every operation gets its share of the time."""
    warnings.simplefilter("ignore")
    schema: Any = schemathesis.openapi.from_dict(document)
    operations = [result.ok() for result in schema.get_all_operations()]
    operations = [o for o in operations if (o.method.upper(), o.path) != ENDS_THE_SESSION]
    broken = []
    for operation in operations:
        end = time.monotonic() + LIMIT_S / len(operations)
        try:
            _try(operation, url, headers, end)
        except BaseException as failure:  # noqa: BLE001 - schemathesis raises groups
            broken.append(f"{operation.method.upper()} {operation.path}\n{failure}"[:3000])
    return broken


def _try(operation: Any, url: str, headers: dict[str, str], end: float) -> None:
    @seed(1)
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def attempt(case: Any) -> None:
        if time.monotonic() < end:
            case.call_and_validate(base_url=url, headers=headers, checks=CHECKS, timeout=10)

    attempt()
