"""The controls of a form as they are drawn: plain values and what follows from them; it knows not who makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.views import FieldState
from web.display import joined

TOLD_AT_MOST: Final = 3
"""So many values stand in the line of a folded section."""

OUTER = "parent."
"""Before the name of a field of the form that lines stand in."""


@dataclass(frozen=True)
class Choice:
    """One thing to choose: a key, what people read, and whether it is chosen."""

    key: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Line:
    """One line of a sub-table: its token in control names, its record id, and its controls."""

    token: str
    id: str | None
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class Control:
    """One field to draw. ``value`` is what an input shows, ``words`` what people read when it cannot be changed.

    ``held`` is the value of what is captured rather than typed, ``shown`` the runtime's reading of it. ``carried`` says
    that its ``default`` comes from another record.
    """

    key: str
    name: str
    id: str
    widget: str
    label: str
    help: str
    value: str
    words: str
    standing: FieldState
    problems: tuple[Problem, ...] = ()
    choices: tuple[Choice, ...] = ()
    typed: str = ""
    candidates: tuple[Choice, ...] = ()
    lines: tuple[Line, ...] = ()
    blank_line: tuple[Control, ...] = ()
    scale: int = 0
    limits: Mapping[str, Json] = field(default_factory=dict)
    held: Json = None
    shown: object = None
    parked: bool = False
    state_mark: str = ""
    value_mark: str = ""
    default: str = ""
    carried: bool = False

    @property
    def shows(self) -> bool:
        """Tell whether it is drawn: what cannot be changed and holds nothing is not worth a line."""
        return self.standing.visible and (not self.standing.read_only or bool(self.words))

    @property
    def beside(self) -> str:
        """A selector of the controls with what a reference must fit: what it is looked for by goes along."""
        line = self.name.removesuffix(self.key)
        names = (
            f"f.{own.removeprefix(OUTER)}" if own.startswith(OUTER) else line + own
            for own in self.limits.get("fitting", {}).values()
        )
        return ", ".join(f"[name='{name}']" for name in names)

    @property
    def filled(self) -> bool:
        """Tell whether it holds anything."""
        of_lines = any(inner.filled for line in self.lines for inner in line.controls)
        return bool(self.value or self.typed or of_lines or any(choice.chosen for choice in self.choices))

    @property
    def told(self) -> str:
        """What it holds in a word, for the line of a folded section."""
        chosen = "/".join(choice.label for choice in self.choices if choice.chosen)
        return chosen or self.words

    @property
    def described_by(self) -> str:
        """The ids of the texts that describe the control."""
        parts = [f"{self.id}-help"] if self.help else []
        return " ".join([*parts, f"{self.id}-problem"] if self.problems else parts)


@dataclass(frozen=True)
class Section:
    """A titled group of controls; it shows if one of them does. Of ``one_of`` one control is enough."""

    key: str
    title: str
    controls: tuple[Control, ...]
    one_of: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def mark(self) -> str:
        """A mark of its problems, by which a page knows whether it may leave them alone."""
        return mark_of(repr([(p.code, p.message) for p in self.problems]))

    @property
    def visible(self) -> bool:
        """Tell whether anything of it shows."""
        return any(control.shows for control in self.controls)

    @property
    def told(self) -> str:
        """What is filled in it, in one line, for when it is folded."""
        filled = [control.told for control in self.controls if control.shows and control.told]
        return joined(filled[:TOLD_AT_MOST]) + ("…" if len(filled) > TOLD_AT_MOST else "")

    @property
    def wanted(self) -> bool:
        """Tell whether it must be seen at once: something in it is required, filled or wrong."""
        return any(c.shows and (c.standing.required or c.problems or c.filled or c.parked) for c in self.controls)


@dataclass(frozen=True)
class Listed:
    """One problem in the summary; ``anchor`` is the control it belongs to, if the page has it.

    ``left`` says that something is not filled yet, rather than filled with what cannot be taken.
    """

    anchor: str | None
    message: str
    hint: str
    left: bool = False


@dataclass(frozen=True)
class Drawn:
    """A form to draw. ``parked`` are the labels of typed values that no longer apply, by field key."""

    sections: tuple[Section, ...]
    summary: tuple[Listed, ...] = ()
    parked: Mapping[str, str] = field(default_factory=dict)

    @property
    def only_left(self) -> bool:
        """Tell whether nothing is wrong but what is not filled yet."""
        return all(item.left for item in self.summary)

    def controls(self) -> tuple[Control, ...]:
        """Return every control, in order."""
        return tuple(control for section in self.sections for control in section.controls)


def mark_of(text: str) -> str:
    """Return a short mark of a text, by which a page knows whether it has changed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
