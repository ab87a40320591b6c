"""What changes in the middle of a run is judged in this run or in the next: an older opinion never stands for it."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.reconcile import run as reconcile
from bot.reconcile.judging import judge_orders
from bot.sandbox.demo import open_sandbox
from bot.settings import load
from bot.wiring import open_house
from storage.queue import Queue
from tests.faults.player import EVERYTHING
from tests.faults.stage import TUESDAY_AT_TEN

pytestmark = pytest.mark.anyio


async def test_a_label_voided_between_the_judgement_and_the_second_look_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look at two other orders reads whole pages, and with them the void, of an order judged before it."""
    clock = ManualClock(TUESDAY_AT_TEN)
    async with open_sandbox(clock, alive=False, orders=0) as sandbox:
        world = sandbox.world
        environment = sandbox.environment() | {"DATABASE_URL": f"sqlite:///{tmp_path / 'stuck.db'}"}
        async with open_house(load(environment, tmp_path, need=EVERYTHING), clock) as house:
            [store] = house.stores
            shipped = world.order("#5003", age=timedelta(hours=3))
            label = world.label(shipped, age=timedelta(hours=2))
            await reconcile(store)

            for name in ("#5001", "#5002"):
                order = world.order(name, age=timedelta(hours=9))
                world.label(order, age=timedelta(hours=5), notify="IntegrationError: refused")
            world.shop.touch(shipped, clock.now())

            async def judged(*given: object) -> object:
                opinions = await judge_orders(*given)
                if label.voided is None:
                    world.void(label)
                return opinions

            monkeypatch.setattr(import_module("bot.reconcile.run"), "judge_orders", judged)
            for _ in range(4):
                clock.move(hours=1)
                assert (await reconcile(store)).complete
            async with house.database.read() as session:
                gaps = await Queue(session, clock.now()).list(order="#5003")
            assert [gap.kind for gap in gaps] == ["sync.ghost_fulfillment"]
