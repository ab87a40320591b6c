"""What the month's other orders show around one, where that order alone cannot tell its cause.

The tables are asked once, and what they say is kept as sorted moments: a question for each order would cost ten
milliseconds of a large month.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import duckdb

from bot.gaps.dossier import Dossier, Peers
from bot.gaps.rules import StoreRules
from bot.gaps.traits import shared
from storage.facts import Order

_TOLD_WITHIN = timedelta(hours=1)
_IMPORTED_WITHIN = timedelta(hours=12)
_AT_ONCE = 10_000
"""Rows that are fetched together."""

_NEWEST_IMPORTED = """
SELECT max(o.created_at) FROM shopify_orders o
WHERE EXISTS (SELECT 1 FROM shipstation_orders r WHERE r.key = o.key)
"""
_TOLD = """
SELECT made_at FROM shipstation_parcels
WHERE notified AND made_at BETWEEN $since AND $until AND voided IS NOT TRUE AND return_label IS NOT TRUE ORDER BY 1
"""
_LABELS = """
SELECT epoch_us(made_at) FROM shipstation_parcels
WHERE notified = $notified AND kind = 'label' AND made_at IS NOT NULL
    AND voided IS NOT TRUE AND return_label IS NOT TRUE
ORDER BY 1
"""
_SHIPPED = """
SELECT epoch_us(min(r.ordered_at)) FROM shipstation_orders r
SEMI JOIN (FROM shipstation_parcels WHERE voided IS NOT TRUE AND return_label IS NOT TRUE) USING (key)
WHERE r.ordered_at IS NOT NULL GROUP BY r.key ORDER BY 1
"""
_IMPORTED = """
SELECT o.key FROM shopify_orders o JOIN shipstation_orders r USING (key) GROUP BY o.key ORDER BY hash(o.key)
LIMIT 500
"""


@dataclass(frozen=True)
class Neighbours:
    """Answers for one audit."""

    connection: duckdb.DuckDBPyConnection
    rules: StoreRules
    absent: Sequence[Order] = ()
    """Orders that ShipStation should have, and has not."""
    imported: Sequence[Order] = ()
    """Some of those that it has."""

    @cached_property
    def newest_imported(self) -> datetime | None:
        """When the newest order was made in Shopify that ShipStation has (UTC)."""
        row = self.connection.execute(_NEWEST_IMPORTED).fetchone()
        return row[0] if row else None

    def some_imported(self) -> list[str]:
        """Return the keys of five hundred orders that ShipStation has; for the same files always the same ones."""
        return [key for (key,) in self.connection.execute(_IMPORTED).fetchall()]

    def told(self, since: datetime, until: datetime) -> tuple[datetime, ...]:
        """Return when the parcels of that time were made of which ShipStation told Shopify (UTC)."""
        found = self.connection.execute(_TOLD, {"since": since, "until": until})
        return tuple(at for (at,) in found.fetchall())

    def of(self, facts: Dossier) -> Peers:
        """Return what the others show around this order."""
        told = untold = shipped = 0
        if facts.live:
            told = self._labels_around(facts, notified=True)
            untold = self._labels_around(facts, notified=False)
        elif facts.matches:
            made = facts.matches[0].ordered_at or facts.matches[0].created_at
            shipped = _around(self._shipped, made, _IMPORTED_WITHIN)
        absent = facts.matched_by is None
        return Peers(
            newest_imported=facts.peers.newest_imported if facts.peers else None,
            notified=told,
            not_notified=untold,
            shipped=shipped,
            shared=shared(facts.order, self.absent, self.imported, self.rules) if absent else (),
        )

    def _labels_around(self, facts: Dossier, *, notified: bool) -> int:
        """Count the others' live labels made around this order's last parcel that say this about Shopify."""
        moment = facts.live[-1].created_at
        own = sum(
            part.kind == "label"
            and part.notified is notified
            and abs(part.created_at - moment) <= _TOLD_WITHIN
            for part in facts.live
        )
        there = _around(self._told_labels if notified else self._untold_labels, moment, _TOLD_WITHIN)
        return max(there - own, 0)

    @cached_property
    def _told_labels(self) -> "array[int]":
        return self._moments(_LABELS, {"notified": True})

    @cached_property
    def _untold_labels(self) -> "array[int]":
        return self._moments(_LABELS, {"notified": False})

    @cached_property
    def _shipped(self) -> "array[int]":
        """When ShipStation's orders with a live parcel were placed; orders without one are no neighbours of their own."""
        return self._moments(_SHIPPED, {})

    def _moments(self, question: str, told: dict[str, bool]) -> "array[int]":
        """Return moments in microseconds since 1970, sorted."""
        found = array("q")
        rows = self.connection.execute(question, told)
        while some := rows.fetchmany(_AT_ONCE):
            found.extend(at for (at,) in some)
        return found


def _around(moments: "array[int]", moment: datetime, within: timedelta) -> int:
    since, until = (round((moment + by).timestamp() * 1_000_000) for by in (-within, within))
    return bisect_right(moments, until) - bisect_left(moments, since)
