"""The typed tree: what an expression means once every name and type is settled; every back end starts from here alone.

Scales are aligned and short forms are spelled out before a tree is made (``days_since`` is a difference of days), so
that a back end has few kinds of nodes and no decisions of its own. Nodes are frozen and compare by meaning: where a
node stands in the source (``at``) does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal as OneOf

from engine.kernel.values import Value
from engine.language.kept import Kept
from engine.language.operations import Op, blanks_of
from engine.language.types import BooleanType, Type

Span = tuple[int, int]
"""Code-point offsets into the source, the second exclusive."""

NOWHERE: Span = (0, 0)

PARENT = "parent"
"""The reference by which a line names the record whose line it is."""

Order = OneOf["<", "<=", ">", ">="]
AggregateFunction = OneOf["count", "sum", "avg", "min", "max", "any", "all", "exists", "latest"]
PersonFact = OneOf["name", "department", "manager", "departments_below"]

DIRECTORY = "youju"
"""The app of the engine's own tables: ``person`` (id, name, department, manager) and ``role`` (person, app, role)."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the source, in the form of ``engine/kernel/values.py``; None is a blank."""

    value: Value
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the row."""

    key: str
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OldField:
    """A field of the row as it was before the change; blank where there was no row."""

    key: str
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One hop: the reference field, and the form whose record it names."""

    reference: str
    app: str
    form: str


@dataclass(frozen=True, slots=True)
class Path:
    """A field of a record that is reached over one to three references; blank where one of them is blank."""

    steps: tuple[Step, ...]
    key: str
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the app, by the key that stands after ``param.``."""

    key: str
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Given:
    """What the run gives: its moment, its day, or who it runs for."""

    what: OneOf["now", "today", "me"]
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OfPerson:
    """What the directory says of a person; blank where there is none."""

    item: Node
    what: PersonFact
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class HasRole:
    """The person is active and holds a role of an app."""

    item: Node
    app: str
    role: str
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of these conditions hold."""

    items: tuple[Node, ...]
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """One of these conditions holds."""

    items: tuple[Node, ...]
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold; a blank condition does not hold."""

    item: Node
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class IsBlank:
    """The value is blank."""

    item: Node
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Equal:
    """Both are the same value of one type and scale; a blank equals only a blank."""

    left: Node
    right: Node
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Two values of one type and scale compared; false where one of them is blank."""

    order: Order
    left: Node
    right: Node
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OneOfThese:
    """The item is one of these constants, none of them blank."""

    item: Node
    values: tuple[Value, ...]
    type: Type = BooleanType()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """The value of the first branch whose condition holds, else ``otherwise``; all of one type and scale."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Switch:
    """What belongs to the constant that the item equals, else ``otherwise``; all results of one type and scale."""

    item: Node
    cases: tuple[tuple[Value, Node], ...]
    otherwise: Node
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first value that is not blank."""

    items: tuple[Node, ...]
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """One of the basic operations over values; ``settings`` are whole numbers that are part of the operation."""

    op: Op
    arguments: tuple[Node, ...]
    type: Type
    settings: tuple[int, ...] = ()
    at: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A live aggregate over the rows of ``form`` whose field ``reference`` holds one record's id, without deleted ones.

    ``value`` and ``where`` are trees in the scope of that form. ``latest`` looks at ``order`` (last first), then at
    ids.
    """

    function: AggregateFunction
    app: str
    form: str
    reference: str
    value: Node | None
    where: Node | None
    type: Type
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """The aggregate over what is related to this row, or to the record at the end of ``steps``."""

    aggregate: Aggregate
    steps: tuple[Step, ...] = ()
    at: Span = field(default=NOWHERE, compare=False)

    @property
    def type(self) -> Type:
        """The type of the aggregate."""
        return self.aggregate.type


@dataclass(frozen=True, eq=False)
class Body:
    """The inside of a decision table, a tree over its inputs as fields of a row; one and the same for many look-ups."""

    tree: Node

    @cached_property
    def kept(self) -> Kept:
        """What back ends have made of it."""
        return Kept()

    @cached_property
    def may_be_blank(self) -> bool:
        """Whether what the table says can be blank."""
        return may_be_blank(self.tree)

    @cached_property
    def outside(self) -> tuple[Parameter | Given, ...]:
        """What the inside reads beyond the inputs, each once."""
        found: dict[Parameter | Given, None] = {}
        for part in walk(self.tree):
            match part:
                case Parameter() | Given():
                    found[part] = None
                case Lookup(body=body):
                    found.update(dict.fromkeys(body.outside))
                case _:
                    continue
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What an output of a decision table is for these arguments: each is worked out once, and is a field of ``body``.

    ``version`` is that of the table; two look-ups of one version with the same arguments mean the same.
    """

    table: str
    output: str
    version: str
    arguments: tuple[tuple[str, Node], ...]
    body: Body = field(compare=False, repr=False)
    type: Type
    at: Span = field(default=NOWHERE, compare=False)


Node = (
    Literal
    | Field
    | OldField
    | Path
    | Parameter
    | Given
    | OfPerson
    | HasRole
    | And
    | Or
    | Not
    | IsBlank
    | Equal
    | Ordered
    | OneOfThese
    | If
    | Switch
    | Coalesce
    | Operation
    | Related
    | Lookup
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the parts of the node that are in the same row's scope."""
    match node:
        case And(items) | Or(items) | Coalesce(items):
            return items
        case Not(item) | IsBlank(item) | OneOfThese(item) | OfPerson(item) | HasRole(item):
            return (item,)
        case Equal(left, right) | Ordered(_, left, right):
            return (left, right)
        case If(branches, otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case Switch(item, cases, otherwise):
            return (item, *(result for _, result in cases), otherwise)
        case Operation(_, arguments):
            return arguments
        case Lookup(_, _, _, arguments):
            return tuple(argument for _, argument in arguments)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Go through the node and its parts; the inside of an aggregate or a table is another scope and is left out."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def may_be_blank(node: Node) -> bool:
    """Tell whether the value can be blank."""
    match node:
        case Literal(value):
            return value is None
        case Given(what):
            return what == "me"
        case And() | Or() | Not() | IsBlank() | Equal() | Ordered() | OneOfThese() | HasRole():
            return False
        case If(branches, otherwise):
            return may_be_blank(otherwise) or any(may_be_blank(value) for _, value in branches)
        case Switch(_, cases, otherwise):
            return may_be_blank(otherwise) or any(may_be_blank(result) for _, result in cases)
        case Coalesce(items):
            return all(map(may_be_blank, items))
        case Operation():
            return _operation_may_be_blank(node)
        case Related(aggregate):
            return aggregate.function in {"avg", "min", "max", "latest"}
        case Lookup():
            return node.body.may_be_blank
        case _:
            return True


def _operation_may_be_blank(node: Operation) -> bool:
    match blanks_of(node.op):
        case "never":
            return False
        case "passed on":
            return any(map(may_be_blank, node.arguments))
        case _:
            return True
