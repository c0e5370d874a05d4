"""Runs the mail server: `python -m rapport_simulators.mail --help`."""

import argparse
import asyncio
import contextlib
import logging

from rapport_simulators.mail.simulator import MailSettings, MailSimulator
from rapport_simulators.provider.command import until_interrupted


def parser() -> argparse.ArgumentParser:
    """The command line; what isn't given is fictional."""
    known = MailSettings()
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.mail",
        description="A mail server on this machine: IMAP, SMTP, and mailboxes of customers.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=8025, help="of the control API, on 127.0.0.1")
    add("--imap-port", type=int, default=8026, help="where mail is read")
    add("--smtp-port", type=int, default=8027, help="where mail is handed in")
    add("--business", default=known.business, help="address of the business's mailbox")
    add("--business-name", default=known.business_name, help="what the mailbox is called")
    add("--password", default=known.password, help="of every mailbox")
    add("--token", default="", help="an access token for XOAUTH2")
    return parser


async def serve(settings: MailSettings) -> None:
    """Serve until interrupted."""
    async with MailSimulator(settings) as mail:
        print(f"Mail is at {mail.url}", flush=True)
        await until_interrupted()


def main() -> None:
    """Read the command line and serve until interrupted."""
    # The SMTP library warns of its own legacy field at every sign-in.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(MailSettings(**vars(parser().parse_args()))))


if __name__ == "__main__":
    main()
