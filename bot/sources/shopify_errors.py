"""Turns everything that Shopify answers besides data into an error that says what to do (apis.md A5, A6)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.errors import SourceError, SourceGarbled, SourceRefused, SourceScopeMissing, SourceUnreachable
from bot.sources.documents import OPTIONAL, OPTIONAL_SCOPES
from bot.sources.masking import masked

BLIND = "Until this is put right nothing is opened or closed for this store."

ORDER_SCOPES = frozenset({"read_orders"})
FULFILLMENT_ORDER_SCOPES = frozenset(
    {
        "read_merchant_managed_fulfillment_orders",
        "read_assigned_fulfillment_orders",
        "read_third_party_fulfillment_orders",
    }
)

_NOT_OFFERED = re.compile(
    r"cannot query field|doesn't exist on|cannot return null for non-null", re.IGNORECASE
)
_DENIED = "ACCESS_DENIED"
_DENIED_FIELD = re.compile(r"access denied for (\w+) field", re.IGNORECASE)
_SPARE_WHEN_DENIED = frozenset({"currentAppInstallation", *OPTIONAL_SCOPES})
"""Other optional fields need no more than the orders do: a token that is denied them sees too little to judge."""
_WHOLE_ANSWER = frozenset({_DENIED, "MAX_COST_EXCEEDED", "SHOP_INACTIVE", "THROTTLED"})
"""Codes that speak of the whole answer, whatever else stands beside them."""
_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]+\b")
_OAUTH = re.compile(r"(?:Oauth error |\"error\"\s*:\s*\")(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of a GraphQL answer's `errors`, whatever shape it came in."""

    message: str
    code: str | None = None
    path: str = ""


def problems(errors: Any) -> tuple[Problem, ...]:
    """Return what `errors` says: it may be a string, an object, or a list of strings and objects."""
    if not errors:
        return ()
    if isinstance(errors, list):
        return tuple(found for entry in errors for found in _entry(entry))
    return tuple(_entry(errors))


def _entry(entry: Any) -> Iterable[Problem]:
    if isinstance(entry, dict) and "message" in entry:
        extensions = entry.get("extensions")
        code = extensions.get("code") if isinstance(extensions, dict) else None
        path = ".".join(str(step) for step in entry.get("path") or ())
        yield Problem(str(entry["message"]), str(code) if code else None, path)
    elif isinstance(entry, dict):
        yield Problem("; ".join(f"{key}: {_flat(value)}" for key, value in entry.items()))
    else:
        yield Problem(str(entry))


def _flat(value: Any) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def said(found: Iterable[Problem]) -> str:
    """Return the words of several problems, masked and short enough for a person."""
    return masked("; ".join(problem.message for problem in found), longest=300)


def not_offered(found: Iterable[Problem]) -> frozenset[str]:
    """Return the optional fields that the server does not offer, or not to this token.

    Empty when the token is denied anything else: that decides. Other problems come again when they last.
    """
    fields: set[str] = set()
    for problem in found:
        field = _unoffered(problem)
        if field:
            fields.add(field)
        elif problem.code == _DENIED:
            return frozenset()
    return frozenset(fields)


def _unoffered(problem: Problem) -> str | None:
    if problem.code == _DENIED:
        return _denied(problem)
    about = f"{problem.path} {problem.message}"
    field = next((name for name in sorted(OPTIONAL) if re.search(rf"\b{name}\b", about)), None)
    if field == "currentAppInstallation" or problem.code == "undefinedField":
        return field
    return field if _NOT_OFFERED.search(problem.message) else None


def _denied(problem: Problem) -> str | None:
    """Return the optional field that a token may not see. Only its name counts, not the prose around it."""
    named = _DENIED_FIELD.search(problem.message)
    steps = {*problem.path.split("."), named[1] if named else ""}
    return min(_SPARE_WHEN_DENIED & steps, default=None)


def spared(data: Any, found: Iterable[Problem]) -> dict[str, Any] | None:
    """Return an answer's data with None for the orders that failed; None when more than single orders did."""
    if not isinstance(data, dict):
        return None
    for problem in found:
        if problem.code in _WHOLE_ANSWER or not _cross_out(data, problem.path.split(".")):
            return None
    return data


def _cross_out(data: dict[str, Any], path: list[str]) -> bool:
    """Replace the order that a problem's path leads to by None; return whether it leads to one."""
    match path:
        case ["nodes", index, *_]:
            records = data.get("nodes")
        case ["orders", "nodes", index, *_]:
            records = (data.get("orders") or {}).get("nodes")
        case _:
            return False
    if not isinstance(records, list) or not index.isdigit() or int(index) >= len(records):
        return False
    records[int(index)] = None
    return True


def from_problems(found: tuple[Problem, ...]) -> SourceError:
    """Return the error for GraphQL problems that neither waiting nor a smaller page can solve."""
    codes = {problem.code for problem in found}
    if _DENIED in codes:
        needed = [problem for problem in found if problem.code == _DENIED and not _denied(problem)]
        return missing_scope(_scopes(needed or found))
    if "SHOP_INACTIVE" in codes:
        return _refused(
            "the shop is inactive.", "Open the Shopify admin and settle the shop's plan or billing."
        )
    if "INTERNAL_SERVER_ERROR" in codes:
        return SourceUnreachable(
            "shopify",
            f'Shopify failed to answer, several times in a row: "{said(found)}".',
            why=BLIND,
            todo="Usually this passes by itself; if it lasts, look at Shopify's status page.",
        )
    return SourceGarbled(
        "shopify",
        f'Shopify did not answer the question, or only a part of it: "{said(found)}".',
        why=BLIND,
        todo="Update stuck: Shopify may have changed its API. If that does not help, report the words above.",
    )


