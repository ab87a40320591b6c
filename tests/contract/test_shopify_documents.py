"""Every question for Shopify is valid on its full schema, and asks for nothing about a person."""

from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    validate,
    visit,
)

from bot.sources.documents import OPTIONAL_SCOPES, documents

PERSONAL = {
    "address1", "address2", "billingAddress", "city", "clientIp", "company", "customAttributes", "customer",
    "customerJourneySummary", "customerLocale", "destination", "displayAddress", "email", "firstName", "formatted",
    "formattedArea", "lastName", "latitude", "longitude", "note", "phone", "reasonNotes", "shippingAddress",
    "staffMember", "statusPageUrl", "zip",
}  # fmt: skip
OTHER_SCOPES = {"location", "service", "heldByApp", "channel", "channelInformation", "events", "metafield"}
NAMES_OF_THINGS = {
    ("Order", "name"),
    ("Fulfillment", "name"),
    ("Shop", "name"),
    ("FulfillmentOrderAssignedLocation", "name"),
}
NAMES_OF_OTHERS = {("App", "title"), ("FulfillmentService", "handle"), ("FulfillmentService", "serviceName")}
COMPANIES_OF_CARRIERS = {("FulfillmentTrackingInfo", "company")}


@pytest.fixture(scope="module")
def schema(reference: Path) -> GraphQLSchema:
    text = (reference / "shopify-admin-2026-10.graphql").read_text("utf-8")
    return build_schema(text, assume_valid=True)  # Shopify deprecates fields that their interfaces do not


class Selected(Visitor):
    """Collects (type, field, deprecated) of everything a document selects."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: list[tuple[str, str, bool]] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        owner, definition = self.types.get_parent_type(), self.types.get_field_def()
        deprecated = bool(definition and definition.deprecation_reason)
        self.fields.append((get_named_type(owner).name if owner else "?", node.name.value, deprecated))


def selected(
    schema: GraphQLSchema, name: str, without: frozenset[str] = frozenset()
) -> list[tuple[str, str, bool]]:
    types = TypeInfo(schema)
    found = Selected(types)
    visit(parse(documents(without)[name]), TypeInfoVisitor(types, found))
    return found.fields


@pytest.mark.parametrize("name", sorted(documents()))
@pytest.mark.parametrize("without", [frozenset(), frozenset(OPTIONAL_SCOPES)])
def test_a_document_is_valid_on_the_full_schema(schema, name, without):
    assert validate(schema, parse(documents(without)[name])) == []


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_document_asks_for_nothing_about_a_person(schema, name):
    asked = {(owner, field) for owner, field, _ in selected(schema, name)} - COMPANIES_OF_CARRIERS
    assert {pair for pair in asked if pair[1] in PERSONAL} == set()
    assert {pair for pair in asked if pair[1] == "name"} <= NAMES_OF_THINGS


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_document_without_its_optional_names_needs_no_scope_beyond_orders_and_fulfilment_orders(
    schema, name
):
    asked = selected(schema, name, frozenset(OPTIONAL_SCOPES))
    assert {field for _, field, _ in asked} & OTHER_SCOPES == set()
    assert {owner for owner, _, _ in asked} & {"App", "FulfillmentService"} == set()


def test_of_services_and_apps_nothing_but_their_names_is_asked_for(schema):
    asked = {(owner, field) for name in documents() for owner, field, _ in selected(schema, name)}
    assert {pair for pair in asked if pair[0] in {"App", "FulfillmentService"}} == NAMES_OF_OTHERS
    assert {field for _, field in asked} & OTHER_SCOPES == set(OPTIONAL_SCOPES)


@pytest.mark.parametrize("name", sorted(documents()))
def test_a_document_asks_for_nothing_deprecated(schema, name):
    assert [(owner, field) for owner, field, deprecated in selected(schema, name) if deprecated] == []


def test_no_protected_type_is_reached(schema):
    reached = {owner for name in documents() for owner, _, _ in selected(schema, name)}
    assert reached & {"Customer", "MailingAddress", "FulfillmentEvent", "StaffMember", "Location"} == set()
