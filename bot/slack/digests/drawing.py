"""The picture of a digest, drawn in a process of its own: Matplotlib takes seconds, and a click must not wait for it."""

import asyncio
import json
import sys
from contextlib import suppress

import structlog

from bot.slack.digests.charts import Chart

PAINTER = "bot.slack.digests.painting"
"""Imports nothing of ours, so that it starts fast."""
LONGEST = 60
"""Seconds on the wall for one picture."""

log = structlog.get_logger("bot.slack.digests")


async def draw(chart: Chart) -> bytes | None:
    """Return the picture; None, said in the log, where it could not be drawn: the text says the same."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", PAINTER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST):
            picture, said = await process.communicate(json.dumps(chart.as_json()).encode())
    except TimeoutError:
        log.warning("a digest's picture took too long to draw")
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        log.warning("a digest's picture could not be drawn", error=said.decode(errors="replace")[-500:])
        return None
    return picture
