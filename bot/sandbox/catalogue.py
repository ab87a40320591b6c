"""What the pretend shop sells, and what people put into their baskets."""

from decimal import Decimal

CATALOGUE: dict[str, tuple[str, str, bool, bool]] = {
    "MUG-BLUE": ("Mug, blue", "14.00", True, False),
    "MUG-GREEN": ("Mug, green", "14.00", True, False),
    "TEE-M": ("T-shirt, medium", "24.50", True, False),
    "TEE-L": ("T-shirt, large", "24.50", True, False),
    "POSTER": ("Poster, rolled", "19.00", True, False),
    "LAMP": ("Desk lamp", "59.00", True, False),
    "EBOOK": ("Care guide, e-book", "9.00", False, False),
    "GIFT-50": ("Gift card", "50.00", False, True),
}
"""SKU -> title, price, whether it ships, whether it is a gift card. Any other SKU is a physical item at 10.00."""

BASKETS: tuple[tuple[tuple[str, int], ...], ...] = (
    (("MUG-BLUE", 1),),
    (("MUG-BLUE", 2), ("MUG-GREEN", 2)),
    (("TEE-M", 1),),
    (("TEE-L", 2), ("POSTER", 1)),
    (("LAMP", 1),),
    (("POSTER", 3),),
)


def title_of(sku: str) -> str:
    """Return what a product is called."""
    return CATALOGUE[sku][0] if sku in CATALOGUE else sku


def price_of(sku: str) -> Decimal:
    """Return what one unit of a product costs."""
    return Decimal(CATALOGUE[sku][1] if sku in CATALOGUE else "10.00")
