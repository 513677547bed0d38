"""Where the comments of a text stand: each is kept with the part of its rule that it is nearest to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.rules import problems
from engine.rules.text.lexing import Comment, Scan
from engine.rules.text.skeleton import Statement

END = "end"
"""The place after everything of a rule."""


_NEWLINE = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule and where it stands."""

    place: str
    start: int
    end: int


def placed_comments(
    scan: Scan, written: tuple[Statement, ...], parts_of: Callable[[Statement], list[Part]]
) -> Iterator[tuple[Statement, Mapping[str, list[str]]]]:
    """Go through the rules of a text, each with its comments by the part where they stand.

    A comment on a line of its own belongs to what follows it; one behind something, to that; one between two rules to
    the first where a blank line parts it from the second.
    """
    lines = [0, *(found.end() for found in _NEWLINE.finditer(scan.source))]
    at = [comment.at for comment in scan.comments]
    borders = [_border(scan, statement, lines, at) for statement in written[1:]]
    for number, statement in enumerate(written):
        first = 0 if number == 0 else bisect_left(at, borders[number - 1])
        last = bisect_left(at, borders[number]) if number < len(borders) else len(at)
        found: dict[str, list[str]] = {}
        if first < last:
            parts = _Parts(parts_of(statement))
            for comment in scan.comments[first:last]:
                found.setdefault(parts.place(scan.source, comment, _line(lines, comment.at)), []).append(comment.text)
        yield statement, found


def _line(lines: list[int], at: int) -> int:
    """Return where the line of a place begins; ``lines`` are the beginnings of all."""
    return lines[bisect_right(lines, at) - 1]


def _border(scan: Scan, statement: Statement, lines: list[int], at: list[int]) -> int:
    """Return from where on comments before a rule belong to it: those on the lines right above it."""
    border = _line(lines, statement.word.start_pos or 0)
    for number in range(bisect_left(at, border) - 1, -1, -1):
        line = _line(lines, at[number])
        if scan.source[line : at[number]].strip() or scan.source.find("\n", at[number]) + 1 != border:
            break
        border = line
    return border


class _Parts:
    """The parts of one rule in the order of its text; each knows the last one before it that reaches into it."""

    def __init__(self, parts: list[Part]) -> None:
        """Keep the parts, and see once for all what is around each."""
        self._parts = parts
        self._starts = [part.start for part in parts]
        self._outer: list[int | None] = []
        open_: list[int] = []
        for number, part in enumerate(parts):
            while open_ and parts[open_[-1]].end <= part.start:
                open_.pop()
            self._outer.append(open_[-1] if open_ else None)
            open_.append(number)

    def place(self, source: str, comment: Comment, line: int) -> str:
        """Return the place of the part to which a comment belongs that stands on the line that begins at ``line``."""
        begun = bisect_left(self._starts, comment.at)
        if source[line : comment.at].strip():
            behind = self._behind(begun, comment.at, line)
            if behind is not None:
                return behind.place
        around = next((part for part in self._reaching(begun) if part.end > comment.at), None)
        following = self._parts[begun] if begun < len(self._parts) else None
        if following is not None and (around is None or following.start < around.end):
            return following.place
        return around.place if around is not None else END

    def _behind(self, begun: int, at: int, line: int) -> Part | None:
        """Return the last part that begins or ends on the line before the comment."""
        if begun and self._starts[begun - 1] >= line:
            return self._parts[begun - 1]
        return next((part for part in self._reaching(begun) if line < part.end <= at), None)

    def _reaching(self, begun: int) -> Iterator[Part]:
        """Go outwards from the last of the parts that have begun."""
        number = begun - 1 if begun else None
        while number is not None:
            yield self._parts[number]
            number = self._outer[number]


def places_of(document: Json) -> list[str]:
    """Return every place of a rule at which a comment can stand."""
    options = {"once", "order", "severity", "valid_from", "valid_to", "enabled", "note"}
    found = ["rule", *(f"on[{number}]" for number in range(len(document["on"]))), "form"]
    found += ["when"] if "when" in document else []
    found += list(_steps(document["then"], "then"))
    return [*found, *(["options"] if options & document.keys() else []), END]


def _steps(steps: Json, place: str) -> Iterator[str]:
    for number, step in enumerate(steps):
        at = f"{place}[{number}]"
        yield at
        for outer, inner in (("for_each", "do"), ("if", "then"), ("if", "else")):
            yield from _steps(step.get(outer, {}).get(inner, ()), f"{at}.{outer}.{inner}")


def comment_problems(document: Json) -> Iterator[Problem]:
    """Go through the comments of a rule that stand nowhere."""
    known = places_of(document)
    for place in document.get("comments", {}):
        if place not in known:
            yield problems.COMMENT_NOWHERE.at("comments", place=place, known=", ".join(known))
