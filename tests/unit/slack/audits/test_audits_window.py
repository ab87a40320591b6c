"""The window of `/stuck audit`, and what is sent from it."""

import pytest

from bot.slack.audits import window

pytestmark = pytest.mark.anyio

MEGABYTE = 1024**2


async def test_the_window_takes_files_of_both_systems_and_answers_in_a_direct_message(front):
    view = await front.window()
    assert view.title == "Audit exports"
    labels = front.file("labels.csv", b"a,b\n"), front.file("rows.xlsx", b"PK")
    await front.fill(view, shipstation=[*labels], days="Last 7 days")
    assert [sorted(read) for read in front.read] == [["labels.csv", "orders.csv", "rows.xlsx"]]
    assert (front.jobs[0].days, front.jobs[0].shop) == (7, "main.myshopify.com")
    [opening] = front.slack.messages("D0ALEX")
    assert opening.words == (
        "Audit of *orders.csv*, *labels.csv*, *rows.xlsx*: the last 7 days, for <@U0ALEX>. "
        "Progress and result are in the thread."
    )
    assert len(front.slack.messages("D0ALEX", opening.ts)) == 3
    assert f"/archives/D0ALEX/p{opening.ts.replace('.', '')}|direct message>" in front.told()
    assert front.slack.modals("U0ALEX") == []


async def test_asked_for_in_the_direct_message_itself_it_does_not_point_there(front):
    front.slack.dm("U0ALEX")
    await front.slack.command("/stuck", "audit", channel="D0ALEX")
    [view] = await front.slack.wait_for(lambda: front.slack.modals("U0ALEX"))
    await front.fill(view)
    assert front.slack.ephemerals("U0ALEX") == []
    assert len(front.read) == 1


async def test_both_systems_are_asked_for(front):
    view = await front.window()
    await front.fill(view, shipstation=[])
    [view] = front.slack.modals("U0ALEX")
    assert dict(view.errors) == {"shipstation": "Please complete this required field."}
    assert front.read == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "a.csv", "size": 300 * MEGABYTE}, "a.csv is 300 MB, and one file may have 200 MB here."),
        ({"name": "a.txt", "size": 199 * MEGABYTE}, None),
    ],
)
async def test_what_is_wrong_with_a_file_stands_under_its_field(front, given, said):
    view = await front.window()
    await front.fill(view, shopify=[front.file(**given)])
    errors = dict(front.slack.modals("U0ALEX")[-1].errors) if said else {}
    assert errors.get("shopify", "").startswith(said or "")
    assert len(front.read) == (0 if said else 1)


async def test_what_is_too_large_together_is_said_once(front):
    view = await front.window()
    many = [front.file(f"{at}.csv", size=190 * MEGABYTE) for at in range(2)]
    await front.fill(view, shopify=many, shipstation=many)
    assert list(dict(front.slack.modals("U0ALEX")[-1].errors)) == ["shipstation"]


async def test_slack_itself_takes_only_exports(front):
    view = await front.window()
    await front.fill(view, shopify=[front.file("invoice.pdf")])
    errors = dict(front.slack.modals("U0ALEX")[-1].errors)
    assert errors == {
        "shopify": "Only these file types are allowed: csv, tsv, txt, zip, xlsx, png, jpg, jpeg."
    }


async def test_sent_twice_it_is_audited_once(front):
    await front.fill(await front.window())
    await front.slack.again()
    await front.say("done?")
    assert len(front.read) == 1


async def test_guests_get_no_window_but_a_word(front):
    assert (await front.slack.command("/stuck", "audit", "U0GUEST")).ok
    await front.slack.wait_for(lambda: front.slack.ephemerals("U0GUEST"))
    assert "Guests cannot act on orders" in front.told("U0GUEST")
    assert front.slack.modals("U0GUEST") == []


async def test_whoever_may_no_longer_act_when_it_is_sent_hears_so(front):
    view = await front.window()
    front.clock.move(hours=2)
    front.slack.deactivate("U0ALEX")
    await front.fill(view)
    assert (front.read, front.slack.messages("D0ALEX") if "D0ALEX" in front.slack.channels else []) == (
        [],
        [],
    )


async def test_without_the_scope_for_files_it_says_what_else_there_is(front):
    front.slack.scopes.discard("files:read")
    await front.slack.command("/stuck", "audit")
    await front.slack.wait_for(lambda: front.slack.ephemerals("U0ALEX"))
    assert front.told().startswith("Slack did not open the window (missing_scope). Drop the exports")


@pytest.mark.parametrize(("code", "told"), [("expired_trigger_id", 1), ("exchanged_trigger_id", 0)])
async def test_a_window_that_came_too_late_is_said_and_one_that_came_twice_is_not(front, code, told):
    front.slack.fail_next("views.open", code)
    await front.slack.command("/stuck", "audit")
    await front.say("anybody?")
    assert len(front.slack.ephemerals("U0ALEX")) == told


async def test_without_a_place_to_answer_nothing_is_read_and_the_scope_is_named(front):
    view = await front.window()
    front.slack.scopes.discard("im:write")
    await front.fill(view)
    assert front.told().startswith(
        "The audit has no place to answer: Slack answers missing_scope. Add the scope im:write"
    )
    assert front.read == []


class TestTwoStores:
    @pytest.fixture
    def stores(self, a_store):
        return (a_store("east", "C0PRETEND1"), a_store("west", "C0WEST"))

    async def test_it_asks_which_store_the_exports_are_from(self, front):
        view = await front.window()
        await front.fill(view, store="west")
        assert front.jobs[0].shop == "west.myshopify.com"
        [opening] = front.slack.messages("D0ALEX")
        question = front.slack.messages("D0ALEX", opening.ts)[-1]
        assert "with a card in <#C0WEST>" in question.words

    async def test_a_drop_is_asked_with_the_question(self, front):
        *_, question = await front.drop()
        assert front.jobs[0].shop == ""
        assert question.buttons == ["Which store?", "Add to the queue", "No"]


def test_a_window_of_a_hundred_stores_keeps_slacks_limits(a_store):
    from bot.sandbox.slack.validate import view_problems

    assert view_problems(window.view("C1", [a_store(f"shop-{at}") for at in range(120)])) == []
