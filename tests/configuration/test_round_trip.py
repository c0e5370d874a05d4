"""Whatever is configured comes back: export, apply on an empty database, export again."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rapport.application.configuration.yaml_text import dump, parse
from rapport.storage.database import Database
from tests.configuration.test_document import Installation
from tests.database import DatabaseServer

text = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=12)
free = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
names = st.lists(text.map(str.strip).filter(bool), min_size=2, max_size=3, unique_by=str.casefold)
seconds = st.integers(0, 9999)


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Any]:
    """A document in which everything refers to everything."""
    teams, skills, queues, users = (draw(names) for _ in range(4))
    some = lambda values: draw(st.lists(st.sampled_from(values), max_size=2, unique=True))  # noqa: E731
    leveled = lambda: [{"skill": s, "level": draw(st.integers(1, 10))} for s in some(skills)]  # noqa: E731
    return {
        "skills": {name: {} for name in skills},
        "teams": {name: {"description": draw(free)} for name in teams},
        "users": {
            name: {"login": f"user{n}", "teams": some(teams), "skills": leveled()}
            for n, name in enumerate(users)
        },
        "queues": {
            name: {
                "channels": ["webchat"],
                "groups": [{"after_s": draw(seconds), "teams": some(teams)}],
                "agents": some(users),
                "skills": leveled(),
                "offer_s_by_kind": draw(st.just({}) | st.just({"chat": 9})),
                "silence": {"reminders": [{"after_s": draw(seconds), "text": draw(free)}]},
                # Only ever to an earlier queue, so that there is no circle.
                **({"overflow": {"queue": queues[0], "after_s": 5}} if n else {}),
            }
            for n, name in enumerate(queues)
        },
        "reasons": {"r": {"queues": some(queues)}},
        "templates": {
            "t": {
                "teams": some(teams),
                "group": draw(free),
                "body": "Dear @@customer.name|you@@: <order>" + draw(text).rstrip() + ".",
                "styles": [{"kind": "bold", "start": 0, "end": 4}],
            }
        },
    }


@settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(company=companies())
def test_export_apply_export(database_server: DatabaseServer, company: dict[str, Any]) -> None:
    asyncio.run(_round_trip(database_server, dump(company)))


async def _round_trip(server: DatabaseServer, document: str) -> None:
    exports = []
    for _ in range(2):
        async with server.new_database() as dsn:
            pool = await Database.connect(dsn, minimum=1, maximum=2)
            try:
                here = Installation(pool)
                await here.apply(document)
                assert await here.apply(document) == []
                document = here.export()
                exports.append(document)
            finally:
                await pool.close()
    assert exports[0] == exports[1]


@given(
    value=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | free,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(free, inner, max_size=3),
        max_leaves=10,
    )
)
@settings(max_examples=200, deadline=None, database=None)
def test_yaml_comes_back(value: Any) -> None:
    assert parse(dump({"v": value})).data == {"v": value}
