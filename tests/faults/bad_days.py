"""The table of bad days: what can go wrong with a source, in which kind of request, and what the bot makes of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from bot.sandbox.shipping import SHOPIFY_STORE, PretendStore
from bot.sandbox.world import World

System = Literal["shopify", "shipstation"]
Fault = Mapping[str, Any]
Outcome = Literal["blind", "right", "honest"]
"""blind: incomplete, nothing opened or resolved. right: complete, and the queue is the truth in spite of it.
honest: whatever the run can know is right, and nothing else is opened or resolved."""


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of request that a run sends, as fault rules name it."""

    system: System
    name: str
    path: str
    passing: int = 0
    """How many requests of this path are of another kind and come before it."""
    small_pages: bool = False
    """Pages are made so small that the lists have several."""
    one_by_one: bool = False
    """The second look is made to ask for each order instead of for pages."""


LIST = Request("shopify", "list page", "OrdersPage")
SECOND_PAGE = Request("shopify", "second list page", "OrdersPage", passing=1, small_pages=True)
STRANGERS = Request("shopify", "orders that only ShipStation spoke of", "OrdersDetailed")
DETAILS = Request("shopify", "detail page", "OrdersDetailed", passing=1)
LOOK = Request("shopify", "second look by id", "OrdersDetailed", passing=2)
TOKEN = Request("shopify", "token grant", "access_token", passing=1)
ORDERS = Request("shipstation", "orders", "/orders?modifyDateStart=")
SECOND_ORDERS = Request(
    "shipstation", "second page of orders", "ModifyDate&sortDir=ASC&page=2&", small_pages=True
)
SHIPMENTS = Request("shipstation", "shipments", "/shipments?createDateStart=")
SECOND_SHIPMENTS = Request(
    "shipstation",
    "second page of shipments",
    "CreateDate&sortDir=ASC&includeShipmentItems=true&page=2&",
    small_pages=True,
)
FULFILLMENTS = Request("shipstation", "fulfillments", "/fulfillments?createDateStart=")
VOIDED = Request("shipstation", "voided", "/shipments?voidDateStart=")
STORES = Request("shipstation", "stores", "/stores?showInactive=")
LOOK_ORDERS = Request("shipstation", "second look at orders", "/orders?createDateStart=")
LOOK_SHIPMENTS = Request("shipstation", "second look at shipments", "/shipments?createDateStart=", passing=1)
LOOK_FULFILLMENTS = Request(
    "shipstation", "second look at fulfillments", "/fulfillments?createDateStart=", passing=1
)
BY_NUMBER = Request("shipstation", "second look by number", "/orders?orderNumber=", one_by_one=True)
LABELS_OF = Request("shipstation", "labels of one order", "/shipments?orderId=", one_by_one=True)
MARKS_OF = Request("shipstation", "marks of one order", "/fulfillments?orderId=", one_by_one=True)

CANARIES = (LIST, ORDERS, SHIPMENTS)
"""Lists that begin at rows which are known already."""
LISTS = (*CANARIES, FULFILLMENTS, VOIDED)
SECOND_LOOKS = (LOOK_ORDERS, LOOK_SHIPMENTS, LOOK_FULFILLMENTS, BY_NUMBER, LABELS_OF, MARKS_OF)
KINDS = (*LISTS, DETAILS, LOOK, TOKEN, STORES, LOOK_ORDERS, BY_NUMBER)
MORE_OF_THEM = (
    SECOND_PAGE,
    STRANGERS,
    SECOND_ORDERS,
    SECOND_SHIPMENTS,
    LOOK_SHIPMENTS,
    LOOK_FULFILLMENTS,
    LABELS_OF,
    MARKS_OF,
)
"""The same kinds of requests in other places of a run."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row of the table."""

    request: Request
    fault: str
    rules: tuple[Fault, ...]
    outcome: Outcome
    hasty: bool = False
    """No answer is waited for for as long as the slow one takes."""
    sweep: bool = False
    befalls: Callable[[World], None] | None = None
    """What happens to the world itself, before the run and until the bad luck is over."""
    mended: Callable[[World], None] | None = None

    @property
    def name(self) -> str:
        """What pytest calls it."""
        return f"{self.request.system}, {self.request.name}: {self.fault}"


# ---------------------------------------------------------------- what befalls any request


