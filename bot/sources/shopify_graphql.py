"""Asks Shopify one of the shipped queries and returns its data, or an error that says what to do."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import structlog

from bot.clock import Clock
from bot.sources.documents import documents, is_shipped
from bot.sources.retries import jittered
from bot.sources.shopify_auth import TOKEN_PATH, Access, Credentials, scopes_in
from bot.sources.shopify_errors import (
    Problem,
    check_scopes,
    from_problems,
    from_status,
    garbled,
    not_offered,
    out_of_reach,
    problems,
    said,
    spared,
)
from bot.sources.shopify_pace import UNTOLD, Cost, Pace, cost_in
from bot.sources.transport import (
    LONGEST_STALL,
    THROTTLED_TRIES,
    TRIES,
    Patience,
    Wire,
    retry_after,
    throttled,
)

VERSION = "2026-10"
PATH = f"/admin/api/{VERSION}/graphql.json"

log = structlog.get_logger(__name__)


class TooCostly(Exception):
    """The query costs more than a single query may: ask for fewer rows."""


class Throttled(Exception):
    """Shopify wants us to come back in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Failed(Exception):
    """Shopify failed inside, for single records or as a whole; asking again may help."""

    def __init__(self, found: tuple[Problem, ...], rest: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.found = found
        self.rest = rest
        """The answer without the records that failed; None when nothing of it can be used."""


class NotOffered(Exception):
    """This server does not offer some optional fields, or not to this token."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__()
        self.fields = fields


def reads(method: str, path: str, content: bytes) -> bool:
    """Return whether a request is one of the shipped queries, or asks for a token."""
    if method != "POST":
        return False
    return path == TOKEN_PATH or (path == PATH and _asks_a_shipped_query(content))


def _asks_a_shipped_query(content: bytes) -> bool:
    try:
        body = json.loads(content)
    except ValueError:
        return False
    return isinstance(body, dict) and is_shipped(body.get("query"))


class GraphQL:
    """Shopify's Admin GraphQL API of one shop, for queries only."""

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        stall: timedelta = LONGEST_STALL,
    ) -> None:
        self.wire = Wire("shopify", base_url, reads, clock, transport=transport)
        self.pace = Pace()
        self.served = VERSION
        """The API version that really answered."""
        self.stall = stall
        self._access = Access(credentials, self.wire)
        self._asked_scopes: frozenset[str] | None = None
        self._scopes_told = False
        self._without: frozenset[str] = frozenset()
        """Optional fields that were asked for in vain."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token may see; None when nobody told yet, or ever."""
        return self._access.scopes or self._asked_scopes

    async def ask(
        self, document: str, variables: Mapping[str, Any], patience: Patience, *, rows: int = 0
    ) -> dict[str, Any]:
        """Return the `data` of one shipped query. `rows` is how many it asks for, where that can vary.

        A record that Shopify fails to tell, several times in a row, is None in its list: that concerns this
        record and not the others (apis.md A5). Raises TooCostly when fewer rows would do, and the SourceError
        family for everything else.
        """
        failures = waits = 0
        while True:
            try:
                return await self._once(document, variables, patience, rows)
            except Throttled as told:
                waits += 1
                if waits == THROTTLED_TRIES:
                    raise throttled("shopify") from None
                log.info("source.throttled", system="shopify", document=document, seconds=told.seconds)
                await patience.come_back(told.seconds)
            except Failed as failed:
                failures += 1
                if failures == TRIES:
                    return _rest(document, failed)
                await patience.try_again(jittered(float(failures)), "failed inside")
            except NotOffered as told:
                log.warning("shopify.without", document=document, fields=sorted(told.fields))
                self._without |= told.fields

    async def ask_checked(
        self, document: str, variables: Mapping[str, Any], patience: Patience, *, rows: int
    ) -> dict[str, Any]:
        """Return the `data` of a query that also tells the scopes, and make sure that they suffice.

        A server that does not tell scopes at all is taken at its word. Raises SourceScopeMissing.
        """
        await self._access.bearer(patience)
        telling = self.scopes is None and not self._scopes_told
        data = await self.ask(document, {**variables, "withScopes": telling}, patience, rows=rows)
        if telling:
            self._scopes_told = True
            self._asked_scopes = granted_in(data)
        if self.scopes is not None:
            check_scopes(self.scopes)
        return data

    async def _once(
        self, document: str, variables: Mapping[str, Any], patience: Patience, rows: int
    ) -> dict[str, Any]:
        await patience.wait(self.pace.wait(document, rows, self.wire.clock.now()))
        without = self._without | out_of_reach(self.scopes)
        response = await self._send(_content(document, variables, without), patience)
        body = _decoded(response)
        self._check_status(response, body)
        cost = cost_in(body)
        found = problems(body.get("errors"))
        if found:
            self.pace.learn(document, 0, cost, self.wire.clock.now())
            raise _failure(found, cost, body.get("data"), without)
        self.pace.learn(document, rows, cost, self.wire.clock.now())
        self._note_version(response)
        patience.progress()
        return _data(body)

    async def _send(self, content: Mapping[str, Any], patience: Patience) -> httpx.Response:
        bearer = await self._access.bearer(patience)
        response = await self.wire.send("POST", PATH, patience, json=content, auth=bearer)
        if response.status_code == 401:
            other = await self._access.renewed(bearer, patience)
            if other is not None:
                return await self.wire.send("POST", PATH, patience, json=content, auth=other)
        return response

    def _check_status(self, response: httpx.Response, body: Any) -> None:
        if response.status_code == 429:
            raise Throttled(retry_after(response, self.wire.clock.now()) or jittered(UNTOLD))
        if response.status_code >= 300:
            raise from_status(response.status_code, body)
        if not isinstance(body, dict):
            raise garbled(f"it is not the JSON that its API documents but {_kind(response)}")

    def _note_version(self, response: httpx.Response) -> None:
        served = response.headers.get("X-Shopify-API-Version", VERSION)
        if served != self.served:
            log.warning("shopify.version", asked=VERSION, served=served)
        self.served = served


