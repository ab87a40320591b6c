"""What a query costs, and the bucket it is paid from (apis.md A4): object 1, scalar 0, connection its size times its child."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from graphql.type import GraphQLNamedType
from graphql.utilities import value_from_ast_untyped

MAXIMUM = 1000
"""Points that one query may ask for, on every plan."""


class Price:
    """Works out `requestedQueryCost` of one operation before it runs."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.variables = dict(variables)
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def of(self, operation: OperationDefinitionNode) -> int:
        """Return the points that the operation asks for."""
        for definition in operation.variable_definitions or ():
            if definition.default_value is not None:
                self.variables.setdefault(
                    definition.variable.name.value, value_from_ast_untyped(definition.default_value)
                )
        root = self.schema.query_type
        return self._children(operation.selection_set, root) if root else 0

    def _children(self, selections: SelectionSetNode, parent: GraphQLNamedType, times: int = 1) -> int:
        total = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                total += self._field(node, parent, times)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                total += self._children(fragment.selection_set, self._type(fragment, parent), times)
            elif isinstance(node, InlineFragmentNode):
                total += self._children(node.selection_set, self._type(node, parent), times)
        return total

    def _type(
        self, node: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLNamedType
    ) -> GraphQLNamedType:
        condition = node.type_condition
        return self.schema.type_map[condition.name.value] if condition else parent

    def _field(self, node: FieldNode, parent: GraphQLNamedType, times: int) -> int:
        """A connection multiplies what is below its `nodes` and `edges`; a plain list counts as one."""
        if not self._included(node) or node.selection_set is None:
            return 0
        kind = get_named_type(getattr(parent, "fields", {})[node.name.value].type)
        if not is_composite_type(kind):
            return 0
        size = 1
        if node.name.value in {"nodes", "edges"} and parent.name.endswith("Connection"):
            size = times
        ids = self._value(node, "ids")
        if isinstance(ids, list):
            size = len(ids)
        inner = self._size(node) if kind.name.endswith("Connection") else 1
        return size * (1 + self._children(node.selection_set, kind, inner))

    def _included(self, node: FieldNode) -> bool:
        for directive in node.directives or ():
            said = bool(self._value(directive, "if"))
            if directive.name.value in {"include", "skip"} and said is (directive.name.value == "skip"):
                return False
        return True

    def _size(self, node: FieldNode) -> int:
        size = self._value(node, "first")
        if size is None:
            size = self._value(node, "last")
        return size if isinstance(size, int) else 1

    def _value(self, node: FieldNode | DirectiveNode, name: str) -> Any:
        for argument in node.arguments or ():
            if argument.name.value == name:
                return value_from_ast_untyped(argument.value, self.variables)
        return None


def actual(data: Any) -> int:
    """Return what an answer really cost: one point for every object in it."""
    if isinstance(data, dict):
        return 1 + sum(actual(value) for value in data.values())
    if isinstance(data, list):
        return sum(actual(value) for value in data)
    return 0


class Bucket:
    """A leaky bucket of points, refilled by the clock of the world."""

    def __init__(self, size: float, now: datetime) -> None:
        self.available = size
        self._at = now

    def refill(self, size: float, rate: float, now: datetime) -> None:
        """Add what has flowed in since the last look."""
        self.available = min(self.available + rate * ((now - self._at) / timedelta(seconds=1)), size)
        self._at = now

    def pay(self, points: float) -> None:
        """Take points out; a negative amount gives them back."""
        self.available -= points
