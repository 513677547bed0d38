"""Expressions that come again and again, compiled once: the filters of lists, and what explanations ask.

What is kept belongs to one scope, told apart by its very parts: another revision has other ones, so nothing of it is
taken for another's. A scope that is kept here is never changed; those of a catalog are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.language.compiling import Understood, understood
from engine.language.expressions import Expression, expression_of
from engine.language.scope import Scope
from engine.language.types import Type

KEPT = 1_024
"""How many expressions are kept; the one that was not asked for the longest makes room."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A source in its place. Scopes are the same if they are made of the same objects; these are kept alive here."""

    source: str
    scope: Scope
    expects: type[Type] | Type | None

    def __hash__(self) -> int:
        """Hash by the source and what the scope is made of."""
        scope = self.scope
        return hash((self.source, id(scope.form), id(scope.forms), id(scope.parameters), scope.with_old))

    def __eq__(self, other: object) -> bool:
        """Compare scopes part by part, by identity."""
        if not isinstance(other, _Asked):
            return NotImplemented
        mine, its = self.scope, other.scope
        return (
            self.source == other.source
            and self.expects == other.expects
            and mine.form is its.form
            and mine.forms is its.forms
            and mine.parameters is its.parameters
            and mine.roles is its.roles
            and mine.tables is its.tables
            and mine.with_old == its.with_old
        )


def keep_expression(source: str, scope: Scope, *, expects: type[Type] | Type | None = None) -> Expression:
    """Return the compiled expression, the same object as long as it is kept; raises like ``compile_expression``."""
    return _expression(_Asked(source, scope, expects))


def keep_understood(source: str, scope: Scope, expects: type[Type] | Type | None = None) -> Understood:
    """Return the source with all that it stands for, kept as well; raises like ``compile_expression``."""
    return _understood(_Asked(source, scope, expects))


@lru_cache(maxsize=KEPT)
def _understood(asked: _Asked) -> Understood:
    return understood(asked.source, asked.scope, asked.expects)


@lru_cache(maxsize=KEPT)
def _expression(asked: _Asked) -> Expression:
    return expression_of(asked.source, _understood(asked).tree)
