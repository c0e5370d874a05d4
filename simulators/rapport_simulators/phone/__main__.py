"""Serves the customer's phone: `python -m rapport_simulators.phone --help`."""

import argparse
import asyncio
import contextlib

from rapport_simulators.phone.server import PhoneServer, PhoneSettings
from rapport_simulators.provider.command import until_interrupted


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.phone",
        description="Serves a page that is a customer's phone on the simulated channels.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=8020, help="port on 127.0.0.1")
    add("--graph", default="", metavar="URL", help="simulated Graph: WhatsApp and Messenger")
    add("--twilio", default="", metavar="URL", help="simulated Twilio: SMS")
    add("--smsc", default="", metavar="URL", help="control address of the SMPP message centre")
    add("--mail", default="", metavar="URL", help="control address of the mail server")
    add("--business", default=PhoneSettings().business, help="name of the contact on the phone")
    return parser


async def serve(settings: PhoneSettings) -> None:
    """Serve until interrupted."""
    async with PhoneServer(settings) as phone:
        print(f"The customer's phone is at {phone.url}", flush=True)
        await until_interrupted()


def main() -> None:
    """Read the command line and serve until interrupted."""
    options = parser().parse_args()
    if not (options.graph or options.twilio or options.smsc or options.mail):
        raise SystemExit("at least one of --graph, --twilio, --smsc and --mail is needed")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(PhoneSettings(**vars(options))))


if __name__ == "__main__":
    main()
