"""What is going on when a process is killed: each a state of the world, then the acts that are broken off."""

import re

from bot.sandbox.slack.things import Message
from tests.faults.forks import Fork
from tests.faults.matrix import Pressing, Scenario
from tests.faults.stage import Stage

CONCLUDES = re.compile(r"_upgraded|run\._apply|run\._end|lease\.holding|delivery|sending|pace|chat")
"""What a run does before that is the same whatever it finds: "a run that opens two gaps" plays it."""
PRESSED = re.compile(r"acknowledgement|desk|keep|recheck|views|Ephemeral|respond")
"""What a press brings about goes to the channel as in "claim"."""
MANY = tuple(f"#40{number:02}" for number in range(6))
"""One more than may stand in the channel by themselves."""

# ---------------------------------------------------------------- how things stand before


async def nothing(stage: Stage) -> None:
    """There is no database yet."""
    stage.fail("#5001", "#5002")


async def healthy(stage: Stage) -> None:
    """A first run found nothing."""
    await stage.play("sync", "deliver", from_the_start=True)
    stage.clock.move(minutes=5)


async def two_owed(stage: Stage) -> None:
    """Two gaps are in the queue, and nobody has heard of them."""
    await healthy(stage)
    stage.fail("#5001", "#5002")
    await stage.play("sync")


async def two_cards(stage: Stage) -> None:
    """Two cards stand in the channel."""
    await two_owed(stage)
    await stage.play("deliver")
    stage.clock.move(minutes=5)


async def one_claimed(stage: Stage) -> None:
    """The first of them was claimed; its card does not say so yet."""
    await two_cards(stage)
    await stage.play("claim")


async def one_answer_lost(stage: Stage) -> None:
    """Slack has posted the first card, and its answer was cut off."""
    await two_owed(stage)
    stage.workspace.fail_next("chat.postMessage", "cut_after")
    await stage.play("deliver", "wait")


async def one_call_lost(stage: Stage) -> None:
    """The first card never reached Slack, and nobody knows."""
    await two_owed(stage)
    stage.workspace.fail_next("chat.postMessage", "cut_before")
    await stage.play("deliver", "wait")


async def a_storm(stage: Stage) -> None:
    """One cause broke six orders: one message stands in the channel, with six cards in its thread."""
    await healthy(stage)
    stage.fail(*MANY)
    await stage.play("sync", "deliver")
    stage.clock.move(minutes=5)


# ---------------------------------------------------------------- what is pressed


async def claim(stage: Stage, process: Fork, card: Message) -> None:
    """Bo claims it."""
    await stage.workspace.click(card, "Claim", "U0BO")


async def snooze(stage: Stage, process: Fork, card: Message) -> None:
    """Bo puts it off in the window that opens."""
    await stage.workspace.click(card, "Snooze…", "U0BO")
    modals = await stage.sees(process, lambda: stage.workspace.modals("U0BO"))
    for modal in modals or []:
        await stage.workspace.submit(modal, {"until": "4 hours"}, "U0BO")


async def claim_all(stage: Stage, process: Fork, card: Message) -> None:
    """Bo claims all of a storm at once."""
    [parent] = stage.workspace.messages()
    for button in parent.buttons:
        if button.startswith("Claim all"):
            await stage.workspace.click(parent, button, "U0BO")


async def resolved(stage: Stage, process: Fork, card: Message) -> None:
    """Bo says that it is done."""
    await stage.workspace.click(card, "Resolved", "U0BO")


async def two_cards_one_mended(stage: Stage) -> None:
    """The first gap is mended, and no run has seen it."""
    await two_cards(stage)
    stage.mend("#5001")


SCENARIOS = (
    Scenario(
        "the very first start: an empty database, a summary, and cards in its thread",
        nothing,
        ("sync", "deliver"),
        recovers="recover",
        from_the_start=True,
        own=re.compile(r"_upgraded|run\._apply|run\._end|lease\.holding|chat"),
    ),
    Scenario(
        "a run that opens two gaps",
        healthy,
        ("sync",),
        happens=lambda stage: stage.fail("#5001", "#5002"),
        recovers="recover",
    ),
    Scenario(
        "a storm: six gaps of one cause",
        healthy,
        ("sync", "deliver"),
        happens=lambda stage: stage.fail(*MANY),
        recovers="recover",
        own=CONCLUDES,
    ),
    Scenario(
        "a run in which a gap has healed",
        two_cards,
        ("sync", "deliver"),
        happens=lambda stage: stage.mend("#5001"),
        recovers="recover",
        own=re.compile(r"run\._apply|run\._end|lease\.holding"),
    ),
    Scenario("two fresh cards", two_owed, ("deliver",)),
    Scenario("an update and a line of history after a click", one_claimed, ("deliver",)),
    Scenario("settling a card of which nobody knows that Slack has it", one_answer_lost, ("deliver",)),
    Scenario("settling a card of which nobody knows that Slack has not got it", one_call_lost, ("deliver",)),
    Scenario(
        "Slack's answer is lost",
        two_owed,
        ("deliver",),
        happens=lambda stage: stage.workspace.fail_next("chat.postMessage", "cut_after"),
    ),
    Scenario(
        "a deleted card is posted again",
        one_claimed,
        ("deliver",),
        happens=lambda stage: stage.take_away("#5001"),
    ),
)
PRESSINGS = (
    Pressing("claim", two_cards, claim, "<@U0BO>"),
    Pressing("claim, and again at once", two_cards, claim, "<@U0BO>", PRESSED, at_once=True),
    Pressing("snooze, in its window", two_cards, snooze, "Snoozed", PRESSED),
    Pressing("all of a storm claimed at once", a_storm, claim_all, "<@U0BO>", PRESSED, order=MANY[0]),
    Pressing("resolved, and both agree", two_cards_one_mended, resolved, "Both systems agree", PRESSED),
    Pressing("resolved, and both still disagree", two_cards, resolved, "do not confirm it yet", PRESSED),
)
