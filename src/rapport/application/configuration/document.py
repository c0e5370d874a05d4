"""A YAML document of the configuration: references by name, no ids, no secrets out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from rapport.application.configuration.administration import Draft, canonical, clean_name
from rapport.application.configuration.integrity import WORDS
from rapport.application.configuration.references import model_at, replace_references
from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import SPECS
from rapport.application.configuration.yaml_text import Parsed, Path, dump
from rapport.domain.errors import Invalid

_HEAD = """\
# The configuration of Rapport. References are by name. What is left out has its default.
# Secrets and passwords are not exported: add them as `secrets: {name: ${VARIABLE}}` to accounts,
# workflows and webhooks and `password: ${VARIABLE}` to users; applied without them, what is stored
# stays.
"""
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_EXTRAS = {
    "users": "password",
    "accounts": "secrets",
    "workflows": "secrets",
    "webhooks": "secrets",
    "identity_providers": "secrets",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a document as it is written there."""

    kind: str
    key: str
    name: str
    raw: Mapping[str, Any]

    @property
    def path(self) -> Path:
        """Where it stands."""
        return (self.kind, self.key)


@dataclass(slots=True)
class Names:
    """Ids by kind and name."""

    ids: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration) -> Names:
        """Of everything configured."""
        return cls({(i.kind, i.name): i.id for i in configuration.items.values()})

    def of_kind(self, kind: str) -> list[str]:
        """All names of a kind."""
        return [name for k, name in self.ids if k == kind]


def export(configuration: Configuration) -> str:
    """The whole configuration as YAML: kinds in their order, names in theirs."""
    data = {
        kind: {
            item.name: by_name(item, configuration)
            for item in sorted(configuration.by_kind[kind], key=lambda i: (i.name.casefold(), i.id))
        }
        for kind in SPECS
    }
    return _HEAD + dump(data)


def by_name(item: Item, configuration: Configuration) -> dict[str, Any]:
    """A stored spec as a document writes it."""
    result: dict[str, Any] = replace_references(
        item.kind, canonical(item.spec), lambda _, target, __: configuration.name(target) or target
    )
    return result


def entries(parsed: Parsed) -> list[Entry]:
    """The things of a document; what has not the form of one is noted as a fault."""
    data = parsed.data if parsed.data is not None else {}
    if not isinstance(data, dict):
        parsed.fault((), f"The document is a mapping with the keys {', '.join(SPECS)}.")
        return []
    found = []
    for kind, things in data.items():
        if kind not in SPECS:
            parsed.fault((kind,), _unknown("key", kind, SPECS))
        elif not isinstance(things, dict | None):
            parsed.fault((kind,), f"Under {kind} stands a mapping of names to what they are.")
        else:
            found += [
                e for e in (_entry(parsed, kind, k, v) for k, v in (things or {}).items()) if e
            ]
    seen: set[tuple[str, str]] = set()
    for entry in found:
        if (entry.kind, entry.name) in seen:
            parsed.fault(entry.path, f"There are two named {entry.name!r}.")
        seen.add((entry.kind, entry.name))
    defaults = [e for e in found if e.kind == "idle_codes" and e.raw.get("default") is True]
    for entry in defaults[1:]:
        words = f"Only one idle code can be the default; {defaults[0].name!r} is one already."
        parsed.fault((*entry.path, "default"), words)
    return found


def _entry(parsed: Parsed, kind: str, key: str, raw: Any) -> Entry | None:
    if not isinstance(raw, dict | None):
        parsed.fault((kind, key), f"A {WORDS[kind]} is a mapping, such as {{}}.")
        return None
    try:
        return Entry(kind, key, clean_name(key), raw or {})
    except Invalid as invalid:
        parsed.fault((kind, key), _words_of(invalid))
        return None


def draft(
    parsed: Parsed, entry: Entry, names: Names, environment: Mapping[str, str] | None
) -> Draft | None:
    """An entry as a draft with ids instead of names; None, with faults, if it cannot be one."""
    raw = dict(entry.raw)
    extra = _EXTRAS.get(entry.kind)
    given = raw.pop(extra, None) if extra else None
    values = _values(parsed, (*entry.path, extra or ""), given, environment)
    count = len(parsed.faults)

    def to_id(kind: str, name: Any, path: Path) -> int:
        found = names.ids.get((kind, name)) if isinstance(name, str) else None
        if found is None:
            words = _unknown(WORDS[kind], name, names.of_kind(kind), "named ")
            parsed.fault((*entry.path, *path), words)
        return found or 0

    try:
        spec = SPECS[entry.kind].model_validate(replace_references(entry.kind, raw, to_id))
    except ValidationError as error:
        for one in error.errors():
            path, words = _explain(entry.kind, one)
            parsed.fault((*entry.path, *path), words)
        return None
    if len(parsed.faults) > count or values is None:
        return None
    if entry.kind == "users":
        return Draft(entry.name, spec, password=values.get("password"))
    return Draft(entry.name, spec, secrets=values)


def _values(
    parsed: Parsed, path: Path, given: Any, environment: Mapping[str, str] | None
) -> dict[str, str | None] | None:
    """Passwords and secrets with variables filled in; None, with faults, if one cannot be."""
    if given is None:
        return {}
    if path[-1] == "password":
        given, path = {"password": given}, path[:-1]
    if not isinstance(given, dict):
        parsed.fault(path, "Secrets are a mapping of names to values.")
        return None
    count = len(parsed.faults)
    values: dict[str, str | None] = {}
    for name, value in given.items():
        values[name] = _value(parsed, (*path, name), value, environment)
    return values if len(parsed.faults) == count else None


def _value(
    parsed: Parsed, path: Path, value: Any, environment: Mapping[str, str] | None
) -> str | None:
    if value is None and path[-1] != "password":
        return None
    if not isinstance(value, str):
        parsed.fault(path, "This must be text; put it in quotes.")
        return None
    variable = _VARIABLE.fullmatch(value)
    if variable is None:
        return value
    if environment is None:
        words = "Variables are filled in by `rapport config apply` on the server only."
        parsed.fault(path, words)
        return None
    found = environment.get(variable[1])
    if not found:
        parsed.fault(path, f"The environment has no variable {variable[1]}.")
    return found


def _explain(kind: str, error: Any) -> tuple[Path, str]:
    """A validation error's path and words, with what was probably meant."""
    path: Path = tuple(step for step in error["loc"] if step != "[key]")
    words: str = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        model = model_at(kind, path[:-1])
        keys = [*model.model_fields] if model else []
        if len(path) == 1 and kind in _EXTRAS:
            keys.append(_EXTRAS[kind])
        return path, _unknown("key", path[-1], keys)
    if error["type"] == "string_type":
        words += "; put it in quotes"
    return path, f"{words}."


def _unknown(what: str, name: Any, names: Iterable[str], named: str = "") -> str:
    """That there is no such thing, with the nearest one that there is."""
    if not isinstance(name, str):
        return f"Write the name of a {what} here."
    near = difflib.get_close_matches(name, list(names), 1, 0.6)
    there_is = f"There is no {what} {named}{name!r}."
    return f"{there_is} Did you mean {near[0]!r}?" if near else there_is


def _words_of(invalid: Invalid) -> str:
    fields: Any = invalid.details["fields"]
    return str(fields[0]["message"])
