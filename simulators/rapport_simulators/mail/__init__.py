"""A mail server of its own: mailboxes of the business and its customers, by SMTP and IMAP."""

from rapport_simulators.mail.office import Mailbox, PostOffice
from rapport_simulators.mail.simulator import MailSettings, MailSimulator

__all__ = ["MailSettings", "MailSimulator", "Mailbox", "PostOffice"]
