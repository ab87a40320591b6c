"""What a person has to know about how a file was read, in sentences."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.sources.exports.files import LISTED
from bot.sources.exports.loading import Loaded
from bot.sources.exports.plan import DAYS

_SYSTEMS = {"shopify": "Shopify's", "shipstation": "ShipStation's"}


def notes(
    loaded: Loaded, repeated: int, left_out: Sequence[str], zone: ZoneInfo, *, given: bool
) -> tuple[str, ...]:
    """Return the notes of one file: its form, what was assumed, what is damaged, what was left out."""
    return tuple(
        filter(
            None,
            (
                _encoding(loaded),
                f"No exports, and left out: {', '.join(left_out)}." if left_out else "",
                _zone(loaded, zone, given=given),
                *_day_order(loaded),
                *loaded.notes,
                _damaged(loaded),
                _no_voids(loaded),
                _repeated(repeated),
                _more(loaded),
            ),
        )
    )


def _encoding(loaded: Loaded) -> str:
    form = loaded.plan.table.dialect
    if form is None or form.encoding.startswith("utf-8"):
        return ""
    name = "Windows-1252" if form.encoding == "cp1252" else "UTF-16"
    return f"Its text is {name}, not UTF-8."


def _zone(loaded: Loaded, zone: ZoneInfo, *, given: bool) -> str:
    fields = [name for name, form in loaded.forms.items() if form.clocks and name not in DAYS]
    if not fields:
        return ""
    how = "as --zone says" if given else "assumed: its dates name no offset"
    return f"Dates are read in {zone.key}, {how}."


def _day_order(loaded: Loaded) -> list[str]:
    """Say which of day and month was taken to come first, where the file leaves it open."""
    open_ones = [name for name, form in loaded.forms.items() if form.ambiguous]
    if not open_ones:
        return []
    return ["Dates such as 4/2/2026 are read as month/day/year: nothing in the file settles it."]


def _damaged(loaded: Loaded) -> str:
    if not loaded.damaged:
        return ""
    numbers = "1 tracking number is" if loaded.damaged == 1 else f"{loaded.damaged:,} tracking numbers are"
    return f"{numbers} unusable: Excel has rounded such numbers (9.40011E+21). They do not count as missing."


def _no_voids(loaded: Loaded) -> str:
    plan = loaded.plan
    if plan.kind != "labels" or plan.has("voided") or plan.has("voided_at"):
        return ""
    return (
        "It does not say which labels were voided: add the column Shipment - Void Flag, or they look shipped."
    )


def _repeated(count: int) -> str:
    if not count:
        return ""
    what = "1 order or parcel is" if count == 1 else f"{count:,} orders or parcels are"
    return f"{what} in these files more than once and counted once."


def _more(loaded: Loaded) -> str:
    more = loaded.rejected - len(loaded.listed)
    return f"{more:,} more rejected rows are not listed: only the first {LISTED:,} are." if more > 0 else ""
