"""Which decision tables an expression asks for one row: it follows the ways that are gone, and gives no answers."""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.values import Row
from engine.language.backends.python.compiling import compile_condition, compile_value
from engine.language.surroundings import Surroundings
from engine.language.tree import Coalesce, If, Lookup, Node, Switch, children


def looked_up(node: Node, row: Row, around: Surroundings) -> Iterator[Lookup]:
    """Go through the look-ups that a tree makes for a row: not those of a way that is not gone."""
    match node:
        case If(branches, otherwise):
            yield from _chosen_of(branches, otherwise, row, around)
        case Switch(item, cases, otherwise):
            yield from looked_up(item, row, around)
            value = compile_value(item)(row, around)
            yield from looked_up(dict(cases).get(value, otherwise), row, around)
        case Coalesce(items):
            for inner in items:
                yield from looked_up(inner, row, around)
                if compile_value(inner)(row, around) is not None:
                    return
        case _:
            if isinstance(node, Lookup):
                yield node
            for inner in children(node):
                yield from looked_up(inner, row, around)


def _chosen_of(
    branches: tuple[tuple[Node, Node], ...], otherwise: Node, row: Row, around: Surroundings
) -> Iterator[Lookup]:
    for condition, value in branches:
        yield from looked_up(condition, row, around)
        if compile_condition(condition)(row, around):
            yield from looked_up(value, row, around)
            return
    yield from looked_up(otherwise, row, around)
