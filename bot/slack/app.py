"""Bolt put together: the listeners, who may be answered where, how fast a click is acknowledged, what if it breaks."""

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import Histogram
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.metrics import REGISTRY
from bot.reconcile import WatchedStore
from bot.settings import EVERYBODY, Allowed
from bot.slack import (
    actions,
    audits,
    checking,
    commands,
    gap_window,
    handover,
    links,
    modals,
    noise,
    packets,
    replies,
)
from bot.slack.bulk import acts as bulk
from bot.slack.clicks import voice_of
from bot.slack.desk import Desk
from bot.slack.home import tab as home
from bot.slack.hosts import is_slack
from bot.slack.people import People
from bot.slack.tuning import command as tuning

ACKNOWLEDGED = Histogram(
    "stuck_slack_ack_seconds",
    "How long after a request from Slack reached us it was acknowledged; Slack gives up after 3.",
    ["kind"],
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3),
    registry=REGISTRY,
)

log = structlog.get_logger(__name__)
Next = Callable[[], Awaitable[None]]


def build_app(
    client: AsyncWebClient,
    desk: Desk,
    *,
    signing_secret: str | None = None,
    socket_mode: bool,
    allowed: Allowed = EVERYBODY,
    watched: Sequence[WatchedStore] = (),
) -> AsyncApp:
    """Return the app with every listener, the same for Socket Mode and HTTP.

    Over HTTP the signing secret is needed; Socket Mode has none. `watched`: the stores that an audit's orders can be
    added to.
    """
    app = AsyncApp(
        name="stuck",  # else Bolt walks the whole stack to find a name, a tenth of a second each time
        client=client,
        signing_secret=signing_secret if not socket_mode else None,
        request_verification_enabled=not socket_mode,
    )
    app.use(_timing)
    app.use(_allowed_answers(client.base_url))
    people = People(client, desk.clock, allowed)
    features = (
        actions,
        commands,
        checking,
        links,
        modals,
        handover,
        packets,
        home,
        gap_window,
        bulk,
        noise,
        tuning,
    )
    for feature in features:
        feature.register(app, desk, people)
    audits.register(app, desk, people, {store.name: store for store in watched})
    app.error(_broken)
    return app


# ---------------------------------------------------------------- acknowledging


class _TimedAck(AsyncAck):
    """An acknowledgement that notes how long it took."""

    def __init__(self, kind: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bolt annotates all but this
        self._kind = kind
        self._began = perf_counter()

    async def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        """Acknowledge."""
        if self.response is None:
            ACKNOWLEDGED.labels(self._kind).observe(perf_counter() - self._began)
        return await super().__call__(*args, **kwargs)


async def _timing(context: AsyncBoltContext, body: dict[str, Any], next_: Next) -> None:
    context["ack"] = _TimedAck("command" if "command" in body else str(body.get("type", "other")))
    await next_()


# ---------------------------------------------------------------- where answers may go


def _allowed_answers(base_url: str) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Refuse requests that would have us post to a host that is not Slack's (slack.md 1.7)."""

    async def check(req: AsyncBoltRequest, context: AsyncBoltContext, next_: Next) -> BoltResponse | None:
        if context.response_url is None or is_slack(context.response_url, base_url):
            await next_()
            return None
        log.warning("refused a request whose answer would go elsewhere")
        return BoltResponse(status=403, body="")

    return check


# ---------------------------------------------------------------- when it breaks


async def _broken(
    error: Exception, body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
) -> BoltResponse | None:
    """Log what broke, without the payload, and tell the person what to do."""
    log.error(
        "a listener failed", error=type(error).__name__, kind=body.get("type", "command"), exc_info=error
    )
    if context.response_url is not None or body.get("type") == "view_submission":
        await voice_of(body, client, context.respond).tell(replies.private(replies.BROKEN))
    return None
