"""Facts and findings to and from JSON text, and the digest that decides whether a fact changed."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore
from storage.findings import Finding

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """One kind of value as text. Built once a type: building the adapter is the slow part."""

    adapter: TypeAdapter[T]

    def dump(self, value: T) -> str:
        """Return the value as JSON."""
        return self.adapter.dump_json(value).decode()

    def load(self, body: str) -> T:
        """Return the value that `dump` wrote; fields that are new since then have their defaults."""
        return self.adapter.validate_json(body)

    def digest(self, value: T) -> str:
        """Return a fingerprint of everything but when it was read."""
        said = self.adapter.dump_json(value, exclude={"read_at"})
        return blake2b(said, digest_size=16).hexdigest()


ORDER = Codec(TypeAdapter(Order))
SHIPSTATION_ORDER = Codec(TypeAdapter(ShipStationOrder))
SHIPMENT = Codec(TypeAdapter(Shipment))
STORE = Codec(TypeAdapter(ShipStationStore))
FINDING = Codec(TypeAdapter(Finding))
TEXTS: Codec[dict[str, str]] = Codec(TypeAdapter(dict[str, str]))
ANYTHING: Codec[dict[str, Any]] = Codec(TypeAdapter(dict[str, Any]))
