"""What the sample's shop sells, and who carries it."""

import random
from decimal import Decimal

from bot.audit.sample.values import Carrier, Product


def _product(sku: str, title: str, price: str, **more: bool) -> Product:
    return Product(sku, title, Decimal(price), **more)


MUG = _product("MUG-BLUE", "Mug, blue", "14.00")
TEE = _product("TEE-M", "T-shirt, medium", "24.50")
LAMP = _product("LAMP-01", "Desk lamp", "59.00")
POSTER = _product("POSTER-A2", "Poster, rolled", "19.00")
NOTEBOOK = _product("NOTE-3", "Notebooks, set of three", "16.00")
BOTTLE = _product("BOTTLE-75", "Bottle, 0.75 l", "29.00")
BLANKET = _product("BLANKET", "Wool blanket", "89.00")
EBOOK = _product("EBOOK-CARE", "Care guide, e-book", "9.00", ships=False)
GIFT_CARD = _product("GIFT-50", "Gift card", "50.00", ships=False, gift_card=True)
SAMPLER = _product("SAMPLER-5", "Sampler box, five kinds", "34.00")
"""New this month, and ShipStation's product filter leaves it out."""

PRODUCTS = (MUG, TEE, LAMP, POSTER, NOTEBOOK, BOTTLE, BLANKET)
POPULAR = (5, 6, 2, 3, 4, 4, 1)
"""How often each is chosen."""

_USPS = "https://tools.usps.com/go/TrackConfirmAction?tLabels={}"
_UPS = "https://www.ups.com/track?tracknum={}"
_FEDEX = "https://www.fedex.com/fedextrack/?trknbr={}"

USPS = Carrier("Stamps.com", "USPS Ground Advantage", "USPS", _USPS, Decimal("5.40"))
PRIORITY = Carrier("Stamps.com", "USPS Priority Mail", "USPS", _USPS, Decimal("8.15"))
LETTER = Carrier("Stamps.com", "USPS First Class Mail - Letter", "USPS", "", Decimal("1.50"))
UPS = Carrier("UPS by ShipStation", "UPS Ground", "UPS", _UPS, Decimal("9.20"))
FEDEX = Carrier("FedEx", "FedEx Home Delivery", "FedEx", _FEDEX, Decimal("10.05"))
DHL = Carrier(
    "DHL Express", "DHL Express Worldwide", "DHL Express",
    "https://www.dhl.com/en/express/tracking.html?brand=DHL&AWB={}", Decimal("38.00"),
)  # fmt: skip
FREIGHT = Carrier("Regional Freight Line", "Freight", "Other", "", Decimal("64.00"))
CARRIERS = (USPS, PRIORITY, UPS, FEDEX)
CHOSEN = (9, 3, 4, 2)


def basket(chance: random.Random) -> list[tuple[Product, int]]:
    """Return what somebody puts into a basket: mostly one product, sometimes two or three."""
    kinds = chance.choices((1, 2, 3), (70, 22, 8))[0]
    chosen: list[Product] = []
    while len(chosen) < kinds:
        product = chance.choices(PRODUCTS, POPULAR)[0]
        if product not in chosen:
            chosen.append(product)
    return [(product, chance.choices((1, 2, 3), (85, 12, 3))[0]) for product in chosen]


def carrier(chance: random.Random) -> Carrier:
    """Return the carrier that a parcel goes with."""
    return chance.choices(CARRIERS, CHOSEN)[0]


def number_for(chance: random.Random, carrier: Carrier) -> str:
    """Invent a tracking number in the carrier's shape."""
    digits = "".join(chance.choices("0123456789", k=18))
    if carrier.company == "UPS":
        return f"1Z999AA1{digits[:10]}"
    if carrier.company == "FedEx":
        return f"7{digits[:11]}"
    if carrier.company == "DHL Express":
        return f"4{digits[:9]}"
    if carrier.company == "Other":
        return f"RFL{digits[:8]}"
    return f"9400{digits}"
