"""A trouble of the whole store is one card instead of forty, and when it ends, what is left comes out on its own."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

ERROR = "IntegrationError: Shopify encountered an error and responded with StatusCode ServiceUnavailable"


def imported_before(story, name="#3000"):
    """The newest order that ShipStation has."""
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8, minutes=30))
    story.world.label(order, age=timedelta(hours=8))
    return order


def left_behind(story, count=8):
    """Orders after it that were never imported."""
    return [
        story.world.order(f"#310{number}", age=timedelta(hours=8) - timedelta(minutes=number))
        for number in range(count)
    ]


def untold(story, count=7, hours=5.0):
    """Labels within minutes that failed with the same error."""
    labels = []
    for number in range(count):
        order = story.world.order(f"#320{number}", age=timedelta(hours=hours + 3, minutes=-number))
        story.world.import_order(order, age=timedelta(hours=hours + 2, minutes=-number))
        labels.append(story.world.label(order, age=timedelta(hours=hours, minutes=-number), notify=ERROR))
    return labels


class TestTheImportStops:
    async def test_one_card_stands_for_all_orders_that_wait(self, story):
        imported_before(story)
        orders = left_behind(story)
        await story.run(minutes=5)
        [gap] = await story.gaps()
        assert (gap.kind, gap.order) == ("store.import_stalled", None)
        assert gap.finding.folded == tuple(sorted(str(order.id) for order in orders))
        [card] = story.workspace.messages()
        assert "8 orders wait" in card.words
        assert "Claim" in card.buttons

    async def test_an_order_that_is_part_of_it_says_so(self, story):
        imported_before(story)
        left_behind(story)
        await story.run(minutes=5)
        assert "This is one of them, with 7 more" in await story.command("order 3103")

    async def test_it_goes_on_without_another_word(self, story):
        imported_before(story)
        left_behind(story)
        await story.run(minutes=5)
        report = await story.run(hours=1)
        assert (report.opened, report.resolved) == (0, 0)
        assert len(story.workspace.messages()) == 1

    async def test_a_day_later_the_waiting_orders_are_still_part_of_it(self, story):
        imported_before(story)
        left_behind(story)
        await story.run(minutes=5)
        await story.run(hours=25)
        assert [gap.kind for gap in await story.gaps()] == ["store.import_stalled"]

    async def test_when_it_runs_again_what_was_passed_over_comes_out(self, story):
        imported_before(story)
        orders = left_behind(story)
        await story.run(minutes=5)
        for order in orders[1:]:
            story.world.import_order(order)
        await story.run(minutes=5)
        [gap] = await story.gaps()
        assert (gap.kind, gap.order) == ("import.missing", "#3100")
        assert "Healed by itself" in story.workspace.messages()[0].words

    async def test_orders_of_the_last_hour_are_no_trouble(self, story):
        imported_before(story)
        for number in range(6):
            story.world.order(f"#330{number}", age=timedelta(minutes=50))
        await story.run(minutes=5)
        assert await story.gaps() == []


class TestShopifyIsNotTold:
    async def test_one_card_stands_for_all_parcels_of_that_time(self, story):
        untold(story)
        await story.run(minutes=5)
        [gap] = await story.gaps()
        assert (gap.kind, gap.finding.cause.code) == ("store.notify_outage", "notification_failed")
        assert "ServiceUnavailable" in gap.finding.cause.text
        assert len(gap.finding.folded) == 7
        assert len(story.workspace.messages()) == 1

    async def test_it_is_told_long_before_the_single_parcels_would_be(self, story):
        untold(story, hours=1)
        await story.run(minutes=5)
        assert [gap.kind for gap in await story.gaps()] == ["store.notify_outage"]

    async def test_when_most_were_resent_the_rest_comes_out(self, story):
        labels = untold(story)
        await story.run(minutes=5)
        for label in labels[2:]:
            story.world.resend_notification(label)
        await story.run(minutes=5)
        assert sorted((gap.kind, gap.order) for gap in await story.gaps()) == [
            ("sync.unfulfilled", "#3200"),
            ("sync.unfulfilled", "#3201"),
        ]

    async def test_gaps_that_were_open_before_are_taken_in(self, story):
        untold(story, count=3)
        await story.run(minutes=5)
        assert len(await story.gaps()) == 3
        more = [story.world.order(f"#325{number}", age=timedelta(hours=6)) for number in range(4)]
        for order in more:
            story.world.import_order(order, age=timedelta(hours=5, minutes=30))
            story.world.label(order, age=timedelta(hours=4, minutes=50), notify=ERROR)
        await story.run(minutes=61)
        [gap] = await story.gaps()
        assert (gap.kind, len(gap.finding.folded)) == ("store.notify_outage", 7)
        assert ["Replaced by another gap" in line for line in story.thread_of("#3200")] == [True]

    async def test_four_failures_are_four_gaps(self, story):
        untold(story, count=4)
        await story.run(minutes=5)
        assert [gap.kind for gap in await story.gaps()] == ["sync.unfulfilled"] * 4


class TestSomebodyPressesResolved:
    async def test_while_the_import_still_stands_it_is_told_so(self, story):
        imported_before(story)
        left_behind(story)
        await story.run(minutes=5)
        await story.click("8 orders wait", "Resolved")
        assert "still" in story.told()
        assert await story.gaps() == []
        await story.run(hours=2)
        [gap] = await story.gaps()
        assert (gap.kind, gap.reopened) == ("store.import_stalled", 1)

    async def test_after_the_import_ran_it_is_resolved(self, story):
        imported_before(story)
        orders = left_behind(story)
        await story.run(minutes=5)
        for order in orders:
            story.world.import_order(order)
        await story.click("8 orders wait", "Resolved")
        [card] = story.workspace.messages()
        assert "Both systems agree" in card.words


class TestSomebodyMendsOneOfThem:
    async def test_an_order_that_was_imported_a_moment_ago_is_part_of_it_no_more(self, story):
        imported_before(story)
        orders = left_behind(story)
        await story.run(minutes=5)
        story.world.import_order(orders[0])
        assert "This is one of them" not in await story.command("order 3100")

    async def test_an_order_that_was_resent_a_moment_ago_is_healthy(self, story):
        labels = untold(story)
        await story.run(minutes=5)
        story.world.resend_notification(labels[0])
        assert "Healthy" in await story.command("order 3200")
        assert "This is one of them, with 6 more" in await story.command("order 3201")
