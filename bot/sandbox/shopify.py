"""Shopify's Admin API on loopback: tokens, GraphQL over the hand-written schema, cost, throttling and its error shapes."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    Visitor,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
    visit,
)
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox import cost
from bot.sandbox.faults import Faults, json_answer, loads, shifted
from bot.sandbox.shopify_admin import MERCHANT_SCOPES, THIRD_PARTY_SCOPE, VERSION, Admin, load_schema
from bot.sandbox.world import World

TOKEN_SECONDS = 86399
GRAPHQL = re.compile(r"/admin/api/([\w-]+)/graphql\.json")
THROTTLED = {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"}
UNRECOGNISED = "[API] Invalid API key or access token (unrecognized login or wrong password)"
NO_QUERY = {"errors": {"query": "Required parameter missing or invalid"}}
ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SCOPES: Mapping[str, Sequence[str]] = {
    "orders": ("read_orders",),
    "fulfillmentOrders": (*sorted(MERCHANT_SCOPES, reverse=True), THIRD_PARTY_SCOPE),
    "heldByApp": ("read_apps",),
    "service": ("read_fulfillments",),
}
"""Any of these scopes opens a field; the first is the one that a refusal names."""
OLDER_VERSIONS = {"2026-01", "2026-04", "2026-07"}


def routes(world: World, faults: Faults) -> list[BaseRoute]:
    """Return the Admin API; mount it where `https://{shop}` would be."""
    admin = ShopifyAdmin(world, faults)
    return [
        Route("/admin/oauth/access_token", admin.token, methods=["POST"]),
        Route("/{path:path}", admin.answer, methods=ALL_METHODS),
    ]


@dataclass(slots=True)
class Asked:
    """One GraphQL request, parsed."""

    text: str
    variables: Mapping[str, Any]
    operation_name: str | None
    document: DocumentNode | None = None
    operation: OperationDefinitionNode | None = None
    errors: tuple[GraphQLError, ...] = ()

    def label(self, path: str) -> str:
        """Return what fault rules may name: the path, the operation's name and its root fields."""
        if self.operation is None:
            return path
        name = self.operation.name.value if self.operation.name else ""
        fields = [
            node.name.value for node in self.operation.selection_set.selections if isinstance(node, FieldNode)
        ]
        return " ".join((path, name, *fields))


