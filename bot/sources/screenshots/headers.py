"""Which grid a picture shows, by the names in its header row: the alias table of exports, and Shopify's order list."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bot.sources.exports.columns import SHIPSTATION, WORDS, Aliases, fold
from bot.sources.screenshots.geometry import Box, around
from bot.sources.screenshots.ocr import Line

System = Literal["shopify", "shipstation"]

ORDER_LIST: Aliases = MappingProxyType(
    {
        "order_number": ("order",),
        "created_at": ("date",),
        "financial_status": ("payment status", "payment"),
        "fulfillment_status": ("fulfillment status", "fulfilment status", "fulfillment"),
        "total": ("total",),
        "source": ("channel",),
        "shipping_method": ("delivery method",),
        "tags": ("tags",),
    }
)
"""Column names of Shopify's order list (Admin → Orders)."""
OF_EXPORT: Mapping[str, str] = MappingProxyType(
    {
        "order_number": "Name",
        "created_at": "Created at",
        "financial_status": "Financial Status",
        "fulfillment_status": "Fulfillment Status",
        "total": "Total",
        "source": "Source",
        "shipping_method": "Shipping Method",
        "tags": "Tags",
    }
)
"""What the same fields are called in Shopify's orders export."""
NEEDED = ("order_number", "created_at", "financial_status", "fulfillment_status")
"""Without these a row of the order list says too little: it would have to be guessed."""
NEVER_READ = frozenset({"sku", "quantity", "packages"})
"""ShipStation's grids write `(3 items)` there, which is not what an export says."""
MARKERS = frozenset({"batch", "delegation date", "rate", "shipping paid", "shipping cost"})
"""Columns that only tell which grid it is; they are never read."""

_NEAR = 0.86
_SHORTEST = 5
"""Letters from which on a name may be misread in one of them, or be cut off, and still be known."""
_ARROWS = "▲▼△▽↑↓⇅↕^v "


@dataclass(frozen=True, slots=True)
class Heading:
    """One name in the header row."""

    box: Box
    text: str
    field: str | None = None
    """What it stands for; None: a column that is not read."""
    name: str = ""
    """What the column is called in an export."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a grid."""

    system: System
    headings: tuple[Heading, ...]

    @property
    def box(self) -> Box:
        """The whole row."""
        return around([heading.box for heading in self.headings])

    @property
    def fields(self) -> tuple[str, ...]:
        """What is read."""
        return tuple(heading.field for heading in self.headings if heading.field)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What Shopify's order list has to show, and this one does not, in words."""
        if self.system == "shipstation":
            return ()
        return tuple(WORDS[field] for field in NEEDED if field not in self.fields)


def header_of(names: Sequence[Line], width: float) -> Header | None:
    """Return what these names are the header of, in whichever system more of them are known; None for none.

    `width`: of the picture, at whose right edge a name may be cut off.
    """
    cells = _stacked(names)
    found = [_header(system, cells, width) for system in ("shopify", "shipstation")]
    best = max(found, key=lambda header: (len(header.fields), not header.lacks))
    known = len(best.fields) > 1 and "order_number" in best.fields
    return best if known else None


def _stacked(names: Sequence[Line]) -> list[Heading]:
    """Return names from left to right, those in two lines put together."""
    groups: list[list[Line]] = []
    for line in sorted(names, key=lambda each: each.box.left):
        for group in groups:
            box = around([each.box for each in group])
            if box.beside(line.box) > min(box.width, line.box.width) / 2:
                group.append(line)
                break
        else:
            groups.append([line])
    return [
        Heading(
            around([line.box for line in group]),
            " ".join(line.text.strip() for line in sorted(group, key=lambda each: each.box.top)),
        )
        for group in groups
    ]


def _header(system: System, cells: Sequence[Heading], width: float) -> Header:
    table = ORDER_LIST if system == "shopify" else SHIPSTATION
    headings: list[Heading] = []
    taken: set[str] = set()
    for cell in cells:
        field, name = _known(table, cell.text, at_edge=cell.box.right >= width - 2)
        if field is None or field in taken | NEVER_READ:
            name = fold(cell.text) if fold(cell.text) in MARKERS else ""
            headings.append(Heading(cell.box, cell.text, None, name))
            continue
        taken.add(field)
        headings.append(
            Heading(cell.box, cell.text, field, OF_EXPORT[field] if system == "shopify" else name)
        )
    return Header(system, tuple(headings))


def _known(table: Aliases, text: str, *, at_edge: bool) -> tuple[str | None, str]:
    """Return the field a name stands for, and the alias that it is."""
    folded = fold(text.strip(_ARROWS))
    names = {alias: field for field, aliases in table.items() for alias in aliases}
    if folded in names:
        return names[folded], folded
    if len(folded) < _SHORTEST:
        return None, ""
    near = difflib.get_close_matches(folded, names, n=1, cutoff=_NEAR)
    if not near and at_edge:
        near = [alias for alias in names if alias.startswith(folded)]
    return (names[near[0]], near[0]) if near else (None, "")
