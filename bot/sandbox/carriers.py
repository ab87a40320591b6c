"""Pretend carriers: tracking numbers of the right shape, and what Shopify makes of ShipStation's carrier codes."""

import random

COMPANIES = {"stamps_com": "USPS", "ups_walleted": "UPS", "fedex": "FedEx", "dhl_express": "DHL Express"}
"""ShipStation carrierCode -> Shopify tracking company (apis.md D)."""

CARRIERS = ("stamps_com", "stamps_com", "stamps_com", "ups_walleted", "fedex")
"""How often each is chosen."""

SERVICES = {
    "stamps_com": "usps_ground_advantage",
    "ups_walleted": "ups_ground",
    "fedex": "fedex_home_delivery",
    "dhl_express": "dhl_express_worldwide",
}

ADDRESSES = {
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
    "DHL Express": "https://www.dhl.com/en/express/tracking.html?brand=DHL&AWB={}",
}


def tracking_number(chance: random.Random, carrier: str | None) -> str:
    """Invent a number in the carrier's shape."""
    digits = "".join(chance.choices("0123456789", k=18))
    if carrier == "ups_walleted":
        return f"1Z999AA1{digits[:10]}"
    if carrier == "fedex":
        return f"7{digits[:11]}"
    if carrier == "dhl_express":
        return digits[:10]
    return f"9400{digits}"


def tracking_address(company: str | None, number: str | None) -> str | None:
    """Return the address where Shopify would let the customer follow the parcel, for companies it knows."""
    template = ADDRESSES.get(company or "")
    return template.format(number) if template and number else None
