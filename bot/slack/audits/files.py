"""Fetching what was sent: asked for by id, read with the bot's token from Slack's own addresses, never without a limit."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import httpx
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import ExportRefused
from bot.slack.audits import kinds
from bot.slack.audits.kinds import Sent, objection, shown
from bot.slack.audits.thread import call_patiently
from bot.slack.escape import safe
from bot.slack.hosts import is_slack
from bot.slack.outcomes import SlackFailure

METHOD = "files.info"
TIMEOUT = httpx.Timeout(30.0)
"""Seconds for a connection, and between two pieces of a file."""
PIECE = 256 * 1024
HOPS = 3
"""How often an answer may point elsewhere."""
NAME = 120
"""Characters of a name on our disk."""

_NO_SCOPE = "the app may not read files, for it lacks the scope `files:read`"
_ADD_SCOPE = (
    "Ask whoever runs stuck to update the app from `stuck manifest` and to reinstall it to the workspace."
)
_GONE = {"file_deleted", "file_not_found", "file_not_in_workspace"}


async def fetch(client: AsyncWebClient, clock: Clock, ids: Sequence[str], folder: Path) -> list[Path]:
    """Write the files with these ids into the folder. Raises ExportRefused: in words for mrkdwn, what to send instead."""
    told = [await _ask(client, clock, file_id) for file_id in ids]
    files = [read(each) for each in told]
    wrong = objection(files)
    if wrong is not None:
        raise ExportRefused(wrong)
    paths: list[Path] = []
    left = kinds.LARGEST_TOGETHER
    async with httpx.AsyncClient(timeout=TIMEOUT) as web:
        for file, each in zip(files, told, strict=True):
            path = _place(folder, file.name, paths)
            address = str(each.get("url_private_download") or each.get("url_private") or "")
            await _download(_Reader(web, client, file), address, path, min(left, kinds.LARGEST))
            left -= path.stat().st_size
            paths.append(path)
    return paths


def read(told: Mapping[str, Any]) -> Sent:
    """Return what matters of a file as Slack describes it."""
    size = told.get("size")
    name = str(told.get("name") or told.get("title") or "")
    return Sent(str(told.get("id", "")), name, size if isinstance(size, int) else 0)


async def _ask(client: AsyncWebClient, clock: Clock, file_id: str) -> Mapping[str, Any]:
    """Ask about one file: what an event or a window said of it may be old."""
    try:
        found = (await call_patiently(clock, METHOD, lambda: client.files_info(file=file_id))).get("file")
    except SlackFailure as failure:
        raise _unknown(failure) from failure
    if not isinstance(found, dict):
        raise _unknown(SlackFailure(METHOD, "garbled"))
    return found


def _unknown(failure: SlackFailure) -> ExportRefused:
    if failure.code in _GONE:
        return ExportRefused("A file was deleted in Slack before it could be read.", todo="Send it again.")
    if failure.code == "missing_scope":
        return ExportRefused(f"Slack did not hand over the files: {_NO_SCOPE}.", todo=_ADD_SCOPE)
    said = f"Slack did not hand over the files: it answers {safe(failure.code, 60)}."
    return ExportRefused(said, todo="Send them again in a minute.")


def _place(folder: Path, name: str, taken: Sequence[Path]) -> Path:
    """Return a path inside the folder that is named as the file is, and not taken."""
    plain = "".join(char if char.isprintable() and char not in '/\\:*?"<>|' else "_" for char in name)
    stem, ending = PurePath(plain).stem[:NAME].strip(". ") or "export", PurePath(plain).suffix[:12]
    path, count = folder / f"{stem}{ending}", 2
    while path in taken:
        path, count = folder / f"{stem} ({count}){ending}", count + 1
    return path


class _Reader:
    """One file to be read, and how to ask for it."""

    def __init__(self, web: httpx.AsyncClient, client: AsyncWebClient, file: Sent) -> None:
        self.web = web
        self.file = file
        self.base_url = client.base_url
        self.token = client.token or ""

    def unread(self, why: str, todo: str) -> ExportRefused:
        """Return the error for a file that Slack does not hand over."""
        return ExportRefused(f"Slack did not hand over {shown(self.file.name)}: {why}.", todo=todo)

    def signed_out(self) -> ExportRefused:
        """Return the error for a page to sign in instead of a file."""
        return self.unread(_NO_SCOPE, _ADD_SCOPE)


async def _download(reader: _Reader, address: str, path: Path, most: int) -> None:
    """Write what lies at that address to the path; our token goes to the first address and to no other."""
    headers = {"authorization": f"Bearer {reader.token}"}
    for _ in range(HOPS):
        if not is_slack(address, reader.base_url):
            raise reader.unread("it lies outside Slack", "Upload the file itself instead of a link to it.")
        try:
            async with reader.web.stream("GET", address, headers=headers) as answer:
                if not answer.is_redirect:
                    await _keep(reader, answer, path, most)
                    return
                address, headers = str(answer.url.join(answer.headers["location"])), {}
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise reader.unread("the connection broke off", "Try again in a minute.") from error
    raise reader.signed_out()


async def _keep(reader: _Reader, answer: httpx.Response, path: Path, most: int) -> None:
    if answer.status_code in {404, 410}:
        raise reader.unread("it was deleted meanwhile", "Send it again.")
    if answer.status_code in {401, 403} or _is_page(answer):
        raise reader.signed_out()
    if answer.status_code != 200:
        raise reader.unread(f"it answered {answer.status_code}", "Try again in a minute.")
    size = 0
    with path.open("wb") as file:  # a piece is written faster than a thread is asked to
        async for piece in answer.aiter_bytes(PIECE):
            size += len(piece)
            if size > most:
                raise ExportRefused(kinds.too_large(Sent(reader.file.id, reader.file.name)))
            file.write(piece)


def _is_page(answer: httpx.Response) -> bool:
    """Whether this is a web page: Slack answers so, with status 200, where the token lacks the scope."""
    return "text/html" in answer.headers.get("content-type", "").lower()
