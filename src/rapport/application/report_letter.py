"""A report as a letter: the totals in a short text, the table as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rapport.application.configuration.snapshot import Configuration
from rapport.application.letters import Letter, LetterFile
from rapport.application.report_table import as_csv, shown, tabulate
from rapport.application.reports import ReportReader
from rapport.application.saved_reports import ReportSpec, ScheduleSpec, question_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun:
    """A sending that is under way; `id` names its mail, in every attempt the same."""

    id: int
    report_id: int
    owner_id: int
    name: str
    spec: ReportSpec
    schedule: ScheduleSpec
    planned_at: datetime
    attempts: int
    token: int


async def write_letter(
    run: ReportRun, reader: ReportReader, configuration: Configuration, now: datetime
) -> Letter:
    """The letter of a run: the days are those of the moment that was planned."""
    question = question_of(run.spec, configuration, run.planned_at)
    table = shown(await tabulate(reader, configuration, question), run.spec.columns)
    zone = ZoneInfo(question.zone)
    first = question.since.astimezone(zone).date()
    last = (question.until - timedelta(microseconds=1)).astimezone(zone).date()
    words = _WORDS[run.schedule.language]
    span = str(first) if first == last else f"{first} – {last}"
    totals = [
        f"{words.get(name, name)}: {_value(name, table.total[name])}" for name in run.spec.columns
    ]
    text = "\n".join(
        [
            f"{run.name}, {span} ({question.zone})",
            "",
            *(totals if table.rows else [words["nothing"]]),
            "",
            words["attached"].format(company=configuration.settings.company),
        ]
    )
    return Letter(
        token=f"report.{run.id}",
        account_id=run.schedule.account_id,
        to=run.schedule.to,
        subject=f"{run.name}: {span}",
        text=text,
        date=now,
        files=(
            LetterFile(
                name=f"{run.name}-{first}-{last}.csv",
                media_type="text/csv",
                # Spreadsheets take a text with this mark for UTF-8.
                content=("\ufeff" + as_csv(table, run.spec.columns)).encode(),
            ),
        ),
    )


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name in {"service_level", "occupancy", "survey_rate"}:
        return f"{value * 100:.0f} %"
    if name.endswith("_s"):
        minutes, seconds = divmod(round(value), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{value:g}"


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "nothing": "Nothing was counted in this period.",
        "attached": "The whole table is attached.\n{company}",
        "arrived": "Arrived",
        "started": "Started by agents",
        "offered": "Offered",
        "accepted": "Accepted",
        "rona": "RONA",
        "abandoned": "Abandoned",
        "timed_out": "Timed out",
        "closed": "Closed",
        "dropped": "Dropped",
        "handled": "Handled",
        "answered_in_time": "Answered in time",
        "transfers": "Transfers",
        "conferences": "Conferences",
        "supervised": "Joined by supervisors",
        "taken_over": "Taken over",
        "received": "Messages received",
        "sent": "Messages sent",
        "reason": "Wrap-up reasons",
        "service_level": "Service level",
        "speed_of_answer_s": "Speed of answer",
        "first_response_s": "First response",
        "handle_time_s": "Handle time",
        "wrap_up_time_s": "Wrap-up time",
        "available_s": "Time available",
        "occupancy": "Occupancy",
        "surveys_asked": "Asked for satisfaction",
        "surveys_answered": "Answered",
        "survey_rate": "Response rate",
        "satisfaction": "Satisfaction, 1 to 5",
        **{f"rated_{n}": f"Rated {n}" for n in range(1, 6)},
    },
    "de": {
        "nothing": "In dieser Zeit wurde nichts gezählt.",
        "attached": "Die ganze Tabelle hängt an.\n{company}",
        "arrived": "Eingegangen",
        "started": "Von Agenten begonnen",
        "offered": "Angeboten",
        "accepted": "Angenommen",
        "rona": "RONA",
        "abandoned": "Aufgegeben",
        "timed_out": "Zeit abgelaufen",
        "closed": "Geschlossen",
        "dropped": "Verloren",
        "handled": "Bearbeitet",
        "answered_in_time": "Rechtzeitig beantwortet",
        "transfers": "Übergaben",
        "conferences": "Konferenzen",
        "supervised": "Aufsicht beigetreten",
        "taken_over": "Übernommen",
        "received": "Empfangene Nachrichten",
        "sent": "Gesendete Nachrichten",
        "reason": "Abschlussgründe",
        "service_level": "Servicelevel",
        "speed_of_answer_s": "Annahmezeit",
        "first_response_s": "Erste Antwort",
        "handle_time_s": "Bearbeitungszeit",
        "wrap_up_time_s": "Abschlusszeit",
        "available_s": "Zeit verfügbar",
        "occupancy": "Auslastung",
        "surveys_asked": "Nach Zufriedenheit gefragt",
        "surveys_answered": "Beantwortet",
        "survey_rate": "Antwortquote",
        "satisfaction": "Zufriedenheit, 1 bis 5",
        **{f"rated_{n}": f"Bewertet mit {n}" for n in range(1, 6)},
    },
}
