"""Bad luck on demand: rules that make the simulators answer as the real systems do on their worst days."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
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
]
LIST_KINDS: frozenset[Kind] = frozenset({"empty_list", "half_list", "quiet_half", "drift", "unknown_enum"})
"""Kinds that change the rows of an otherwise good answer: half_list keeps the total, quiet_half hides the loss."""
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
    """Part of the path; for Shopify also of the operation's name or root fields (`graphql.json OrdersPage orders`)."""
    times: int | None = 1
    """How often; None: until cleared."""
    after_n: int = 0
    """How many fitting requests pass unharmed first."""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    seconds: float = 1.0
    """For `slow`, on the wall."""
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

    async def before(self, system: System, path: str) -> Response | None:
        """Count the request; return what is answered in place of the truth, if anything."""
        self.requests[system] += 1
        self.log.append((system, path))
        if slow := self.pick(system, path, {"slow"}):
            await asyncio.sleep(slow.seconds)
        rule = self.pick(system, path, {"html", "status"})
        if rule is None:
            return None
        if rule.kind == "html":
            return HTMLResponse(
                rule.body or MAINTENANCE, rule.status if rule.status != 500 else 200, rule.headers
            )
        return Response(rule.body or "", rule.status, rule.headers, "application/json" if rule.body else None)

    def after(self, system: System, path: str, answer: Response) -> Response:
        """Spoil a good answer on its way out, if a rule says so."""
        rule = self.pick(system, path, {"truncated_json", "cut"})
        if rule is None:
            return answer
        half = bytes(answer.body)[: len(answer.body) // 2]
        if rule.kind == "cut":
            return Cut(half, len(answer.body))
        return Response(half, answer.status_code, media_type="application/json")

    def reshape(
        self, system: System, path: str, rows: list[dict[str, object]], page: int
    ) -> tuple[list[dict[str, object]], Rule | None]:
        """Change the rows of one page of a list; drift waits for a later page than the first."""
        kinds = LIST_KINDS if page > 1 else LIST_KINDS - {"drift"}
        rule = self.pick(system, path, kinds)
        if rule is None:
            return rows, None
        if rule.kind == "empty_list":
            return [], rule
        if rule.kind == "drift":
            return rows[1:], rule
        return (rows[: len(rows) // 2] if rule.kind in {"half_list", "quiet_half"} else rows), rule


class Cut(Response):
    """Promise a whole body, send half of it and hang up."""

    def __init__(self, half: bytes, promised: int) -> None:
        super().__init__(half, media_type="application/json")
        self.headers["content-length"] = str(promised)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start answering and stop in the middle: the server closes the connection."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


def json_answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return JSON as both systems send it."""
    return JSONResponse(body, status, headers)


def loads(body: bytes) -> object:
    """Parse a request body; None where it is no JSON."""
    try:
        parsed: object = json.loads(body)
    except ValueError:
        return None
    return parsed
