"""Patterns of numbers that the system gives records, such as ``YS{yyyymmdd}-{nnnn}``; which is next is not known here.

A pattern is text, the day's date in braces where the number has it, and once a run of digits: ``{nnnn}`` or ``{0000}``,
as many as it has at least. The run begins anew at 1 with each date that the pattern writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

TYPE: Final = "auto_number"
USUAL: Final = "{000000}"
"""The pattern of a field that states none."""

_DATES: Final = {
    "yyyy": slice(0, 4),
    "yy": slice(2, 4),
    "yyyymm": slice(0, 6),
    "yymm": slice(2, 6),
    "yyyymmdd": slice(0, 8),
    "yymmdd": slice(2, 8),
    "mm": slice(4, 6),
    "dd": slice(6, 8),
}
"""Which digits of a day such as 20260309 each part writes."""
_PART: Final = re.compile(r"\{([^{}]*)\}|([^{}]+)|([{}])")
_RUN: Final = re.compile(r"0{1,12}|n{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Frame:
    """A number of one day without its run: what stands before and after it, its least width, and its ``period``.

    Numbers of one period count up from 1; those of a pattern without a date have one period, the empty one.
    """

    before: str
    after: str
    width: int
    period: str

    def of(self, period: str) -> Frame:
        """Return the frame of another period, by which numbers are counted and not written."""
        return replace(self, period=period)

    def number(self, run: int) -> str:
        """Return the number that has this run."""
        return f"{self.before}{run:0{self.width}d}{self.after}"


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern by its parts: ``("text", "YS")``, ``("date", "yyyymmdd")`` and ``("run", "nnnn")``."""

    parts: tuple[tuple[str, str], ...]

    @property
    def shortfall(self) -> str | None:
        """What keeps it from naming every record otherwise: ``run``, ``part`` or ``date``; None where nothing does."""
        kinds = [kind for kind, _ in self.parts]
        if "strange" in kinds:
            return "part"
        if kinds.count("run") != 1:
            return "run"
        dates = "".join(said for kind, said in self.parts if kind == "date")
        whole = ("y" in dates or "m" not in dates) and ("m" in dates or "d" not in dates)
        return None if whole else "date"

    def frame(self, day: date) -> Frame:
        """Return what a number of this day is made of."""
        digits = day.isoformat().replace("-", "")
        written = [(kind, digits[_DATES[said]] if kind == "date" else said) for kind, said in self.parts]
        at = next(number for number, (kind, _) in enumerate(written) if kind == "run")
        before, after = ("".join(text for _, text in some) for some in (written[:at], written[at + 1 :]))
        return Frame(before, after, len(written[at][1]), "".join(text for kind, text in written if kind == "date"))

    def read(self, number: str) -> tuple[str, int] | None:
        """Return the period and the run of a number that follows the pattern; None for any other text."""
        found = re.fullmatch("".join(self._expressions()), number, re.ASCII)
        if found is None or len(found["run"]) > _LONGEST:
            return None
        period = "".join(text for name, text in found.groupdict().items() if name != "run")
        return period, int(found["run"])

    def _expressions(self) -> Iterator[str]:
        for place, (kind, said) in enumerate(self.parts):
            match kind:
                case "run":
                    yield rf"(?P<run>\d{{{len(said)},}})"
                case "date":
                    yield rf"(?P<d{place}>\d{{{len(said)}}})"
                case _:
                    yield re.escape(said)


_LONGEST: Final = 15
"""So many digits a run has at most: more are no number that was ever given."""


@lru_cache(maxsize=1_000)
def number_pattern(source: str) -> NumberPattern:
    """Return the pattern that a text states; a part that is none is ``strange`` (see ``NumberPattern.shortfall``)."""
    parts: list[tuple[str, str]] = []
    for inner, plain, brace in _PART.findall(source):
        if plain:
            parts.append(("text", plain))
        elif inner in _DATES:
            parts.append(("date", inner))
        elif _RUN.fullmatch(inner):
            parts.append(("run", inner))
        else:
            parts.append(("strange", inner or brace))
    return NumberPattern(tuple(parts))
