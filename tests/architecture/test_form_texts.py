"""Every field that an administrator can fill in has words of its own, not its name in code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapport.application.configuration.specs import SPECS
from rapport.channels.discovery import connectors

TEXTS = Path(__file__).parents[2] / "web/apps/desktop/src/features/administration/texts"
OPENING_HOURS = {"Shift.opens", "Shift.closes"}
"""Have an editor of their own."""


def fields(schema: dict[str, Any], root: dict[str, Any], seen: set[str]) -> Iterator[str]:
    """`Model.field` of a schema and of everything within it, as the forms look them up."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items", {})]
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        parts.append(more)
    for name, value in schema.get("properties", {}).items():
        key = f"{schema['title']}.{name}"
        if key not in seen:
            seen.add(key)
            yield key
            parts.append(value)
    for part in parts:
        if part:
            yield from fields(part, root, seen)


def test_every_field_has_its_words() -> None:
    schemas = [spec.model_json_schema() for spec in SPECS.values()]
    schemas += [c.manifest.settings.model_json_schema() for c in connectors().values()]
    wanted = {key for schema in schemas for key in fields(schema, schema, set())}
    there = {
        key
        for page in TEXTS.glob("*.ts")
        for key in re.findall(r'^\s+"([A-Z]\w+\.\w+)":', page.read_text(), re.MULTILINE)
    }
    assert len(wanted) > 100
    assert sorted(wanted - there - OPENING_HOURS) == []
    assert sorted(there - wanted) == [], "nothing has these words"
