"""Shopify's search syntax for orders: fields, comparisons, quotes, AND, OR, NOT and brackets (apis.md A3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.shop import PretendOrder

Predicate = Callable[[PretendOrder], bool]

TOKEN = re.compile(
    r"""\s*(?:
        (?P<bracket>[()])
      | (?P<minus>-(?=[\w(]))
      | (?P<word>AND|OR|NOT)(?=[\s(])
      | (?P<field>[a-z_]+):(?P<op><=|>=|<|>|)\s*(?P<value>'[^']*'|"[^"]*"|[^\s()]+)
      | (?P<bare>'[^']*'|"[^"]*"|[^\s()]+)
    )""",
    re.VERBOSE,
)
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "": lambda left, right: left == right,
}
STATUSES: dict[str, Predicate] = {
    "open": lambda order: order.closed is None and order.cancelled is None,
    "closed": lambda order: order.closed is not None,
    "cancelled": lambda order: order.cancelled is not None,
    "not_closed": lambda order: order.closed is None,
    "any": lambda _: True,
}
FULFILMENT = {
    "unshipped": {"UNFULFILLED", "ON_HOLD", "SCHEDULED"},
    "unfulfilled": {"UNFULFILLED", "ON_HOLD", "SCHEDULED", "PARTIALLY_FULFILLED"},
    "shipped": {"FULFILLED"},
    "fulfilled": {"FULFILLED"},
    "partial": {"PARTIALLY_FULFILLED"},
    "scheduled": {"SCHEDULED"},
    "on_hold": {"ON_HOLD"},
    "request_declined": {"REQUEST_DECLINED"},
}


def _everything(order: PretendOrder) -> bool:
    return True


@dataclass
class Search:
    """One parsed query: what it keeps, and what Shopify would have ignored of it."""

    keeps: Predicate = _everything
    warnings: list[dict[str, str]] = field(default_factory=list)


def parse(query: str | None, zone: ZoneInfo) -> Search:
    """Parse a query. As in Shopify, a term that it does not understand is ignored and told of in `extensions`."""
    reader = _Reader(query or "", zone)
    return Search(reader.read_or(), reader.warnings)


class _Reader:
    """Reads terms from left to right: OR binds loosest, then AND (or nothing), then NOT and `-`."""

    def __init__(self, query: str, zone: ZoneInfo) -> None:
        self.tokens = [match for match in TOKEN.finditer(query) if match.group().strip()]
        self.at = 0
        self.zone = zone
        self.warnings: list[dict[str, str]] = []

    def _peek(self, group: str, *texts: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at][group] in texts

    def read_or(self) -> Predicate:
        parts = [self.read_and()]
        while self._peek("word", "OR"):
            self.at += 1
            parts.append(self.read_and())
        return parts[0] if len(parts) == 1 else lambda order: any(part(order) for part in parts)

    def read_and(self) -> Predicate:
        parts: list[Predicate] = []
        while self.at < len(self.tokens) and not self._peek("word", "OR") and not self._peek("bracket", ")"):
            if self._peek("word", "AND"):
                self.at += 1
                continue
            parts.append(self.read_not())
        return lambda order: all(part(order) for part in parts)

    def read_not(self) -> Predicate:
        if self._peek("minus", "-") or self._peek("word", "NOT"):
            self.at += 1
            inner = self.read_not()
            return lambda order: not inner(order)
        if self._peek("bracket", "("):
            self.at += 1
            inner = self.read_or()
            self.at += self._peek("bracket", ")")
            return inner
        token = self.tokens[self.at]
        self.at += 1
        return self._term(token["field"] or "", token["op"] or "", token["value"] or token["bare"] or "")

    # ------------------------------------------------------------ terms

    def _term(self, name: str, op: str, raw: str) -> Predicate:
        value = raw[1:-1] if raw[:1] in {"'", '"'} else raw
        if name in TIMES:
            return self._time(name, op, value, quoted=value != raw)
        make = FIELDS.get(name)
        predicate = make(op, value) if make else None
        if predicate is None:
            self._warn(name, value, "invalid_value" if make else "invalid_field")
        return predicate or _everything

    def _time(self, name: str, op: str, value: str, *, quoted: bool) -> Predicate:
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is None or (":" in value and not quoted):  # a bare colon ends the value
            self._warn(name, value, "invalid_value")
            return _everything
        wanted = (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC).timestamp()
        key, compare = TIMES[name], COMPARE[op or ">="]
        return lambda order: compare(key(order).replace(microsecond=0).timestamp(), wanted)

    def _warn(self, name: str, value: str, code: str) -> None:
        self.warnings.append({"field": name, "message": f"Invalid search: {name}:{value}", "code": code})


TIMES: dict[str, Callable[[PretendOrder], datetime]] = {
    "created_at": lambda order: order.created,
    "updated_at": lambda order: order.updated,
    "processed_at": lambda order: order.processed,
}


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^0-9a-z]+", text.casefold()) if word]


def _name(op: str, value: str) -> Predicate:
    """A search term, not an equality: `name:1001` also finds 1001-A, and `100*` everything that begins so."""
    wanted = value.casefold().removeprefix("#")

    def keeps(order: PretendOrder) -> bool:
        name = order.name.casefold().removeprefix("#")
        if wanted.endswith("*"):
            return name.startswith(wanted[:-1])
        return wanted == name or _words(wanted) == _words(name)[: len(_words(wanted))] != []

    return keeps


def _number(key: Callable[[PretendOrder], int]) -> Callable[[str, str], Predicate | None]:
    def make(op: str, value: str) -> Predicate | None:
        digits = value.rpartition("/")[2]
        if not digits.isdigit():
            return None
        return lambda order: COMPARE[op](key(order), int(digits))

    return make


def _fulfilment(op: str, value: str) -> Predicate | None:
    wanted = FULFILMENT.get(value.casefold())
    return (lambda order: order.fulfilment_status() in wanted) if wanted else None


FIELDS: dict[str, Callable[[str, str], Predicate | None]] = {
    "": _name,
    "name": _name,
    "id": _number(lambda order: order.id),
    "status": lambda _, value: STATUSES.get(value.casefold()),
    "financial_status": lambda _, value: lambda order: (order.financial or "").casefold() == value.casefold(),
    "fulfillment_status": _fulfilment,
    "tag": lambda _, value: lambda order: value.casefold() in {tag.casefold() for tag in order.tags},
    "tag_not": lambda _, value: lambda order: value.casefold() not in {tag.casefold() for tag in order.tags},
    "test": lambda _, value: lambda order: order.test is (value.casefold() == "true"),
    "source_name": lambda _, value: lambda order: order.source.casefold() == value.casefold(),
}
