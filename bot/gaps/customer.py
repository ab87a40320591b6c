"""What customers may be told of each kind of gap: drafts that a person checks, fills in and sends. Pure.

They hold no personal data. What stands in brackets is for whoever sends it to fill in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.gaps import words

NUMBER = "[tracking number]"
_MOST_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply to a customer, and what to make sure of before it goes out."""

    check: str
    text: str
    """Between greeting and signature; `{order}` and `{number}` are filled in."""

    def written(self, order: str, numbers: Sequence[str] = ()) -> str:
        """Return the whole reply about one order; `numbers` are those of the parcels that left, if any is known."""
        known = ", ".join(words.cut(number, 60) for number in numbers[:_MOST_NUMBERS])
        body = self.text.format(order=words.cut(order, words.NAME), number=known or NUMBER)
        return f"Hello [name],\n\n{body}\n\nKind regards,\n[your name]"


def _late(check: str) -> Draft:
    return Draft(
        check,
        "Thank you for your order {order}. It is taking longer to leave our warehouse than it should, and we are sorry "
        "about that. We have found the reason and are preparing it now.\n\n"
        "You will get a message with the tracking number as soon as it is on its way, by [date] at the latest. If that "
        "is too late for you, tell us and we will find another way.",
    )


DRAFTS: Mapping[str, Draft] = {
    "import.missing": _late("The order is in ShipStation by now, and the warehouse has said when it leaves."),
    "import.wrong_store": _late("It is past the day that the customer was promised. If not, mend it first."),
    "import.wrong_status": _late("The order is back to awaiting shipment, and nobody parked it on purpose."),
    "import.archived_unfulfilled": Draft(
        "Nothing of it was shipped, and you know whether the goods are still in stock.",
        "We are sorry: your order {order} was not sent, although it should have been long ago. That was our mistake.\n\n"
        "We can send it now, and it would leave by [date]. Or we refund it in full. Please tell us which you prefer.",
    ),
    "aging.past_cutoff": _late("The order has no label yet, and the warehouse has said when it leaves."),
    "aging.hold_overdue": Draft(
        "You know why it is held, and whether the customer can do something about it.",
        "Your order {order} is waiting because [what is being checked or missing]. Nothing of it is lost.\n\n"
        "[What we need from you, or: there is nothing that you have to do.] We expect to send it by [date]. If you would "
        "rather not wait, we cancel it and refund it in full.",
    ),
    "aging.provider_stuck": _late("The provider has answered, or somebody else ships it."),
    "aging.remainder": Draft(
        "The rest is in stock, or you know when it is.",
        "A part of your order {order} is on its way already, with the tracking number {number}. The rest, [what is "
        "missing], is still with us: it leaves separately, by [date], at no extra cost. We are sorry for the wait.",
    ),
    "sync.shipped_after_cancel": Draft(
        "The parcel could not be stopped, and the refund has been made.",
        "You cancelled your order {order}, and the refund of [amount] is on its way. Unfortunately the parcel had left "
        "all the same: that was our mistake, and it costs you nothing.\n\n"
        "Please do not accept it, or send it back with the label that we will send you.",
    ),
    "sync.unfulfilled": Draft(
        "The carrier has the parcel: look at the tracking page.",
        "Your order {order} is on its way. Our message about it did not reach you, and we are sorry that you had to ask.\n\n"
        "The tracking number is {number}. It can take a day until the carrier's page shows it.",
    ),
    "sync.partial": Draft(
        "You know which items are in the parcel and which are not.",
        "[What has left] of your order {order} is on its way, with the tracking number {number}. Our message about it was "
        "incomplete, and we are sorry for that.\n\n[The rest follows by [date]. Or: that is the whole order.]",
    ),
    "sync.tracking_missing": Draft(
        "The number is the one on the parcel that left.",
        "Your order {order} is on its way. The message that you got had no tracking number in it, so here it is: {number}.",
    ),
    "sync.tracking_mismatch": Draft(
        "You know which of the two numbers is on the parcel that left.",
        "Your order {order} is on its way. The tracking number in our last message was wrong, and we are sorry for that. "
        "The right one is {number}.",
    ),
    "sync.ghost_fulfillment": Draft(
        "The parcel has really not left, and you know when it will.",
        "You were told that your order {order} is on its way. That message came too early: it is still with us, and the "
        "tracking number in it will not show anything.\n\n"
        "It leaves by [date], and you will get the right number then. We are sorry for the confusion.",
    ),
    "sync.double_ship": Draft(
        "Both parcels have left. While one can still be voided, there is nothing to tell.",
        "By mistake we have sent your order {order} twice. You are charged for it once.\n\n"
        "[Please keep the second parcel. Or: please do not accept it, or send it back with the label that we will send "
        "you, at our cost.]",
    ),
    "sync.no_tracking_anywhere": Draft(
        "You know how and when it was sent.",
        "Your order {order} left us on [date], by [carrier or courier]. It has no tracking number. It should be with you "
        "by [date]; if it is not, tell us and we will look for it.",
    ),
    "sync.tracking_incomplete": Draft(
        "The number works on the carrier's own page.",
        "Your order {order} is on its way with [carrier]. The link in our message does not work, so please enter the "
        "tracking number {number} on the carrier's own page.",
    ),
    "store.import_stalled": _late(
        "Orders are imported again, and the warehouse has said when this one leaves."
    ),
    "store.notify_outage": Draft(
        "This customer's parcel has really left: ask `/stuck order` for its number.",
        "Your order {order} is on its way. For some hours our messages about parcels did not go out, so you did not hear "
        "of it. We are sorry for that.\n\nThe tracking number is {number}.",
    ),
}
"""By kind: what a support person can paste."""

NOTHING_TO_TELL: Mapping[str, str] = {
    "import.items_short": "Nothing has left yet. Mend the order in ShipStation, and the customer gets all of it.",
    "import.duplicate": "The customer has noticed nothing. Cancel the copy, and there is nothing to tell.",
    "import.cancel_not_propagated": "The customer knows that it is cancelled. There is something to tell only if it is shipped all the same.",
    "aging.at_risk": "It can still leave today.",
    "sync.open_after_fulfillment": "The customer has the parcel, or has it soon. There is something to tell only if it is shipped again.",
}
"""By kind: why the customer need not hear of it."""
