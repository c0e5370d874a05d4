"""A report as a table: groups with their names, figures, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rapport.application.configuration.snapshot import Configuration
from rapport.application.reports import By, Question, ReportReader, check, figures, total
from rapport.application.spreadsheet import csv_lines

Figures = Mapping[str, int | float | None]
MOMENTS = frozenset({"quarter", "hour", "day"})


@dataclass(frozen=True, slots=True)
class TableRow:
    """One group: its key, its name for people (empty for moments), and its figures."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Table:
    """An answered question."""

    by: By
    zone: str
    rows: tuple[TableRow, ...]
    total: Figures


async def tabulate(reader: ReportReader, configuration: Configuration, question: Question) -> Table:
    """Answer a question.

    Raises:
        Invalid: what `check` refuses.
    """
    check(question)
    counted = await reader.counts(question)
    name = _names(configuration, question.by)
    rows = tuple(TableRow(row.key, name(row.key), figures(row.counts)) for row in counted)
    return Table(question.by, question.zone, rows, figures(total(counted)))


def shown(table: Table, columns: Sequence[str]) -> Table:
    """Without the rows in which none of these figures counted anything, as the page has it."""
    rows = tuple(row for row in table.rows if any(row.figures.get(c) for c in columns))
    return Table(table.by, table.zone, rows, table.total)


def as_csv(table: Table, columns: Sequence[str] | None = None) -> str:
    """The table for spreadsheets, with all figures or some."""
    wanted = list(table.total) if columns is None else list(columns)
    zone = ZoneInfo(table.zone)
    rows: list[list[object]] = [[table.by, *wanted]]
    for row in table.rows:
        label = _local(row.key, zone) if table.by in MOMENTS else row.name or row.key
        rows.append([label, *(row.figures[c] for c in wanted)])
    rows.append(["total", *(table.total[c] for c in wanted)])
    return csv_lines(rows)


def _names(configuration: Configuration, by: By) -> Callable[[str], str]:
    if by in {"queue", "agent", "team", "reason"}:
        return lambda key: configuration.name(int(key)) or ""
    return lambda _: ""


def _local(key: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(key).astimezone(zone).strftime("%Y-%m-%d %H:%M")
