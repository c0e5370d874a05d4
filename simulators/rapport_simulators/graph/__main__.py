"""Runs the simulated Graph: `python -m rapport_simulators.graph --help`."""

import argparse
import asyncio
import contextlib

from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.graph.simulator import GraphSimulator
from rapport_simulators.provider.command import run


def parser() -> argparse.ArgumentParser:
    """The command line; what isn't given is fictional."""
    known = GraphSettings()
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.graph",
        description="Simulates Meta's Graph on this machine: WhatsApp Cloud API and Messenger.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add("--port", type=int, default=8021, help="port on 127.0.0.1")
    add("--webhook-whatsapp", default="", metavar="URL", help="where WhatsApp's webhooks go")
    add("--webhook-messenger", default="", metavar="URL", help="where Messenger's webhooks go")
    add("--app-id", default=known.app_id, help="our app; its echoes carry it")
    add("--app-secret", default=known.app_secret, help="signs the webhooks")
    add("--access-token", default=known.access_token, help="what requests must carry")
    add("--verify-token", default=known.verify_token, help="for the check of the addresses")
    add("--phone-number-id", default=known.phone_number_id, help="the number's id")
    add("--display-phone-number", default=known.display_phone_number, help="the number itself")
    add("--business-account-id", default=known.business_account_id, help="owns the templates")
    add("--page-id", default=known.page_id, help="the page")
    add("--closed-window", choices=("answer", "status"), default=known.closed_window,
        help="how WhatsApp tells that the 24 hours are over")  # fmt: skip
    add("--messages-per-second", type=int, default=None, help="enforce a rate per number")
    add("--sent-after-s", type=float, default=0.2, help="from accepted to sent")
    add("--delivered-after-s", type=float, default=0.4, help="from sent to delivered")
    add("--retry-first-s", type=float, default=known.retry_first_s, help="first webhook retry")
    add("--no-human-agent", dest="human_agent", action="store_false", help="refuse HUMAN_AGENT")
    add("--no-echoes", dest="echoes", action="store_false", help="send no echoes of the page")
    return parser


def main() -> None:
    """Read the command line and serve until interrupted."""
    settings = GraphSettings(**vars(parser().parse_args()))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(GraphSimulator(settings), "Graph"))


if __name__ == "__main__":
    main()
