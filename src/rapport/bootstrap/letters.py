"""Who writes and sends letters: reports, chats that visitors asked for, invitations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from rapport.application.invitation_letter import InvitationLetter, InvitationPost
from rapport.application.ports import Services
from rapport.application.report_letter import write_letter
from rapport.application.transcripts import Transcript, write_transcript
from rapport.channels.email.letters import post_letter
from rapport.channels.gateway import Channels
from rapport.jobs.letter_mailer import LetterMailer
from rapport.jobs.report_mailer import ReportMailer
from rapport.storage.accounts.invitation_letters import PostgresInvitationLetters
from rapport.storage.database import Database
from rapport.storage.queries.reader import PostgresReader
from rapport.storage.queries.reports import PostgresReports
from rapport.storage.saved_reports import PostgresReportShelf
from rapport.storage.transcripts import PostgresTranscripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Where letters wait, and the workers that send them."""

    shelf: PostgresReportShelf
    report_mailer: ReportMailer
    transcripts: PostgresTranscripts
    transcript_mailer: LetterMailer[Transcript]
    invitation_mailer: LetterMailer[InvitationLetter]


def letters(
    services: Services,
    database: Database,
    channels: Channels,
    reader: PostgresReader,
    reports: PostgresReports,
    invitations: InvitationPost,
) -> Letters:
    """The parts, put together."""
    configuration, clock = services.configuration, services.clock
    carry = partial(post_letter, channels.account)
    shelf = PostgresReportShelf(database)
    transcripts = PostgresTranscripts(database)
    return Letters(
        shelf=shelf,
        report_mailer=ReportMailer(
            services,
            shelf,
            lambda run: write_letter(run, reports, configuration.current, clock.now()),
            carry,
        ),
        transcripts=transcripts,
        transcript_mailer=LetterMailer(
            "transcript",
            transcripts,
            lambda one: write_transcript(
                one, reader.seen_by_customer, configuration.current, clock.now()
            ),
            carry,
            clock,
        ),
        invitation_mailer=LetterMailer(
            "invitation", PostgresInvitationLetters(database), invitations.write, carry, clock
        ),
    )
