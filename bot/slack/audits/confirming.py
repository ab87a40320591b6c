"""Pictures that somebody has to look at: the buttons below what was read, and the window with the rows."""
# ruff: noqa: PLC0415  # what knows rows is heavy, and loaded only where a picture was given

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import replies
from bot.slack.audits import answer, kept
from bot.slack.audits.running import Audits, Wanted
from bot.slack.audits.thread import Thread, pressed_in
from bot.slack.audits.window import open_modal
from bot.slack.clicks import Listener, Place, Voice, Work, may_act, on_press
from bot.slack.desk import Desk
from bot.slack.inline import person
from bot.slack.people import People
from storage.audits import AskedAudit

if TYPE_CHECKING:
    from bot.slack.audits.looking import Looking
    from bot.slack.audits.rows import Subject

ROWS = "audit.rows"


def register(app: AsyncApp, desk: Desk, people: People, audits: Audits) -> None:
    """Listen to the buttons, and to the window that is sent."""
    app.action("audit.look")(on_press(people, _look(desk)))
    app.action("audit.stop")(on_press(people, _stop(desk)))
    app.view(ROWS)(_sent(desk, people, audits))


def _look(desk: Desk) -> Work:
    async def pressed(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        audit = await _asked(desk, voice, str(action.get("value") or ""))
        if audit is None:
            return
        from bot.slack.audits import looking, rows

        thread, ts = pressed_in(desk.clock, voice, body)
        view = rows.view(looking.load(audit.rows), audit.id, thread.channel, thread.ts, ts)
        await open_modal(voice, str(body.get("trigger_id") or ""), view, answer.NO_ROWS_SHOWN)

    return pressed


def _stop(desk: Desk) -> Work:
    async def pressed(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        audit = await _asked(desk, voice, str(action.get("value") or ""))
        if audit is None:
            return
        async with desk.database.write() as session:
            stopped = await kept.audits(desk, session).stop(audit.id)
        if stopped:
            thread, ts = pressed_in(desk.clock, voice, body)
            await thread.change(ts, answer.plain(answer.STOPPED))
        else:
            await voice.tell(replies.private(answer.ROWS_ACCEPTED))

    return pressed


async def _asked(desk: Desk, voice: Voice, audit_id: str) -> AskedAudit | None:
    """Return the audit if it asks about rows, and asks this person; else say why not."""
    audit = await kept.get(desk, audit_id)
    if audit is None:
        await voice.tell(replies.private(answer.ROWS_FORGOTTEN))
    elif audit.person != voice.user:
        await voice.tell(replies.private(answer.NOT_THEIRS.format(person=person(audit.person))))
    elif audit.state != "confirming":
        said = answer.STOPPED if audit.state == "stopped" else answer.ROWS_ACCEPTED
        await voice.tell(replies.private(said))
    else:
        return audit
    return None


# ---------------------------------------------------------------- what is sent


def _sent(desk: Desk, people: People, audits: Audits) -> Listener:
    async def sent(
        ack: AsyncAck,
        view: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        from bot.slack.audits.corrections import errors
        from bot.slack.audits.rows import Subject

        subject = Subject.from_json(view["private_metadata"])
        wrong = errors(view, subject)
        if wrong:
            await ack(response_action="errors", errors=wrong)
            return
        await ack()
        voice = Voice(client, body["user"]["id"], Place(subject.channel, subject.thread), None)
        if await may_act(people, context, body, voice):
            await _accept(desk, audits, voice, subject, view)

    return sent


async def _accept(
    desk: Desk, audits: Audits, voice: Voice, subject: "Subject", view: Mapping[str, Any]
) -> None:
    from bot.slack.audits import looking
    from bot.slack.audits.corrections import applied

    audit = await _asked(desk, voice, subject.audit_id)
    if audit is None:
        return
    before = looking.load(audit.rows)
    if before.turn != subject.turn:
        await voice.tell(replies.private(answer.ROWS_ACCEPTED))
        return
    after = await asyncio.to_thread(applied, before, subject, view)
    looked_at = after.pictures[subject.picture]
    if looked_at.done and not looked_at.picture.counting:
        await voice.tell(replies.private(answer.NOTHING_COUNTS))
    elif not await _kept(desk, audit, after):
        await voice.tell(replies.private(answer.ROWS_ACCEPTED))
    else:
        thread = Thread(voice.client, desk.clock, subject.channel, subject.thread)
        await _go_on(audits, audit, after, thread, subject.ts)


async def _kept(desk: Desk, audit: AskedAudit, after: "Looking") -> bool:
    """Keep what was accepted, or take the whole out where that was the last of it; False: somebody was quicker."""
    from bot.slack.audits import looking

    async with desk.database.write() as session:
        asked = kept.audits(desk, session)
        if after.look is None:
            return await asked.accept(audit.id, audit.rows)
        return await asked.change_rows(audit.id, audit.rows, looking.dump(after))


async def _go_on(audits: Audits, audit: AskedAudit, after: "Looking", thread: Thread, ts: str) -> None:
    from bot.slack.audits import looking

    look = after.look
    if look is not None:
        await thread.change(ts, answer.look(look, audit.id))
        return
    wanted = Wanted(audit.id, after.exports, after.days, audit.store, rows=looking.dump(after))
    await audits.go_on(wanted, thread, ts)
