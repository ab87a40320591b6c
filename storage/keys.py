"""Look-up columns derived from what a source said, short enough for any index."""

import re
from hashlib import blake2b

from storage.facts import number_key

LONGEST = 200
"""Characters. PostgreSQL refuses index entries over 2,700 bytes; hostile order names are longer."""
SHOPIFY_ID = re.compile(r"([0-9]{10,20})(?![0-9])")
WHOLE_ID = re.compile(r"[0-9]{1,20}")


def order_ref(key: str | None) -> str | None:
    """Return the Shopify id that a ShipStation orderKey is, or begins with (domain.md, MATCH 1)."""
    if key is None:
        return None
    if WHOLE_ID.fullmatch(key):
        return key
    begins = SHOPIFY_ID.match(key)
    return begins.group(1) if begins else None


def is_whole(key: str | None) -> bool:
    """Whether the orderKey is digits and nothing else, as a Shopify id is."""
    return key is not None and WHOLE_ID.fullmatch(key) is not None


def number_column(number: str) -> str:
    """Return `number_key` in a form that databases can index: long ones end in a hash, NULs are gone."""
    key = number_key(number).replace("\x00", "")
    if len(key) <= LONGEST:
        return key
    return key[: LONGEST - 32] + blake2b(key.encode(errors="replace"), digest_size=16).hexdigest()
