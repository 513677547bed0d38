"""Message templates: texts with places and conditional blocks; how a value becomes words is the caller's knowledge.

``{{ expression }}`` is a place; of ``{% if condition %} … {% else %} … {% end %}`` (如果 否则 结束) stays what applies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from engine.kernel.problems import EngineError, Problem, ProblemKind
from engine.kernel.values import Row, Value
from engine.language import problems
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression, Surroundings
from engine.language.scope import Scope
from engine.language.tree import Span
from engine.language.types import BooleanType, Type

Show = Callable[[Value, Type], str]
"""Turns a value that is not blank into words."""

_QUOTES = "\"'"
_OPENINGS = {"{{": "}}", "{%": "%}"}
_WORDS = {"if": "if", "如果": "if", "else": "else", "否则": "else", "end": "end", "结束": "end"}
_FIRST_WORD = re.compile(r"\s*(\w*)")


@dataclass(frozen=True, slots=True)
class Alternative:
    """What stands in a text where a condition holds, and what stands there otherwise."""

    condition: Expression
    then: tuple[Piece, ...]
    otherwise: tuple[Piece, ...]


Piece = str | Expression | Alternative


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands in a template, what it may name, and the kind of type that is needed there."""

    start: int
    end: int
    scope: Scope
    expects: type[Type] | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """Texts, expressions and alternatives in turn."""

    source: str
    parts: tuple[Piece, ...]
    places: tuple[Place, ...] = field(default=(), compare=False, repr=False)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression, so that what they read can be fetched and checked."""
        return tuple(_expressions(self.parts))

    def render(self, row: Row, surroundings: Surroundings, show: Show) -> str:
        """Return the text for a row; a blank leaves nothing."""
        return "".join(_rendered(self.parts, row, surroundings, show))


def _expressions(parts: Iterable[Piece]) -> Iterator[Expression]:
    for part in parts:
        if isinstance(part, Expression):
            yield part
        elif isinstance(part, Alternative):
            yield part.condition
            yield from _expressions((*part.then, *part.otherwise))


def _rendered(parts: Iterable[Piece], row: Row, surroundings: Surroundings, show: Show) -> Iterator[str]:
    for part in parts:
        match part:
            case str():
                yield part
            case Alternative(condition, then, otherwise):
                yield from _rendered(then if condition.holds(row, surroundings) else otherwise, row, surroundings, show)
            case _:
                value = part.evaluate(row, surroundings)
                if value is not None:
                    yield show(value, part.type)


def compile_template(source: str, scope: Scope) -> Template:
    """Return the compiled template; raises ``EngineError`` with all problems, their offsets into ``source``."""
    compiler = _Compiler(source, scope)
    parts = compiler.compiled()
    if compiler.found:
        raise EngineError(compiler.found)
    return Template(source, parts, tuple(compiler.places))


@dataclass
class _Open:
    """A block that is not closed yet: its condition and the parts of its two branches."""

    at: Span
    condition: Expression | None
    branches: list[list[Piece]] = field(default_factory=lambda: [[]])


@dataclass
class _Compiler:
    """Goes through one source; a problem never ends the work."""

    source: str
    scope: Scope
    found: list[Problem] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def compiled(self) -> tuple[Piece, ...]:
        """Return the parts of the whole."""
        outermost = _Open((0, 0), None)
        self.open = [outermost]
        for sign, start, end in self._segments():
            match sign:
                case "":
                    self._add(self.source[start:end])
                case "{{":
                    self._add(self._expression(start, end, condition=False))
                case _:
                    self._block(start, end)
        for left in self.open[1:]:
            self._note(problems.UNCLOSED_PLACE, left.at, open="{% if", close="{% end %}")
        return tuple(outermost.branches[0])

    def _segments(self) -> Iterator[tuple[str, int, int]]:
        """Go through texts (without a sign), and what stands between the signs of places and blocks."""
        position = 0
        while position < len(self.source):
            found = [self.source.find(sign, position) for sign in _OPENINGS]
            start = min((at for at in found if at >= 0), default=None)
            if start is None:
                yield "", position, len(self.source)
                return
            yield "", position, start
            sign = self.source[start : start + 2]
            end = _end_of(self.source, start + 2, _OPENINGS[sign])
            if end is None:
                self._note(problems.UNCLOSED_PLACE, (start, len(self.source)), open=sign, close=_OPENINGS[sign])
                return
            yield sign, start + 2, end
            position = end + 2

    def _block(self, start: int, end: int) -> None:
        written = _FIRST_WORD.match(self.source, start, end)
        word = _WORDS.get(written.group(1) if written else "")
        at = (start - 2, end + 2)
        if word == "if" and written is not None:
            self.open.append(_Open(at, self._expression(written.end(), end, condition=True)))
            return
        if word is None or self.source[written.end() if written else start : end].strip():
            self._note(problems.UNKNOWN_BLOCK, at, sign=self.source[at[0] : at[1]])
            return
        if len(self.open) == 1 or (word == "else" and len(self.open[-1].branches) > 1):
            self._note(problems.STRAY_BLOCK, at, sign=self.source[at[0] : at[1]])
            return
        if word == "else":
            self.open[-1].branches.append([])
            return
        closed = self.open.pop()
        then, otherwise = closed.branches[0], closed.branches[1] if len(closed.branches) > 1 else []
        if closed.condition is not None:
            self._add(Alternative(closed.condition, tuple(then), tuple(otherwise)))

    def _add(self, part: Piece | None) -> None:
        if part is not None and part != "":
            self.open[-1].branches[-1].append(part)

    def _expression(self, start: int, end: int, *, condition: bool) -> Expression | None:
        expects = BooleanType if condition else None
        self.places.append(Place(start, end, self.scope, expects))
        try:
            return compile_expression(self.source[start:end], self.scope, expects=expects)
        except EngineError as error:
            self.found.extend(_moved(problem, start) for problem in error.problems)
            return None

    def _note(self, kind: ProblemKind, at: Span, **values: str) -> None:
        self.found.append(kind.at(start=at[0], end=at[1], **values))


def _end_of(source: str, position: int, closing: str) -> int | None:
    """Return where the closing sign stands; what is in quotes does not count."""
    quote: str | None = None
    while position < len(source):
        character = source[position]
        if quote is not None:
            position += character == "\\"
            quote = None if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif source.startswith(closing, position):
            return position
        position += 1
    return None


def _moved(problem: Problem, by: int) -> Problem:
    return replace(problem, start=(problem.start or 0) + by, end=(problem.end or 0) + by)
