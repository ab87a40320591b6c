"""The views.* methods: modals open, pile up and change; Home tabs are published."""

from typing import TYPE_CHECKING

from bot.sandbox.slack.elements import Json, elements
from bot.sandbox.slack.interactions import view_values
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.things import View
from bot.sandbox.slack.validate import view_problems
from bot.sandbox.slack.views import DEEPEST

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace


def open_view(workspace: "Workspace", arguments: Json) -> Json:
    """Open a modal for whoever the trigger id was given to."""
    body = _checked(workspace, arguments, "modal")
    return _told(workspace.views.open(_person(workspace, arguments), body))


def push_view(workspace: "Workspace", arguments: Json) -> Json:
    """Open a modal on top of another."""
    body = _checked(workspace, arguments, "modal")
    user = _person(workspace, arguments)
    if len(workspace.modals(user)) >= DEEPEST:
        raise Refusal("push_limit_reached")
    return _told(workspace.views.push(user, body))


def update_view(workspace: "Workspace", arguments: Json) -> Json:
    """Change a modal that is open."""
    body = _checked(workspace, arguments, "modal")
    view = workspace.views.get(arguments.get("view_id"), arguments.get("external_id"))
    if view is None:
        raise Refusal("not_found")
    _same(view, arguments)
    return _told(workspace.views.update(view, body))


def publish_view(workspace: "Workspace", arguments: Json) -> Json:
    """Show one person's Home tab."""
    body = _checked(workspace, arguments, "home")
    user = str(arguments.get("user_id", ""))
    if user not in workspace.people:
        raise Refusal("user_not_found")
    if known := workspace.home(user):
        _same(known, arguments)
    return _told(workspace.views.publish(user, body))


def _checked(workspace: "Workspace", arguments: Json, kind: str) -> Json:
    view = arguments.get("view")
    wrong = view_problems(view)
    if wrong or not isinstance(view, dict):
        raise Refusal("invalid_arguments", messages=wrong)
    if view["type"] != kind:
        raise Refusal("invalid_arguments", messages=[f"[ERROR] must be {kind} [json-pointer:/view/type]"])
    if "files:read" not in workspace.scopes and any(
        one.type == "file_input" for one in elements(view["blocks"])
    ):
        raise Refusal("missing_scope", needed="files:read", provided=",".join(sorted(workspace.scopes)))
    if len(str(view)) > 250_000:
        raise Refusal("view_too_large")
    return view


def _person(workspace: "Workspace", arguments: Json) -> str:
    user, refused = workspace.tickets.redeem(str(arguments.get("trigger_id", "")))
    if refused:
        raise Refusal(refused)
    return user


def _same(view: View, arguments: Json) -> None:
    if arguments.get("hash") and arguments["hash"] != view.hash:
        raise Refusal("hash_conflict")


def _told(view: View) -> Json:
    return {"view": view.as_json(view_values(view))}
