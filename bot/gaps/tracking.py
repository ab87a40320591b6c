"""Tracking numbers as both systems write them, folded so that they can be compared (domain.md, trap 61)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from storage.facts import Fulfillment, Shipment

_NOISE = re.compile(r"[^A-Z0-9]+")
_USPS_ROUTING = re.compile(r"^420\d{5}(?:\d{4})?(?=9[1-5]\d{20}$)")
_BETWEEN = re.compile(r"[,;/|\n]+")
_COMPANIES = (
    *(("stamps_com", "USPS"), ("usps", "USPS"), ("endicia", "USPS"), ("ups", "UPS"), ("fedex", "FedEx")),
    *(
        ("dhl_express", "DHL Express"),
        ("dhl_ecommerce", "DHL eCommerce"),
        ("dhl_global_mail", "DHL eCommerce"),
    ),
    *(("ontrac", "OnTrac"), ("canada_post", "Canada Post"), ("purolator", "Purolator")),
)
"""Beginnings of ShipStation's carrier codes, and the company as Shopify knows it (apis.md D)."""


def normalise(text: str | None) -> str:
    """Fold one tracking number: upper case, letters and digits only, without the USPS 420+ZIP prefix.

    Empty for text that cannot be a tracking number: nothing, a word such as "hand delivered", or only zeros.
    """
    if not text:
        return ""
    upper = text.upper()
    folded = upper if upper.isascii() and upper.isalnum() else _NOISE.sub("", upper)
    if folded.isalpha() or not folded.strip("0"):
        return ""
    return _USPS_ROUTING.sub("", folded) if folded.startswith("420") else folded


def numbers(text: str | None) -> frozenset[str]:
    """Return every number in one field: people type several into it, with commas or slashes between."""
    if not text:
        return frozenset()
    if text.isalnum():
        folded = normalise(text)
        return frozenset((folded,)) if folded else frozenset()
    return frozenset(filter(None, map(normalise, _BETWEEN.split(text))))


def parcel_numbers(shipments: Iterable[Shipment]) -> frozenset[str]:
    """Return the numbers of these parcels."""
    return frozenset().union(*[numbers(shipment.tracking) for shipment in shipments])


def shown_numbers(fulfillments: Iterable[Fulfillment]) -> frozenset[str]:
    """Return the numbers that Shopify shows on these fulfilments."""
    return frozenset().union(
        *[numbers(entry.number) for fulfillment in fulfillments for entry in fulfillment.tracking]
    )


@lru_cache(256)
def company(carrier: str | None) -> str | None:
    """Return the name under which Shopify knows a ShipStation carrier code, or None for one it may not know."""
    code = (carrier or "").casefold()
    return next((name for beginning, name in _COMPANIES if code.startswith(beginning)), None)
