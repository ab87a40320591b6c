"""The window of `/stuck audit`: two places for files, how far back to look, and with several stores which one."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.settings import StoreSettings
from bot.slack import replies
from bot.slack.audits import answer, kept
from bot.slack.audits.files import read
from bot.slack.audits.kinds import PICTURES, TABLES, Sent, objection
from bot.slack.audits.running import Audits, Wanted
from bot.slack.audits.thread import Thread, conversation, permalink, post
from bot.slack.clicks import Listener, Place, Voice, may_act
from bot.slack.desk import Desk
from bot.slack.escape import safe
from bot.slack.message import LABEL, TITLE, Block, Element, option, plain_text, section
from bot.slack.outcomes import SlackFailure
from bot.slack.people import People

CALLBACK = "audit"
MOST_FILES = 10
"""Files of one field: Slack allows no more."""
FIELDS = ("shopify", "shipstation")

LEAD = "Finds the orders that got stuck between the two systems. The answer comes as a direct message from stuck."
SHOPIFY = (
    "The orders export: CSV, the zip from the e-mail, or Matrixify's. Or a screenshot of the order list."
)
SHIPSTATION = "Shipments, orders and fulfillments, as many as you have: each settles more. Or screenshots of their grids."
NOT_OPENED = (
    "Slack did not open the window ({code}). Drop the exports of both systems into a direct message to stuck instead. "
    "If that does not help either, ask whoever runs stuck to look at `stuck doctor`."
)
NO_CONVERSATION = "The audit has no place to answer: Slack answers {code}. {todo} Nothing was read."

log = structlog.get_logger(__name__)


def register(app: AsyncApp, desk: Desk, people: People, audits: Audits) -> None:
    """Listen to the window that is sent."""
    app.view(CALLBACK)(_sent(desk, people, audits))


async def open_window(voice: Voice, trigger: str, stores: Sequence[StoreSettings]) -> None:
    """Open the window; where that fails, say what else there is."""
    await open_modal(voice, trigger, view(voice.place.channel or "", stores), NOT_OPENED)


async def open_modal(voice: Voice, trigger: str, view: dict[str, Any], otherwise: str) -> None:
    """Open a window of audits; `otherwise`: what is said where Slack refuses, with the place of its `{code}`."""
    try:
        await voice.client.views_open(trigger_id=trigger, view=view)
    except SlackApiError as refused:
        code = str(refused.response.get("error") or "")
        if code in {"expired_trigger_id", "trigger_expired"}:
            await voice.tell(replies.private(replies.TOO_LATE))
        elif code not in {"exchanged_trigger_id", "trigger_exchanged"}:
            log.warning("the window of an audit did not open", code=code)
            await voice.tell(replies.private(otherwise.format(code=safe(code, 60))))


def view(channel: str, stores: Sequence[StoreSettings]) -> dict[str, Any]:
    """Return the window; `channel` is where it was asked for."""
    days = [option(f"Last {each} days", str(each)) for each in answer.DAYS]
    usual = days[answer.DAYS.index(answer.USUAL_DAYS)]
    blocks = [
        section(LEAD),
        _input("shopify", "Shopify exports", _files(), hint=SHOPIFY),
        _input("shipstation", "ShipStation exports", _files(), hint=SHIPSTATION),
        _input("days", "How far back", {"type": "static_select", "options": days, "initial_option": usual}),
    ]
    if len(stores) > 1:
        names = [option(each.rules.name, each.rules.name) for each in stores[: answer.MOST_STORES]]
        menu = {"type": "static_select", "options": names, "placeholder": plain_text("Choose a store", 150)}
        blocks.append(_input("store", "Which store they are from", menu))
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": plain_text("Audit exports", TITLE),
        "submit": plain_text("Audit", TITLE),
        "close": plain_text("Cancel", TITLE),
        "private_metadata": channel,
        "blocks": blocks,
    }


def _files() -> Element:
    return {"type": "file_input", "filetypes": [*TABLES, *PICTURES], "max_files": MOST_FILES}


def _input(block_id: str, label: str, element: Element, *, hint: str = "") -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, LABEL),
        "element": element | {"action_id": "value"},
    }
    return block | {"hint": plain_text(hint, LABEL)} if hint else block


# ---------------------------------------------------------------- what is sent


def _sent(desk: Desk, people: People, audits: Audits) -> Listener:
    async def sent(
        ack: AsyncAck,
        view: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        chosen = {field: [read(file) for file in _value(view, field).get("files") or []] for field in FIELDS}
        errors = _errors(chosen)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        await ack()
        voice = Voice(client, body["user"]["id"], Place(view.get("private_metadata") or None), None)
        if await may_act(people, context, body, voice):
            files = [file for field in FIELDS for file in chosen[field]]
            await _begin(desk, audits, voice, view, files)

    return sent


async def _begin(
    desk: Desk, audits: Audits, voice: Voice, view: Mapping[str, Any], files: Sequence[Sent]
) -> None:
    store = _store(desk, _option(view, "store"))
    async with desk.database.write() as session:
        audit_id = await kept.audits(desk, session).begin(str(view["id"]), voice.user, store)
    if audit_id is None:
        return
    days = _days(_option(view, "days"))
    first = answer.opening([file.name for file in files], days, voice.user)
    try:
        channel = await conversation(voice.client, desk.clock, voice.user)
        ts = await post(voice.client, desk.clock, channel, first)
    except SlackFailure as failure:
        said = NO_CONVERSATION.format(code=safe(failure.code, 60), todo=safe(failure.todo, 900))
        await voice.tell(replies.private(said))
        return
    if voice.place.channel != channel:
        address = await permalink(voice.client, desk.clock, channel, ts)
        await voice.tell(replies.private(answer.begun(address)))
    ids = tuple(dict.fromkeys(file.id for file in files))
    await audits.make(Wanted(audit_id, ids, days, store), Thread(voice.client, desk.clock, channel, ts))


def _errors(chosen: Mapping[str, Sequence[Sent]]) -> dict[str, str]:
    """Return what is wrong with the files, by the field to say it under; Slack shows it as it is, without formatting."""
    wrong = {field: objection(files) for field, files in chosen.items()}
    together = objection([file for files in chosen.values() for file in files])
    if not any(wrong.values()) and together:
        wrong["shipstation"] = together
    return {field: said.replace("*", "").replace("`", "") for field, said in wrong.items() if said}


def _value(view: Mapping[str, Any], field: str) -> dict[str, Any]:
    return dict(view["state"]["values"].get(field, {}).get("value") or {})


def _option(view: Mapping[str, Any], field: str) -> str:
    return str((_value(view, field).get("selected_option") or {}).get("value") or "")


def _days(chosen: str) -> int:
    """Return one of the windows that are offered."""
    return int(chosen) if chosen in map(str, answer.DAYS) else answer.USUAL_DAYS


def _store(desk: Desk, chosen: str) -> str | None:
    """Return the store that the exports are from: the only one, or the one that was chosen."""
    names = [store.rules.name for store in desk.stores]
    return names[0] if len(names) == 1 else chosen if chosen in names else None
