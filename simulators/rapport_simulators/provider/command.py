"""What the simulators' commands have in common."""

import asyncio
import contextlib
import signal

from rapport_simulators.provider.simulator import Simulator


async def until_interrupted() -> None:
    """Wait for Ctrl-C or a request to end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no handlers in the loop; there Ctrl-C ends the process.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)
    await stopped.wait()


async def run(simulator: Simulator, name: str) -> None:
    """Run a simulator until the process is interrupted."""
    async with simulator:
        print(f"{name} is at {simulator.url}", flush=True)
        await until_interrupted()
