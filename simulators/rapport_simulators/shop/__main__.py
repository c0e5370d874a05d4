"""Serves the shop on this machine: `python -m rapport_simulators.shop --help`."""

import argparse
import contextlib

from rapport_simulators.shop.pages import ShopServer


def main() -> None:
    """Read the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m rapport_simulators.shop",
        description="Serves the fictional shop Kettle & Clay, with the chat widget of a server.",
    )
    parser.add_argument("--port", type=int, default=8010, help="port on 127.0.0.1 (default 8010)")
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="address of Rapport")
    parser.add_argument("--site", default="demo", help="the site key of the WebChat account")
    parser.add_argument("--locale", default="", help="language of the widget, e.g. de")
    options = parser.parse_args()
    with ShopServer(options.port, options.server, options.site, options.locale) as shop:
        print(f"Kettle & Clay is open at {shop.address}", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            shop.serve_forever()


if __name__ == "__main__":
    main()
