"""The picture of a digest, shared in the channel below its text: an extra, at most once, and the text says the same."""

import asyncio

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.slack.audits.thread import LONGEST_UPLOAD, SHARE, call_patiently
from bot.slack.digests.charts import Chart
from bot.slack.digests.drawing import draw
from bot.slack.gateway import Gateway
from bot.slack.outcomes import SlackFailure
from bot.stopping import unless

log = structlog.get_logger("bot.slack.digests")


class Pictures:
    """Pictures that wait until their channel was told all else: drawing takes seconds, and cards go first."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._waiting: dict[str, list[tuple[str, Chart]]] = {}
        self._one_at_a_time = asyncio.Semaphore(1)

    def later(self, home: str, channel: str, chart: Chart) -> None:
        """Keep a picture until `show` is called for its sender, who is known by `home`."""
        self._waiting.setdefault(home, []).append((channel, chart))

    async def show(self, home: str, stop: asyncio.Event | None) -> None:
        """Draw and share what waits; given up when `stop` is set. Whatever goes wrong is said in the log."""
        for channel, chart in self._waiting.pop(home, []):
            async with self._one_at_a_time:
                await unless(stop or asyncio.Event(), self._show(channel, chart))

    async def _show(self, channel: str, chart: Chart) -> None:
        picture = await draw(chart)
        if picture is None:
            return
        try:
            await self._share(channel, chart, picture)
        except SlackFailure as failure:
            log.info(
                "the digest's picture was not shared; its text says the same",
                channel=channel,
                code=failure.code,
                todo=failure.todo,
            )

    async def _share(self, channel: str, chart: Chart, picture: bytes) -> None:
        client = self._gateway.client
        slow = AsyncWebClient(
            token=client.token,
            base_url=client.base_url,
            timeout=LONGEST_UPLOAD,
            proxy=client.proxy,
            ssl=client.ssl,
            retry_handlers=[],
        )
        upload = {"content": picture, "filename": "digest.png", "title": chart.title, "alt_txt": chart.alt}
        await call_patiently(
            self._clock, SHARE, lambda: slow.files_upload_v2(file_uploads=[upload], channel=channel)
        )