def granted_in(data: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the scopes in an answer's currentAppInstallation, or None where it does not tell any."""
    installation = data.get("currentAppInstallation")
    listed = installation.get("accessScopes") if isinstance(installation, dict) else None
    handles = [scope.get("handle") for scope in listed or () if isinstance(scope, dict)]
    return scopes_in(" ".join(str(handle) for handle in handles if handle))


def _content(document: str, variables: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    query = documents(without)[document]
    known = {name: value for name, value in variables.items() if f"${name}:" in query}
    return {"query": query, "variables": known, "operationName": document}


def _failure(found: tuple[Problem, ...], cost: Cost, data: Any, without: frozenset[str]) -> Exception:
    """Return what to raise for GraphQL problems: some are answered by waiting or by asking for less."""
    codes = {problem.code for problem in found}
    missing = not_offered(found)
    if missing - without:
        return NotOffered(missing)
    words = " ".join(problem.message for problem in found).casefold()
    if "MAX_COST_EXCEEDED" in codes or "single query max cost" in words:
        return TooCostly()
    if "THROTTLED" in codes or words == "throttled":
        return TooCostly() if cost.impossible else Throttled(cost.wait() or jittered(UNTOLD))
    rest = spared(data, found)
    if rest is not None or codes == {"INTERNAL_SERVER_ERROR"}:
        return Failed(found, rest)
    return from_problems(found)


def _rest(document: str, failed: Failed) -> dict[str, Any]:
    """Return what is left of an answer in which single records failed. Raises the SourceError where nothing is."""
    if failed.rest is None:
        raise from_problems(failed.found) from None
    log.warning("shopify.records_failed", document=document, problem=said(failed.found))
    return failed.rest


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _kind(response: httpx.Response) -> str:
    if not response.content.strip():
        return "nothing"
    start = response.text.lstrip()[:1]
    return {"<": "a web page", "{": "half a JSON object", "[": "half a JSON list"}.get(
        start, "something else"
    )


def _data(body: Mapping[str, Any]) -> dict[str, Any]:
    data = body.get("data")
    if not isinstance(data, dict):
        raise garbled("it has neither data nor errors")
    return data
