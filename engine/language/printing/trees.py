"""An explained expression as a tree of lines, and as JSON: every part in words, with its value."""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.language.cases import shown
from engine.language.explaining import Part
from engine.language.printing.reasons import Teller
from engine.language.types import type_key

MARKS = {True: "✓", False: "✗", None: "·"}
VERDICTS = {True: Text("成立", "it holds"), False: Text("不成立", "it does not hold")}
_JOINED = {"And": Text("全部成立", "all of"), "Or": Text("成立其一", "any of"), "Not": Text("不成立", "not")}


def tree_lines(part: Part, teller: Teller, speech: str, depth: int = 0) -> Iterator[str]:
    """Yield a line for every part: whether it holds, what it says, and its value where it is no condition."""
    words = teller.words(part.at).in_language(speech)
    if part.joins and part.parts:
        words = _JOINED[type(part.node).__name__].in_language(speech)
    value = ""
    if part.holds is None:
        value = f" = {teller.shown(part).in_language(speech) or Text('空', 'empty').in_language(speech)}"
    yield f"{'  ' * depth}{MARKS[part.holds]} {words}{value}"
    for inner in part.parts:
        yield from tree_lines(inner, teller, speech, depth + 1)


def tree_json(part: Part, teller: Teller, source: str) -> Json:
    """Return ``{"start", "end", "source", "words", "type", "value", "shown", "holds", "parts"}``."""
    start, end = part.at
    return {
        "start": start,
        "end": end,
        "source": source[start:end],
        "words": teller.words(part.at).as_json(),
        "type": type_key(part.type),
        "value": shown(part.value, part.type),
        "shown": teller.shown(part).as_json(),
        "holds": part.holds,
        "parts": [tree_json(inner, teller, source) for inner in part.parts],
    }
