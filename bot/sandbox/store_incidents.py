"""What goes wrong with the whole store at once: nothing is imported, or Shopify is told of nothing."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.sandbox.mishaps import start_notifying, stop_notifying
from bot.sandbox.notifying import SHOPIFY_401
from bot.sandbox.working_hours import open_at

if TYPE_CHECKING:
    from bot.sandbox.shop_life import Life

ORDERED_MEANWHILE = (1, 9, 18, 30)
"""Minutes of an import stop after which somebody orders, besides the usual customers."""
PARCELS = 7
FORGOTTEN = 2
"""Parcels of an outage that nobody sends a notification of again."""


def imports_stop(life: "Life", scripted: bool) -> None:
    """ShipStation switches its automatic import off without a word; hours later somebody notices."""
    life.stop_imports()
    for minutes in ORDERED_MEANWHILE:
        life.after(minutes, lambda: life.ship_as_usual(life.take_order()))
    life.after(135 if scripted else life.world.chance.uniform(150, 300), life.import_again)


def notifications_fail(life: "Life", scripted: bool) -> None:
    """The connection to Shopify expires while a batch is printed; when it is back, the batch is sent again, almost."""
    world = life.world
    if not scripted and not open_at(world.now + timedelta(hours=1), world.zone):
        life.ship_as_usual(life.take_order())  # nobody prints a batch at night
        return
    batch = [life.take_order() for _ in range(PARCELS)]
    for place, order in enumerate(batch):
        life.import_soon(order)
        life.after(22 + 2 * place, partial(life.print_label, order))
    life.after(20, lambda: stop_notifying(world, SHOPIFY_401))
    life.after(60, lambda: start_notifying(world))
    life.after(135, lambda: _send_again(life))


def _send_again(life: "Life") -> None:
    failed = [one for one in life.world.shipping.labels.values() if one.error == SHOPIFY_401]
    for label in failed[FORGOTTEN:]:
        life.world.resend_notification(label)
