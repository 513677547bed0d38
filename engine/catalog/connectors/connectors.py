"""Connectors as they run: their expressions compiled, and what a call of one must be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalog.connectors.definitions import ConnectorDef, OperationDef
from engine.catalog.connectors.intakes import HookDef, IntakeDef, PullDef
from engine.catalog.connectors.values import ValueDef
from engine.forms.parsing import Parse
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.types import Type


@dataclass(frozen=True, eq=False)
class Members:
    """A JSON object."""

    parts: Mapping[str, Tree]


@dataclass(frozen=True, eq=False)
class Items:
    """A JSON array of parts of its own."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, eq=False)
class Each:
    """A JSON array with one item for every line of a field of lines."""

    lines: str
    item: Tree


Tree = Expression | Members | Items | Each
"""The JSON of a body: its leaves are expressions."""


@dataclass(frozen=True, eq=False)
class Taken:
    """A value that is taken from JSON: from an answer, or from an item."""

    definition: ValueDef
    parse: Parse

    @property
    def key(self) -> str:
        """The key by which expressions know it."""
        return self.definition.field.key


@dataclass(frozen=True, eq=False)
class Operation:
    """One thing that can be asked. ``path`` is text and expressions by turns, text first."""

    definition: OperationDef
    arguments: Mapping[str, Type]
    parsers: Mapping[str, Parse]
    path: tuple[str | Expression, ...]
    query: Mapping[str, Expression]
    headers: Mapping[str, Expression]
    body: Tree | None
    taken: tuple[Taken, ...]
    answered: Mapping[str, Type]
    accepted: Expression | None
    sets: Mapping[str, Expression]

    @property
    def key(self) -> str:
        """The operation's key."""
        return self.definition.key

    @property
    def required(self) -> frozenset[str]:
        """The arguments that a call must be given."""
        return frozenset(item.field.key for item in self.definition.arguments if item.required)


@dataclass(frozen=True, eq=False)
class Link:
    """A reference that is led to the record of ``form`` whose fields ``by`` are what these expressions say."""

    app: str
    form: str
    by: Mapping[str, Expression]


@dataclass(frozen=True, eq=False)
class Intake:
    """How an item becomes a record. ``key_types`` are the types of the fields by which records are found."""

    definition: IntakeDef
    taken: tuple[Taken, ...]
    by: Mapping[str, Expression]
    key_types: Mapping[str, Type]
    sets: Mapping[str, Expression]
    links: Mapping[str, Link]
    when: Expression | None
    newest: Mapping[str, Expression]

    @property
    def key(self) -> str:
        """The intake's key."""
        return self.definition.key


@dataclass(frozen=True, eq=False)
class Connector:
    """A partner's service as it is called, and what of it comes in; everything is by key."""

    definition: ConnectorDef
    operations: Mapping[str, Operation]
    intakes: Mapping[str, Intake]
    hooks: Mapping[str, HookDef]
    pulls: Mapping[str, PullDef]

    @property
    def key(self) -> str:
        """The connector's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The connector's labels."""
        return self.definition.labels
