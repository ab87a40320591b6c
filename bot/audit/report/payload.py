"""The gaps as the page's table reads them: every text once, and each gap as places in that list."""

import json
import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from bot.audit.report import wording
from bot.audit.result import Audit, AuditGap
from bot.gaps import catalog
from storage.findings import Evidence

COLUMNS = (
    "severity",
    "days",
    "order",
    "kind",
    "title",
    "headline",
    "cause",
    "causeText",
    "confidence",
    "action",
    "store",
    "carrier",
    "since",
    "value",
    "currency",
    "edge",
    "shopify",
    "shipstation",
    "evidence",
)
"""What a row holds, in this order. The first two are numbers, the last a list, all others places of texts."""


_UNRULY = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


class _Texts:
    """Texts, each kept once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}
        self._known: dict[str | None, int] = {}

    def place(self, text: str | None) -> int:
        if (known := self._known.get(text)) is None:
            known = self._known[text] = self._places.setdefault(calm(text or ""), len(self._places))
        return known

    def all(self) -> list[str]:
        return list(self._places)


def payload(audit: Audit) -> Markup:
    """Return JSON that is safe to stand inside a `script` element. Times in UTC, ages in days."""
    texts = _Texts()
    rows = [_row(gap, audit, texts) for gap in audit.gaps]
    data = {"columns": COLUMNS, "texts": texts.all(), "rows": rows}
    text = json.dumps(data, separators=(",", ":"))
    for letter in "<>&":  # so that no text can end the element that holds it
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704  # escaped right here


def calm(text: str) -> str:
    """Return a text on one line, without the marks that turn the direction of what stands around them."""
    return text if text.isprintable() else _UNRULY.sub(" ", text)


def link(address: str | None) -> str | None:
    """Return an address only where following it opens a web page."""
    return address if address and address.startswith("https://") else None


def pairs(evidence: Iterable[Evidence]) -> list[tuple[str, str, str]]:
    """Return a line a field: its name, what ShipStation said of it, and what Shopify said."""
    fields: dict[str, dict[str, list[str]]] = {}
    for each in evidence:
        fields.setdefault(each.field, {}).setdefault(each.system, []).append(each.value)
    return [
        (name, "; ".join(said.get("shipstation", ())), "; ".join(said.get("shopify", ())))
        for name, said in fields.items()
    ]


def _row(gap: AuditGap, audit: Audit, texts: _Texts) -> list[Any]:
    finding = gap.finding
    said = (
        gap.order,
        finding.kind,
        catalog.title(finding.kind),
        finding.headline,
        wording.cause(finding.cause.code),
        finding.cause.text,
        finding.cause.confidence,
        finding.next_action.text,
        gap.store,
        gap.carrier,
        wording.moment(finding.since),
        gap.value,
        gap.currency,
        gap.edge,
        link(finding.links.shopify),
        link(finding.links.shipstation),
    )
    evidence = [[texts.place(text) for text in pair] for pair in pairs(finding.evidence)]
    days = round(audit.days_open(gap), 1)
    return [int(finding.severity), days, *map(texts.place, said), evidence]
