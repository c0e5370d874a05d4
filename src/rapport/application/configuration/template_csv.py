"""Templates as a table: channel, group, name, text, lock, and language and teams where wanted.

A row becomes an entry of a YAML document, which is applied as every other one: whole or not at all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from rapport.application.configuration.administration import canonical
from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.writing import TemplateSpec
from rapport.application.configuration.yaml_text import dump

REQUIRED = ("channel", "group", "name", "text", "lock")
COLUMNS = (*REQUIRED, "language", "teams")
_LOCKS = {"yes": True, "no": False}
_ALL = {"", "common", "all"}


class TableRefused(Exception):  # noqa: N818 - an answer, as a document's
    """Everything wrong with a table, by line; nothing has changed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def templates_table(configuration: Configuration) -> str:
    """All templates, by name; styles and files are not in it."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for item in sorted(configuration.by_kind["templates"], key=lambda i: i.name.casefold()):
        spec = item.spec
        assert isinstance(spec, TemplateSpec)  # noqa: S101 - of this kind
        teams = (configuration.name(team) or "" for team in spec.teams)
        table.writerow(
            {
                "channel": ";".join(spec.channels) or "common",
                "group": spec.group,
                "name": item.name,
                "text": spec.body,
                "lock": "Yes" if spec.locked else "No",
                "language": spec.language,
                "teams": ";".join(teams),
            }
        )
    return out.getvalue()


def templates_document(text: str, configuration: Configuration, *, replace: bool) -> str:
    """A table as a document with these templates only.

    Without `replace` a name that is taken by a template of other words is a conflict. Styles stay
    where the text does.

    Raises:
        TableRefused: columns are missing, rows cannot be, or names conflict; all of it at once.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        missing = [column for column in REQUIRED if column not in (rows.fieldnames or ())]
        if missing:
            raise TableRefused([f"line 1: the columns {', '.join(missing)} are missing"])
        known = {item.name.casefold(): item for item in configuration.by_kind["templates"]}
        faults: list[str] = []
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            name = (row["name"] or "").strip()
            item = known.get(name.casefold())
            words = _fault(row, name, item, found, replace=replace)
            if words is None:
                found[item.name if item else name] = _entry(row, item)
            else:
                faults.append(f"line {rows.line_num}: {words}")
    except csv.Error as error:
        raise TableRefused([f"after line {rows.line_num}: {error}"]) from None
    if faults:
        raise TableRefused(faults)
    return dump({"templates": found})


def _fault(
    row: Mapping[str, str | None],
    name: str,
    item: Item | None,
    found: Mapping[str, Any],
    *,
    replace: bool,
) -> str | None:
    if not name or not (row["text"] or "").strip():
        return "name and text must be filled in"
    if (row["lock"] or "").strip().lower() not in _LOCKS:
        return "lock is Yes or No"
    if name.casefold() in {other.casefold() for other in found}:
        return f"there are two named {name!r}"
    if item is not None and not replace and _text(row) != _body(item):
        return f"there is already a template named {item.name!r} with another text"
    return None


def _entry(row: Mapping[str, str | None], item: Item | None) -> dict[str, Any]:
    channels = (row["channel"] or "").strip().lower()
    entry: dict[str, Any] = {
        "group": (row["group"] or "").strip(),
        "channels": [] if channels in _ALL else _list(channels),
        "body": _text(row),
        "locked": _LOCKS[(row["lock"] or "").strip().lower()],
        "language": (row.get("language") or "").strip(),
        "teams": _list(row.get("teams") or ""),
    }
    if item is not None and _text(row) == _body(item):
        entry["styles"] = canonical(item.spec).get("styles", [])
    return entry


def _text(row: Mapping[str, str | None]) -> str:
    return (row["text"] or "").replace("\r\n", "\n").rstrip()


def _body(item: Item) -> str:
    return item.spec.body if isinstance(item.spec, TemplateSpec) else ""


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]
