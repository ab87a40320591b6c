"""What Prometheus may ask about: the counters of this process, and the last health report as gauges."""

from collections.abc import Mapping
from datetime import datetime
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

GAPS = Gauge("stuck_gaps", "Unresolved gaps by kind and state.", ["kind", "state"], registry=REGISTRY)
RUNS = Gauge(
    "stuck_recent_runs", "The last dozen runs of each store by what came of them.", ["store", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
RUN_SECONDS = Gauge(
    "stuck_last_run_seconds", "How long the last run of each store took.", ["store"], registry=REGISTRY
)
REQUESTS = Gauge(
    "stuck_recent_requests", "Requests that the last dozen runs of each store sent, by system.",
    ["store", "system"], registry=REGISTRY,
)  # fmt: skip
READ_AT = Gauge(
    "stuck_store_read_timestamp_seconds", "When each store was last read completely.", ["store"],
    registry=REGISTRY,
)  # fmt: skip
API_LEFT = Gauge(
    "stuck_api_left",
    "What the last answer to this process left of the allowance: ShipStation's requests, Shopify's points.",
    ["system"],
    registry=REGISTRY,
)


def observe(report: Mapping[str, Any]) -> None:
    """Turn a health report into gauges: `live`, `ready`, `counts` as {what: {state: number}}, `kinds` and `stores`."""
    LIVE.set(bool(report.get("live")))
    READY.set(bool(report.get("ready")))
    COUNTS.clear()
    for what, states in report.get("counts", {}).items():
        for state, number in states.items():
            COUNTS.labels(what, state).set(number)
    GAPS.clear()
    for kind, states in report.get("kinds", {}).items():
        for state, number in states.items():
            GAPS.labels(kind, state).set(number)
    _observe_stores(report.get("stores", {}))


def _observe_stores(stores: Mapping[str, Mapping[str, Any]]) -> None:
    for gauge in (RUNS, RUN_SECONDS, REQUESTS, READ_AT):
        gauge.clear()
    for name, store in stores.items():
        for outcome, number in store["runs"].items():
            RUNS.labels(name, outcome).set(number)
        for system, number in store["requests"].items():
            REQUESTS.labels(name, system).set(number)
        if store["seconds"] is not None:
            RUN_SECONDS.labels(name).set(store["seconds"])
        if store["complete_at"] is not None:
            READ_AT.labels(name).set(datetime.fromisoformat(store["complete_at"]).timestamp())
