"""Windows of people who work together: give a gap to somebody, and leave a note on it."""

from slack_bolt.app.async_app import AsyncApp

from bot.slack import replies
from bot.slack.clicks import Click, Subject
from bot.slack.desk import Desk
from bot.slack.gap_window import Sent, SentWork, on_sent
from bot.slack.inline import person
from bot.slack.message import context, plain_text
from bot.slack.people import People
from bot.slack.window import (
    View,
    Wrong,
    about,
    field,
    open_window,
    person_in,
    still_as_drawn,
    still_there,
    window,
    written,
)
from storage.gap import Gap

NOTE = 1000
NOBODY = "Choose who takes it."
EMPTY = "Write something, or cancel."


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to both windows."""
    app.view("assign")(on_sent(desk, people, _assigned(desk, people), _without("to", NOBODY)))
    app.view("note")(on_sent(desk, people, _noted(desk), _without("note", EMPTY)))


def _without(block_id: str, said: str) -> Wrong:
    """Return the objection to a window in which this field was left empty."""
    return lambda view: {} if person_in(view, block_id) or written(view, block_id) else {block_id: said}


# ---------------------------------------------------------------- assign


async def open_assign(desk: Desk, people: People, click: Click) -> None:
    """Ask who takes it; whoever asks is the first answer, unless they have it already."""
    gap = await still_as_drawn(desk, click)
    if gap is not None:
        await open_window(click, _assign_view(gap, click))


def _assign_view(gap: Gap, click: Click) -> View:
    menu = {"type": "users_select", "placeholder": plain_text("Choose somebody", 150)}
    first = {} if gap.owner == click.user else {"initial_user": click.user}
    also = " So does whoever has it now." if gap.owner else ""
    blocks = [
        about(gap),
        context(f"*Owner:* {person(gap.owner)}" if gap.owner else "*Unowned*"),
        field(
            "to",
            "Who takes it",
            menu | first,
            hint=f"They get a direct message with the evidence.{also}",
        ),
    ]
    return window("assign", "Assign", Subject(gap.id, gap.revision, click.place), blocks, "Assign")


def _assigned(desk: Desk, people: People) -> SentWork:
    async def assign(sent: Sent) -> None:
        to, voice, subject = person_in(sent.view, "to"), sent.voice, sent.subject
        objection = await people.objection(to, None, sent.home)
        if objection is not None:
            await voice.tell(replies.private(replies.cannot_own(to, objection)))
            return
        change = await desk.move(
            lambda queue: queue.assign(subject.gap_id, voice.user, to, revision=subject.revision)
        )
        await voice.tell(replies.outdated(change, desk.clock.now()))

    return assign


# ---------------------------------------------------------------- note


async def open_note(desk: Desk, people: People, click: Click) -> None:
    """Ask what to write down; an ended gap takes notes, too."""
    gap = await still_there(desk, click)
    if gap is not None:
        await open_window(click, _note_view(gap, click))


def _note_view(gap: Gap, click: Click) -> View:
    text = {"type": "plain_text_input", "max_length": NOTE, "multiline": True}
    hint = "It stands in the thread and in the history. No names or addresses of customers, please."
    blocks = [about(gap), field("note", "What the team should know", text, hint=hint)]
    return window("note", "Add a note", Subject(gap.id, gap.revision, click.place), blocks, "Add")


def _noted(desk: Desk) -> SentWork:
    async def note(sent: Sent) -> None:
        text, key = written(sent.view, "note"), str(sent.view["id"])
        change = await desk.move(
            lambda queue: queue.note(sent.subject.gap_id, sent.voice.user, text, key=key)
        )
        if change.outcome == "gone":
            await sent.voice.tell(replies.private(replies.GONE))

    return note
