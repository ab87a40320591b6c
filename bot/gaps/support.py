"""One text about a gap for ShipStation's support: what is wrong, on which rows, since when, and what was tried. Pure.

It names nobody: neither customers nor colleagues.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.gaps import words
from bot.gaps.catalog import kind
from storage.facts import Shipment, ShipStationOrder
from storage.gap import Event, Gap

MOST_ROWS = 6
"""ShipStation orders and shipments that are listed, each."""
MOST_TURNS = 10
MOST_ORDERS = 20
ERROR = 600
"""Characters of ShipStation's own error, which is quoted word for word."""

_TURNS = {
    "opened": "found by comparing Shopify with ShipStation",
    "unverified": "thought to be mended; both systems were read again and still disagreed",
    "resolved": "mended; both systems were read again and agreed",
    "healed": "both systems were read again and agreed",
    "reopened": "back again",
}


@dataclass(frozen=True, slots=True)
class Packet:
    """What the text is made of."""

    gap: Gap
    events: Sequence[Event]
    """Its history, oldest first."""
    rows: Sequence[ShipStationOrder]
    parcels: Sequence[Shipment]
    shop: str
    zone: ZoneInfo
    """In which all times are written, each with its offset."""

    def text(self) -> str:
        """Return the whole text, one fact a line."""
        parts = (self._what(), self._rows(), self._parcels(), self._evidence(), self._tried())
        return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines)

    def _what(self) -> Iterator[str]:
        finding = self.gap.finding
        yield finding.headline if self.gap.order is None else f"Order {self.gap.order}: {self._title()}"
        yield f"Shop: {self.shop}" if self.shop else f"Store: {self.gap.store}"
        if self.gap.order_id is not None:
            yield f"Shopify order id: {self.gap.order_id}"
        if finding.folded:
            yield f"Shopify order ids ({len(finding.folded)}): {_some(finding.folded)}"
        yield f"Since: {self._at(finding.since)}"
        yield f"Likely cause: {finding.cause.text}"

    def _title(self) -> str:
        try:
            return kind(self.gap.kind).title
        except KeyError:
            return self.gap.finding.headline

    def _rows(self) -> Iterator[str]:
        for row in self.rows[:MOST_ROWS]:
            yield (
                f"ShipStation order id {row.id}: number {row.number}, status {row.status}, store id {row.store_id}, "
                f"created {self._at(row.created_at)}, changed {self._at(row.modified_at)}, read {self._at(row.read_at)}"
            )
        yield from _left_out(len(self.rows), "ShipStation order")

    def _parcels(self) -> Iterator[str]:
        for parcel in self.parcels[:MOST_ROWS]:
            yield self._parcel(parcel)
            if parcel.notify_error:
                yield f"  Error, word for word: {words.cut(parcel.notify_error, ERROR)}"
        yield from _left_out(len(self.parcels), "shipment")

    def _parcel(self, parcel: Shipment) -> str:
        what = "Shipment" if parcel.kind == "label" else "Fulfillment (marked as shipped)"
        voided = (
            f", voided {self._at(parcel.voided_at)}"
            if parcel.voided_at
            else ", voided"
            if parcel.voided
            else ""
        )
        told = {True: "yes", False: "no", None: "not said"}[parcel.notified]
        return (
            f"{what} id {parcel.id}: order id {parcel.order_id}, created {self._at(parcel.created_at)}, "
            f"carrier {parcel.carrier or 'not said'}, tracking {parcel.tracking or 'none'}, "
            f"channel notified: {told}{voided}, read {self._at(parcel.read_at)}"
        )

    def _evidence(self) -> Iterator[str]:
        for system, name in (("shopify", "Shopify"), ("shipstation", "ShipStation")):
            said = [piece for piece in self.gap.finding.evidence if piece.system == system]
            if said:
                yield f"{name} says, read {self._at(min(piece.read_at for piece in said))}:"
                yield from (f"  {piece.field}: {piece.value}" for piece in said)

    def _tried(self) -> Iterator[str]:
        turns = [f"{self._at(event.at)}: {said}" for event in self.events if (said := _tried(event))]
        if turns:
            yield "What was tried:"
            yield from turns[-MOST_TURNS:]

    def _at(self, moment: datetime) -> str:
        """Return a moment on the store's clock with its offset: `2026-11-23 10:00 UTC-05:00`."""
        there = moment.astimezone(self.zone)
        offset = f"{there:%z}"
        return f"{there:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:5]}"


def _tried(event: Event) -> str | None:
    """Return what one turn says to somebody outside; None for what only concerns the team."""
    if event.code == "noted":
        return f"note: {event.facts.get('text', '')}"
    if event.code in {"changed", "worse"}:
        return f"changed to: {event.facts['to']}" if event.facts.get("to") else None
    return _TURNS.get(event.code)


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_ORDERS
    return ", ".join(ids[:MOST_ORDERS]) + (f" and {more} more" if more > 0 else "")


def _left_out(many: int, what: str) -> Iterator[str]:
    if many > MOST_ROWS:
        yield f"and {many - MOST_ROWS} more {what}{'s' if many - MOST_ROWS > 1 else ''}"