def in_a_moment() -> dict[str, str]:
    """A date on the clock of the pretend systems' Date header, which is not the bot's."""
    return {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=7), usegmt=True)}


LASTING: Mapping[str, Fault] = {
    "HTML with 200": {"kind": "html"},
    "truncated JSON": {"kind": "truncated_json"},
    "a cut connection": {"kind": "cut"},
    "429 for ever": {"kind": "status", "status": 429},
    "401 in mid-run": {"kind": "status", "status": 401},
}
SLOW: Fault = {"kind": "slow", "seconds": 1.0}
PASSING: tuple[Fault, ...] = (
    SLOW,
    {"kind": "status", "status": 503, "headers": {"Retry-After": "30"}},
    {"kind": "status", "status": 429},
    {"kind": "status", "status": 429, "headers": in_a_moment},
    {"kind": "cut"},
)
"""One after the other: late and then busy, which is twice in a row; asked too often, told when to come back or not; cut."""
IN_THEIR_WORDS: Mapping[System, tuple[Fault, ...]] = {
    "shopify": ({"kind": "status", "status": 429, "headers": {"Retry-After": "2.5"}},),
    "shipstation": ({"kind": "status", "status": 429, "headers": {"X-Rate-Limit-Reset": "11"}},),
}


def on(request: Request, *faults: Fault, **more: Any) -> tuple[Fault, ...]:
    """Return rules about just this kind of request."""
    about = {"system": request.system, "path": request.path, "after_n": request.passing}
    before: tuple[Fault, ...] = ()
    if request is TOKEN:  # a token is asked for where the one in use has expired
        before = ({"kind": "expire_token", "system": "shopify", "path": "OrdersPage"},)
    return (*before, *(about | fault | more for fault in faults))


def troubles_of(request: Request) -> Iterator[Day]:
    """What may befall any request and lasts for the whole run."""
    for name, fault in LASTING.items():
        yield Day(request, name, on(request, fault, times=None), "blind")
    yield Day(request, "an answer after 40 s", on(request, SLOW, times=None), "blind", hasty=True)
    if request is not TOKEN:
        yield Day(request, "throttled for ever", on(request, {"kind": "throttled"}, times=None), "blind")
    if request.system == "shopify" and request is not TOKEN:
        yield Day(request, "the token expires in mid-run", on(request, {"kind": "expire_token"}), "right")


def a_few_troubles_of(request: Request) -> Iterator[Day]:
    """All that a run is to survive, one after the other; and one trouble that lasts."""
    if request in KINDS or request not in SECOND_LOOKS:
        lasting = on(request, {"kind": "status", "status": 500}, times=None)
        yield Day(request, "status 500", lasting, "blind")
    throttled = () if request is TOKEN else ({"kind": "throttled"},)
    passing = on(request, *PASSING, *IN_THEIR_WORDS[request.system], *throttled)
    yield Day(request, "late, busy, too often, cut: each once", passing, "right", hasty=True)


# ---------------------------------------------------------------- what befalls lists


def losses() -> Iterator[Day]:
    """Lists that lose rows, say so or not; rows that move between pages."""
    half, quiet, empty, drift = (
        {"kind": kind} for kind in ("half_list", "quiet_half", "empty_list", "drift")
    )
    for request in (*LISTS, LOOK_ORDERS, BY_NUMBER):
        outcome: Outcome = "blind" if request in CANARIES else "right"
        yield Day(request, "half a list, total kept", on(request, half, times=None), "blind")
        yield Day(request, "an empty list", on(request, empty, times=None), outcome)
    for request in LISTS:
        outcome = "blind" if request in CANARIES else "right"
        yield Day(request, "half a list once", on(request, half), "right")
        yield Day(request, "half a list, total hidden", on(request, quiet, times=None), outcome)
    for request in CANARIES:
        yield Day(request, "an empty list in a sweep", on(request, empty, times=None), "blind", sweep=True)
        yield Day(request, "half a list in a sweep", on(request, quiet, times=None), "blind", sweep=True)
    yield Day(SECOND_PAGE, "rows move while they are read", on(LIST, drift, times=None), "right")
    for request in (SECOND_ORDERS, SECOND_SHIPMENTS):
        yield Day(request, "rows move while they are read", on(request, drift), "right")
        yield Day(request, "rows move in every reading", on(request, drift, times=None), "blind")
    nothing = {"kind": "status", "status": 200, "body": "[]"}
    yield Day(STORES, "an empty list", on(STORES, nothing, times=None), "right")


