"""Turns everything that ShipStation answers besides rows into an error that says what to do (apis.md B1)."""

from typing import Any

import httpx

from bot.errors import SourceError, SourceGarbled, SourceIncomplete, SourceRefused
from bot.sources.masking import masked

BLIND = "Until this is put right nothing is opened or closed for this store."

_STATUS: dict[int, tuple[str, str]] = {
    400: ("it does not accept the question.", "Update stuck; if that does not help, report the words above."),
    401: (
        "the API key and secret are wrong or have expired.",
        "Keys expire: in ShipStation open Settings, Account, API Settings, make a new V1 key pair, and set SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET.",
    ),
    402: ("the account is not paid for.", "The account's owner has to settle its bill with ShipStation."),
    403: (
        "this account may not use the API.",
        "The V1 API needs a plan that includes it (Standard or higher) and a user who may use it.",
    ),
    404: ("there is nothing at this address.", "Check SHIPSTATION_API_URL if it is set."),
}
_MOVED = ("it sends us to another address.", "Check SHIPSTATION_API_URL if it is set.")
_UNKNOWN = ("it gave no reason that we know.", "Check SHIPSTATION_API_URL if it is set.")


def from_status(response: httpx.Response) -> SourceError:
    """Return the error for an HTTP status from 300 to 499, with what the body says, whichever shape it has."""
    status = response.status_code
    what, todo = _STATUS.get(status, _MOVED if status < 400 else _UNKNOWN)
    words = said(response)
    quoted = f' It said: "{words}".' if words else ""
    return SourceRefused(
        "shipstation",
        f"ShipStation refused: {what} (status {status}){quoted}",
        why=BLIND,
        todo=todo,
    )


def said(response: httpx.Response) -> str:
    """Return the message of an error body: `message`, or the older `Message`, `ExceptionMessage`, `ModelState`."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    read = {str(key).casefold(): value for key, value in body.items()}
    parts = [str(read[key]) for key in ("message", "exceptionmessage") if read.get(key)]
    return masked(" ".join([*parts, *_model_state(read.get("modelstate"))]), longest=300)


def _model_state(state: Any) -> list[str]:
    if not isinstance(state, dict):
        return []
    return [
        f"{field}: {', '.join(map(str, why)) if isinstance(why, list) else why}"
        for field, why in state.items()
    ]


def garbled(problem: str) -> SourceGarbled:
    """Return the error for an answer in a shape that we cannot read."""
    return SourceGarbled(
        "shipstation",
        f"ShipStation's answer could not be read: {problem}.",
        why=BLIND,
        todo="If it lasts, look at ShipStation's status page and at what stands between (proxy, firewall).",
    )


def incomplete(what: str) -> SourceIncomplete:
    """Return the error for a list that is shorter than ShipStation says it is."""
    return SourceIncomplete(
        "shipstation",
        what,
        why="A missing row would look like a missing order, so nothing is opened or closed for this store.",
        todo="The next run reads again; if it lasts, contact ShipStation support with the words above.",
    )
