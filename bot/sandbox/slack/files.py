"""Files: people drop them, the app uploads its own, and whoever has the token and the scope downloads them."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.methods import room
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

KINDS = {"text/csv": "csv", "text/plain": "text", "application/zip": "zip"}
"""What Slack calls a file by its type, where that is not the ending of its name."""
DOWNLOAD = "files.download"
"""What a failure of a download is planned under."""
SIGN_IN = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to your workspace</body></html>"
)
"""What Slack answers, with status 200, to a download without the right to it."""


def in_address(name: str) -> str:
    """Return a file's name as one part of an address."""
    return quote(name, safe="")


@dataclass(frozen=True, slots=True)
class PretendFile:
    """One file as it stands; an upload that is not complete has no content yet."""

    id: str
    name: str
    user: str
    content: bytes = b""
    title: str = ""
    alt_text: str = ""
    size: int = 0
    """Bytes, as Slack says."""
    complete: bool = True
    deleted: bool = False

    @property
    def mimetype(self) -> str:
        """Its media type, by its name."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def as_json(self, url: str) -> Json:
        """Return what Slack says of it; `url` is where the workspace is served."""
        ending = PurePath(self.name).suffix.lstrip(".").lower()
        told: Json = {"id": self.id, "name": self.name, "title": self.title or self.name, "user": self.user}
        kind = KINDS.get(self.mimetype, ending or "binary")
        told |= {"mimetype": self.mimetype, "filetype": kind, "size": self.size, "mode": "hosted"}
        address = f"{url}/slack/files/{self.id}/{in_address(self.name)}"
        told |= {"url_private": address, "url_private_download": address, "is_external": False}
        return told | ({"alt_txt": self.alt_text} if self.alt_text else {})


class Files:
    """All files of the workspace."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._files: dict[str, PretendFile] = {}

    def get(self, file_id: str) -> PretendFile:
        """Return a file; LookupError when there is none."""
        return self._files[file_id]

    def put(self, file: PretendFile) -> PretendFile:
        """Keep a file, over what it was."""
        self._files[file.id] = file
        return file

    def upload(self, name: str, content: bytes, user: str, **more: Any) -> PretendFile:
        """Take a file that somebody chose on their computer."""
        file_id = f"F{self._workspace.number():08d}"
        return self.put(PretendFile(file_id, name, user, content, **{"size": len(content), **more}))

    def delete(self, file_id: str) -> None:
        """Delete a file, as its owner may at any time."""
        self.put(replace(self.get(file_id), content=b"", deleted=True))

    def told(self, ids: Sequence[str]) -> tuple[Json, ...]:
        """Return what Slack says of these files."""
        return tuple(self.get(one).as_json(self._workspace.url) for one in ids)


# ---------------------------------------------------------------- methods


def info(workspace: "Workspace", arguments: Json) -> Json:
    """Describe one file."""
    return {"file": _found(workspace, arguments.get("file")).as_json(workspace.url), "comments": []}


def get_upload_url(workspace: "Workspace", arguments: Json) -> Json:
    """Hand out an address to which the app posts the bytes of one file."""
    name, length = str(arguments.get("filename") or ""), int(arguments.get("length") or 0)
    if not name or length < 1:
        raise Refusal("invalid_arguments")
    alt_text = str(arguments.get("alt_txt") or "")
    file = workspace.files.upload(name, b"", BOT_USER, alt_text=alt_text, size=length, complete=False)
    return {"upload_url": f"{workspace.url}/slack/upload/{file.id}", "file_id": file.id}


def complete_upload(workspace: "Workspace", arguments: Json) -> Json:
    """Share the files whose bytes have come in a channel or a thread, as one message of the app."""
    told = arguments.get("files")
    if not isinstance(told, list) or not told:
        raise Refusal("invalid_arguments")
    files = [_uploaded(workspace, one) for one in told]
    if arguments.get("channel_id"):
        found = room(workspace, {"channel": arguments["channel_id"]}, write=True)
        thread_ts = arguments.get("thread_ts")
        if thread_ts and str(thread_ts) not in found.messages:
            raise Refusal("thread_not_found")
        shared = tuple(workspace.files.put(file).as_json(workspace.url) for file in files)
        comment = str(arguments.get("initial_comment") or "")
        workspace.post(found.id, comment, [], thread_ts=thread_ts or None, files=shared)
    return {"files": [file.as_json(workspace.url) for file in files]}


def _found(workspace: "Workspace", file_id: Any) -> PretendFile:
    try:
        file = workspace.files.get(str(file_id))
    except LookupError:
        raise Refusal("file_not_found") from None
    if file.deleted:
        raise Refusal("file_deleted")
    return file


def _uploaded(workspace: "Workspace", told: Json) -> PretendFile:
    file = _found(workspace, told.get("id"))
    if file.user != BOT_USER or file.complete or len(file.content) != file.size:
        raise Refusal("file_not_found")
    return replace(file, title=str(told.get("title") or file.name), complete=True)


# ---------------------------------------------------------------- bytes


async def take_upload(workspace: "Workspace", request: Request) -> Response:
    """Take the bytes of a file that the app has an address for; no token is asked for."""
    try:
        file = workspace.files.get(request.path_params["file"])
    except LookupError:
        return PlainTextResponse("no such upload", 404)
    content = await request.body()
    if file.complete or len(content) != file.size:
        return PlainTextResponse("the length is not the one that was announced", 400)
    workspace.files.put(replace(file, content=content))
    return PlainTextResponse(f"OK - {len(content)}")


async def give_download(workspace: "Workspace", request: Request) -> Response:
    """Give a file's bytes to the app; who lacks token or scope gets a page to sign in, with status 200.

    A failure planned for `files.download` is a status, `sign_in`, or an address to go to instead.
    """
    failure = workspace.failures.take(DOWNLOAD)
    if isinstance(failure, int):
        return PlainTextResponse("upstream connect error", failure)
    if failure is not None and failure != "sign_in":
        return RedirectResponse(failure)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    good = kind == "Bearer" and token.startswith("xoxb-") and workspace.tokens.get(token, "none") is None
    if failure or not good or "files:read" not in workspace.scopes:
        return HTMLResponse(SIGN_IN)
    return give(workspace, request.path_params["file"])


def give(workspace: "Workspace", file_id: str) -> Response:
    """Give a file's bytes: pictures to be shown, everything else to be kept."""
    try:
        file = workspace.files.get(file_id)
    except LookupError:
        return PlainTextResponse("no such file", 404)
    if file.deleted:
        return PlainTextResponse("deleted", 404)
    inline = file.mimetype in {"image/png", "image/jpeg", "image/gif", "image/webp"}
    named = f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{in_address(file.name)}"
    media = file.mimetype if inline else "application/octet-stream"
    return Response(file.content, media_type=media, headers={"content-disposition": named})


# ---------------------------------------------------------------- choosing in a modal


def objections(element: Json, files: Sequence[Json]) -> str | None:
    """Return what Slack's client says about the files that were chosen for a `file_input`, if it says anything."""
    allowed = [str(one).lower() for one in element.get("filetypes") or []]
    most = int(element.get("max_files") or 10)
    if len(files) > most:
        return f"You can only upload {most} {'file' if most == 1 else 'files'}."
    endings = [PurePath(str(file["name"])).suffix.lstrip(".").lower() for file in files]
    if allowed and any(ending not in allowed for ending in endings):
        return f"Only these file types are allowed: {', '.join(allowed)}."
    return None
