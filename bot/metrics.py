"""What Prometheus may ask about: the counters of this process, and the last health report as gauges."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

SLACK_CALLS = Counter(
    "stuck_slack_calls",
    "Calls to Slack's Web API by what came of them.",
    ["method", "outcome"],
    registry=REGISTRY,
)
SLACK_SECONDS = Histogram(
    "stuck_slack_call_seconds", "How long Slack took to answer, in seconds.", ["method"], registry=REGISTRY
)
NOTICES = Counter(
    "stuck_notices", "Notices by what came of an attempt to send them.", ["outcome"], registry=REGISTRY
)
DELIVERY_FAILURES = Counter(
    "stuck_delivery_failures",
    "Rounds of the sender that broke off with an error of our own.",
    registry=REGISTRY,
)
SOCKET_CONNECTED = Gauge("stuck_socket_connected", "1 while Socket Mode is connected.", registry=REGISTRY)
SOCKET_CONNECTIONS = Counter(
    "stuck_socket_connections", "Socket Mode connections that were opened.", registry=REGISTRY
)
LIVE = Gauge("stuck_live", "1 while the process works.", registry=REGISTRY)
READY = Gauge("stuck_ready", "1 while everything that should have happened has happened.", registry=REGISTRY)
COUNTS = Gauge(
    "stuck_count", "What the database holds: gaps by state, notices by state, and the like.", ["of", "state"],
    registry=REGISTRY,
)  # fmt: skip


def observe(report: Mapping[str, Any]) -> None:
    """Turn a health report into gauges: `live`, `ready`, and `counts` as {what: {state: number}}."""
    LIVE.set(bool(report.get("live")))
    READY.set(bool(report.get("ready")))
    COUNTS.clear()
    for what, states in report.get("counts", {}).items():
        for state, number in states.items():
            COUNTS.labels(what, state).set(number)
