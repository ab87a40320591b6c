"""How the simulated accounts behave: credentials, scopes and limits. Tests change them on `World.shopify` and `.shipstation`."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class ShopifyAccount:
    """The app and the shop that the Shopify simulator answers for."""

    client_id: str = "pretend-client"
    client_secret: str = "pretend-secret"  # noqa: S105  # opens nothing but the sandbox
    access_token: str = "shpat_pretend"  # noqa: S105  # the same
    scopes: set[str] = field(
        default_factory=lambda: {
            "read_orders",
            "read_merchant_managed_fulfillment_orders",
            "read_fulfillments",
            "read_apps",
        }
    )
    """All that docs/shopify-app.md asks for, its optional ones too."""
    sixty_days: bool = True
    """Whether orders older than 60 days are invisible without read_all_orders (apis.md A7)."""
    installed: bool = True
    permitted: bool = True
    """Whether app and shop are in one organisation."""
    bucket: float = 2000.0
    """Points; refilled by `restore_rate` points a second of the world's clock."""
    restore_rate: float = 100.0
    prefix: str = "#"
    suffix: str = ""


@dataclass(slots=True)
class ShipStationAccount:
    """The key that the ShipStation simulator knows."""

    key: str = "pretend-key"
    secret: str = "pretend-secret"  # noqa: S105  # opens nothing but the sandbox
    per_minute: int = 40
    """Requests per minute of the world's clock."""