# ---------------------------------------------------------------- new values, other clocks


ENUMS: Mapping[System, tuple[str, ...]] = {
    "shopify": (
        "displayFinancialStatus",
        "displayFulfillmentStatus",
        "status",
        "displayStatus",
        "requestStatus|methodType",
        "reason",
        "cancelReason|returnStatus|sourceName|kind",
    ),
    "shipstation": (
        "orderStatus",
        "carrierCode|serviceCode",
        "fulfillmentProviderCode|addressVerified|marketplaceName",
    ),
}


def new_values() -> Iterator[Day]:
    """A value that no client knows, in every row that has one.

    Of a fulfilment whose status nobody knows it cannot be said whether the customer was told.
    """
    for system, fields in ENUMS.items():
        for field in fields:
            rule = {"kind": "unknown_enum", "enum": field, "system": system, "times": None}
            outcome: Outcome = "honest" if field == "status" else "right"
            name = f"a new value of {field.replace('|', ' and ')}"
            yield Day(_anything(system), name, (rule,), outcome, mended=_rewrite)


def _rewrite(world: World) -> None:
    """A value changes because somebody changes the order, and that moves its date."""
    for name in ("#3001", "#3002", "#3003", "#3004"):
        order = world.find(name)
        world.shop.touch(order, world.now)
        for row in world.imported(order):
            world.shipping.touch(row, world.now)


def clocks() -> Iterator[Day]:
    """The clock of one system is ten minutes ahead of ours or behind."""
    systems: tuple[System, System] = ("shopify", "shipstation")
    for system in systems:
        for seconds, where in ((600, "ahead"), (-600, "behind")):
            rule = {"kind": "skew", "seconds": seconds, "system": system, "times": None}
            yield Day(_anything(system), f"the clock ten minutes {where}", (rule,), "right")


def _anything(system: System, passing: int = 0) -> Request:
    return Request(system, f"every request after {passing}" if passing else "every request", "", passing)


# ---------------------------------------------------------------- a shop or an account that is gone


GONE: Mapping[System, Mapping[str, Fault]] = {
    "shopify": {
        "402, frozen": {"status": 402, "body": '{"errors":"Unavailable Shop"}'},
        "403, unavailable": {"status": 403, "body": '{"errors":"[API] Unavailable Shop"}'},
        "404, a page": {
            "status": 404,
            "body": "<!DOCTYPE html><html><h1>This shop does not exist</h1></html>",
        },
        "423, locked": {"status": 423, "body": '{"errors":"Locked"}'},
        "200, inactive": {
            "status": 200,
            "body": '{"errors":[{"message":"Shop inactive","extensions":{"code":"SHOP_INACTIVE"}}]}',
        },
    },
    "shipstation": {
        "401, the key has expired": {"kind": "expire_token"},
        "402, unpaid": {"status": 402, "body": '{"message":"Payment required"}'},
        "403, suspended": {"status": 403, "body": '{"Message":"Your account has been suspended."}'},
        "404": {"status": 404, "body": '{"message":"Not found"}'},
    },
}


def vanished() -> Iterator[Day]:
    """The shop or the account is gone, each time from a later request on; a store is disconnected."""
    for system, answers in GONE.items():
        for passing, (name, answer) in enumerate(answers.items()):
            request = _anything(system, passing)
            rules = on(request, {"kind": "status"} | dict(answer), times=None)
            yield Day(request, f"gone ({name})", rules, "blind")
    for name, befalls in (("deactivated", _deactivate), ("not in the list any more", _disconnect)):
        yield Day(STORES, f"the store is {name}", (), "right", befalls=befalls, mended=_reconnect)


def _deactivate(world: World) -> None:
    world.shipping.stores[SHOPIFY_STORE].active = False


def _disconnect(world: World) -> None:
    del world.shipping.stores[SHOPIFY_STORE]


def _reconnect(world: World) -> None:
    world.shipping.stores[SHOPIFY_STORE] = PretendStore(SHOPIFY_STORE, "Pretend Goods", 82, "Shopify")


TABLE = (
    *(day for request in KINDS for day in troubles_of(request)),
    *(day for request in (*KINDS, *MORE_OF_THEM) for day in a_few_troubles_of(request)),
    *losses(),
    *new_values(),
    *clocks(),
    *vanished(),
)
