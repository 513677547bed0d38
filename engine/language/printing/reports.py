"""Problems as people read them at a terminal: the line, a mark under the place, the message and the mend."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from engine.kernel.problems import Problem

SPEECHES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def report_lines(source: str, problems: Iterable[Problem], speech: str) -> Iterator[str]:
    """Yield the lines of a report; ``speech`` is ``zh``, ``en`` or ``both``."""
    for problem in problems:
        yield from _report(source, problem, SPEECHES[speech])


def place_of(source: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset in code points, both from 1."""
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _report(source: str, problem: Problem, speeches: tuple[str, ...]) -> Iterator[str]:
    start = min(problem.start or 0, len(source))
    line, column = place_of(source, start)
    places = {"zh": f"第 {line} 行第 {column} 列", "en": f"line {line}, column {column}"}
    if "\n" not in source:
        places = {"zh": f"第 {column} 列", "en": f"column {column}"}
    for number, speech in enumerate(speeches):
        code = problem.code if number == 0 else " " * len(problem.code)
        yield f"{code} {places[speech]}: {problem.message.in_language(speech)}"
    written, mark = _marked(source, start, problem.end or start)
    yield f"    {written}"
    yield f"    {mark}"
    for speech in speeches:
        yield f"    {problem.hint.in_language(speech)}"


def _marked(source: str, start: int, end: int) -> tuple[str, str]:
    """Return the line in which a place begins, and a line that marks it, as wide as the terminal shows both."""
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    line = source[first : len(source) if last < 0 else last]
    marked = source[start : min(end, first + len(line))]
    return line, " " * width(source[first:start]) + "^" * max(1, width(marked))


def width(text: str) -> int:
    """Return how many columns a text takes: Chinese characters and full-width signs take two."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
