"""The question's buttons: which store, add to the queue, no. What they do is decided by what is kept, not by what they carry."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.reconcile import WatchedStore
from bot.slack import replies
from bot.slack.audits import answer, kept
from bot.slack.audits.adding import Adding
from bot.slack.audits.thread import pressed_in
from bot.slack.clicks import Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.people import People
from storage.audits import AskedAudit

Watched = Mapping[str, WatchedStore]
"""The stores of the settings, by name."""


def register(app: AsyncApp, desk: Desk, people: People, watched: Watched) -> None:
    """Listen to the question's buttons and its menu."""
    app.action("audit.store")(on_press(people, _store(desk, watched)))
    app.action("audit.add")(on_press(people, _add(desk, watched)))
    app.action("audit.decline")(on_press(people, _decline(desk)))


def _store(desk: Desk, watched: Watched) -> Work:
    async def chosen(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        audit_id, _, store = str((action.get("selected_option") or {}).get("value") or "").partition(":")
        if store not in watched:
            await voice.tell(replies.private(answer.STORE_UNKNOWN))
            return
        async with desk.database.write() as session:
            await kept.audits(desk, session).choose(audit_id, store)

    return chosen


def _decline(desk: Desk) -> Work:
    async def pressed(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        audit_id = str(action.get("value") or "")
        async with desk.database.write() as session:
            done = await kept.audits(desk, session).decline(audit_id)
        if done:
            thread, ts = pressed_in(desk.clock, voice, body)
            await thread.change(ts, answer.declined(voice.user))
        else:
            await voice.tell(replies.private(_why_not(await kept.get(desk, audit_id))))

    return pressed


def _add(desk: Desk, watched: Watched) -> Work:
    async def pressed(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        audit = await kept.get(desk, str(action.get("value") or ""))
        store = watched.get(audit.store or "") if audit else None
        if audit is None:
            await voice.tell(replies.private(answer.EXPIRED))
        elif store is None:
            await voice.tell(replies.private(answer.STORE_UNKNOWN if audit.store else answer.WHICH_STORE))
        elif not await kept.take(desk, audit.id):
            await voice.tell(replies.private(_why_not(await kept.get(desk, audit.id))))
        else:
            await Adding(desk, audit, store, *pressed_in(desk.clock, voice, body), voice.user).run()

    return pressed


def _why_not(audit: AskedAudit | None) -> str:
    """Return why the question cannot be answered any more."""
    if audit is None:
        return answer.EXPIRED
    return answer.DONE_ALREADY.get(audit.state, answer.BEING_ADDED)
