"""Which orders a message names: links to Shopify's admin, and numbers that are no date, price, phone or parcel. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 12_000
"""Characters of a message that are looked through."""
SHORTEST = 3
"""Digits that a number without `#` needs."""


@dataclass(frozen=True, slots=True)
class OrderLink:
    """A link to one order in Shopify's admin."""

    address: str
    shop: str
    """`acme.myshopify.com`."""
    order_id: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a message names, each once, the surest first."""

    links: tuple[OrderLink, ...] = ()
    numbers: tuple[str, ...] = ()


_HANDLE = r"(?P<shop>[a-z0-9][a-z0-9-]{0,99})"
_END = r"orders/(?P<id>\d{1,20})(?=[/?#]|$)"
_ADDRESSES = (
    re.compile(rf"https://admin\.shopify\.com/store/{_HANDLE}/{_END}", re.IGNORECASE),
    re.compile(rf"https://{_HANDLE}\.myshopify\.com/admin/{_END}", re.IGNORECASE),
)


def order_link(address: str) -> OrderLink | None:
    """Return the order that an address of Shopify's admin leads to; None for any other address."""
    for shape in _ADDRESSES:
        if found := shape.match(address):
            return OrderLink(address, f"{found['shop'].lower()}.myshopify.com", found["id"])
    return None


def named_in(message: Mapping[str, Any]) -> Named:
    """Return what a message of Slack names, in its text, blocks and attachments."""
    said = "\n".join(_texts(message))[:LONGEST]
    links = dict.fromkeys(filter(None, map(order_link, _ADDRESS.findall(said))))
    return Named(tuple(links), tuple(_numbers(said)))


# ---------------------------------------------------------------- what a person reads of it

_ADDRESS = re.compile(r"https?://[^\s<>|]+")
_REFERENCE = re.compile(r"<(?P<to>[^<>|]*)(?:\|(?P<words>[^<>]*))?>")
_READ = ("text", "title", "fallback", "pretext", "title_link", "from_url", "url", "alt_text")
_PARTS = ("blocks", "attachments", "message_blocks", "elements", "fields", "rows", "message", "element")
_UNREAD = frozenset(
    {"button", "overflow", "static_select", "users_select", "checkboxes", "radio_buttons", "date"}
)
"""Elements whose words are about acts, and dates, which rich text carries with their words."""


def _texts(thing: Any) -> Iterator[str]:
    """Yield every text that a person reads in a message, and the addresses behind its links."""
    if isinstance(thing, list):
        for part in thing:
            yield from _texts(part)
    if not isinstance(thing, Mapping) or thing.get("type") in _UNREAD:
        return
    for key in _READ:
        if isinstance(thing.get(key), str):
            yield thing[key]
        elif isinstance(thing.get(key), Mapping):
            yield from _texts(thing[key])
    if isinstance(thing.get("value"), str) and "title" in thing:
        yield thing["value"]
    for key in _PARTS:
        yield from _texts(thing.get(key))


# ---------------------------------------------------------------- numbers

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_NOT_AN_ORDER = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # e-mail addresses
        r"\b\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}\S*)?",  # dates: 2026-11-23
        r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b",  # 11/23/2026
        rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?\b",  # Nov 23, 2026
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}(?:,?\s+\d{{4}})?\b",  # 23 November 2026
        rf"\b{_MONTH}\s+\d{{4}}\b",  # November 2026
        r"\b\d{1,2}:\d{2}(?::\d{2})?",  # times
        r"\b\d[\d,.]*\s?(?:usd|eur|gbp|cad|aud|dollars?|euros?|[$€£¥%])",  # prices, shares
        r"[$€£¥]\s?\d[\d,.'\u00a0]*",
        r"\b\d{1,3}(?:,\d{3})+(?:\.\d+)?\b",  # 1,234
        r"\b\d+\.\d+\b",
        r"\+\d[\d\s().-]{6,}\d",  # phone numbers
        r"\(\d{2,5}\)[\s-]*\d[\d\s-]{3,}\d",
        r"\b\d{2,4}[ .-]\d{3}[ .-]\d{3,4}\b",
        r"\b\d{3}[.-]\d{4}\b",
        r"\b9[1-5]\d\d(?: \d{4}){3,}(?: \d{1,4})?\b",  # parcels in groups of four
        r"\b(?=\w*\d{4})[a-z0-9]{10,}\b",  # parcels, ids
        r"\b(?:http|error|status|port|v|sku|size)[\s:#-]*\d{3,5}\b",
    )
)
_WITH_SIGN = re.compile(
    r"(?<![\w&#/])#(?P<number>(?:[A-Za-z]{1,10}-?)?\d{1,9}(?:-?[A-Za-z]|-[A-Za-z0-9]{1,3})?)(?![\w-])"
)
_AFTER_WORD = re.compile(
    r"\border(?:s|\s+(?:number|no\.?|nr\.?))?:?\s+#?(?P<number>(?:[A-Za-z]{1,10}-?)?\d{1,9}(?:-?[A-Za-z]|-[A-Za-z0-9]{1,3})?)(?![\w-])",
    re.IGNORECASE,
)
_ADDED_TO = re.compile(
    r"(?<![\w#/.-])(?P<number>[A-Z]{1,10}-?\d{3,9}(?:-[A-Za-z0-9]{1,3})?|\d{3,9}-[A-Za-z0-9]{1,3})(?![\w-])(?!\.\d)"
)
_BARE = re.compile(rf"(?<![\w#/.,-])(?P<number>\d{{{SHORTEST},8}})(?![\w/-])(?![.,]\d)")


def _numbers(said: str) -> Iterable[str]:
    """Return the order numbers in a text: those with `#` or after the word order, with prefix or suffix, then bare ones."""
    plain = _REFERENCE.sub(_in_words, said)
    plain = _ADDRESS.sub(" ", plain).replace("&amp;", "&").replace("&lt;", " ").replace("&gt;", " ")
    sure = [*_found(_WITH_SIGN, plain), *_found(_AFTER_WORD, plain)]
    for shape in _NOT_AN_ORDER:
        plain = shape.sub(" \u00b7 ", plain)
    loose = [*_found(_ADDED_TO, plain), *_found(_BARE, plain)]
    once = {number.casefold(): number for number in reversed([*sure, *loose])}
    return reversed(once.values())


def _found(shape: re.Pattern[str], text: str) -> list[str]:
    return [found["number"] for found in shape.finditer(text)]


def _in_words(found: re.Match[str]) -> str:
    """Return the words of a link; of mentions and dates nothing."""
    if found["to"].startswith(("@", "#", "!")):
        return " "
    return f" {found['words'] or ''} "
