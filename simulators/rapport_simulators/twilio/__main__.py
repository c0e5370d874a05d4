"""Runs the simulated Twilio: `python -m rapport_simulators.twilio --help`."""

import argparse
import asyncio
import contextlib

from rapport_simulators.provider.command import run
from rapport_simulators.twilio.settings import TwilioSettings
from rapport_simulators.twilio.simulator import TwilioSimulator


def parser() -> argparse.ArgumentParser:
    """The command line; what isn't given is fictional."""
    known = TwilioSettings()
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.twilio",
        description="Simulates Twilio's messaging on this machine: SMS and MMS.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=8022, help="port on 127.0.0.1")
    add("--webhook", default="", metavar="URL", help="where incoming messages are told")
    add("--account-sid", default=known.account_sid, help="user name of the API")
    add("--auth-token", default=known.auth_token, help="password of the API; signs webhooks")
    add("--number", default=known.number, help="the business's number")
    add("--messaging-service-sid", default=known.messaging_service_sid, help="sends from it")
    add("--webhook-retries", type=int, default=known.webhook_retries, help="without an answer")
    add("--messages-per-second", type=int, default=None, help="enforce a rate")
    add("--sent-after-s", type=float, default=0.2, help="from queued to sent")
    add("--delivered-after-s", type=float, default=0.6, help="from sent to delivered")
    add("--public-media", dest="private_media", action="store_false",
        help="files need no credentials")  # fmt: skip
    return parser


def main() -> None:
    """Read the command line and serve until interrupted."""
    settings = TwilioSettings(**vars(parser().parse_args()))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(TwilioSimulator(settings), "Twilio"))


if __name__ == "__main__":
    main()
