"""Decision tables in SQL: the arguments get names, and the inside of the table is one flat CASE over these names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.language.backends.sql.terms import Element
from engine.language.tree import Lookup, Node


class Columns(Protocol):
    """What has columns by their keys: a table, or the arguments of a look-up."""

    @property
    def c(self) -> Any:  # noqa: ANN401
        """The columns."""
        ...


@dataclass(frozen=True)
class Arguments:
    """The arguments of a look-up as the columns of a row."""

    c: Mapping[str, Element]


class InExpression(Protocol):
    """What a look-up asks of the builder in whose expression it stands."""

    def once(self, node: Node) -> Element:
        """Return the value of a node in a form that may be used again and again."""
        ...

    def within(self, row: Columns) -> InExpression:
        """Return a builder of the same expression over other columns."""
        ...

    def value(self, node: Node) -> Element:
        """Return the value of a node, NULL where it is blank."""
        ...


def value(builder: InExpression, node: Lookup) -> Element:
    """Return what the table says; every argument is worked out once."""
    arguments = {key: builder.once(argument) for key, argument in node.arguments}
    return builder.within(Arguments(arguments)).value(node.body.tree)
