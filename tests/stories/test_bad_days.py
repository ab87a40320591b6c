"""What the channel sees when a source lies, stops, or sends nonsense: the truth, once."""

from datetime import timedelta

import pytest

from bot.errors import LeaseLost
from bot.reconcile.lease import assert_held, holding
from storage.runs import Leases

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("system", ["shopify", "shipstation"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "html"},
        {"kind": "truncated_json"},
        {"kind": "status", "status": 401},
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429},
        {"kind": "cut"},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)
async def test_an_incomplete_read_opens_and_resolves_nothing(story, system, fault):
    order = story.world.order("#3001", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    label = story.world.label(order, age=timedelta(hours=5), notify="Refused")
    await story.run(minutes=5)
    story.world.resend_notification(label)
    other = story.world.order("#3002", age=timedelta(hours=9))
    story.world.import_order(other, age=timedelta(hours=8))
    story.world.label(other, age=timedelta(hours=5), notify="Refused")

    story.faults.add(system=system, times=None, **fault)
    report = await story.run(minutes=5)
    assert not report.complete
    assert report.error
    assert [gap.order for gap in await story.gaps()] == ["#3001"]

    story.faults.clear()
    report = await story.run(minutes=5)
    assert report.complete
    assert [gap.order for gap in await story.gaps()] == ["#3002"]


async def test_the_channel_hears_once_that_the_bot_is_blind_and_once_that_it_sees(story):
    story.faults.add("status", system="shipstation", status=401, times=None)
    for _ in range(3):
        await story.run(minutes=5)
    story.faults.clear()
    for _ in range(2):
        await story.run(minutes=5)
    texts = [message.text for message in story.workspace.messages()]
    assert sum("Cannot see everything" in text for text in texts) == 1
    assert sum("Sees everything" in text for text in texts) == 1


async def test_a_run_whose_store_was_taken_over_may_not_conclude(story):
    [store] = story.house.stores
    async with holding(store, patience=0) as fence:
        story.clock.move(minutes=2)
        async with store.database.write() as session:
            assert await Leases(session, story.clock.now()).take(
                "reconcile:main", "another", timedelta(minutes=1)
            )
        async with store.database.write() as session:
            with pytest.raises(LeaseLost, match="taken over main"):
                await assert_held(session, store, fence)


async def test_a_store_that_another_process_reconciles_is_left_to_it(story):
    [store] = story.house.stores
    async with store.database.write() as session:
        await Leases(session, story.clock.now()).take("reconcile:main", "another", timedelta(minutes=1))
    report = await story.sync()
    assert report.skipped
    story.clock.move(minutes=2)
    assert (await story.sync()).complete, "a dead process blocks its store for a minute only"


async def test_a_list_that_is_suddenly_empty_is_not_believed(story):
    for number in range(3100, 3110):
        order = story.world.order(f"#{number}", age=timedelta(hours=2))
        story.world.import_order(order, age=timedelta(hours=1))
    await story.run(minutes=5)
    story.faults.add("empty_list", system="shipstation", times=None)
    report = await story.run(minutes=5)
    assert not report.complete
    assert "ShipStation" in report.error


def _live(part, kind=None):
    """Every text in which Slack would turn markup into mentions and links; plain_text it shows as it is."""
    if isinstance(part, dict):
        kind = part.get("type", kind)
        for name, value in part.items():
            yield from _live(value, "label" if name == "accessibility_label" else kind)
    elif isinstance(part, list):
        for each in part:
            yield from _live(each, kind)
    elif isinstance(part, str) and kind not in {"plain_text", "label"}:
        yield part


@pytest.mark.parametrize(
    "name", ["<!channel>", "x" * 4000, "🎉🎉", "\u202e1003#", "`*_~<https://evil.example|Refund>"]
)
async def test_a_hostile_order_name_reaches_slack_as_harmless_text(story, name):
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.label(order, age=timedelta(hours=5), notify="Refused <!here>")
    await story.run(minutes=5)
    assert len(await story.gaps()) == 1
    sent = "\n".join(
        text for call in story.workspace.called("chat.postMessage") for text in _live(call.arguments)
    )
    assert "<!channel>" not in sent
    assert "<!here>" not in sent
    assert "<https://evil" not in sent
    assert "\u202e" not in sent
