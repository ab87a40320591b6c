"""A large batch is judged in a process of its own: with the same verdicts, and without holding anybody up."""

import asyncio
from datetime import timedelta

import pytest

from bot.reconcile import judging
from storage.mirror import Mirror

pytestmark = pytest.mark.anyio


async def everything(watch) -> list[str]:
    async with watch.store.database.read() as session:
        return await Mirror(session, "main").newest_orders(1000)


async def test_aside_and_here_every_order_gets_the_same_verdict(busy, monkeypatch):
    for number in range(5001, 5004):
        busy.failed(f"#{number}")
    busy.world.order("#5009", age=timedelta(hours=9))
    await busy.run(later=timedelta(minutes=5))
    ids, now, rules = await everything(busy), busy.clock.now(), busy.store.rules
    here = await judging.judge_orders(busy.store.database, rules, ids, now)
    monkeypatch.setattr(judging, "ASIDE_FROM", 1)
    breaths = 0

    async def breathe() -> None:
        nonlocal breaths
        while True:
            await asyncio.sleep(0.01)
            breaths += 1

    breathing = asyncio.create_task(breathe())
    aside = await judging.judge_orders(busy.store.database, rules, ids, now)
    breathing.cancel()
    assert aside == here
    assert any(opinion.findings for opinion in here)
    assert len(here) == len(ids) > 150
    assert breaths > 20, "the event loop went on while another process judged"


async def test_a_database_in_memory_cannot_be_judged_elsewhere(busy, monkeypatch):
    monkeypatch.setattr(judging, "ASIDE_FROM", 1)
    monkeypatch.setattr(busy.store.database, "memory", True)
    monkeypatch.setattr(judging, "_judge_aside", None)
    ids = await everything(busy)
    opinions = await judging.judge_orders(busy.store.database, busy.store.rules, ids, busy.clock.now())
    assert len(opinions) == len(ids)


async def test_orders_in_many_chunks_are_judged_like_those_in_one(busy, monkeypatch):
    ids, now = await everything(busy), busy.clock.now()
    whole = await judging.judge_orders(busy.store.database, busy.store.rules, ids, now)
    monkeypatch.setattr(judging, "CHUNK", 7)
    pieces = await judging.judge_orders(busy.store.database, busy.store.rules, ids, now)
    assert sorted(pieces, key=lambda each: each.order_id) == sorted(whole, key=lambda each: each.order_id)
