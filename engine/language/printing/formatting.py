"""The one canonical way to write an expression, in Chinese, in English or by keys; it knows no values and no rows.

Law: what is printed means what it was printed from, and printed again it stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from engine.kernel.clocks import date_of
from engine.language.checking.report import Chosen, Meaning, Named, Worded
from engine.language.compiling import Understood, understood
from engine.language.functions.catalogue import AGGREGATES, is_function
from engine.language.printing.spelling import Speech, Spelling, decimal_written, is_head, text_written
from engine.language.reading import syntax
from engine.language.reading.parsing import parse
from engine.language.reading.syntax import Syntax
from engine.language.reading.vocabulary import OLD_WORDS, Words
from engine.language.scope import EMPTY_SCOPE, RelationScope, Scope
from engine.language.tree import Span
from engine.language.types import Type


class Level(IntEnum):
    """How tightly a part binds, loosest first; a part that binds looser than its place needs parentheses."""

    OR = 1
    AND = 2
    NOT = 3
    COMPARISON = 4
    MEMBERSHIP = 5
    CONTAINMENT = 6
    EMPTINESS = 7
    SUM = 8
    PRODUCT = 9
    SIGN = 10
    ATOM = 11


def print_expression(source: str, scope: Scope, speech: Speech, *, expects: type[Type] | Type | None = None) -> str:
    """Return an expression in the canonical style: ``zh`` and ``en`` by labels, ``keys`` by keys.

    ``expects`` is the kind of type that the place of the expression needs, as in ``compile_expression``: it tells
    which texts are options. Raises ``EngineError`` with every problem of a source that does not compile.
    """
    return print_understood(understood(source, scope, expects), scope, speech)


def print_understood(found: Understood, scope: Scope, speech: Speech) -> str:
    """Return what is understood already in the canonical style."""
    return Writer(Spelling(scope, speech), found.meant).written(found.syntax)


def format_source(source: str, speech: Speech = "keys", scope: Scope = EMPTY_SCOPE) -> str:
    """Return a source in the canonical style without asking what its names mean: they stay as they are written.

    ``scope`` helps to split names that ran together. Raises ``EngineError`` for what is no expression.
    """
    return Writer(Spelling(scope, speech)).written(parse(source, Words(scope, is_function)))


def level_of(node: Syntax) -> Level:
    """Return how tightly a part binds."""
    match node:
        case syntax.Logic(operator):
            return Level.OR if operator == "or" else Level.AND
        case syntax.Prefix(operator):
            return Level.NOT if operator == "not" else Level.SIGN
        case syntax.Comparison():
            return Level.COMPARISON
        case syntax.Test(operator):
            return Level.MEMBERSHIP if operator == "in" else Level.CONTAINMENT
        case syntax.EmptyTest():
            return Level.EMPTINESS
        case syntax.Series(_, rest):
            return Level.PRODUCT if rest[0][0] in {"*", "/"} else Level.SUM
        case _:
            return Level.ATOM


@dataclass(frozen=True)
class Writer:
    """Writes parts of one source; ``meant`` tells what its names and options stand for, as far as anybody knows."""

    spelling: Spelling
    meant: Mapping[Span, Meaning] = field(default_factory=dict)

    def written(self, node: Syntax, level: Level = Level.OR) -> str:
        """Return a part, in parentheses where it binds looser than ``level``."""
        plain = self._plain(node)
        return plain if level_of(node) >= level else f"({plain})"

    def _plain(self, node: Syntax) -> str:
        match node:
            case syntax.Name(parts):
                return self.path(parts)
            case syntax.NumberWritten(digits, scale):
                return decimal_written(digits, scale)
            case syntax.TextWritten(text, at):
                meaning = self.meant.get(at)
                return text_written(self.spelling.option(meaning) if isinstance(meaning, Chosen) else text)
            case syntax.DateWritten(day):
                return date_of(day).isoformat()
            case syntax.WordWritten(value):
                return self.spelling.keyword({True: "true", False: "false", None: "empty"}[value])
            case syntax.ListWritten(items):
                return f"[{', '.join(map(self.written, items))}]"
            case syntax.Call():
                return self._call(node)
            case _:
                return self._operator(node)

    def _operator(self, node: Syntax) -> str:
        word = self.spelling.keyword
        level = level_of(node)
        match node:
            case syntax.Logic(operator, items):
                return f" {word(operator)} ".join(self.written(item, level) for item in items)
            case syntax.Prefix("not", item):
                return f"{word('not')} {self.written(item, level)}"
            case syntax.Prefix(_, item):
                return f"-{self.written(item, level)}"
            case syntax.Comparison(sign, left, right):
                return f"{self.written(left, Level.MEMBERSHIP)} {sign} {self.written(right, Level.MEMBERSHIP)}"
            case syntax.Test(operator, negated, left, right):
                tighter = Level(level + 1)
                joint = word(f"not {operator}" if negated else operator)
                return f"{self.written(left, level)} {joint} {self.written(right, tighter)}"
            case syntax.EmptyTest(item, negated):
                return f"{self.written(item, level)} {word('is not empty' if negated else 'is empty')}"
            case syntax.Series(first, rest):
                tighter = Level(level + 1)
                return self.written(first, level) + "".join(
                    f" {sign} {self.written(item, tighter)}" for sign, item in rest
                )
            case _:
                message = f"{type(node).__name__} is no operator"
                raise TypeError(message)

    def _call(self, node: syntax.Call) -> str:
        alone = node.arguments[0] if len(node.arguments) == 1 else None
        if isinstance(alone, syntax.Name) and node.function.text.lower() in AGGREGATES:
            inside = self.path(alone.parts, related=True)
        else:
            inside = ", ".join(map(self.written, node.arguments))
        if node.where is not None:
            inside += f" {self.spelling.keyword('where')} {self.written(node.where)}"
        return f"{self.spelling.function(node.function.text)}({inside})"

    def path(self, parts: Sequence[syntax.Part], *, related: bool = False) -> str:
        """Return the names of a path; ``related``: on the way to a relation, as far as there is one."""
        names, opens = [], True
        for part in parts:
            meaning = self.meant.get(part.at)
            if isinstance(meaning, Named):
                names.append(self.spelling.name(meaning, opens=opens, related=related))
                opens = isinstance(meaning.item, RelationScope)  # what follows it is named in the form of its rows
                related = related and not opens
                continue
            if isinstance(meaning, Worded):
                names.append(self.spelling.of(meaning.word))
            elif opens and not part.quoted and is_head(part.text) and (len(parts) > 1 or part.text not in OLD_WORDS):
                names.append(self.spelling.head(part.text))
            else:
                names.append(self.spelling.quoted(part.text, opens=opens) or part.text)
            opens = False
        return ".".join(names)
