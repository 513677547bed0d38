"""Problems: the one shape in which every bad input is answered, with a code, a place and a mend in Chinese and English.

A room declares its kinds once, as module constants in its own ``problems.py``; ``docs/reference/problems.md`` is
generated from them. Nothing here knows HTTP: the web maps ``Nature`` to a status.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the two languages of the interface."""

    zh: str
    en: str

    @classmethod
    def from_json(cls, document: Mapping[str, str]) -> Text:
        """Return the text of a ``{"zh": …, "en": …}`` object."""
        return cls(document["zh"], document["en"])

    def filled(self, values: dict[str, object]) -> Text:
        """Return the text with ``{name}`` places filled; a text without values is returned as it is."""
        if not values:
            return self
        return Text(self.zh.format_map(values), self.en.format_map(values))

    def in_language(self, language: str) -> str:
        """Return the text in ``zh`` or ``en``; any other language reads English."""
        return self.zh if language.startswith("zh") else self.en

    def as_json(self) -> dict[str, str]:
        """Return ``{"zh": …, "en": …}``."""
        return {"zh": self.zh, "en": self.en}


class Nature(StrEnum):
    """What a problem means to whoever sent the input; the web turns it into a status."""

    REFUSED = "refused"
    CONFLICT = "conflict"
    ABSENT = "absent"
    UNSIGNED = "unsigned"
    BUSY = "busy"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"


def place_under(prefix: str, path: str) -> str:
    """Return the place that ``path`` names within what ``prefix`` names; a prefix may be a file."""
    if not path:
        return prefix
    joint = "#" if prefix.endswith(".json") else "" if path.startswith("[") else "."
    return f"{prefix}{joint}{path}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem found in one place of an input.

    ``path`` names the place in the input's own terms (``fields.name``, ``forms/visit.json#/fields/3/required_when``).
    ``start`` and ``end`` are code-point offsets into a source text, where the input is one. ``seconds`` is how long to
    wait before one tries again, where something came too often.
    """

    code: str
    path: str
    message: Text
    hint: Text
    nature: Nature = Nature.REFUSED
    start: int | None = None
    end: int | None = None
    seconds: int | None = None

    def under(self, prefix: str) -> Problem:
        """Return the same problem with ``prefix`` put before its path."""
        return replace(self, path=place_under(prefix, self.path))

    def as_json(self) -> dict[str, object]:
        """Return the problem as the API, the command line and import reports show it."""
        shown: dict[str, object] = {
            "code": self.code,
            "path": self.path,
            "message": self.message.as_json(),
            "hint": self.hint.as_json(),
        }
        if self.start is not None:
            shown |= {"start": self.start, "end": self.end}
        return shown


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A documented kind of problem: its code never changes its meaning."""

    code: str
    message: Text
    hint: Text
    nature: Nature = Nature.REFUSED

    def at(self, path: str = "", *, start: int | None = None, end: int | None = None, **values: object) -> Problem:
        """Return a problem of this kind at ``path``, its texts filled with ``values``."""
        message, hint = self.message.filled(values), self.hint.filled(values)
        wait = values.get("seconds") if self.nature is Nature.THROTTLED else None
        seconds = wait if isinstance(wait, int) else None
        return Problem(self.code, path, message, hint, self.nature, start, end, seconds)


class EngineError(Exception):
    """Bad input, with every problem found in it; nothing of the input has been applied."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        """Keep the problems; there is at least one."""
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        if not self.problems:
            message = "an EngineError needs at least one problem"
            raise ValueError(message)
        super().__init__("; ".join(f"{p.code} {p.path}: {p.message.en}" for p in self.problems))

    @property
    def nature(self) -> Nature:
        """The nature of the whole: that of its first problem."""
        return self.problems[0].nature
