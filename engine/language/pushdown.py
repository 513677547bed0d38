"""Which part of a condition a database can look for, and which is left for Python to look at row by row.

A database looks at rows as they are stored: it does not know what a row was before a change, and a statement of it
has an end. Whatever is found by
access filters, boards or schedules must push down whole; ``pushes_down`` says so when an app is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.kernel.problems import Problem
from engine.language import problems
from engine.language.expressions import Expression, expression_of
from engine.language.measuring import distinct, parameters_of, written_of
from engine.language.tree import And, Literal, Lookup, Node, Not, OldField, Or, Related
from engine.language.types import BooleanType

MAX_PARAMETERS = 8_000
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535; in one stand several conditions."""

MAX_WRITTEN = 300_000
"""Nodes that are written out, tables at every use: a statement of a few megabytes."""


def pushes_down(expression: Expression) -> tuple[Problem, ...]:
    """Return what keeps a database from looking for all that the expression asks for; nothing where it can."""
    found = {part.at: part for part in _kept_back(expression.tree)}
    kept_back = tuple(
        problems.NOT_PUSHED_DOWN.at(start=at[0], end=at[1], what=f"old.{part.key}")
        for at, part in sorted(found.items())
    )
    return kept_back or (() if _fits([expression.tree]) else (_too_much(expression.tree),))


def too_much_inside(node: Node) -> Iterator[Problem]:
    """Go through the aggregates that ask too much: what is inside of them is worked out by a database wherever."""
    for part in distinct(node):
        if isinstance(part, Related) and not _fits([part]):
            yield _too_much(part)


def _fits(parts: Sequence[Node]) -> bool:
    """Tell whether a statement holds the parts together."""
    return sum(map(parameters_of, parts)) <= MAX_PARAMETERS and sum(map(written_of, parts)) <= MAX_WRITTEN


def _too_much(node: Node) -> Problem:
    start, end = node.at
    return problems.TOO_MUCH_TO_LOOK_FOR.at(start=start, end=end)


def parted(expression: Expression) -> tuple[Node | None, Expression | None]:
    """Return the conjuncts that a database can look for, and an expression of those that are left for Python.

    A row meets the expression where it meets both; None stands for a part in which there is nothing.
    """
    pushed: list[Node] = []
    left: list[Node] = []
    for part in _conjuncts(expression.tree, wanted=True):
        (left if any(_kept_back(part)) or not _fits([*pushed, part]) else pushed).append(part)
    residual = expression_of(expression.source, _joined(left)) if left else None
    return (_joined(pushed) if pushed else None), residual


def _kept_back(node: Node) -> Iterator[OldField]:
    """Go through what no database knows, the insides of aggregates and tables included."""
    for part in distinct(node):
        match part:
            case OldField():
                yield part
            case Related(aggregate):
                inner = (aggregate.value, aggregate.where)
                yield from (found for one in inner if one is not None for found in _kept_back(one))
            case Lookup(body=body):
                yield from _kept_back(body.tree)
            case _:
                continue


def _conjuncts(node: Node, *, wanted: bool) -> Iterator[Node]:
    """Go through conditions that hold together exactly where the node is as it is wanted."""
    match node:
        case Not(item):
            yield from _conjuncts(item, wanted=not wanted)
        case And(items) if wanted:
            yield from (part for item in items for part in _conjuncts(item, wanted=True))
        case Or(items) if not wanted:
            yield from (part for item in items for part in _conjuncts(item, wanted=False))
        case Literal(value, BooleanType()) if (value is True) == wanted:
            return
        case _:
            yield node if wanted else Not(node, at=node.at)


def _joined(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(parts))
