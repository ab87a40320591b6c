"""The Home tab over 10,000 gaps: opened, filtered, searched and leafed through as if there were ten; all of them claimed."""

from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter

import pytest

from bot.clock import SystemClock
from bot.sandbox.demo import open_sandbox
from bot.settings import load
from bot.slack.bulk.acts import _act
from bot.slack.clicks import Place, Voice
from bot.slack.desk import Desk
from bot.slack.gateway import build_client
from bot.slack.home.page import VIEWS
from bot.slack.home.tab import redraw
from bot.wiring import open_house
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Judged
from storage.homes import Homes
from storage.overview import Filters, Overview
from storage.queue import Queue

pytestmark = pytest.mark.anyio

GAPS = 10_000
OPENINGS = 40
WORST = 1.0
"""Seconds at p95 for anything that somebody does in the tab."""
CLAIMED_WITHIN = 60.0
USER = "U0ALEX"


def found(n, now):
    kinds = ("sync.unfulfilled", "tracking.missing", "import.missing", "hold.overdue")
    cause = Cause(f"cause_{n % 30}", "likely", "It is what it is, and this is how it came about.")
    said = tuple(
        Evidence("shopify" if n % 2 else "shipstation", f"Field {n}", "value " * 8, now) for n in range(6)
    )
    return Finding(
        kinds[n % 4], f"#{n}: shipped, and Shopify does not know", Severity(1 + n % 4), now, cause,
        NextAction("resend", "Send the notification again."), said,
    )  # fmt: skip


@pytest.fixture
async def house(tmp_path):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'bench.db'}"}
    async with open_sandbox(SystemClock(), alive=False, orders=0) as sandbox:
        need = frozenset({"slack", "socket", "sources", "database"})
        settings = load(sandbox.environment() | environment, tmp_path, need=need)
        async with open_house(settings) as house:
            now = house.clock.now()
            judged = [Judged(f"order:{n}", str(n), f"#{n}", (found(n, now),)) for n in range(GAPS)]
            async with house.database.write() as session:
                await Queue(session, now).apply("main", judged, first_run=True)
            yield house


def desk_of(house):
    return Desk(
        house.database, house.clock, house.settings.stores, house.recheck, house.look_up, lambda: None
    )


async def times(desk, client, change, openings=OPENINGS):
    seconds = []
    for turn in range(openings):
        async with desk.database.write() as session:
            await Homes(session).change(USER, lambda home, turn=turn: change(home, turn))
        began = perf_counter()
        await redraw(desk, client, USER)
        seconds.append(perf_counter() - began)
    return median(seconds), quantiles(seconds, n=20)[18]


async def test_home_over_ten_thousand_gaps(house, report):
    desk = desk_of(house)
    client = build_client("xoxb-pretend", house.settings.slack.api_url)
    views = list(VIEWS)
    acts = {
        "opening": lambda home, turn: home,
        "another view": lambda home, turn: home.showing(view=views[turn % len(views)]),
        "a kind": lambda home, turn: home.showing(kind="tracking.missing"),
        "a cause": lambda home, turn: home.showing(kind=None, cause=f"cause_{turn % 30}"),
        "a search": lambda home, turn: home.showing(
            cause=None, words=f"does not know {'' if turn % 2 else '#77'}"
        ),
        "a late page": lambda home, turn: replace(home.showing(words="", view="all"), page=400 + turn),
    }
    worst = 0.0
    for name, change in acts.items():
        middle, late = await times(desk, client, change)
        worst = max(worst, late)
        report(f"Home over {GAPS:,} gaps, {name}", f"median {middle * 1000:.0f} ms, p95 {late * 1000:.0f} ms")
    assert worst <= WORST


async def test_claiming_ten_thousand_gaps_at_once(house, report):
    desk = desk_of(house)
    client = build_client("xoxb-pretend", house.settings.slack.api_url)
    async with house.database.read() as session:
        now = house.clock.now()
        ids = await Overview(session, now, USER).ids(Filters(), by=now, limit=GAPS)
    began = perf_counter()
    await _act(desk, Voice(client, USER, Place(), None), "claimed", ids, {})
    seconds = perf_counter() - began
    async with house.database.read() as session:
        mine = await Overview(session, now, USER).count(Filters("mine"))
    report(f"claiming {GAPS:,} gaps at once", f"{seconds:.1f} s, at most {CLAIMED_WITHIN:.0f}")
    assert mine == GAPS
    assert seconds <= CLAIMED_WITHIN