def _scopes(found: Iterable[Problem]) -> list[str]:
    return sorted({scope for problem in found for scope in _SCOPE.findall(problem.message)})


def missing_scope(scopes: Iterable[str]) -> SourceScopeMissing:
    """Return the error for a token that may not see what judging needs (domain.md, trap 25)."""
    named = " or ".join(scopes) or "a scope that Shopify did not name"
    return SourceScopeMissing(
        "shopify",
        f"The Shopify token lacks {named}.",
        why="Without it orders, holds or quantities are invisible and every verdict would be a guess.",
        todo="Add the scope to the app's version in the Shopify Dev Dashboard, release it, "
        "and approve it in the shop's admin.",
    )


def check_scopes(granted: frozenset[str]) -> None:
    """Raise SourceScopeMissing unless orders and at least one kind of fulfilment orders are readable.

    A write scope includes reading. Fulfilment orders are silently empty without a scope (apis.md A2).
    """
    readable = _readable(granted)
    if not readable & ORDER_SCOPES:
        raise missing_scope(ORDER_SCOPES)
    if not readable & FULFILLMENT_ORDER_SCOPES:
        raise missing_scope(sorted(FULFILLMENT_ORDER_SCOPES))


def out_of_reach(granted: frozenset[str] | None) -> frozenset[str]:
    """Return the optional fields that a token with these scopes is not told; none when the scopes are not known."""
    if granted is None:
        return frozenset()
    readable = _readable(granted)
    return frozenset(field for field, scope in OPTIONAL_SCOPES.items() if scope not in readable)


def _readable(granted: frozenset[str]) -> frozenset[str]:
    return frozenset(scope.replace("write_", "read_", 1) for scope in granted)


_STATUS: dict[int, tuple[str, str]] = {
    400: ("it could not read our request.", "Check SHOPIFY_API_URL if it is set, and update stuck."),
    401: (
        "the token is wrong, has expired, or the app was uninstalled.",
        "Check the shop's client id and secret (or its access token), and that the app is still installed.",
    ),
    402: ("the shop is frozen.", "The shop's owner has to settle its bill with Shopify."),
    403: (
        "the app is not permitted to do this.",
        "Open the app in the Shopify admin and approve the access that it asks for.",
    ),
    404: (
        "there is no such shop, or this API version is gone.",
        "Check SHOPIFY_SHOP: it looks like acme.myshopify.com. If it is right, update stuck.",
    ),
    423: ("the shop is locked.", "Contact Shopify support: shops are locked for abuse or a risk of fraud."),
    430: (
        "the request was rejected as a security risk.",
        "Wait an hour; if it stays, contact Shopify support with the time and this server's address.",
    ),
}


_MOVED = (
    "it sends us to another address.",
    "Set SHOPIFY_SHOP to the shop's own .myshopify.com name: renamed shops and custom domains redirect.",
)
_UNKNOWN = ("it gave no reason that we know.", "Check SHOPIFY_SHOP and SHOPIFY_API_URL.")


def from_status(status: int, body: Any) -> SourceError:
    """Return the error for an HTTP status from 300 to 499; `body` is decoded JSON, or None if it was not JSON."""
    found = problems(body.get("errors") or body.get("error")) if isinstance(body, dict) else ()
    scopes = _scopes(found)
    if status == 403 and scopes:
        return missing_scope(scopes)
    what, todo = _STATUS.get(status, _MOVED if status < 400 else _UNKNOWN)
    words = f' It said: "{said(found)}".' if found else ""
    return _refused(f"{what} (status {status}){words}", todo)


_OAUTH_CODES: dict[str, tuple[str, str]] = {
    "shop_not_permitted": (
        "the app and the shop belong to different Shopify organisations.",
        "Create the app in the Dev Dashboard of the organisation that owns the shop.",
    ),
    "app_not_installed": (
        "the app is not installed in this shop.",
        "Install it: Dev Dashboard, the app, Home, Install app.",
    ),
    "application_cannot_be_found": (
        "it knows no app with this client id.",
        "Copy the client id again from the app's settings in the Dev Dashboard.",
    ),
    "invalid_client": (
        "the client id and the secret do not belong together.",
        "Copy both again from the app's settings in the Dev Dashboard.",
    ),
}


def from_grant(status: int, text: str) -> SourceError:
    """Return the error for a refused client-credentials grant; `text` may be JSON, HTML or plain (apis.md A6)."""
    found = _OAUTH.search(text)
    code = found[1] if found else ""
    if code in _OAUTH_CODES:
        return _refused(*_OAUTH_CODES[code])
    if status in _STATUS and status not in (400, 401):
        return _refused(*_STATUS[status])
    return _refused(
        f"it gave us no token (status {status}{f', {masked(code, longest=60)}' if code else ''}).",
        "Check SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET against the app's settings in the Dev Dashboard.",
    )


def garbled(problem: str) -> SourceGarbled:
    """Return the error for an answer in a shape that we cannot read."""
    return SourceGarbled(
        "shopify",
        f"Shopify's answer could not be read: {problem}.",
        why=BLIND,
        todo="If it lasts, check SHOPIFY_SHOP and what stands between this server and Shopify (proxy, firewall).",
    )


def _refused(what: str, todo: str) -> SourceRefused:
    return SourceRefused("shopify", f"Shopify refused: {what}", why=BLIND, todo=todo)
