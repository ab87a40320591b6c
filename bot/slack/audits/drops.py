"""Files dropped into somebody's conversation with the app, and what else is written there."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.audits import answer, kept
from bot.slack.audits.files import read
from bot.slack.audits.kinds import objection
from bot.slack.audits.running import Audits, Wanted
from bot.slack.audits.thread import Thread
from bot.slack.clicks import Listener
from bot.slack.desk import Desk
from bot.slack.people import People, workspace

MOST_FILES = 20
"""Files of one message that are audited."""


def register(app: AsyncApp, desk: Desk, people: People, audits: Audits) -> None:
    """Listen to what people write to the app."""
    app.event("message")(_written(desk, people, audits))


def _written(desk: Desk, people: People, audits: Audits) -> Listener:
    async def written(
        event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        files = event.get("files") or []
        if not _from_a_person(event) or (event.get("thread_ts") and not files):
            return
        ts = str(event["ts"])
        thread = Thread(client, desk.clock, str(event["channel"]), str(event.get("thread_ts") or ts))
        user = str(event["user"])
        refusal = await people.refusal(
            user, event.get("user_team") or body.get("team_id"), workspace(context)
        )
        words = refusal or (_objection(files) if files else answer.HOW)
        store = _only_store(desk)
        async with desk.database.write() as session:
            audit_id = await kept.audits(desk, session).begin(f"{thread.channel}/{ts}", user, store)
        if audit_id is None:
            return
        if words is not None:
            await thread.say(answer.plain(words))
        else:
            ids = tuple(str(file["id"]) for file in files)
            await audits.make(Wanted(audit_id, ids, answer.USUAL_DAYS, store), thread)

    return written


def _from_a_person(event: Mapping[str, Any]) -> bool:
    """Whether somebody wrote this to the app just now: no edit, no deletion, nothing that a bot says."""
    told = event.get("subtype") in {None, "file_share"} and event.get("channel_type") == "im"
    return told and bool(event.get("user")) and not event.get("bot_id")


def _objection(files: Sequence[Mapping[str, Any]]) -> str | None:
    if len(files) > MOST_FILES:
        return f"At most {MOST_FILES} files can be audited together. Zip them and send the zip. Nothing was read."
    return objection([read(file) for file in files if file.get("name")])


def _only_store(desk: Desk) -> str | None:
    """Return the store that the exports are from, where there is only one."""
    return desk.stores[0].rules.name if len(desk.stores) == 1 else None
