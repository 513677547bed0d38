"""The shape of a function: its names, what it takes, and how a call of it becomes a tree of basic operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.kernel.problems import Text
from engine.language.checking.report import Report
from engine.language.scope import EMPTY_SCOPE, Scope
from engine.language.tree import Node, Span


class Takes(StrEnum):
    """What a parameter takes. The checker has made arguments exactly that before ``build`` sees them."""

    ANY = "any"
    CONDITION = "condition"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    """A number without decimals."""
    DATE = "date"
    DAY = "day"
    """A date, or the day of a moment in the app's zone."""
    MOMENT = "moment"
    PERSON = "person"
    PLACES = "places"
    """A whole number that is written out."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call while it is checked; ``scope`` is that of the whole expression, ``inside`` an aggregate or not."""

    name: str
    arguments: tuple[Node, ...]
    at: Span
    report: Report
    scope: Scope = EMPTY_SCOPE
    inside: bool = False


Build = Callable[[Invocation], Node]
Example = tuple[str, str | bool | None]
"""An expression without fields, and its value in the JSON form."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    The last ``optional`` parameters may be left out; the last ``repeats`` may come again and again, and with
    ``otherwise`` one more value may close these.
    """

    name: str
    aliases: tuple[str, ...]
    parameters: tuple[tuple[str, Takes], ...]
    build: Build
    help: Text
    examples: tuple[Example, ...]
    optional: int = 0
    repeats: int = 0
    otherwise: bool = False

    @property
    def usage(self) -> str:
        """How a call is written: ``left(text, count)``."""
        names = [name for name, _ in self.parameters]
        required = len(names) - self.optional
        shown = [*names[:required], *(f"[{name}]" for name in names[required:]), *(["…"] if self.repeats else [])]
        return f"{self.name}({', '.join(shown)})"

    def taken(self, count: int) -> Sequence[tuple[str, Takes]] | None:
        """Return the parameters of a call with that many arguments, or None if it cannot have so many."""
        if not self.repeats:
            fits = len(self.parameters) - self.optional <= count <= len(self.parameters)
            return self.parameters[:count] if fits else None
        groups, left = divmod(count - len(self.parameters), self.repeats)
        if groups < 0 or (left and not self.otherwise):
            return None
        again = self.parameters[len(self.parameters) - self.repeats :]
        return (*self.parameters, *again * groups, *((("otherwise", Takes.ANY),) if left else ()))
