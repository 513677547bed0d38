"""Whether letters typed in may be the pinyin of a Chinese name: whole syllables, beginnings of them, or both mixed."""

from __future__ import annotations

import re
from functools import lru_cache

KEPT_SIGNS = 30_000
"""So many signs keep their readings: all that names are made of."""

_LETTERS = re.compile(r"[a-z]{1,40}", re.ASCII)
_IDLE = re.compile(r"[\s'·-]")

Readings = tuple[frozenset[str], ...]
"""For each sign of a name the ways in which it may be read; other signs stand for themselves."""


def typed_letters(text: str) -> str | None:
    """Return the letters of a text that may be pinyin, without blanks and apostrophes; None where it cannot be."""
    letters = _IDLE.sub("", text).lower()
    return letters if _LETTERS.fullmatch(letters) else None


def may_mean(letters: str, name: str) -> bool:
    """Tell whether the letters spell signs of the name that follow each other: ``zhs``, ``zhangsan`` and ``zs``."""
    readings, first = readings_of(name), letters[0]
    starts = (at for at, ways in enumerate(readings) if any(way.startswith(first) for way in ways))
    return any(_spells(letters, readings, start) for start in starts)


def in_letters(text: str) -> str:
    """Return a text with its Chinese signs as they are mostly read, a syllable a word: ``样品 A`` is ``yang pin A``."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # as below

    return " ".join(part.replace("ü", "v") for part in lazy_pinyin(text))


@lru_cache(maxsize=KEPT_SIGNS)
def reading_order(name: str) -> tuple[bool, str, str]:
    """Return by what names are put in the order in which they are looked for: Latin ones first, then by pinyin."""
    return not name[:1].isascii(), in_letters(name.casefold()), name


def readings_of(name: str) -> Readings:
    """Return how each sign of a name may be read."""
    return tuple(_ways(sign) for sign in name)


@lru_cache(maxsize=KEPT_SIGNS)
def _ways(sign: str) -> frozenset[str]:
    # Its dictionaries take long to load: only a process in which somebody looks for pinyin waits for them.
    from pypinyin import Style, pinyin  # noqa: PLC0415

    ways = pinyin(sign, style=Style.NORMAL, heteronym=True)
    return frozenset(way.lower().replace("ü", "v") for way in ways[0]) if ways else frozenset((sign,))


def _spells(letters: str, readings: Readings, at: int) -> bool:
    """Tell whether all letters are used up by beginnings of the signs from ``at`` on, one for each sign."""
    left = {letters}
    for ways in readings[at:]:
        left = {rest for text in left for way in ways for rest in _rests(text, way)}
        if "" in left:
            return True
        if not left:
            return False
    return False


def _rests(text: str, way: str) -> list[str]:
    """Return what may be left of the letters behind this sign: of its reading any beginning may have been typed."""
    common = 0
    while common < min(len(text), len(way)) and text[common] == way[common]:
        common += 1
    return [text[length:] for length in range(1, common + 1)]
