"""From source to a compiled expression; the one door through which expressions come into being."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.kernel.problems import EngineError
from engine.language import problems
from engine.language.checking.checker import Checker
from engine.language.checking.fitting import common_of, fit, narrowed_number
from engine.language.checking.report import BROKEN, Meaning, Report, words
from engine.language.expressions import Expression, expression_of
from engine.language.functions.catalogue import is_function
from engine.language.measuring import depth_of, nodes_of
from engine.language.pushdown import too_much_inside
from engine.language.reading.parsing import parse
from engine.language.reading.syntax import Syntax
from engine.language.reading.vocabulary import Words
from engine.language.scope import Scope
from engine.language.tree import Field, Literal, Node, Span
from engine.language.types import BlankType, BooleanType, ReferenceType, Type

MAX_TREE_DEPTH = 100
"""Of what was written at most 40 levels deep, this is what may come of it: ``due + 1 + 1 …`` is one level written."""

MAX_NODES = 20_000
"""So many nodes may come of what was written in at most 500 parts: ``complete()`` is one part."""


def compile_expression(
    source: str, scope: Scope, *, expects: type[Type] | Type | None = None, inside: bool = False
) -> Expression:
    """Return the compiled expression.

    ``expects`` is the kind of type that the place needs, or a very type: then a number gets that type's scale
    (rounded half away from zero) and a text is checked against that type's options. A blank fits every place.
    ``inside`` says that it is worked out for each of many related rows: then there is no aggregate in it.

    Raises ``EngineError`` with every problem found, each with ``start`` and ``end`` in code points of ``source``.
    """
    return expression_of(source, understood(source, scope, expects, inside=inside).tree)


@dataclass(frozen=True, slots=True)
class Understood:
    """What was written, the typed tree of it, and what each name and option in it stands for, by its place."""

    source: str
    syntax: Syntax
    tree: Node
    meant: Mapping[Span, Meaning]


def checked(source: str, scope: Scope, expects: type[Type] | Type | None = None) -> Node:
    """Return the typed tree of the source; raises like ``compile_expression``."""
    return understood(source, scope, expects).tree


def understood(
    source: str, scope: Scope, expects: type[Type] | Type | None = None, *, inside: bool = False
) -> Understood:
    """Return the source with all that it stands for; raises like ``compile_expression``."""
    report = Report()
    written = parse(source, Words(scope, is_function))
    node = Checker(scope, scope.form, report, inside=inside).check(written)
    if expects is not None and node is not BROKEN:
        node = _expected(_as_link(node, expects, scope), expects, source, report)
    if not report.found:
        _bound(node, len(source), report)
    if report.found:
        raise EngineError(sorted(report.found, key=lambda problem: (problem.start or 0, problem.end or 0)))
    return Understood(source, written, node, report.meant)


def _bound(node: Node, length: int, report: Report) -> None:
    if (depth := depth_of(node)) > MAX_TREE_DEPTH:
        report.broken(problems.TOO_DEEP, (0, length), limit=MAX_TREE_DEPTH, got=depth)
    elif (count := nodes_of(node)) > MAX_NODES:
        report.broken(problems.TOO_MANY_NODES, (0, length), limit=MAX_NODES, got=count)
    else:
        report.found.extend(too_much_inside(node))


def _as_link(node: Node, expects: type[Type] | Type, scope: Scope) -> Node:
    """Return ``id`` as a link to the record itself where that is what the place needs, else the expression as it is."""
    own = None if scope.form is None else ReferenceType(scope.form.app, scope.form.key)
    if own is None or expects not in (own, ReferenceType) or not isinstance(node, Field) or node.key != "id":
        return node
    return Field(node.key, own, node.at)


def _expected(node: Node, expects: type[Type] | Type, source: str, report: Report) -> Node:
    if isinstance(expects, type):
        if isinstance(node.type, expects):
            return node
        if isinstance(node.type, BlankType):
            return fit(node, BooleanType(), report) if expects is BooleanType else node
    elif common_of((Literal(None, expects), node)) is not None:
        return narrowed_number(fit(node, expects, report), expects)
    wanted, got = words("wanted", expects), words("got", node.type)
    return report.broken(problems.WRONG_RESULT, (0, len(source)), **wanted, **got)
