"""`python -m rapport_simulators.smsc --port 2775 --control-port 2776`."""

import argparse
import asyncio
import contextlib

from rapport_simulators.smsc.centre import Centre, Settings, start, stop
from rapport_simulators.smsc.control import Control

LOOPBACK = "127.0.0.1"
DEFAULTS = Settings()


async def main(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    settings = Settings(
        system_id=arguments.system_id,
        password=arguments.password,
        number=arguments.number,
        receipt_ids=arguments.receipt_ids,
    )
    centre = Centre(settings)
    server, worker = await start(centre, LOOPBACK, arguments.port)
    control = await asyncio.start_server(Control(centre).serve, LOOPBACK, arguments.control_port)
    try:
        await control.serve_forever()
    finally:
        control.close()
        await stop(centre, server, worker)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A message centre that speaks SMPP 3.4")
    parser.add_argument("--port", type=int, default=2775)
    parser.add_argument("--control-port", type=int, default=2776)
    parser.add_argument("--system-id", default=DEFAULTS.system_id)
    parser.add_argument("--password", default=DEFAULTS.password)
    parser.add_argument("--number", default=DEFAULTS.number)
    parser.add_argument("--receipt-ids", choices=["decimal", "hex"], default="decimal")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args()))
