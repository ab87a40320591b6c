"""Orders kept to some people: one by name, others by a user group, and what everybody else is told."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

OPS = "S0OPS"
WORD = "Acting on orders here is kept to some people, and you are not among them. Nothing was changed."


@pytest.fixture
def toml():
    return f'allowed_users = ["U0ALEX"]\nallowed_groups = ["{OPS}"]\n\n[[stores]]\nname = "main"\n'


@pytest.fixture
async def kept(story):
    """One gap on its card; Alex may act by name, Bo by the group."""
    story.workspace.groups[OPS] = {"U0BO"}
    order = story.world.order("#2001", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.label(order, age=timedelta(hours=5), notify="Refused by Shopify")
    await story.run(minutes=5)
    return story


async def owner(story):
    [gap] = await story.gaps()
    return gap.owner


async def test_who_is_named_claims_and_somebody_else_hears_why_nothing_happens(kept):
    await kept.click("#2001", "Claim", "U0CAM")
    assert kept.told("U0CAM").startswith(WORD)
    assert "Ask <@U0ALEX> to do it" in kept.told("U0CAM")
    assert await owner(kept) is None
    assert kept.thread("#2001") == [], "nobody else hears of it"
    await kept.click("#2001", "Claim", "U0ALEX")
    assert await owner(kept) == "U0ALEX"


async def test_orders_are_told_to_those_who_may_act_and_help_to_everybody(kept):
    assert (await kept.command("order 2001", "U0CAM")).startswith(WORD)
    assert (await kept.command("summary", "U0CAM")).startswith(WORD)
    assert "/stuck order 1234" in await kept.command("help", "U0CAM")
    assert "#2001" in await kept.command("order 2001", "U0BO")


async def test_a_member_of_the_group_may_act_until_that_is_forgotten(kept):
    await kept.click("#2001", "Claim", "U0BO")
    assert await owner(kept) == "U0BO"
    kept.workspace.groups[OPS] = {"U0CAM"}
    kept.clock.move(minutes=5)
    await kept.click("#2001", "Release", "U0BO")
    assert kept.told("U0BO").startswith(WORD)
    assert await owner(kept) == "U0BO"
    await kept.click("#2001", "Release", "U0CAM")
    assert await owner(kept) is None


async def test_a_group_that_was_deleted_lets_nobody_act_and_leaves_the_named_alone(kept):
    del kept.workspace.groups[OPS]
    await kept.click("#2001", "Claim", "U0BO")
    assert "a user group that it cannot read" in kept.told("U0BO")
    assert await owner(kept) is None
    await kept.click("#2001", "Claim", "U0ALEX")
    assert await owner(kept) == "U0ALEX"
