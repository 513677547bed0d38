"""Expressions that come again and again, compiled once: the filters of lists, and what explanations ask.

What is kept hangs on the scope, which has it from its catalog: another revision has another one, so nothing of it is
taken for another's, and all of it goes when the catalog goes. A scope of a catalog is never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from engine.language.compiling import Understood, understood
from engine.language.expressions import Expression, expression_of
from engine.language.scope import Scope
from engine.language.types import Type

T = TypeVar("T")


def keep_expression(source: str, scope: Scope, *, expects: type[Type] | Type | None = None) -> Expression:
    """Return the compiled expression, the same object as long as it is kept; raises like ``compile_expression``."""
    return _kept(
        "expression",
        source,
        scope,
        expects,
        lambda: expression_of(source, keep_understood(source, scope, expects).tree),
    )


def keep_understood(source: str, scope: Scope, expects: type[Type] | Type | None = None) -> Understood:
    """Return the source with all that it stands for, kept as well; raises like ``compile_expression``."""
    return _kept("understood", source, scope, expects, lambda: understood(source, scope, expects))


def _kept(what: str, source: str, scope: Scope, expects: type[Type] | Type | None, make: Callable[[], T]) -> T:
    """Keep what is made, if the scope keeps anything; a place in the app is told apart by its form."""
    if scope.kept is None:
        return make()
    form = None if scope.form is None else _Same(scope.form)
    parts: tuple[Hashable, ...] = (_Same(scope.forms), _Same(scope.parameters), _Same(scope.roles), _Same(scope.tables))
    return scope.kept.of((what, source, form, scope.with_old, expects, *parts), make)


class _Same:
    """A part of a scope as part of a key: it equals itself alone, and is there as long as the key is."""

    __slots__ = ("_part",)

    def __init__(self, part: object) -> None:
        """Keep the part."""
        self._part = part

    def __hash__(self) -> int:
        """Hash by identity."""
        return id(self._part)

    def __eq__(self, other: object) -> bool:
        """Compare by identity."""
        return isinstance(other, _Same) and self._part is other._part
