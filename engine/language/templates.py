"""Message templates: texts with places and blocks; how a value becomes words is the caller's knowledge.

``{{ expression }}`` is a place; of ``{% if condition %} … {% else %} … {% end %}`` (如果 否则 结束) stays what applies;
``{% each items where condition %} … {% end %}`` (每个 其中 结束) comes again for every line or related record, in which
names mean the fields of that row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from engine.kernel.problems import EngineError, Problem, ProblemKind, Text
from engine.kernel.values import Row, Value
from engine.language import problems
from engine.language.compiling import checked, compile_expression
from engine.language.expressions import Expression, Surroundings
from engine.language.reading.quoting import sign_outside_quotes
from engine.language.reading.vocabulary import narrowed
from engine.language.scope import Scope
from engine.language.surroundings import RelatedRows
from engine.language.tree import Related, Span
from engine.language.types import BooleanType, Type

Show = Callable[[Value, Type], str]
"""Turns a value that is not blank into words."""

MAX_ROWS = 100
"""How many rows a block goes over; the rest is told as a number."""

MAX_EACH = 5
"""How many blocks of one template go over related rows."""

MAX_OPEN = 20
"""How many blocks of one template may be open at a place."""

MAX_CHARACTERS = 20_000
"""How long a template may be."""

MORE = Text("… 还有 {count} 条", "… and {count} more")

_COUNT = "count("
_OPENINGS = {"{{": "}}", "{%": "%}"}
_OPENING = re.compile(r"\{[{%]")
_WORDS = {
    **{"if": "if", "如果": "if", "each": "each", "每个": "each"},
    **{"else": "else", "否则": "else", "end": "end", "结束": "end"},
}
_GLUED = ("如果", "每个")
"""Words that may stand before what follows without a blank."""

_FIRST_WORD = re.compile(r"\s*(\w*)")


@dataclass(frozen=True, slots=True)
class Alternative:
    """What stands in a text where a condition holds, and what stands there otherwise."""

    condition: Expression
    then: tuple[Piece, ...]
    otherwise: tuple[Piece, ...]


def rows_of(related: Related, row: Row, surroundings: Surroundings, limit: int) -> RelatedRows:
    """Return the first rows that ``related`` would count; none where the way to them breaks off."""
    here: Row | None = row
    for step in related.steps:
        id = None if here is None else here.get(step.reference)
        here = surroundings.record(step.app, step.form, str(id)) if id else None
    return RelatedRows((), 0) if here is None else surroundings.related(related.aggregate, here, limit)


@dataclass(frozen=True, slots=True)
class Each:
    """What comes again for every row that ``related`` would count; the expressions inside see that row."""

    related: Related
    body: tuple[Piece, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions that see the rows."""
        return tuple(_expressions(self.body))

    def rows(self, row: Row, surroundings: Surroundings) -> RelatedRows:
        """Return the first ``MAX_ROWS`` rows; none where the way to them breaks off."""
        return rows_of(self.related, row, surroundings, MAX_ROWS)


