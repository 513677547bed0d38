"""Compiling the many expressions of one document: each is gathered with its place, and so is every problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from engine.kernel.problems import EngineError, Problem, place_under
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.pushdown import pushes_down
from engine.language.scope import FormScope, Scope
from engine.language.templates import Template, compile_template
from engine.language.types import BooleanType, Type

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Placed:
    """An expression or a template of a document: its place, what is written there, and what it may name.

    ``place`` is in the terms of a problem's path. ``expects`` is the kind of type that the place needs; of a template
    ``template`` is true.
    """

    place: str
    source: str
    scope: Scope
    expects: type[Type] | Type | None = None
    template: bool = False

    def under(self, prefix: str) -> Placed:
        """Return the same with ``prefix`` put before its place."""
        return replace(self, place=place_under(prefix, self.place))


@dataclass
class Gathering:
    """Compiles the expressions of one document and gathers them, and every problem on the way."""

    scope: Scope
    found: list[Problem] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def attempt(self, place: str, work: Callable[[], T]) -> T | None:
        """Return what ``work`` gives, or None after keeping its problems under ``place``."""
        try:
            return work()
        except EngineError as error:
            self.found.extend(problem.under(place) for problem in error.problems)
            return None

    def expression(self, place: str, source: str | None, expects: type[Type] | Type | None = None) -> Expression | None:
        """Compile a source that may be absent."""
        if source is None:
            return None
        self.placed.append(Placed(place, source, self.scope, expects))
        return self.attempt(place, lambda: compile_expression(source, self.scope, expects=expects))

    def condition(self, place: str, source: str | None) -> Expression | None:
        """Compile a condition that may be absent."""
        return self.expression(place, source, BooleanType)

    def sought(self, place: str, source: str | None) -> Expression | None:
        """Compile a condition, which may be absent, by which a database looks for rows: it must push down whole."""
        found = self.condition(place, source)
        if found is not None:
            self.found.extend(problem.under(place) for problem in pushes_down(found))
        return found

    def template(self, place: str, source: str, *, with_each: bool = True) -> Template | None:
        """Compile a message template, or, unless ``with_each``, one that stands in every row of a list."""
        self.placed.append(Placed(place, source, self.scope, template=True))
        return self.attempt(place, lambda: compile_template(source, self.scope, with_each=with_each))

    def inside(self, form: FormScope) -> Gathering:
        """Return a gathering in the scope of another form that gathers into the same lists."""
        return Gathering(replace(self.scope, form=form, with_old=False), self.found, self.placed)
