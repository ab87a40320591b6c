"""The buttons and windows over many gaps: claim, snooze, resolve with one reason, and undo."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.slack import modals, replies, snooze
from bot.slack.bulk import asking, kept, windows, words
from bot.slack.bulk.selection import Many, Selection
from bot.slack.clicks import Click, Place, Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.home.tab import redraw
from bot.slack.people import People, Workspace
from bot.slack.window import View, chosen, on_submit, open_window, written
from storage.bulks import CHUNK, BulkAct
from storage.gap import Outcome
from storage.statements import chunks

Sent = Callable[[View, Voice, Workspace], Awaitable[None]]
"""What a window over many gaps sets off when it is sent."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to what is pressed and sent about many gaps."""
    app.action("many.claim")(on_press(people, _claim(desk)))
    app.action("many.snooze")(on_press(people, _ask_until(desk, people)))
    app.action("many.end")(on_press(people, _ask_why(desk)))
    app.action(words.UNDO)(on_press(people, _undo(desk)))
    app.view(windows.SNOOZE)(on_submit(people, _place, _snoozed(desk), modals.not_to_come(desk)))
    app.view(windows.END)(on_submit(people, _place, _ended(desk), _unexplained))


def _place(private_metadata: str) -> Place:
    return Many.from_json(private_metadata).place


# ---------------------------------------------------------------- pressed


def _claim(desk: Desk) -> Work:
    async def claim(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        ids = await _meant(desk, voice, Selection.read(str(action.get("value") or "")))
        if ids:
            await _act(desk, voice, "claimed", ids, {})

    return claim


def _ask_until(desk: Desk, people: People) -> Work:
    async def ask(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        selection = Selection.read(str(action.get("value") or ""))
        ids = await _meant(desk, voice, selection)
        gap = await desk.gap(ids[0]) if ids else None
        if gap is not None:
            zone = await modals.zone_of(desk, people, voice.user, gap)
            choices = snooze.choices(desk.clock.now(), zone, desk.rules(gap.store))
            shown = windows.snooze_view(len(ids), choices, zone, Many(selection, voice.place))
            await open_window(Click("", None, body.get("trigger_id"), voice), shown)

    return ask


def _ask_why(desk: Desk) -> Work:
    async def ask(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        selection = Selection.read(str(action.get("value") or ""))
        ids = await _meant(desk, voice, selection)
        if ids:
            shown = windows.end_view(len(ids), Many(selection, voice.place))
            await open_window(Click("", None, body.get("trigger_id"), voice), shown)

    return ask


# ---------------------------------------------------------------- sent


def _snoozed(desk: Desk) -> Sent:
    async def put_off(view: View, voice: Voice, home: Workspace) -> None:
        until = modals.until_in(view, desk.clock.now())
        ids = await _meant(desk, voice, Many.from_json(view["private_metadata"]).selection)
        if ids and until is not None:
            await _act(desk, voice, "snoozed", ids, {"until": until.astimezone(UTC).isoformat()})

    return put_off


def _unexplained(view: View) -> Mapping[str, str]:
    ending, code = windows.reason_of(chosen(view, "reason"))
    return modals.unnamed(code, written(view, "note")) if ending is not None else {}


def _ended(desk: Desk) -> Sent:
    async def end(view: View, voice: Voice, home: Workspace) -> None:
        ids = await _meant(desk, voice, Many.from_json(view["private_metadata"]).selection)
        if not ids:
            return
        ending, code = windows.reason_of(chosen(view, "reason"))
        if ending is not None:
            reason = modals.worded(ending, code, written(view, "note"))
            await _act(desk, voice, ending, ids, {"reason": reason})
        elif len(ids) > asking.MOST:
            await voice.tell(replies.private(words.too_many(len(ids), asking.MOST)))
        else:
            await asking.resolve(desk, voice, ids)

    return end


# ---------------------------------------------------------------- done


async def _meant(desk: Desk, voice: Voice, selection: Selection) -> list[str]:
    """Return the gaps that are meant; when there are none, the person is told why."""
    async with desk.database.read() as session:
        ids = await selection.gaps(session, desk.clock.now(), voice.user)
    if not ids:
        note = words.REDRAWN if ids is None else words.NOTHING
        if selection.of == "home":
            await redraw(desk, voice.client, voice.user, note)
        else:
            await voice.tell(replies.private(note))
    return ids or []


async def _act(desk: Desk, voice: Voice, act: BulkAct, ids: list[str], facts: Mapping[str, str]) -> None:
    """Do it to all of them, a transaction for some hundred at a time, and say how it went."""
    async with desk.database.write() as session:
        bulk = await kept.bulks(desk, session).begin(voice.user, act, facts)
    outcomes: Counter[Outcome] = Counter()
    for chunk in chunks(ids, CHUNK):
        async with desk.database.write() as session:
            bulks = kept.bulks(desk, session)
            outcomes += await bulks.act_on(bulk, chunk, together=len(ids))
            bulk = await bulks.get(bulk.id) or bulk
        desk.nudge()
    await voice.tell(words.did(bulk, outcomes))
    await redraw(desk, voice.client, voice.user)


def _undo(desk: Desk) -> Work:
    async def undo(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        async with desk.database.read() as session:
            bulk = await kept.bulks(desk, session).get(str(action.get("value") or ""))
        if bulk is None or bulk.undoable_until <= desk.clock.now():
            await voice.tell(replies.private(words.TOO_LATE))
        elif bulk.person != voice.user:
            await voice.tell(replies.private(words.NOT_YOURS))
        elif not bulk.gaps:
            await voice.tell(replies.private(words.UNDONE_ALREADY))
        else:
            done = changed = 0
            while (part := await _undone(desk, bulk.id)) is not None:
                done, changed = done + part[0], changed + part[1]
            await voice.tell(words.undone(done, changed))
        await redraw(desk, voice.client, voice.user)

    return undo


async def _undone(desk: Desk, bulk_id: str) -> tuple[int, int] | None:
    """Take back some hundred of it; None: nothing is left."""
    async with desk.database.write() as session:
        bulks = kept.bulks(desk, session)
        bulk = await bulks.get(bulk_id)
        part = await bulks.undo(bulk) if bulk is not None else None
    desk.nudge()
    return part
