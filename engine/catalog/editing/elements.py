"""What every edit needs: identities for new elements, keys made of names, and places in lists by uid."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from engine.catalog.editing import problems
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_UID_LENGTH: Final = 12
LONGEST_KEY: Final = 41
_WORD: Final = re.compile(r"[a-z0-9]+")
_HAN: Final = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Mint:
    """Where new elements get their identity: unpredictable bytes, and how a Chinese name is spelled in letters.

    ``main`` is the uid of the element that is asked for, where that was told beforehand.
    """

    random: Callable[[int], bytes]
    spelled: Callable[[str], str]
    main: str = ""

    def uid(self) -> str:
        """Return a uid that no element has."""
        return "".join(_LETTERS[byte % len(_LETTERS)] for byte in self.random(_UID_LENGTH))

    def key(self, labels: Json, taken: Collection[str]) -> str:
        """Return a key that tells the name and that none of ``taken`` has: of the English one, else of the Chinese."""
        english = labels["en"] if labels["en"] != labels["zh"] else ""
        words = _WORD.findall(english.lower()) or _WORD.findall(self.spelled(labels["zh"]).lower())
        stem = "_".join(words)[:LONGEST_KEY].strip("_") or "item"
        stem = stem if stem[0].isalpha() else f"n_{stem}"[:LONGEST_KEY]
        made, number = stem, 1
        while made in taken:
            number += 1
            tail = f"_{number}"
            made = stem[: LONGEST_KEY - len(tail)] + tail
        return made


def text(zh: str, en: str) -> Json:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}


def named(given: str, language: str, before: Json | None = None) -> Json:
    """Return the labels after somebody wrote the name in one language.

    The other language follows for as long as nobody has said it in its own words; Chinese words stay what they are
    when the English ones come.
    """
    if before is None:
        return {"zh": given, "en": given}
    follows = before["zh"] == before["en"] and (language == "zh" or not _HAN.search(before["zh"]))
    return {"zh": given, "en": given} if follows else {**before, language: given}


def at(items: Sequence[Json], uid: str) -> int:
    """Return where the element of a uid stands; EngineError (APP-040) where it is gone."""
    for number, item in enumerate(items):
        if item["uid"] == uid:
            return number
    raise EngineError(problems.GONE.at(uid))


def of(items: Sequence[Json], uid: str) -> Json:
    """Return the element of a uid; EngineError (APP-040) where it is gone."""
    return items[at(items, uid)]


def shifted(items: list[Json], uid: str, before: str | None) -> None:
    """Move an element of a list in front of another, or to its end; one that is to go before itself stays."""
    if uid == before:
        return
    item = items.pop(at(items, uid))
    items.insert(len(items) if before is None else at(items, before), item)


def keys_of(items: Sequence[Json]) -> set[str]:
    """Return the keys of all elements."""
    return {item["key"] for item in items}
