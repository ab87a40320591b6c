"""What nobody has calls for somebody: once, in its thread, and at a decent hour."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

OPS = "S0OPS"
CALL = f"<!subteam^{OPS}> Order #{{}} has had no owner for"


@pytest.fixture
def toml():
    return f'[escalation]\nto = "{OPS}"\n\n[[stores]]\nname = "main"\n'


def failed(story, number=2001):
    """An order whose parcel left more than a day ago, and of which Shopify was never told.

    Half an hour lies between two of them: the store's connection is fine.
    """
    before = timedelta(minutes=30) * (number - 2001)
    order = story.world.order(f"#{number}", age=timedelta(hours=29) + before)
    story.world.import_order(order, age=timedelta(hours=28) + before)
    return story.world.label(order, age=timedelta(hours=25) + before, notify="Refused by Shopify")


async def test_somebody_is_called_once_for_what_nobody_has(story):
    failed(story)
    await story.run(minutes=5)
    await story.look_around(hours=4, minutes=-1)
    assert story.thread("#2001") == []
    await story.look_around(minutes=2)
    [line] = story.thread("#2001")
    assert line.startswith(f"{CALL.format(2001)} 4 hours. 🟠 High:")
    for _ in range(3):
        await story.look_around(hours=24)
    assert len(story.thread("#2001")) == 1
    assert len(story.workspace.messages()) == 1, "the channel itself hears nothing"


async def test_nobody_is_called_at_night_but_for_what_is_critical(story):
    story.clock.move(hours=4)  # 14:05 in New York
    failed(story)
    await story.run(minutes=5)
    await story.look_around(hours=4)
    assert story.thread("#2001") == [], "18:05 is after hours"
    cancelled = story.world.order("#2002", age=timedelta(hours=1))
    story.world.import_order(cancelled)
    story.world.cancel(cancelled, imported=False)
    await story.run(minutes=20)
    await story.look_around(hours=1)
    [line] = story.thread("#2002")
    assert line.startswith(f"{CALL.format(2002)} 1 hour. 🔴 Critical:")
    await story.look_around(hours=12, minutes=40)
    assert len(story.thread("#2001")) == 1, "at eight in the morning"


async def test_who_claims_it_in_time_calls_nobody_and_giving_it_back_counts_anew(story):
    failed(story)
    await story.run(minutes=5)
    await story.look_around(hours=3)
    await story.click("#2001", "Claim")
    await story.look_around(hours=2)
    await story.click("#2001", "Release")
    await story.look_around(hours=1)
    assert not any(OPS in line for line in story.thread("#2001"))
    await story.look_around(hours=17)
    assert sum(line.startswith(CALL.format(2001)) for line in story.thread("#2001")) == 1


async def test_a_storm_that_nobody_takes_calls_once(story):
    for number in range(2001, 2008):
        failed(story, number)
    await story.run(minutes=5)
    await story.look_around(hours=5)
    [parent] = story.workspace.messages()
    called = [one.words for one in story.workspace.messages(thread_ts=parent.ts) if OPS in one.words]
    assert len(called) == 1
    assert called[0].startswith(
        f"<!subteam^{OPS}> 7 gaps in this thread have had no owner, the first for 5 hours. 🟠 High: #2"
    )
