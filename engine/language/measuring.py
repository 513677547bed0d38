"""How large a tree is: its depth, its nodes, and what it asks of a database; it knows nothing of why that matters.

Trees share parts, so that what is written out may be far larger than what is kept: each part is measured once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from engine.kernel.values import Value
from engine.language.tree import (
    Given,
    HasRole,
    Literal,
    Lookup,
    Node,
    OfPerson,
    OneOfThese,
    Operation,
    Parameter,
    Path,
    Related,
    Switch,
    children,
)

_OF_OTHERS = 3
"""So many parameters of their own have an operation and a look at other records: the zone, a calendar, a pattern."""
_WORD = re.compile(r"[A-Za-z0-9_]{1,64}", re.ASCII)


def is_plain(value: Value) -> bool:
    """Tell whether a constant has no sign in it that could mean anything in a statement: a number or a plain word."""
    return isinstance(value, int) or (isinstance(value, str) and _WORD.fullmatch(value) is not None)


def _inside(node: Node) -> tuple[Node, ...]:
    """Return the parts of a node, the insides of an aggregate among them; those of tables are left out."""
    if not isinstance(node, Related):
        return children(node)
    return tuple(part for part in (node.aggregate.value, node.aggregate.where) if part is not None)


def _measured(node: Node, measure: Callable[[Node, list[int]], int], parts: Callable[[Node], tuple[Node, ...]]) -> int:
    """Return what ``measure`` says of a node, given what it said of its parts."""
    known: dict[int, int] = {}
    stack = [node]
    while stack:
        current = stack[-1]
        if id(current) in known:
            stack.pop()
            continue
        inner = parts(current)
        missing = [part for part in inner if id(part) not in known]
        if missing:
            stack.extend(missing)
            continue
        known[id(current)] = measure(current, [known[id(part)] for part in inner])
        stack.pop()
    return known[id(node)]


def depth_of(node: Node) -> int:
    """Return how many nodes there are from this one down to the farthest, the insides of aggregates included."""
    return _measured(node, lambda _, inner: 1 + max(inner, default=0), _inside)


def nodes_of(node: Node) -> int:
    """Return how many nodes there are with everything written out, the insides of aggregates included.

    A node that is used twice counts twice; the inside of a table is not counted.
    """
    return _measured(node, lambda _, inner: 1 + sum(inner), _inside)


def parameters_of(node: Node) -> int:
    """Return how many parameters a statement of a database needs at most for the tree; tables count at every use."""
    return _measured(node, _parameters, _inside)


def written_of(node: Node) -> int:
    """Return how many nodes and constants a statement of a database is written from; tables count at every use."""
    return _measured(node, lambda one, inner: _own(one) + sum(inner) + _table(one, "nodes", written_of), _inside)


def _own(node: Node) -> int:
    return 1 + len(node.values) if isinstance(node, OneOfThese) else 1


def distinct(node: Node) -> Iterator[Node]:
    """Go through the node and its parts like ``walk``, but once through what stands in several places."""
    seen: set[int] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack.extend(reversed(children(current)))


def shared_in(node: Node, least: int) -> frozenset[int]:
    """Return the identities of those of at least so many nodes that stand in several places of the tree."""
    uses: dict[int, int] = {}

    def measure(one: Node, inner: list[int]) -> int:
        for part in children(one):
            uses[id(part)] = uses.get(id(part), 0) + 1
        sizes[id(one)] = 1 + sum(inner)
        return sizes[id(one)]

    sizes: dict[int, int] = {}
    _measured(node, measure, children)
    return frozenset(key for key, count in uses.items() if count > 1 and sizes[key] >= least)


def _parameters(node: Node, inner: list[int]) -> int:
    own = _table(node, "parameters", _within_table)
    match node:
        case OneOfThese(values=values):
            own += len(values)
        case Switch(cases=cases):
            own += len(cases)
        case Literal() | Parameter() | Given():
            own += 1
        case Operation() | Path() | Related() | OfPerson() | HasRole():
            own += _OF_OTHERS
        case _:
            pass
    return own + sum(inner)


def _within_table(node: Node) -> int:
    """Return the same of the inside of a table, where plain constants are written out."""
    return _measured(node, lambda one, inner: _parameters(one, inner) - _plain_in(one), _inside)


def _plain_in(node: Node) -> int:
    match node:
        case Literal(value):
            return int(is_plain(value))
        case OneOfThese(values=values):
            return sum(map(is_plain, values))
        case Switch(cases=cases):
            return sum(is_plain(value) for value, _ in cases)
        case _:
            return 0


def _table(node: Node, what: str, measure: Callable[[Node], int]) -> int:
    """Return what is said of the inside of a table that is asked here; 0 where none is."""
    return node.body.kept.of(what, lambda: measure(node.body.tree)) if isinstance(node, Lookup) else 0
