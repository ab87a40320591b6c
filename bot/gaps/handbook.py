"""The handbook of kinds: docs/kinds.md, written from the catalog by `python -m bot.gaps.handbook`."""

import sys
from collections.abc import Iterator

from bot.gaps.catalog import ALL
from bot.gaps.kinds import Described, Kind, StoreKind
from storage.findings import Severity

FAMILIES = {
    "import": ("Import", "What ShipStation should have received from Shopify."),
    "aging": ("Aging", "What ShipStation has, and nobody moves."),
    "sync": ("Sync-back", "What Shopify should have heard of a parcel, and what it believes."),
    "store": ("Whole stores", "What breaks for every order at once."),
}
OWNERS = {
    "buying": "buying",
    "cs": "customer service",
    "finance": "finance",
    "integration": "whoever looks after the connection",
    "ops": "operations",
    "warehouse": "the warehouse lead",
}
_INTRODUCTION = """# Kinds of gaps

<!-- Written by `make docs` from bot/gaps/catalog.py: change it there. -->

A gap is a difference between Shopify and ShipStation that has lasted longer than it may. This page says of each kind what it
means to a shop, how it is found, which causes are told apart and by what, and what to do next. `stuck gaps --kind CODE` lists
the open ones, and `stuck order 1234` explains any order with the same judgement.

Every cause has a confidence: *confirmed*, where a system says it itself, *likely*, where the evidence speaks for it, and
*unknown*, where neither side says enough. Windows and other knobs are keys of `stuck.toml`:
[configuration.md](configuration.md). Kinds of low severity have no card of their own; they stand in the queue and in
summaries.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([_INTRODUCTION, *_table(), *(line for name in FAMILIES for line in _family(name))])


def _table() -> Iterator[str]:
    yield "| kind | what it says | severity |"
    yield "|---|---|---|"
    for kind in ALL:
        yield f"| [`{kind.code}`](#{_anchor(kind)}) | {kind.title} | {_severity(kind)} |"
    yield ""


def _family(name: str) -> Iterator[str]:
    title, about = FAMILIES[name]
    yield f"## {title}\n\n{about}\n"
    for kind in ALL:
        if kind.code.startswith(f"{name}."):
            yield from _kind(kind)


def _kind(kind: Described) -> Iterator[str]:
    yield f"### `{kind.code}`\n\n**{kind.title}.** {kind.explanation}\n"
    yield f"- **Found when**: {kind.detected}"
    yield f"- **Counts**: {_lower(kind.window)}"
    yield f"- **Severity**: {_severity(kind)}"
    yield f"- **Usually acts**: {OWNERS[kind.owner_role]}"
    yield f"- **Next**: {kind.next_action.text}"
    if kind.knobs:
        yield f"- **Knobs**: {', '.join(map(_knob, kind.knobs))}"
    yield from _relations(kind)
    yield "\n| cause | told by | next, where it differs |\n|---|---|---|"
    for reason in kind.reasons:
        yield f"| `{reason.code}` | {reason.told_by} | {reason.next_action.text if reason.next_action else ''} |"
    yield ""


def _relations(kind: Described) -> Iterator[str]:
    if isinstance(kind, StoreKind):
        yield f"- **Takes in**: {_codes(kind.folds)}. When it ends, what is still wrong comes out as gaps of single orders."
    if isinstance(kind, Kind) and kind.yields_to:
        yield f"- **Silent beside**: {_codes(kind.yields_to)}"


def _knob(key: str) -> str:
    return f"[`{key}`](configuration.md#{f'stores.{key}'.replace('.', '')})"


def _codes(codes: frozenset[str]) -> str:
    return ", ".join(f"[`{code}`](#{code.replace('.', '')})" for code in sorted(codes))


def _severity(kind: Described) -> str:
    return f"{kind.severity.word}, no card" if kind.severity == Severity.LOW else kind.severity.word


def _anchor(kind: Described) -> str:
    return kind.code.replace(".", "")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


if __name__ == "__main__":
    sys.stdout.write(page())
