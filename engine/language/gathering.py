"""Compiling the many expressions of one document: every problem is gathered with its place, none ends the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from engine.kernel.problems import EngineError, Problem
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.scope import FormScope, Scope
from engine.language.templates import Template, compile_template
from engine.language.types import BooleanType, Type

T = TypeVar("T")


@dataclass
class Gathering:
    """Compiles the expressions of one document and gathers every problem on the way."""

    scope: Scope
    found: list[Problem] = field(default_factory=list)

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
        return self.attempt(place, lambda: compile_expression(source, self.scope, expects=expects))

    def condition(self, place: str, source: str | None) -> Expression | None:
        """Compile a condition that may be absent."""
        return self.expression(place, source, BooleanType)

    def template(self, place: str, source: str) -> Template | None:
        """Compile a message template."""
        return self.attempt(place, lambda: compile_template(source, self.scope))

    def inside(self, form: FormScope) -> Gathering:
        """Return a gathering in the scope of another form that gathers into the same list."""
        return Gathering(replace(self.scope, form=form, with_old=False), self.found)
