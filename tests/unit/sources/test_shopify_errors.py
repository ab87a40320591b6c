"""Every way in which Shopify does not answer becomes an error that says what to do (apis.md A5)."""

from datetime import UTC, datetime

import pytest

from bot.errors import (
    SourceGarbled,
    SourceRefused,
    SourceScopeMissing,
    SourceUnreachable,
)
from bot.sources.shopify_errors import Problem, problems

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def coded(code, message="no", **more):
    return {"errors": [{"message": message, "extensions": {"code": code}} | more]}


DENIED = coded(
    "ACCESS_DENIED", "Access denied for customer field. Required access: `read_customers` access scope."
)
PARTIAL = coded(None, "something broke", path=["orders", "nodes", 3])

TABLE = [
    (
        "bad request",
        (400, {"errors": {"query": "Required parameter missing"}}, {}),
        SourceRefused,
        "Required parameter",
    ),
    (
        "wrong token",
        (401, {"errors": "[API] Invalid API key or access token"}, {}),
        SourceRefused,
        "Invalid API key",
    ),
    ("frozen shop", (402, {"errors": "Unavailable Shop"}, {}), SourceRefused, "frozen"),
    ("frozen shop, no body", (402, "", {}), SourceRefused, "settle its bill"),
    ("forbidden", (403, {"errors": "[API] Forbidden"}, {}), SourceRefused, "not permitted"),
    (
        "approval",
        (403, {"errors": "[API] This action requires merchant approval for read_orders scope."}, {}),
        SourceScopeMissing,
        "lacks read_orders",
    ),
    (
        "unknown shop",
        (404, "<html>Sorry, this shop is unavailable</html>", {}),
        SourceRefused,
        "acme.myshopify.com",
    ),
    ("retired version", (404, {"errors": "Not Found"}, {}), SourceRefused, "update stuck"),
    ("locked", (423, "", {}), SourceRefused, "locked"),
    ("security", (430, "<html/>", {}), SourceRefused, "security risk"),
    ("teapot", (418, {"errors": ["short", "stout"]}, {}), SourceRefused, "short; stout"),
    ("renamed shop", (301, "", {"Location": "https://example.com"}), SourceRefused, "another address"),
    ("server error", (500, "<html>oops</html>", {}), SourceUnreachable, "status 500, 3 times"),
    ("gateway", (502, "", {}), SourceUnreachable, "status 502"),
    ("unavailable", (503, "", {"Retry-After": "1"}), SourceUnreachable, "status 503"),
    ("gateway timeout", (504, "", {}), SourceUnreachable, "status 504"),
    ("missing scope", DENIED, SourceScopeMissing, "lacks read_customers"),
    ("missing scope, no name", coded("ACCESS_DENIED", "Access denied."), SourceScopeMissing, "did not name"),
    ("bad query", coded("undefinedField", "Field 'x' doesn't exist"), SourceGarbled, "doesn't exist"),
    ("partial data", {"data": {"orders": {"nodes": []}}, **PARTIAL}, SourceGarbled, "something broke"),
    ("inactive", coded("SHOP_INACTIVE"), SourceRefused, "inactive"),
    ("internal", coded("INTERNAL_SERVER_ERROR", "Request ID: 1"), SourceUnreachable, "Request ID"),
    ("errors as text", {"errors": "all is lost"}, SourceGarbled, "all is lost"),
    ("errors as object", {"errors": {"base": ["a", "b"]}}, SourceGarbled, "base: a, b"),
    ("web page", (200, "<html>maintenance</html>", {}), SourceGarbled, "web page"),
    ("half a JSON", (200, '{"data": {"orders": {"no', {}), SourceGarbled, "half a JSON object"),
    ("half a list", (200, "[1, 2", {}), SourceGarbled, "half a JSON list"),
    ("words", (200, "OK", {}), SourceGarbled, "something else"),
    ("nothing", (200, " ", {}), SourceGarbled, "nothing"),
    ("a list", (200, [], {}), SourceGarbled, "half a JSON list|documents"),
    ("no data", (200, {"data": None}, {}), SourceGarbled, "neither data nor errors"),
    ("no list", (200, {"data": {}}, {}), SourceGarbled, "list is missing"),
    ("no rows", (200, {"data": {"orders": {"pageInfo": {}}}}, {}), SourceGarbled, "list is missing"),
    ("no page info", (200, {"data": {"orders": {"nodes": []}}}, {}), SourceGarbled, "whether it goes on"),
    (
        "no cursor",
        (200, {"data": {"orders": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}}}}, {}),
        SourceGarbled,
        "does not say where",
    ),
]


@pytest.mark.parametrize(
    ("answer", "error", "word"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
async def test_what_shopify_says_becomes_an_error_with_a_way_out(shopify, stage, answer, error, word):
    stage.play(answer)
    with pytest.raises(error, match=word) as caught:
        await shopify.changed_orders(SINCE)
    assert type(caught.value) is error
    assert caught.value.system == "shopify"
    assert caught.value.what
    assert caught.value.why
    assert caught.value.todo


async def test_a_shop_that_says_nothing_of_itself_is_garbled(shopify, stage):
    stage.play({"data": {"shop": None}})
    with pytest.raises(SourceGarbled, match="nothing about the shop"):
        await shopify.shop()


async def test_errors_never_repeat_personal_data_or_tokens(shopify, stage):
    message = "order of jane@example.com, call +1 (555) 010-9999, used shpat_0123456789abcdef"
    stage.play({"errors": message})
    with pytest.raises(SourceGarbled) as caught:
        await shopify.changed_orders(SINCE)
    assert "order of [e-mail], call [phone], used [token]" in str(caught.value)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        (None, ()),
        ([], ()),
        ("no", (Problem("no"),)),
        (["a", "b"], (Problem("a"), Problem("b"))),
        ({"query": ["x", "y"]}, (Problem("query: x, y"),)),
        ({"base": "x"}, (Problem("base: x"),)),
        ([{"message": "m", "path": ["a", 0], "extensions": {"code": "C"}}], (Problem("m", "C", "a.0"),)),
        ([{"message": "m", "extensions": None}], (Problem("m"),)),
        ({"message": "m"}, (Problem("m"),)),
    ],
)
async def test_errors_of_every_shape_are_read(errors, expected):
    assert problems(errors) == expected
