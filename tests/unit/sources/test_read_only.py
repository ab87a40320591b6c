"""Nothing but reading can leave: these tests try everything else."""

import asyncio
import json

import httpx
import pytest
from graphql import OperationType, parse
from pydantic import SecretStr

from bot.sources import shipstation as shipstation_module
from bot.sources import shopify_graphql
from bot.sources.documents import OPTIONAL, NotAQuery, compose, documents, is_shipped
from bot.sources.transport import NotReading, ReadOnly, Wire

pytestmark = pytest.mark.anyio

PATH = "/admin/api/2026-10/graphql.json"


@pytest.mark.parametrize(
    "text",
    [
        "mutation Close { orderClose(input: {id: 1}) { order { id } } }",
        "subscription Watch { orders { id } }",
        "{ shop { name } }",
        "query { shop { name } }",
        "query Fine { shop { name } } mutation Hidden { orderDelete(orderId: 1) { deletedId } }",
        "type Shop { name: String }",
    ],
)
async def test_a_document_that_is_not_a_named_query_is_refused_at_load(text):
    with pytest.raises(NotAQuery):
        compose([text])


async def test_every_shipped_document_is_one_query_with_the_fragments_it_uses():
    for name, text in documents().items():
        operations = [d for d in parse(text).definitions if d.kind == "operation_definition"]
        assert [(op.operation, op.name.value) for op in operations] == [(OperationType.QUERY, name)]


async def test_fragments_are_found_through_fragments():
    found = compose(
        ["query Q { ...A ...B }", "fragment A on X { ...B } fragment B on X { id }", "fragment C on X { no }"]
    )
    assert found["Q"].count("fragment B") == 1
    assert "fragment C" not in found["Q"]


def body(**content):
    return json.dumps(content).encode()


async def test_a_field_can_be_left_out_with_the_variables_that_only_it_needed():
    text = "query Q($a: Int, $b: Boolean!) { x(first: $a) { id } me @include(if: $b) { name } }"
    assert compose([text], frozenset({"me"})) == {"Q": "query Q($a: Int) {\n  x(first: $a) {\n    id\n  }\n}"}


async def test_only_optional_fields_are_ever_left_out():
    assert documents(frozenset({"lineItems"})) == documents()
    for name in OPTIONAL:
        assert all(name not in text for text in documents(frozenset({name})).values())


async def test_what_is_left_of_a_shipped_query_is_one_still_and_nothing_else_is():
    for missing in ({"transactions", "currentAppInstallation"}, {"service"}, {"heldByApp"}, OPTIONAL):
        assert all(is_shipped(text) for text in documents(frozenset(missing)).values())
    for other in ("query Shop { shop { email } }", "", None, [documents()["Shop"]]):
        assert not is_shipped(other)


SHOP = documents()["Shop"]


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", PATH, body(query="mutation { orderClose { id } }")),
        ("POST", PATH, body(query=f"{SHOP} mutation M {{ orderDelete(orderId: 1) {{ deletedId }} }}")),
        ("POST", PATH, body(query="query Shop { shop { email } }")),
        ("POST", PATH, body(queries=[SHOP])),
        ("POST", PATH, b"[]"),
        ("POST", PATH, b"not json"),
        ("POST", PATH, b""),
        ("PUT", PATH, body(query=SHOP)),
        ("DELETE", PATH, b""),
        ("GET", PATH, b""),
        ("POST", "/admin/api/2026-10/orders.json", body(query=SHOP)),
        ("POST", "/admin/api/2026-10/graphql.json/../orders.json", body(query=SHOP)),
        ("GET", "/admin/oauth/access_token", b""),
        ("DELETE", "/admin/oauth/access_token", b""),
    ],
)
async def test_shopifys_client_sends_nothing_but_its_own_queries(stage, clock, method, path, content):
    wire = Wire("shopify", stage.url, shopify_graphql.reads, clock)
    with pytest.raises(NotReading):
        await wire._client.request(method, path, content=content)
    await wire.close()
    assert stage.seen == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get"])
@pytest.mark.parametrize("path", ["/orders", "/orders/createorder", "/stores/refreshstore", "/orders/12"])
async def test_shipstations_client_knows_no_verb_but_get(stage, clock, method, path):
    wire = Wire("shipstation", stage.url, shipstation_module.reads, clock)
    request = httpx.Request(method, f"{stage.url}{path}")
    request.method = method
    with pytest.raises(NotReading):
        await wire._client.send(request)
    await wire.close()
    assert stage.seen == []


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/orders/12/hold", b""),
        ("/stores/refreshstore", b""),
        ("/customers", b""),
        ("/orders", b"x"),
        ("/", b""),
    ],
)
async def test_shipstations_client_gets_only_the_lists_it_knows(stage, clock, path, content):
    wire = Wire("shipstation", stage.url, shipstation_module.reads, clock)
    with pytest.raises(NotReading):
        await wire._client.request("GET", path, content=content)
    await wire.close()


@pytest.mark.parametrize("elsewhere", ["http://example.invalid/orders", "https://127.0.0.1/orders"])
async def test_nothing_is_sent_to_another_place_than_the_source(stage, clock, elsewhere):
    wire = Wire("shipstation", stage.url, shipstation_module.reads, clock)
    with pytest.raises(NotReading):
        await wire._client.get(elsewhere)
    await wire.close()


async def test_a_base_address_may_have_a_path_and_nothing_outside_of_it_is_reached(stage, clock):
    stage.play({"ok": True})
    wire = Wire("shipstation", f"{stage.url}/pretend/", shipstation_module.reads, clock)
    assert (await wire._client.get("/orders")).status_code == 200
    with pytest.raises(NotReading):
        await wire._client.get(f"{stage.url}/orders")
    await wire.close()
    assert [seen["path"] for seen in stage.seen] == ["/pretend/orders"]


async def test_a_redirect_is_not_followed(shipstation, stage):
    stage.play((307, "", {"Location": "/orders/createorder"}))
    with pytest.raises(Exception, match="another address"):
        await shipstation.order(1)
    assert len(stage.seen) == 1


async def test_the_clients_offer_no_word_for_writing(shopify, shipstation):
    verbs = (
        "create",
        "update",
        "delete",
        "post",
        "put",
        "mutate",
        "void",
        "mark_as",
        "refresh",
        "cancel",
        "set",
    )
    for client in (shopify, shipstation):
        public = [name for name in dir(client) if not name.startswith("_")]
        assert [name for name in public if name.startswith(verbs)] == []


async def test_the_guard_closes_what_it_guards():
    class Closable(httpx.AsyncBaseTransport):
        closed = False

        async def aclose(self):
            self.closed = True

    inner = Closable()
    await ReadOnly(httpx.URL("http://x"), shipstation_module.reads, inner).aclose()
    assert inner.closed


async def test_secrets_do_not_show_in_the_clients_or_their_credentials(shopify, granted, shipstation):
    seen = []
    for client in (shopify, granted, shipstation):
        seen += [repr(client), repr(vars(client))]
        for part in vars(client).values():
            seen.append(repr(getattr(part, "__dict__", part)))
    assert "shpat_secret" not in "".join(seen)
    assert "the-secret" not in "".join(seen)
    assert "secret" not in repr(SecretStr("the-secret"))
    await asyncio.sleep(0)