Piece = str | Expression | Alternative | Each


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands in a template, what it may name, and the kind of type that is needed there.

    Where ``rows`` is true, what stands there is what ``each`` goes over: it could stand between ``count(`` and ``)``.
    """

    start: int
    end: int
    scope: Scope
    expects: type[Type] | None = None
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Texts, expressions and alternatives in turn."""

    source: str
    parts: tuple[Piece, ...]
    places: tuple[Place, ...] = field(default=(), compare=False, repr=False)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression that sees the record, so that what they read can be fetched and checked."""
        return tuple(_expressions(self.parts))

    @property
    def each(self) -> tuple[Each, ...]:
        """Every block that comes again for related rows; its expressions see these."""
        return tuple(_each(self.parts))

    def render(self, row: Row, surroundings: Surroundings, show: Show, speech: str = "zh") -> str:
        """Return the text for a row in words of ``zh`` or ``en``; a blank leaves nothing.

        Of more than ``MAX_ROWS`` rows the rest is told as a number.
        """
        more = MORE.in_language(speech)
        return "".join(_rendered(self.parts, row, surroundings, show, more))


def _expressions(parts: Iterable[Piece]) -> Iterator[Expression]:
    for part in parts:
        if isinstance(part, Expression):
            yield part
        elif isinstance(part, Alternative):
            yield part.condition
            yield from _expressions((*part.then, *part.otherwise))


def _each(parts: Iterable[Piece]) -> Iterator[Each]:
    for part in parts:
        if isinstance(part, Each):
            yield part
        elif isinstance(part, Alternative):
            yield from _each((*part.then, *part.otherwise))


def _rendered(parts: Iterable[Piece], row: Row, surroundings: Surroundings, show: Show, more: str) -> Iterator[str]:
    for part in parts:
        match part:
            case str():
                yield part
            case Alternative(condition, then, otherwise):
                chosen = then if condition.holds(row, surroundings) else otherwise
                yield from _rendered(chosen, row, surroundings, show, more)
            case Each(_, body):
                found = part.rows(row, surroundings)
                for one in found.rows:
                    yield from _rendered(body, one, surroundings, show, more)
                if found.total > len(found.rows):
                    yield more.format(count=found.total - len(found.rows))
            case _:
                value = part.evaluate(row, surroundings)
                if value is not None:
                    yield show(value, part.type)


def compile_template(source: str, scope: Scope, *, with_each: bool = True) -> Template:
    """Return the compiled template; raises ``EngineError`` with all problems, their offsets into ``source``.

    Unless ``with_each``, it is for every row of a list, and nothing in it goes over related rows.
    """
    if len(source) > MAX_CHARACTERS:
        kind = problems.TEMPLATE_TOO_LONG
        raise EngineError(kind.at(start=MAX_CHARACTERS, end=len(source), limit=MAX_CHARACTERS, got=len(source)))
    compiler = _Compiler(source, scope, with_each=with_each)
    parts = compiler.compiled()
    if compiler.found:
        raise EngineError(compiler.found)
    return Template(source, parts, tuple(compiler.places))


@dataclass
class _Open:
    """A block that is not closed yet: what may be named in it, what it depends on, and the parts of its branches.

    Without a scope nobody knows what may be named, since what the block goes over is wrong.
    """

    at: Span
    scope: Scope | None
    word: str = ""
    condition: Expression | None = None
    related: Related | None = None
    branches: list[list[Piece]] = field(default_factory=lambda: [[]])


@dataclass
class _Compiler:
    """Goes through one source; a problem never ends the work."""

    source: str
    scope: Scope
    with_each: bool = True
    each: int = 0
    found: list[Problem] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def compiled(self) -> tuple[Piece, ...]:
        """Return the parts of the whole."""
        outermost = _Open((0, 0), self.scope)
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
            self._note(problems.UNCLOSED_PLACE, left.at, open=f"{{% {left.word}", close="{% end %}")
        return tuple(outermost.branches[0])

    def _segments(self) -> Iterator[tuple[str, int, int]]:
        """Go through texts (without a sign), and what stands between the signs of places and blocks."""
        position, narrow = 0, narrowed(self.source)
        while position < len(self.source):
            found = _OPENING.search(self.source, position)
            if found is None:
                yield "", position, len(self.source)
                return
            start, sign = found.start(), found.group()
            yield "", position, start
            end = sign_outside_quotes(narrow, start + 2, _OPENINGS[sign])
            if end is None:
                self._note(problems.UNCLOSED_PLACE, (start, len(self.source)), open=sign, close=_OPENINGS[sign])
                return
            yield sign, start + 2, end
            position = end + 2

    def _block(self, start: int, end: int) -> None:
        word, begin = self._word(start, end)
        at = (start - 2, end + 2)
        if word == "if":
            condition = self._expression(begin, end, condition=True)
            self._begin(_Open(at, self.open[-1].scope, word, condition))
            return
        if word == "each":
            self._open_each(begin, end, at)
            return
        if word is None or self.source[begin:end].strip():
            self._note(problems.UNKNOWN_BLOCK, at, sign=self.source[at[0] : at[1]])
            return
        if len(self.open) == 1 or (word == "else" and (self.open[-1].word != "if" or len(self.open[-1].branches) > 1)):
            self._note(problems.STRAY_BLOCK, at, sign=self.source[at[0] : at[1]])
            return
        if word == "else":
            self.open[-1].branches.append([])
            return
        closed = self.open.pop()
        then, otherwise = closed.branches[0], closed.branches[1] if len(closed.branches) > 1 else []
        if closed.condition is not None:
            self._add(Alternative(closed.condition, tuple(then), tuple(otherwise)))
        if closed.related is not None:
            self._add(Each(closed.related, tuple(then)))

    def _word(self, start: int, end: int) -> tuple[str | None, int]:
        """Return the word by which a block begins, and where what follows it begins."""
        written = _FIRST_WORD.match(self.source, start, end)
        if written is None:
            return None, start
        for glued in _GLUED:
            if written.group(1).startswith(glued):
                return _WORDS[glued], written.start(1) + len(glued)
        return _WORDS.get(written.group(1)), written.end()

    def _open_each(self, start: int, end: int, at: Span) -> None:
        self.each += 1
        if any(block.word == "each" for block in self.open):
            self._note(problems.EACH_INSIDE, at)
        elif not self.with_each:
            self._note(problems.EACH_NOT_HERE, at)
        elif self.each == MAX_EACH + 1:
            self._note(problems.TOO_MANY_EACH, at, limit=MAX_EACH, got=self.each)
        related = self._related(start, end)
        scope = None
        if related is not None:
            form = self.scope.forms.get((related.aggregate.app, related.aggregate.form))
            scope = replace(self.scope, form=form, with_old=False)
        self._begin(_Open(at, scope, "each", related=related))

    def _begin(self, block: _Open) -> None:
        """Begin a block; the first that is one too many is told, not what stands in it as well."""
        if len(self.open) == MAX_OPEN + 1:
            self._note(problems.TOO_MANY_OPEN, block.at, limit=MAX_OPEN)
        self.open.append(block)

    def _related(self, start: int, end: int) -> Related | None:
        """Compile what a block goes over as what could be counted; None after noting what is wrong."""
        self.places.append(Place(start, end, self.scope, rows=True))
        if self.source[start:end].strip():
            try:
                found = checked(f"{_COUNT}{self.source[start:end]})", self.scope)
            except EngineError as error:
                moved = (_moved(problem, start - len(_COUNT)) for problem in error.problems)
                self.found.extend(_within(problem, start, end) for problem in moved)
                return None
            if isinstance(found, Related) and found.aggregate.value is None:
                return found
        self._note(problems.EACH_OVER_NOTHING, (start, end))
        return None

    def _add(self, part: Piece | None) -> None:
        if part is not None and part != "":
            self.open[-1].branches[-1].append(part)

    def _expression(self, start: int, end: int, *, condition: bool) -> Expression | None:
        expects = BooleanType if condition else None
        here, inside = self.open[-1].scope, any(block.word == "each" for block in self.open)
        if here is None:
            return None
        self.places.append(Place(start, end, here, expects))
        try:
            return compile_expression(self.source[start:end], here, expects=expects, inside=inside)
        except EngineError as error:
            self.found.extend(_moved(problem, start) for problem in error.problems)
            return None

    def _note(self, kind: ProblemKind, at: Span, **values: str | int) -> None:
        written: dict[str, Any] = dict(values)
        self.found.append(kind.at(start=at[0], end=at[1], **written))


def _within(problem: Problem, start: int, end: int) -> Problem:
    """Return the problem with its place inside of what is written; what fails at its end is not finished."""
    if problem.code == problems.UNEXPECTED.code and (problem.start or 0) >= end:
        hint: dict[str, Any] = {"hint_zh": problem.hint.zh, "hint_en": problem.hint.en}
        return problems.INCOMPLETE.at(start=end, end=end, **hint)
    return replace(problem, start=max(start, min(problem.start or 0, end)), end=max(start, min(problem.end or 0, end)))


def _moved(problem: Problem, by: int) -> Problem:
    return replace(problem, start=(problem.start or 0) + by, end=(problem.end or 0) + by)
