"""Bad luck on demand: rules that make the simulators answer as the real systems do on their worst days."""

import asyncio
import json
import re
from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

System = Literal["shopify", "shipstation"]
Kind = Literal[
    "html",
    "truncated_json",
    "status",
    "throttled",
    "cut",
    "slow",
    "empty_list",
    "half_list",
    "quiet_half",
    "drift",
    "unknown_enum",
    "expire_token",
    "skew",
]
LOSSES: frozenset[Kind] = frozenset({"empty_list", "half_list", "quiet_half"})
"""Kinds that lose rows of an otherwise good list: half_list says that there are more, quiet_half hides the loss."""
LOSSES_WHILE_PAGING = LOSSES | frozenset[Kind]({"drift"})
UNKNOWN = "BRAND_NEW_VALUE"
"""A value that no client knows yet."""
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body>Back soon.</body></html>"
)


@dataclass(slots=True)
class Rule:
    """One piece of bad luck."""

    kind: Kind
    system: System | None = None
    """None: both."""
    path: str = ""
    """Part of the path, of ShipStation's query (`/orders?orderNumber=`), or of Shopify's operation and root fields
    (`graphql.json OrdersPage orders`)."""
    times: int | None = 1
    """How often; None: until cleared."""
    after_n: int = 0
    """How many fitting requests pass unharmed first."""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    enum: str = ""
    """For `unknown_enum`: the field (or `one|another`) that has a new value, in every row where it has one."""
    seconds: float = 1.0
    """For `slow`, on the wall. For `skew`: how far the system's clock is ahead of ours."""
    hits: int = 0

    def fits(self, system: System, path: str, kinds: Collection[Kind]) -> bool:
        """Return whether the rule is about such a request and not used up."""
        about = self.system in {None, system} and self.path in path and self.kind in kinds
        return about and (self.times is None or self.hits < self.times)


class Faults:
    """The rules in force, and a count of all requests that came in."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.requests: Counter[str] = Counter()
        """Requests per system, token requests and refused ones included."""
        self.log: deque[tuple[System, str]] = deque(maxlen=10_000)

    def add(self, kind: Kind, **details: object) -> Rule:
        """Put a rule in force; `details` are fields of Rule."""
        rule = Rule(kind, **details)  # type: ignore[arg-type]  # fields by name
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """End all bad luck."""
        self.rules.clear()

    def pick(self, system: System, path: str, kinds: Collection[Kind]) -> Rule | None:
        """Use up and return the first rule that fits, if any."""
        for rule in self.rules:
            if rule.fits(system, path, kinds):
                if rule.after_n > 0:
                    rule.after_n -= 1
                    continue
                rule.hits += 1
                return rule
        return None

    def happened(self, system: System, kind: Kind) -> bool:
        """Return whether a rule in force has struck already: some bad luck lasts until it is cleared."""
        return any(rule.hits for rule in self.rules if rule.kind == kind and rule.system in {None, system})

    def ahead(self, system: System) -> float:
        """Return how many seconds the system's clock is ahead of ours."""
        return sum(
            rule.seconds for rule in self.rules if rule.kind == "skew" and rule.system in {None, system}
        )

    async def before(self, system: System, path: str) -> Response | None:
        """Count the request; return what is answered in place of the truth, if anything."""
        self.requests[system] += 1
        self.log.append((system, path.partition("?")[0]))
        rule = self.pick(system, path, {"slow", "html", "status"})
        if rule is not None and rule.kind == "slow":
            await asyncio.sleep(rule.seconds)
        if rule is None or rule.kind == "slow":
            return None
        if rule.kind == "html":
            return HTMLResponse(
                rule.body or MAINTENANCE, rule.status if rule.status != 500 else 200, rule.headers
            )
        return Response(rule.body or "", rule.status, rule.headers, "application/json" if rule.body else None)

    def after(self, system: System, path: str, answer: Response) -> Response:
        """Spoil a good answer on its way out, if a rule says so."""
        answer = self._reworded(system, path, answer)
        rule = self.pick(system, path, {"truncated_json", "cut"})
        if rule is None:
            return answer
        half = bytes(answer.body)[: len(answer.body) // 2]
        if rule.kind == "cut":
            return Cut(half, len(answer.body))
        return Response(half, answer.status_code, media_type="application/json")

    def _reworded(self, system: System, path: str, answer: Response) -> Response:
        said = bytes(answer.body).decode()
        text = shifted(said, self.ahead(system))
        if rule := self.pick(system, path, {"unknown_enum"}):
            text = re.sub(rf'("(?:{rule.enum})":)"[^"]*"', rf'\1"{UNKNOWN}"', text)
        if text == said:
            return answer
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return Response(text, answer.status_code, headers)

    def reshape(
        self, system: System, path: str, rows: list[dict[str, object]], kinds: Collection[Kind] = LOSSES
    ) -> tuple[list[dict[str, object]], Rule | None]:
        """Change the rows of one page of a list."""
        rule = self.pick(system, path, kinds)
        if rule is None:
            return rows, None
        if rule.kind == "empty_list":
            return [], rule
        return (rows[1:] if rule.kind == "drift" else rows[: len(rows) // 2]), rule


class Cut(Response):
    """Promise a whole body, send half of it and hang up."""

    def __init__(self, half: bytes, promised: int) -> None:
        super().__init__(half, media_type="application/json")
        self.headers["content-length"] = str(promised)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start answering and stop in the middle: the server closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


def shifted(text: str, seconds: float) -> str:
    """Return a text whose stamps are that much later."""

    def later(stamp: re.Match[str]) -> str:
        at = datetime.fromisoformat(stamp[0]) + timedelta(seconds=seconds)
        return at.isoformat(stamp[0][10], timespec="seconds")

    return STAMP.sub(later, text) if seconds else text


def json_answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return JSON as both systems send it."""
    return JSONResponse(body, status, headers)


def loads(body: str | bytes) -> object:
    """Parse a request body; None where it is no JSON."""
    try:
        parsed: object = json.loads(body)
    except ValueError:
        return None
    return parsed
