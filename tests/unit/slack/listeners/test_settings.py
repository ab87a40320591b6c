"""`/stuck settings`: what is set, the window that changes it, the history, and taking back what is left alone."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.live import LiveStores
from bot.settings import Digests
from bot.settings_ownership import ESCALATE_AFTER
from bot.slack.tuning import answer
from bot.slack.tuning.words import aloud
from storage.findings import Severity
from storage.overrides import Overrides
from tests.unit.slack.listeners.conftest import STORE, owed

pytestmark = pytest.mark.anyio

URGENT = "C0URGENT"


async def ask(front, text="settings", user="U0ALEX"):
    told = len(front.slack.ephemerals(user))
    await front.slack.command("/stuck", text, user)
    return await front.told(user, count=told + 1)


async def opened(front, user="U0ALEX"):
    await front.slack.click(await ask(front, user=user), "Change…", user)
    return await front.modal(user)


async def sent(front, state, user="U0ALEX"):
    """Open the window, fill it in and send it; return the private word."""
    view = await opened(front, user)
    told = len(front.slack.ephemerals(user))
    await front.slack.submit(view, state, user)
    return (await front.told(user, count=told + 1)).words


async def held(front, store="main"):
    async with front.database.read() as session:
        return (await Overrides(session, front.clock.now()).current()).get(store, {})


def input_of(view, block_id):
    return next(block for block in view.blocks if block.get("block_id") == block_id)


def store(front):
    return front.desk.stores[0]


# ---------------------------------------------------------------- looking


async def test_it_shows_what_each_is_and_what_was_changed_by_whom(front):
    await front.desk.stores.revise("main", lambda _: {"windows.notify": "6h"}, person="U0BO")
    said = (await ask(front)).words
    assert "Shopify should know of a label within: *6h* (changed by <@U0BO> <!date^" in said
    assert "stuck.toml: 4h)" in said
    assert "Cutoff: *15:00*\n" in said
    assert "Quiet hours: *off*" in said
    assert "How long a gap may be without an owner: *critical 1h, high 4h*" in said
    assert "Who is called then: *nobody*" in said
    assert "Channel of new cards: *the store's channel*" in said
    assert front.slack.messages() == [], "only who asked sees it"


async def test_it_is_never_shared_with_the_channel(front):
    assert "Settings of main" in (await ask(front, "share settings")).words
    assert front.slack.messages() == []


async def test_keys_and_tokens_never_appear(front):
    shown = [(await ask(front)).words, (await opened(front)).words]
    assert not [
        word for word in ("shpat", "api_key", "SecretStr", "acme.myshopify.com") if word in str(shown)
    ]


async def test_of_several_stores_a_word_says_which(front):
    second = replace(STORE, rules=replace(STORE.rules, name="second"), channel="C0SECOND")
    stores = LiveStores(front.database, front.clock, (STORE, second))
    object.__setattr__(front.desk, "stores", stores)
    assert "Settings of second" in (await ask(front, "settings Second")).words
    assert "Settings of main" in (await ask(front)).words, "this is the channel of main"
    assert (
        "Which store? `/stuck settings main`, `/stuck settings second`."
        in (await ask(front, "settings third")).words
    )


async def test_a_guest_neither_looks_nor_changes(front):
    view = await opened(front)
    told = len(front.slack.ephemerals("U0GUEST"))
    await front.slack.command("/stuck", "settings", "U0GUEST")
    assert "Guests cannot act" in (await front.told("U0GUEST", count=told + 1)).words
    await front.slack.submit(view, {"cutoff": "12:00"}, "U0GUEST")
    await front.told("U0GUEST", count=told + 2)
    assert await held(front) == {}


# ---------------------------------------------------------------- changing


async def test_what_is_changed_holds_and_is_told_to_who_changed_it_and_to_the_channel(front):
    said = await sent(front, {"windows.notify": "6h", "why": "Label *batches* <!channel>"})
    assert "*Shopify should know of a label within* from 4h to 6h" in said
    assert "The next run judges by what is set now." in said
    assert await held(front) == {"windows.notify": "6h"}
    assert store(front).rules.windows.notify == timedelta(hours=6)
    [facts] = await owed(front)
    told = aloud(facts).text
    assert told.startswith("<@U0ALEX> changed *Shopify should know of a label within* from 4h to 6h. Why: ")
    assert "<!channel>" not in told
    assert front.nudges == 1


async def test_every_field_is_prefilled_and_sending_it_as_it_is_changes_nothing(front):
    await front.desk.stores.revise(
        "main", lambda _: {"digest.weekly": "friday", "quiet_hours": "22:00-07:00"}, person="U0BO"
    )
    view = await opened(front)
    assert input_of(view, "windows.hold")["element"]["initial_value"] == "2d"
    assert input_of(view, "quiet_hours")["element"]["initial_value"] == "22:00-07:00"
    assert input_of(view, "quiet_hours")["hint"]["text"].endswith("stuck.toml: off.")
    assert input_of(view, "digest.weekly")["element"]["initial_option"]["value"] == "friday"
    assert input_of(view, "digest.daily")["element"]["initial_option"]["value"] == "as in stuck.toml"
    before = await held(front)
    assert await sent(front, {}) == "Nothing was changed."
    assert await held(front) == before
    assert await owed(front) == []


async def test_all_that_is_about_telling_can_be_changed(front):
    front.slack.add_channel(URGENT, "urgent")
    said = await sent(
        front,
        {
            "quiet_hours": "22:00-7:00",
            "digest.daily": "off",
            "digest.hour": "7:15",
            "digest.weekly": "friday",
            "escalation.after:critical": "30m",
            "escalation.after:high": "never",
            "escalation.to:critical": "S0OPS",
            "channels:critical": [URGENT],
        },
    )
    now = store(front)
    assert now.quiet_hours == (time(22), time(7))
    assert now.digests == Digests(daily=False, hour=time(7, 15), weekly=4)
    assert now.escalation.after == {Severity.CRITICAL: timedelta(minutes=30)}
    assert now.escalation.to == {Severity.CRITICAL: "S0OPS"}
    assert now.channels == {Severity.CRITICAL: URGENT}
    assert "*Quiet hours* from off to 22:00-07:00" in said
    assert "*Who is called then (critical)* from nobody to <!subteam^S0OPS>" in said
    assert f"*Channel of new cards (critical)* from the store's channel to <#{URGENT}>" in said
    assert "It holds from now on." in said
    assert "/invite" not in said
    [facts] = await owed(front)
    told = aloud(facts).text
    assert told.startswith("<@U0ALEX> changed 8 settings:\n• ")
    assert "subteam" not in told, "the channel's word calls nobody"


async def test_an_emptied_field_is_back_to_the_file_and_the_rest_of_its_table_stays(front):
    front.slack.add_channel(URGENT, "urgent")
    await sent(
        front,
        {
            "windows.notify": "6h",
            "escalation.after:critical": "30m",
            "escalation.after:high": "2h",
            "channels:critical": [URGENT],
            "digest.weekly": "off",
        },
    )
    front.slack.views.clear("U0ALEX")
    await sent(
        front,
        {
            "windows.notify": "",
            "escalation.after:high": "",
            "channels:critical": [],
            "digest.weekly": "as in stuck.toml",
        },
    )
    assert await held(front) == {"escalation.after": {"critical": "30m"}}
    assert store(front).escalation.after[Severity.HIGH] == ESCALATE_AFTER[Severity.HIGH]
    assert store(front).channels == {}


async def test_what_the_file_says_anyway_is_no_change(front):
    await sent(front, {"windows.notify": "6h"})
    front.slack.views.clear("U0ALEX")
    await sent(front, {"windows.notify": "240m"})
    assert await held(front) == {}


async def test_what_somebody_else_changed_meanwhile_stays(front):
    view = await opened(front)
    await front.desk.stores.revise("main", lambda _: {"cutoff": "12:00"}, person="U0BO")
    await front.slack.submit(view, {"windows.notify": "6h"})
    await front.told(count=2)
    assert await held(front) == {"cutoff": "12:00", "windows.notify": "6h"}


async def test_what_makes_no_sense_comes_back_at_its_field_with_something_that_does(front):
    view = await opened(front)
    wrong = {
        "windows.notify": "soon",
        "cutoff": "25:00",
        "quiet_hours": "at night",
        "escalation.to:high": "C0123456789",
    }
    await front.slack.submit(view, wrong | {"windows.hold": "3d"})
    errors = dict(front.slack.modals("U0ALEX")[-1].errors)
    assert set(errors) == set(wrong)
    assert errors["windows.notify"] == ("'soon' is not a duration in minutes, hours or days. For example: 4h")
    assert errors["quiet_hours"].endswith("For example: 22:00-07:00")
    assert "looks like a channel's id" in errors["escalation.to:high"]
    assert await held(front) == {}


async def test_nobody_and_never_are_said_in_words(front):
    file = replace(STORE, escalation=replace(STORE.escalation, to={Severity.CRITICAL: "U0BO"}))
    object.__setattr__(front.desk, "stores", LiveStores(front.database, front.clock, (file,)))
    said = await sent(front, {"escalation.to:critical": "Nobody", "escalation.after:critical": "never"})
    assert store(front).escalation.to == {}
    assert "*Who is called then (critical)* from <@U0BO> to nobody" in said
    assert "*How long a gap may be without an owner (critical)* from 1h to never" in said


async def test_a_channel_that_stuck_is_not_in_is_said(front):
    front.slack.add_channel(URGENT, "urgent").members.discard("U0STUCK")
    said = await sent(front, {"channels:critical": [URGENT]})
    assert f"stuck is not in <#{URGENT}> yet: type `/invite @stuck` there." in said


async def test_a_store_that_left_the_file_meanwhile_changes_nothing(front):
    view = await opened(front)
    object.__setattr__(front.desk, "stores", LiveStores(front.database, front.clock, ()))
    await front.slack.submit(view, {"cutoff": "12:00"})
    assert "no longer in stuck.toml" in (await front.told(count=2)).words


# ---------------------------------------------------------------- history and exclusions


async def test_the_history_says_who_changed_what_from_what_to_what_and_why(front):
    assert "Nothing was ever changed" in await history(front)
    await sent(front, {"windows.notify": "6h", "escalation.after:high": "2h", "why": "Peak"})
    front.slack.views.clear("U0ALEX")
    await sent(front, {"windows.notify": "5h"})
    said = await history(front)
    newest, *others = said.splitlines()[1:]
    assert newest.endswith("<@U0ALEX> changed *Shopify should know of a label within* from 6h to 5h.")
    notify = (
        "<@U0ALEX> changed *Shopify should know of a label within* from what stuck.toml says to 6h. Why: Peak"
    )
    assert any(line.endswith(notify) for line in others)
    after = "*How long a gap may be without an owner (high)* from what stuck.toml says to 2h. Why: Peak"
    assert any(line.endswith(after) for line in others)


async def history(front):
    shown = await ask(front)
    told = len(front.slack.ephemerals("U0ALEX"))
    await front.slack.click(shown, "History")
    return (await front.told(count=told + 1)).words


async def test_what_was_left_alone_in_slack_can_be_taken_back(front):
    tags = {"exclude_tags": ["b2b <!here>", "wholesale"]}
    await front.desk.stores.revise("main", lambda _: tags, person="U0BO", why="noise")
    shown = await ask(front)
    assert "<!here>" not in shown.words
    assert shown.buttons.count("Remove") == 2
    assert "Tags that are left alone: none, and 2 added in Slack" in shown.words
    await front.slack.click(shown, "Remove")
    await front.slack.wait_for(lambda: front.slack.ephemerals("U0ALEX")[-1].buttons.count("Remove") == 1)
    assert await held(front) == {"exclude_tags": ["wholesale"]}
    [facts] = await owed(front)
    assert aloud(facts).text.startswith("<@U0ALEX> changed *Tags that are left alone* from b2b")


async def test_more_than_fits_is_counted(front):
    tags = [f"tag {number:02}" for number in range(answer.REMOVABLE + 3)]
    await front.desk.stores.revise("main", lambda _: {"exclude_tags": tags}, person="U0BO")
    shown = await ask(front)
    assert shown.buttons.count("Remove") == answer.REMOVABLE
    assert "… and 3 more" in shown.words
