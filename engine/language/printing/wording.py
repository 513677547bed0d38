"""Expressions as sentences for people, in Chinese or English: labels for keys, words for signs, no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.kernel.problems import Text
from engine.language.compiling import Understood
from engine.language.expressions import Expression
from engine.language.keeping import keep_understood
from engine.language.printing.sentences import Sentences
from engine.language.reading.syntax import Syntax, parts_of
from engine.language.scope import Scope
from engine.language.tables import Decides
from engine.language.tree import Span
from engine.language.types import BlankType


@dataclass(frozen=True)
class Wording:
    """How one expression and each of its parts read in one language."""

    sentences: Sentences
    syntax: Syntax

    @property
    def whole(self) -> str:
        """The whole as a sentence if it is a condition, else as the name of a value."""
        return self.sentences.sentence(self.syntax) if self.sentences.is_condition else self.sentences.term(self.syntax)

    def of(self, span: Span) -> str:
        """Return how the part that stands at a place reads; a lone name is named, even where it is a condition."""
        found = _smallest(self.syntax, span)
        return self.sentences.told(found)

    def stated(self, span: Span, holds: bool) -> str:
        """Return what it says that the condition at a place holds, or that it does not."""
        return self.sentences.sentence(_smallest(self.syntax, span), holds)


def wording(expression: Expression, scope: Scope, parameters: Mapping[str, Text], speech: str) -> Wording:
    """Return how an expression over ``scope`` reads in ``zh`` or ``en``; ``parameters`` are the labels by key.

    The expression has been compiled in a scope of its own: whether that had values from before a change is not asked.
    """
    expects = None if isinstance(expression.type, BlankType) else expression.type
    found = keep_understood(expression.source, replace(scope, with_old=True), expects)
    return wording_of(found, parameters, speech, scope.tables)


def wording_of(
    found: Understood, parameters: Mapping[str, Text], speech: str, tables: Mapping[str, Decides] | None = None
) -> Wording:
    """Return how what is understood already reads; ``tables`` are those that it asks, for their labels."""
    return Wording(Sentences.of(found, parameters, speech, tables), found.syntax)


def in_words(expression: Expression, scope: Scope, speech: str, parameters: Mapping[str, Text] | None = None) -> str:
    """Return a whole expression in words of ``zh`` or ``en``; ``parameters`` are the labels by key."""
    return wording(expression, scope, parameters or {}, speech).whole


def _smallest(node: Syntax, span: Span) -> Syntax:
    """Return the smallest part that covers a place."""
    while True:
        inner = next((part for part in parts_of(node) if part.at[0] <= span[0] and span[1] <= part.at[1]), None)
        if inner is None or node.at == span:
            return node
        node = inner
