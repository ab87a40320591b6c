"""Every way in which ShipStation does not answer becomes an error that says what to do (apis.md B1)."""

from datetime import UTC, datetime

import pytest

from bot.errors import SourceGarbled, SourceRefused, SourceUnreachable

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
OLD = {
    "Message": "An error has occurred.",
    "ExceptionMessage": "Bad sort",
    "ModelState": {"apiOrder.sortBy": ["is wrong", "is odd"], "other": "too"},
}

TABLE = [
    (
        "bad parameters",
        (400, {"message": "Invalid request parameters"}, {}),
        SourceRefused,
        "Invalid request parameters",
    ),
    (
        "bad parameters, old",
        (400, OLD, {}),
        SourceRefused,
        "Bad sort apiOrder.sortBy: is wrong, is odd other: too",
    ),
    (
        "key expired",
        (401, {"message": "Invalid API credentials"}, {}),
        SourceRefused,
        "wrong or have expired",
    ),
    ("key expired, empty", (401, "", {}), SourceRefused, "SHIPSTATION_API_KEY"),
    ("key expired, page", (401, "<html>401</html>", {}), SourceRefused, "make a new V1 key pair"),
    ("unpaid", (402, "", {}), SourceRefused, "not paid for"),
    ("plan", (403, {"Message": "Forbidden"}, {}), SourceRefused, "plan"),
    ("wrong address", (404, "<html>", {}), SourceRefused, "SHIPSTATION_API_URL"),
    ("wrong verb", (405, ["no"], {}), SourceRefused, "status 405"),
    ("odd state", (400, {"ModelState": "no"}, {}), SourceRefused, "status 400"),
    ("moved", (302, "", {"Location": "https://example.com/login"}), SourceRefused, "another address"),
    ("server error", (500, {"message": "An internal error occurred"}, {}), SourceUnreachable, "status 500"),
    ("server error, page", (502, "<html>", {}), SourceUnreachable, "status 502"),
    ("web page", (200, "<html>maintenance</html>", {}), SourceGarbled, "web page"),
    ("nothing", (200, "", {}), SourceGarbled, "empty"),
    ("half a JSON", (200, '{"orders": [{"orderId": 1', {}), SourceGarbled, "breaks off"),
    ("no list", (200, {"total": 0, "pages": 0}, {}), SourceGarbled, "list of orders is missing"),
    ("null list", (200, {"orders": None, "total": 0}, {}), SourceGarbled, "list of orders is missing"),
    ("another list", (200, {"shipments": [], "total": 0}, {}), SourceGarbled, "list of orders is missing"),
    ("a bare list", (200, [], {}), SourceGarbled, "list of orders is missing"),
    ("rows of text", (200, {"orders": ["a"], "total": 1}, {}), SourceGarbled, "list of orders is missing"),
    ("counts of text", (200, {"orders": [], "total": "many"}, {}), SourceGarbled, "total is not a number"),
]


@pytest.mark.parametrize(
    ("answer", "error", "word"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
async def test_what_shipstation_says_becomes_an_error_with_a_way_out(shipstation, stage, answer, error, word):
    stage.play(answer)
    with pytest.raises(error) as caught:
        await shipstation.orders_changed(SINCE)
    assert type(caught.value) is error
    assert caught.value.system == "shipstation"
    assert word in str(caught.value)
    assert caught.value.why
    assert caught.value.todo


async def test_an_error_repeats_neither_people_nor_the_key(shipstation, stage):
    stage.play(
        (400, {"message": "recipient jane@example.com 555-010-9999, Basic dGhlLWtleTp0aGUtc2VjcmV0"}, {})
    )
    with pytest.raises(SourceRefused, match=r"recipient \[e-mail\] \[phone\], \[token\]"):
        await shipstation.orders_changed(SINCE)


async def test_an_order_that_is_no_object_is_garbled(shipstation, stage):
    stage.play((200, [1], {}))
    with pytest.raises(SourceGarbled, match="not an object"):
        await shipstation.order(1)


@pytest.mark.parametrize("answer", [{"message": "hello"}, {"stores": None}, "null", [1]])
async def test_stores_in_no_known_shape_are_garbled(shipstation, stage, answer):
    stage.play((200, answer, {}))
    with pytest.raises(SourceGarbled, match="list of stores is missing"):
        await shipstation.stores()


async def test_a_wrong_key_is_refused_for_a_single_order_too(shipstation, stage):
    stage.play((401, "", {}))
    with pytest.raises(SourceRefused):
        await shipstation.order(1)