class ShopifyAdmin:
    """One shop's Admin API, as one app sees it."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.schema = load_schema()
        self._tokens: dict[str, datetime] = {}
        self._bucket = cost.Bucket(world.shopify.bucket, world.clock.now())

    # ------------------------------------------------------------ tokens

    async def token(self, request: Request) -> Response:
        """Grant a token for client credentials (apis.md A6)."""
        body = await request.body()
        if instead := await self.faults.before("shopify", "/admin/oauth/access_token"):
            return instead
        said = loads(body)
        form = (
            said
            if isinstance(said, dict)
            else {key: value[0] for key, value in parse_qs(body.decode()).items()}
        )
        account = self.world.shopify
        if form.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type", "Grant type is not supported.")
        if (form.get("client_id"), form.get("client_secret")) != (account.client_id, account.client_secret):
            return _oauth("application_cannot_be_found", "The application cannot be found.")
        if not account.permitted:
            return _oauth("shop_not_permitted", "Client credentials cannot be performed on this shop.")
        if not account.installed:
            return _oauth("app_not_installed", "The app is not installed on this shop.")
        token = secrets.token_hex(16)
        self._tokens[token] = self.world.clock.now() + timedelta(seconds=TOKEN_SECONDS)
        granted = {
            "access_token": token,
            "scope": ",".join(sorted(account.scopes)),
            "expires_in": TOKEN_SECONDS,
        }
        return self.faults.after("shopify", "/admin/oauth/access_token", json_answer(granted))

    def _knows(self, request: Request) -> bool:
        token = request.headers.get("x-shopify-access-token", "")
        expires = self._tokens.get(token)
        return token == self.world.shopify.access_token or (
            expires is not None and self.world.clock.now() < expires
        )

    # ------------------------------------------------------------ every other request

    async def answer(self, request: Request) -> Response:
        """Count, spoil, authenticate, then answer."""
        path = "/" + request.path_params["path"]
        body = shifted((await request.body()).decode(errors="replace"), -self.faults.ahead("shopify"))
        said = loads(body)
        asked = self._asked(said) if isinstance(said, dict) else None
        label = asked.label(path) if asked else path
        if instead := await self.faults.before("shopify", label):
            return instead
        version = GRAPHQL.fullmatch(path)
        if version is None or version[1] not in {VERSION, *OLDER_VERSIONS} or request.method != "POST":
            return self._elsewhere(request)
        refusal = self._refusal(request, asked, label)
        if asked is None or refusal is not None:
            return refusal or json_answer(NO_QUERY, 400)
        headers = {"X-Shopify-API-Version": version[1], "X-Request-Id": secrets.token_hex(8)}
        return self.faults.after("shopify", label, json_answer(self._run(asked, label), 200, headers))

    def _refusal(self, request: Request, asked: Asked | None, label: str) -> Response | None:
        expired = self.faults.pick("shopify", label, {"expire_token"})
        if expired:
            self._tokens.clear()
        if expired or not self._knows(request):
            return json_answer({"errors": UNRECOGNISED}, 401)
        if asked is None or "application/json" not in request.headers.get("content-type", ""):
            return json_answer(NO_QUERY, 400)
        return None

    def _elsewhere(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            self.world.writes_attempted += 1
        if request.url.path.endswith(".json"):
            return json_answer({"errors": "Not Found"}, 404)
        return HTMLResponse("<!DOCTYPE html><html><body><h1>Page not found</h1></body></html>", 404)

    # ------------------------------------------------------------ GraphQL

    def _asked(self, said: dict[str, Any]) -> Asked:
        text, name = str(said.get("query") or ""), said.get("operationName")
        known = _parsed(text, name)
        variables = said.get("variables") or {}
        return Asked(text, variables, name, known.document, known.operation, known.errors)

    def _run(self, asked: Asked, label: str) -> dict[str, Any]:
        if asked.operation is not None and asked.operation.operation is not OperationType.QUERY:
            self.world.writes_attempted += 1
            return {
                "errors": [
                    _error(
                        "Access denied for this mutation. Required access: a write scope.", "ACCESS_DENIED"
                    )
                ]
            }
        if asked.errors or asked.document is None or asked.operation is None:
            return {"errors": [_shape(error) for error in asked.errors]}
        if denied := self._denied(asked.document):
            return {"errors": denied}
        points = cost.Price(self.schema, asked.document, asked.variables).of(asked.operation)
        if points > cost.MAXIMUM:
            return {"errors": [_too_dear(points)]}
        account = self.world.shopify
        self._bucket.refill(account.bucket, account.restore_rate, self.world.clock.now())
        if points > self._bucket.available or self.faults.pick("shopify", label, {"throttled"}):
            error = {"message": "Throttled", "extensions": THROTTLED}
            return {"errors": [error], "extensions": {"cost": self._cost(points, None)}}
        return self._execute(asked, label, points)

    def _execute(self, asked: Asked, label: str, points: int) -> dict[str, Any]:
        self._bucket.pay(points)
        root = Admin(self.world, self.faults, label)
        assert asked.document is not None
        result = execute_sync(
            self.schema,
            asked.document,
            root.root(),
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        spent = cost.actual(result.data) - 1 if result.data else 0
        self._bucket.pay(min(spent, points) - points)
        answer: dict[str, Any] = {} if result.data is None else {"data": result.data}
        if result.errors:
            answer["errors"] = [_shape(error) for error in result.errors]
        answer["extensions"] = {"cost": self._cost(points, spent)}
        if root.warnings:
            answer["extensions"]["search"] = root.warnings
        return answer

    def _cost(self, requested: int, spent: int | None) -> dict[str, Any]:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": spent,
            "throttleStatus": {
                "maximumAvailable": self.world.shopify.bucket,
                "currentlyAvailable": int(self._bucket.available),
                "restoreRate": self.world.shopify.restore_rate,
            },
        }

    def _denied(self, document: DocumentNode) -> list[dict[str, Any]]:
        """Return the errors for fields that the app's scopes do not reach: they fail the whole query (apis.md A5)."""
        fields = _Fields()
        visit(document, fields)
        return [
            _no_access(field, scopes[0])
            for field, scopes in SCOPES.items()
            if field in fields.names and self.world.shopify.scopes.isdisjoint(scopes)
        ]


@lru_cache(maxsize=256)
def _parsed(text: str, name: str | None) -> Asked:
    """Parse and validate a query: a client asks the same few again and again."""
    try:
        document = parse(text)
    except GraphQLError as wrong:
        return Asked(text, {}, name, errors=(wrong,))
    operation = get_operation_ast(document, name)
    if operation is None:
        return Asked(text, {}, name, document, errors=(GraphQLError("An operation name is required"),))
    return Asked(text, {}, name, document, operation, tuple(validate(load_schema(), document)))


class _Fields(Visitor):
    """Collects the names of all fields of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note one field."""
        self.names.add(node.name.value)


# ---------------------------------------------------------------- error shapes


def _error(message: str, code: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, **more}}


def _no_access(field: str, scope: str) -> dict[str, Any]:
    required = f"`{scope}` access scope."
    message = f"Access denied for {field} field. Required access: {required}"
    more = {"documentation": "https://shopify.dev/api/usage/access-scopes", "requiredAccess": required}
    return _error(message, "ACCESS_DENIED", **more) | {"path": [field]}


def _too_dear(points: int) -> dict[str, Any]:
    message = f"Query cost is {points}, which exceeds the single query max cost limit ({cost.MAXIMUM})."
    more = {
        "cost": points,
        "maxCost": cost.MAXIMUM,
        "documentation": "https://shopify.dev/api/usage/rate-limits",
    }
    return _error(message, "MAX_COST_EXCEEDED", **more)


def _shape(error: GraphQLError) -> dict[str, Any]:
    shaped: dict[str, Any] = dict(error.formatted)
    unknown = re.match(r"Cannot query field '(\w+)' on type '(\w+)'", error.message)
    if unknown:
        shaped["message"] = f"Field '{unknown[1]}' doesn't exist on type '{unknown[2]}'"
        shaped["extensions"] = {"code": "undefinedField", "typeName": unknown[2], "fieldName": unknown[1]}
    shaped.setdefault("extensions", {"code": "argumentLiteralsIncompatible"})
    return shaped


def _oauth(code: str, words: str) -> Response:
    return HTMLResponse(f"<!DOCTYPE html><html><body>Oauth error {code}: {words}</body></html>", 400)
