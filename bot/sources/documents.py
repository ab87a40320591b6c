"""Loads the GraphQL documents shipped with the package and refuses anything that is not a query."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from graphql import (
    REMOVE,
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

OPTIONAL = frozenset(
    {
        "cancelReason",
        "currentAppInstallation",
        "displayReason",
        "edited",
        "fulfillBy",
        "heldByApp",
        "isGiftCard",
        "refunds",
        "returnStatus",
        "service",
        "shippingLine",
        "sourceName",
        "transactions",
    }
)
"""Fields that judging can do without: a server that does not offer one of them is asked without it."""
OPTIONAL_SCOPES: Mapping[str, str] = {"heldByApp": "read_apps", "service": "read_fulfillments"}
"""The scope that an optional field needs, where reading orders is not enough (apis.md A2)."""


class NotAQuery(ValueError):
    """A document holds something else than named queries and their fragments; reading never needs that."""


@cache
def documents(without: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """Return the text of every shipped query by operation name, each with just the fragments it uses.

    Of the optional fields those in `without` are left out.
    """
    folder = resources.files("bot.sources.queries")
    texts = (file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".graphql"))
    return compose(texts, without & OPTIONAL)


def is_shipped(text: object) -> bool:
    """Return whether this is one of the shipped queries, whole or without some of its optional fields."""
    if not isinstance(text, str):
        return False
    return text in documents().values() or _is_reduced(text)


def _is_reduced(text: str) -> bool:
    missing = frozenset(name for name in OPTIONAL if name not in text)
    return text in documents(missing).values()


def compose(texts: Iterable[str], without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return one self-contained document per query found in `texts`, without fields of these names.

    Raises NotAQuery on a mutation, a subscription, a nameless operation or a type definition.
    """
    leaving = _Leaving(without)
    queries: dict[str, OperationDefinitionNode] = {}
    fragments: dict[str, FragmentDefinitionNode] = {}
    for text in texts:
        for definition in visit(parse(text, no_location=True), leaving).definitions:
            if isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = definition
            else:
                query = _checked(definition)
                queries[query.name.value if query.name else ""] = query
    return {name: _text(query, fragments) for name, query in queries.items()}


def _checked(definition: DefinitionNode) -> OperationDefinitionNode:
    if not isinstance(definition, OperationDefinitionNode):
        raise NotAQuery(f"a document may define queries and fragments, not a {definition.kind}")
    if definition.operation is not OperationType.QUERY:
        raise NotAQuery(f"stuck only reads: a {definition.operation.value} is refused")
    if definition.name is None:
        raise NotAQuery("every query needs a name, by which it is asked")
    return definition


def _text(query: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> str:
    used: dict[str, FragmentDefinitionNode] = {}
    _gather(query, fragments, used)
    variables = _Variables()
    for definition in (query, *used.values()):
        visit(definition.selection_set, variables)
    declared = visit(query, _Declaring(variables.names))
    return print_ast(DocumentNode(definitions=(declared, *used.values())))


def _gather(
    node: OperationDefinitionNode | FragmentDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    used: dict[str, FragmentDefinitionNode],
) -> None:
    spreads = _Spreads()
    visit(node, spreads)
    for name in spreads.names:
        if name not in used:
            used[name] = fragments[name]
            _gather(fragments[name], fragments, used)


class _Spreads(Visitor):
    """Collects the names of the fragments that a definition spreads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


class _Leaving(Visitor):
    """Leaves out fields of these names."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__()
        self._names = names

    def enter_field(self, node: FieldNode, *_: object) -> Any:
        return REMOVE if node.name.value in self._names else None


class _Variables(Visitor):
    """Collects the names of the variables that a selection uses."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)


class _Declaring(Visitor):
    """Leaves out the declarations of variables that nothing uses, which a server would refuse."""

    def __init__(self, used: set[str]) -> None:
        super().__init__()
        self._used = used

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> Any:
        return None if node.variable.name.value in self._used else REMOVE
