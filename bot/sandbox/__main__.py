"""`python -m bot.sandbox`: the pretend world alone, at the wall's pace, for a bot started elsewhere."""

import argparse
import asyncio
from contextlib import suppress

from bot.clock import SystemClock
from bot.sandbox.demo import open_sandbox


async def serve(port: int, seed: int, orders: int) -> None:
    """Serve until somebody stops it; print the settings that point a bot here."""
    async with open_sandbox(SystemClock(), port=port, seed=seed, orders=orders) as sandbox:
        lines = [f"export {name}={value}" for name, value in sandbox.environment().items()]
        print("\n".join([f"# {sandbox.server.url}", *lines]), flush=True)  # noqa: T201  # its whole output
        await asyncio.Event().wait()


def main() -> None:
    """Parse and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8765, help="of the page and of all simulators; 0: a free one"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--orders", type=int, default=60)
    arguments = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments.port, arguments.seed, arguments.orders))


if __name__ == "__main__":
    main()
