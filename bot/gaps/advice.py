"""What a store's own orders say about its settings: values that would remove false alarms. Pure.

Each piece of advice is a question to a person, never applied by itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps import tracking, words
from bot.gaps.case import Case
from bot.gaps.dossier import Dossier
from bot.gaps.eligibility import NOT_BY_PARCEL, paid_at
from bot.gaps.kinds.reverse import auto_fulfilled
from bot.gaps.rules import StoreRules
from bot.gaps.traits import TraitKind, common

ENOUGH = 20
"""Orders that have to show a habit of the store."""
SOME = 5
"""Orders that have to show an exception."""
MOST = 0.8
"""Share of orders from which on it is a habit."""
SLOW = timedelta(hours=1)
"""From how much delay on a notification waits for something."""
ALIKE = timedelta(minutes=45)
"""How close delays lie together that a fixed number of hours makes."""
YOUNG = timedelta(minutes=20)
"""From which age at import on ShipStation waits for a minimum order age."""
LONGEST_WAIT = timedelta(hours=6)
"""Beyond this it is not the minimum order age that keeps orders waiting."""

_EXCLUDE: dict[TraitKind, str] = {
    "tag": "exclude_tags",
    "source": "exclude_sources",
    "shipping method": "exclude_shipping_methods",
    "location": "exclude_locations",
    "SKU": "exclude_skus",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """A value that may fit the store better, and what speaks for it."""

    seen: str
    """What was seen, in a sentence."""
    todo: str
    """What to do about it, with the line for stuck.toml where it is one."""


def advise(dossiers: Iterable[Dossier], rules: StoreRules, now: datetime) -> list[Advice]:
    """Return what these orders of one store speak for, as of `now` (UTC)."""
    cases = [Case(each, now) for each in dossiers if not each.order.test and each.order.cancelled_at is None]
    return [
        *_exclusions(cases, rules),
        *_unpaid(cases, rules),
        *_methods(cases, rules),
        *_order_age(cases, rules),
        *_notify(cases, rules),
        *_auto_fulfilment(cases),
    ]


def _exclusions(cases: Sequence[Case], rules: StoreRules) -> Iterator[Advice]:
    """Absent orders that share what no imported order has (trap 22)."""
    waited = rules.windows.import_ + rules.windows.minimum_order_age
    absent = [each.order for each in cases if _is_absent(each, waited)]
    imported = [each.order for each in cases if each.dossier.matches]
    for trait in common(absent, imported, rules):
        named = f"with the {trait.kind} “{words.cut(trait.value, 60)}”"
        yield Advice(
            f"All {trait.absent} orders {named} are absent from ShipStation, and no imported order has it.",
            f'Are they meant to be? Then exclude them: {_EXCLUDE[trait.kind]} = ["{words.cut(trait.value, 60)}"].',
        )


def _is_absent(case: Case, waited: timedelta) -> bool:
    since = case.standing.since
    if case.dossier.matches or case.dossier.shipments or case.standing.state != "ready" or since is None:
        return False
    return case.now - since > waited


def _unpaid(cases: Sequence[Case], rules: StoreRules) -> Iterator[Advice]:
    """Orders that are shipped before they count as paid (trap 64)."""
    states = Counter(each.order.financial_status for each in cases)
    shipped = Counter(each.order.financial_status for each in cases if each.dossier.live)
    for state in ("AUTHORIZED", "PARTIALLY_PAID", "PENDING"):
        if state not in rules.paid and shipped[state] >= SOME and shipped[state] >= MOST * states[state]:
            known = ", ".join(f'"{each}"' for each in sorted({*rules.paid, state}))
            said = words.state(state).lower()
            yield Advice(
                f"{shipped[state]} of {states[state]} orders whose payment is {said} were shipped: they do not wait for it.",
                f"Count them as ready: paid = [{known}].",
            )


def _methods(cases: Sequence[Case], rules: StoreRules) -> Iterator[Advice]:
    """Delivery methods that do go through ShipStation (traps 5 and 6)."""
    found = Counter(
        part.method
        for each in cases
        if each.dossier.live and each.order.detail
        for part in each.order.detail.fulfillment_orders
        if part.method in NOT_BY_PARCEL - rules.delivery_methods
    )
    for method, count in sorted(found.items()):
        if method and count >= SOME:
            known = ", ".join(f'"{each}"' for each in sorted({*rules.delivery_methods, method}))
            yield Advice(
                f"{count} orders with the delivery method {words.state(method).lower()} have labels in ShipStation.",
                f"If they are shipped from there, say so: delivery_methods = [{known}].",
            )


def _order_age(cases: Sequence[Case], rules: StoreRules) -> Iterator[Advice]:
    """Imports that never happen before a certain age (trap 19)."""
    ages = sorted(
        row.created_at - max(each.order.created_at, paid_at(each.order))
        for each in cases
        if each.dossier.matched_by == "id"
        for row in each.rows[:1]
    )
    if len(ages) < ENOUGH or rules.windows.minimum_order_age >= YOUNG:
        return
    youngest = ages[len(ages) // 20]
    if YOUNG <= youngest <= LONGEST_WAIT:
        minutes = int(youngest / timedelta(minutes=5)) * 5
        yield Advice(
            f"Of {len(ages)} orders hardly one was imported before it was {words.span(youngest)} old.",
            f'ShipStation probably waits on purpose: minimum_order_age = "{minutes}m" under [stores.windows].',
        )


def _notify(cases: Sequence[Case], rules: StoreRules) -> Iterator[Advice]:
    """Notifications that regularly come long after the label (traps 44 and 45)."""
    delays = sorted(_delays(cases))
    if len(delays) < ENOUGH or rules.notify.mode != "immediately":
        return
    late = [delay for delay in delays if delay >= SLOW]
    if len(late) < MOST * len(delays):
        return
    middle, spread = late[len(late) // 2], late[-len(late) // 10 - 1] - late[len(late) // 10]
    hours = max(1, round(middle / timedelta(hours=1)))
    setting = f"hours:{hours}" if spread <= ALIKE else "mail_stream"
    how = (
        f"about {words.span(middle)}"
        if spread <= ALIKE
        else f"{words.span(late[0])} to {words.span(late[-1])}"
    )
    yield Advice(
        f"Shopify hears of a label {how} after it was made, in {len(late)} of {len(delays)} orders.",
        f'Look at the store\'s notification setting in ShipStation; probably notify = "{setting}" under [stores.shipstation].',
    )


def _delays(cases: Sequence[Case]) -> Iterator[timedelta]:
    for each in cases:
        for label in each.dossier.live:
            numbers = tracking.numbers(label.tracking)
            told = [part.created_at for part in each.successes if numbers & tracking.shown_numbers((part,))]
            if told and label.kind == "label" and label.notified:
                yield min(told) - label.created_at


def _auto_fulfilment(cases: Sequence[Case]) -> Iterator[Advice]:
    """Orders that Shopify calls fulfilled at payment (trap 56)."""
    fulfilled = [each for each in cases if each.successes and each.order.requires_shipping]
    at_once = [each for each in fulfilled if auto_fulfilled(each)]
    if len(at_once) >= SOME and len(at_once) * 2 >= len(fulfilled):
        yield Advice(
            f"{len(at_once)} of {len(fulfilled)} orders were marked as fulfilled at payment, before anything was shipped.",
            "Turn off automatic fulfilment in Shopify under Settings > General > Order processing: nobody can see what is late.",
        )
