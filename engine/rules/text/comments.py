"""Where the comments of a text stand: each is kept with the part of its rule that it is nearest to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.rules import problems
from engine.rules.text.lexing import Comment, Scan
from engine.rules.text.skeleton import Statement

END = "end"
"""The place after everything of a rule."""

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


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
    borders = [_border(scan, statement) for statement in written[1:]]
    for number, statement in enumerate(written):
        first = 0 if number == 0 else borders[number - 1]
        last = borders[number] if number < len(borders) else len(scan.source)
        parts = parts_of(statement)
        found: dict[str, list[str]] = {}
        for comment in scan.comments:
            if first <= comment.at < last:
                found.setdefault(_place(scan.source, comment, parts), []).append(comment.text)
        yield statement, found


def _border(scan: Scan, statement: Statement) -> int:
    """Return from where on comments before a rule belong to it: those with no blank line between."""
    start = statement.word.start_pos or 0
    border = scan.source.rfind("\n", 0, start) + 1
    for comment in reversed(scan.comments):
        line = scan.source.rfind("\n", 0, comment.at) + 1
        if comment.at >= border:
            continue
        own = not scan.source[line : comment.at].strip()
        if (
            not own
            or _BLANK_LINE.search(scan.source, comment.at, border)
            or scan.source[comment.at : border].count("\n") > 1
        ):
            break
        border = line
    return border


def _place(source: str, comment: Comment, parts: list[Part]) -> str:
    line = source.rfind("\n", 0, comment.at) + 1
    if source[line : comment.at].strip():
        behind = [part for part in parts if line <= part.start < comment.at or line < part.end <= comment.at]
        if behind:
            return behind[-1].place
    around = [part for part in parts if part.start < comment.at < part.end]
    end = around[-1].end if around else None
    following = next((part for part in parts if part.start > comment.at and (end is None or part.start < end)), None)
    if following is not None:
        return following.place
    return around[-1].place if around else END


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
