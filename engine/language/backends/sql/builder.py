"""From a typed tree to SQL: conditions that two values are enough for, negations pushed down to the leaves.

A condition may be NULL where it is false, never where it is true; asked for its opposite, it is true exactly where the
condition is not. What reads nothing of the row is worked out beforehand and bound as one parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import FromClause

from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language import problems, tree
from engine.language.backends.python.compiling import compile_value
from engine.language.backends.sql import aggregates as sql_aggregates
from engine.language.backends.sql import lookups
from engine.language.backends.sql import people as sql_people
from engine.language.backends.sql.depth import Depth
from engine.language.backends.sql.folding import day_bound
from engine.language.backends.sql.let import Let
from engine.language.backends.sql.lookups import Columns
from engine.language.backends.sql.postgresql import PostgresqlDialect
from engine.language.backends.sql.sqlite import SqliteDialect
from engine.language.backends.sql.terms import (
    OPPOSITE_ORDER,
    Dialect,
    DialectName,
    Element,
    SqlScope,
    depends_on_row,
    in_groups,
)
from engine.language.operations import Op, blanks_of
from engine.language.plain import Plain
from engine.language.surroundings import Run
from engine.language.tree import Node, may_be_blank
from engine.language.types import BooleanType, NumberType, Type

_SQLITE, _POSTGRESQL = SqliteDialect(), PostgresqlDialect()


def dialect_of(name: DialectName) -> Dialect:
    """Return how that database writes."""
    return _SQLITE if name == "sqlite" else _POSTGRESQL


def longer(left: Type, right: Type) -> Type:
    """Return the type that decides how two values are compared: of two numbers the one with more digits."""
    if isinstance(left, NumberType) and isinstance(right, NumberType):
        return max(left, right, key=lambda kind: kind.digits)
    return left


@dataclass
class Names:
    """Names of the steps of one statement."""

    made: int = 0

    def next(self) -> str:
        """Return a name that no column has."""
        self.made += 1
        return f"_youju_{self.made}"


@dataclass
class Builder:
    """Builds expressions over one table; the inside of an aggregate is built by another one over its own table."""

    scope: SqlScope
    row: Columns
    dialect: Dialect
    names: Names = field(default_factory=Names)
    steps: list[tuple[str, Element]] | None = None
    depth: Depth = field(init=False)
    in_table: bool = False

    def __post_init__(self) -> None:
        """Start to count how deep things nest."""
        self.depth = Depth(self.dialect.room)

    @property
    def run(self) -> Run:
        """What is the same for every row."""
        return self.scope.run

    def over(self, row: FromClause) -> Builder:
        """Return a builder over another table."""
        return Builder(self.scope, row, self.dialect, self.names)

    def within(self, row: Columns) -> Builder:
        """Return a builder of the same expression over other columns: steps and depth are shared."""
        inner = Builder(self.scope, row, self.dialect, self.names, self.steps, in_table=True)
        inner.depth = self.depth
        return inner

    def _whole(self, build: Callable[[], Element]) -> Element:
        """Return what ``build`` gives, complete with the steps that it has named."""
        outer, self.steps = self.steps, []
        element = build()
        steps, self.steps = self.steps, outer
        return Let(steps, element) if steps else element

    def whole_value(self, node: Node) -> Element:
        """Return a value, complete with its steps."""
        return self._whole(lambda: self.value(node))

    def whole_condition(self, node: Node, *, wanted: bool = True) -> Element:
        """Return a condition, complete with its steps."""
        return self._whole(lambda: self.condition(node, wanted=wanted))

    def joined(self, conditions: Sequence[Node]) -> Element:
        """Return the conjunction of whole conditions."""
        return sa.and_(*map(self.whole_condition, conditions))

    def constant(self, node: Node) -> Value:
        """Return the value of a node that reads nothing of the row."""
        if isinstance(node, tree.Literal):
            return node.value
        scope = self.scope
        world = Plain.around(scope.run, scope.old)
        return compile_value(node)({}, world)

    def bound(self, value: Value, kind: Type) -> Element:
        """Return a value as a parameter."""
        return self.dialect.bind(value, kind)

    def _fixed(self, value: Value, kind: Type) -> Element:
        """Return a value that stands in the tree: those of a table would be too many parameters for a database."""
        return self.dialect.bind(value, kind, written=self.in_table)

    def value(self, node: Node) -> Element:
        """Return the value of a node, NULL where it is blank; to be used once."""
        if isinstance(node, tree.Literal):
            return self._fixed(node.value, node.type)
        if not depends_on_row(node):
            return self.bound(self.constant(node), node.type)
        element = self._value(node)
        if self.depth.is_step(node):
            return self._step(element)
        return element

    def once(self, node: Node) -> Element:
        """Return the value of a node in a form that may be used again and again."""
        element = self.value(node)
        return element if self._is_short(node) else self._step(element)

    def named(self, element: Element, *parts: Node) -> Element:
        """Return a name for what was made of ``parts``; itself where these are short."""
        return element if all(map(self._is_short, parts)) else self._step(element)

    @staticmethod
    def _is_short(node: Node) -> bool:
        return isinstance(node, tree.Field) or not depends_on_row(node)

    def _step(self, element: Element) -> Element:
        if self.steps is None:
            message = "a step is named inside of whole() alone"
            raise ValueError(message)
        if isinstance(element, sa.sql.elements.ColumnClause) and element.name.startswith("_youju_"):
            return element
        name = self.names.next()
        self.steps.append((name, element))
        return sa.literal_column(name, element.type)

    def _value(self, node: Node) -> Element:
        match node:
            case tree.Field(key):
                return self._column(node, key)
            case tree.Path(steps, key):
                return sql_aggregates.at_end(self, steps, key)
            case tree.OfPerson():
                return sql_people.of_person(self, node)
            case tree.If(branches, otherwise):
                whens = [(self.condition(condition), self.value(value)) for condition, value in branches]
                return sa.case(*whens, else_=self.value(otherwise))
            case tree.Switch(item, cases, otherwise):
                chosen = [(self._fixed(value, item.type), self.value(result)) for value, result in cases]
                return sa.case(*chosen, value=self.value(item), else_=self.value(otherwise))
            case tree.Coalesce(items):
                return in_groups(lambda some: sa.func.coalesce(*some, type_=None), [*map(self.value, items)])
            case tree.Related():
                return sql_aggregates.value(self, node)
            case tree.Lookup():
                return lookups.value(self, node)
            case tree.Operation(op) if blanks_of(op) != "never" or not isinstance(node.type, BooleanType):
                return self.dialect.operation(self, node)
            case _:
                return self.dialect.truth(self.condition(node), wanted=True)

    def _column(self, node: Node, key: str) -> Element:
        if key not in self.row.c:
            start, end = node.at
            raise EngineError(problems.NOT_IN_SQL.at(start=start, end=end, what=key))
        column: Element = self.row.c[key]
        return column

    def condition(self, node: Node, *, wanted: bool = True) -> Element:
        """Return whether the condition holds, or, unless ``wanted``, whether it does not; NULL stands for false."""
        if not depends_on_row(node):
            return sa.true() if (self.constant(node) is True) == wanted else sa.false()
        if self.depth.is_step(node):
            return self._truth(
                self._step(self.dialect.truth(self._condition(node, wanted=True), wanted=True)), wanted=wanted
            )
        return self._condition(node, wanted=wanted)

    def _condition(self, node: Node, *, wanted: bool) -> Element:
        match node:
            case tree.And(items) | tree.Or(items):
                parts = [self.condition(item, wanted=wanted) for item in items]
                return sa.and_(*parts) if isinstance(node, tree.And) == wanted else sa.or_(*parts)
            case tree.Not(item):
                return self.condition(item, wanted=not wanted)
            case tree.IsBlank(item):
                if not may_be_blank(item):
                    return sa.false() if wanted else sa.true()
                element = self.value(item)
                return element.is_(None) if wanted else element.is_not(None)
            case tree.Equal(left, right):
                return self._equal(left, right, wanted=wanted)
            case tree.Ordered():
                return self._ordered(node, wanted=wanted)
            case tree.OneOfThese(item, values):
                return self._one_of(item, values, wanted=wanted)
            case tree.HasRole():
                found = sql_people.has_role(self, node)
                return found if wanted else sa.not_(found)
            case tree.Operation(Op.HAS, (tree.OfPerson(_, "departments_below") as below, department)):
                found = sql_people.is_below(self, below, department)
                return found if wanted else self.dialect.truth(found, wanted=False)
            case tree.Operation(op) if blanks_of(op) == "never":
                found = self.dialect.operation(self, node)
                return found if wanted else self.dialect.truth(found, wanted=False)
            case tree.Related(tree.Aggregate("any" | "all" | "exists")):
                found = sql_aggregates.condition(self, node)
                return found if wanted else sa.not_(found)
            case _:
                return self._truth(self.value(node), wanted=wanted)

    def _truth(self, element: Element, *, wanted: bool) -> Element:
        holds = self.dialect.holds(element)
        return holds if wanted else self.dialect.truth(holds, wanted=False)

    def _equal(self, left: Node, right: Node, *, wanted: bool) -> Element:
        if not depends_on_row(left):
            left, right = right, left
        folded = day_bound(self, "=", left, right)
        if folded is not None:
            return folded if wanted else self.dialect.truth(folded, wanted=False)
        if not depends_on_row(right):
            constant = self.constant(right)
            if constant is None:
                element = self.value(left)
                return element.is_(None) if wanted else element.is_not(None)
        own = self._own_comparison(left, right, self.dialect.same)
        if own is not None:
            return own if wanted else self.dialect.truth(own, wanted=False)
        first, second = self.value(left), self.value(right)
        filled = not depends_on_row(right) or not may_be_blank(left) or not may_be_blank(right)
        same = self.dialect.same(first, second, longer(left.type, right.type))
        if not filled or not isinstance(same, sa.BinaryExpression):
            return same if wanted else sa.not_(same)
        # Where one side is never blank, a plain comparison says the same and every index serves it.
        return first == second if wanted else sa.not_(same)

    def _own_comparison(
        self, left: Node, right: Node, write: Callable[[Element, Element, Type], Element]
    ) -> Element | None:
        """Compare wide numbers by the database's own arithmetic as long as that is exact; None where it never is."""
        kind = longer(left.type, right.type)
        own = self.dialect.own_sides(self, left, right) if self.dialect.is_wide(kind) else None
        if own is None:
            return None
        short = write(own.left, own.right, NumberType())
        if own.exact is None:
            return short
        return sa.case((own.exact, short), else_=write(self.value(left), self.value(right), kind))

    def _compared(self, left: Node, order: str, right: Node) -> Element:
        def write(one: Element, other: Element, kind: Type) -> Element:
            return self.dialect.compared(one, order, other, kind)

        own = self._own_comparison(left, right, write)
        return write(self.value(left), self.value(right), longer(left.type, right.type)) if own is None else own

    def _ordered(self, node: tree.Ordered, *, wanted: bool) -> Element:
        folded = day_bound(self, node.order, node.left, node.right)
        if folded is not None:
            return folded if wanted else self.dialect.truth(folded, wanted=False)
        sides = (node.left, node.right)
        for side in sides:
            if not depends_on_row(side) and self.constant(side) is None:
                return sa.false() if wanted else sa.true()
        compared = self._compared(node.left, node.order, node.right)
        if not wanted and not any(map(may_be_blank, sides)):
            return self._compared(node.left, OPPOSITE_ORDER[node.order], node.right)
        return compared if wanted else self.dialect.truth(compared, wanted=False)

    def _one_of(self, item: Node, values: Sequence[Value], *, wanted: bool) -> Element:
        bound = [self._fixed(value, item.type) for value in values]
        if self.dialect.is_wide(item.type):
            element = self.once(item)
            found = sa.or_(*(self.dialect.same(element, value, item.type) for value in bound))
        else:
            found = self.value(item).in_(bound)
        return found if wanted else self.dialect.truth(found, wanted=False)
