"""What the text of a cell stands for, in the words of exports."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from bot.sources.exports.plan import DAYS, MOMENTS
from bot.sources.exports.values import FALSE, TRUE
from bot.sources.screenshots.check_digits import plain
from bot.sources.screenshots.dates import moment

NUMBERS = frozenset({"order_number", "tracking", "parcel"})
DATES = MOMENTS | DAYS
FLAGS = frozenset({"voided", "notified", "return_label"})
STATUSES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "financial_status": {
            **{
                each: each
                for each in ("paid", "pending", "refunded", "voided", "authorized", "expired", "unpaid")
            },
            "payment pending": "pending",
            "overdue": "pending",
            "expiring": "authorized",
            "due": "pending",
            "partially paid": "partially_paid",
            "partially refunded": "partially_refunded",
        },
        "fulfillment_status": {
            **{each: each for each in ("fulfilled", "unfulfilled", "scheduled", "partial", "restocked")},
            "partially fulfilled": "partial",
            "on hold": "on_hold",
            "in progress": "in_progress",
            "fulfillment on hold": "on_hold",
            "request declined": "request_declined",
        },
        "order_status": {
            **{
                each: each
                for each in ("awaiting shipment", "awaiting payment", "on hold", "shipped", "cancelled")
            },
            "canceled": "cancelled",
            "rejected fulfillment": "rejected fulfillment",
            "pending fulfillment": "pending fulfillment",
            "awaiting fulfillment": "pending fulfillment",
        },
        "status": {
            each: each for each in ("complete", "shipped", "pending", "cancelled", "rejected", "processing")
        },
    }
)
"""As the grids show them, and as exports write them."""

REQUIRED = frozenset({"order_number", "created_at", "financial_status", "fulfillment_status", "order_status"})
"""Where these are blank, a row says nothing that could be judged."""

_BLANK = frozenset({"", "-", "\u2013", "\u2014", "--", "n/a", "none"})
_CLOSE = 0.8
_SAME = 0.85
"""From here on, and with the same first letters, a word is what it looks like: `Fulilled`, but not `nfulfilled`."""
_FIRST = 3
_CLEAR = 0.06
"""By how much the nearest word has to be nearer than the second one."""
_PART = re.compile(r"\s*[(\[]\s*\d+\s*of\s*\d+\s*[)\]]\s*$", re.IGNORECASE)
_TICKS = MappingProxyType(
    {"✓": "yes", "✔": "yes", "√": "yes", "✗": "no", "✘": "no", "\u00d7": "no", "Ø": "no"}
)
_AMOUNT = re.compile(r"\d[\d., ]*")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text stands for; None where it cannot be made out."""

    value: str | None
    near: str = ""
    """The known word that a misread one was taken for."""
    problem: str = ""


def meaning(field: str, text: str, taken: date, *, european: bool = False) -> Meaning:
    """Return what a cell says. `taken`: the day of the picture; `european`: its dates begin with the day."""
    bare = " ".join(text.split())
    if bare.lower() in _BLANK:
        return Meaning("") if field not in REQUIRED else Meaning(None, problem="it is empty")
    if field in DATES:
        return _date(field, bare, taken, european=european)
    return _undated(field, bare)


def _undated(field: str, text: str) -> Meaning:
    if field in STATUSES:
        return _status(STATUSES[field], text)
    if field in FLAGS:
        return _flag(text)
    if field in NUMBERS:
        return _number(field, text)
    return Meaning(_amount(text) if field == "total" else text)


def _date(field: str, text: str, taken: date, *, european: bool) -> Meaning:
    found = moment(text, taken, european=european)
    if found is None:
        return Meaning(None, problem="it is no date that is known here")
    if field not in DAYS and found.day > taken + timedelta(days=1):
        return Meaning(found.text, problem=f"it lies after the day of the picture, {taken}")
    return Meaning(found.text)


def _status(words: Mapping[str, str], text: str) -> Meaning:
    said = re.sub(r"[^a-z ]", "", text.lower()).strip()
    if said in words:
        return Meaning(words[said])
    ranked = sorted(
        ((difflib.SequenceMatcher(None, said, word).ratio(), word) for word in words), reverse=True
    )
    (best, word), (second, _) = ranked[0], ranked[1]
    if best >= _CLOSE and best - second >= _CLEAR:
        same = best >= _SAME and said[:_FIRST] == word[:_FIRST]
        return Meaning(words[word], near="" if same else word)
    return Meaning(None, problem="it is no status that is known here")


def _flag(text: str) -> Meaning:
    said = _TICKS.get(text, text).lower()
    if said in TRUE:
        return Meaning("true")
    return Meaning("false") if said in FALSE else Meaning(None, problem="it is neither yes nor no")


def _number(field: str, text: str) -> Meaning:
    if field == "tracking":
        return Meaning(plain(text))
    number = _PART.sub("", text).strip(" .,·•|>\u203a")
    return Meaning(number) if re.search(r"\d", number) else Meaning(None, problem="it has no digit")


def _amount(text: str) -> str:
    found = _AMOUNT.search(text)
    if not found:
        return ""
    digits = found[0].replace(" ", "").rstrip(".,")
    if re.search(r",\d{2}$", digits):
        return digits.replace(".", "").replace(",", ".")
    return digits.replace(",", "")
