"""Message templates: texts with ``{{ expression }}`` places; how a value becomes words is the caller's knowledge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row, Value
from engine.language import problems
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression, Surroundings
from engine.language.scope import Scope
from engine.language.types import Type

Show = Callable[[Value, Type], str]
"""Turns a value that is not blank into words."""

_QUOTES = "\"'"


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and expressions in turn."""

    source: str
    parts: tuple[str | Expression, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions, so that what they read can be fetched and checked."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def render(self, row: Row, surroundings: Surroundings, show: Show) -> str:
        """Return the text for a row; a blank leaves nothing."""
        return "".join(part if isinstance(part, str) else _shown(part, row, surroundings, show) for part in self.parts)


def _shown(expression: Expression, row: Row, surroundings: Surroundings, show: Show) -> str:
    value = expression.evaluate(row, surroundings)
    return "" if value is None else show(value, expression.type)


def compile_template(source: str, scope: Scope) -> Template:
    """Return the compiled template; raises ``EngineError`` with all problems, their offsets into ``source``."""
    parts: list[str | Expression] = []
    found: list[Problem] = []
    position = 0
    while True:
        start = source.find("{{", position)
        block = source.find("{%", position, start if start >= 0 else len(source))
        if block >= 0:
            found.append(problems.UNKNOWN_BLOCK.at(start=block, end=block + 2, sign="{%"))
        if start < 0:
            parts.append(source[position:])
            break
        parts.append(source[position:start])
        end = _end_of_place(source, start + 2)
        if end is None:
            found.append(problems.UNCLOSED_PLACE.at(start=start, end=len(source), open="{{", close="}}"))
            break
        try:
            parts.append(compile_expression(source[start + 2 : end], scope))
        except EngineError as error:
            found.extend(_moved(problem, start + 2) for problem in error.problems)
        position = end + 2
    if found:
        raise EngineError(found)
    return Template(source, tuple(part for part in parts if part != ""))


def _end_of_place(source: str, position: int) -> int | None:
    """Return where the place's ``}}`` stands; what is in quotes does not count."""
    quote: str | None = None
    while position < len(source):
        character = source[position]
        if quote is not None:
            position += character == "\\"
            quote = None if character == quote else quote
        elif character in _QUOTES:
            quote = character
        elif source.startswith("}}", position):
            return position
        position += 1
    return None


def _moved(problem: Problem, by: int) -> Problem:
    return replace(problem, start=(problem.start or 0) + by, end=(problem.end or 0) + by)
