"""How words, names and constants are spelled in one language, so that they are read back as what they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from engine.kernel.problems import EngineError, Text
from engine.language.checking.fitting import option_of
from engine.language.checking.names import fields_of, relation_of
from engine.language.checking.report import Chosen, Named
from engine.language.functions.catalogue import AGGREGATES, function_named, is_function
from engine.language.reading.lexing import tokens
from engine.language.reading.syntax import Part
from engine.language.reading.vocabulary import ME_WORDS, OLD_WORDS, PARAMETER_WORDS, Words, names_of
from engine.language.scope import FieldScope, RelationScope, Scope

Speech = Literal["zh", "en", "keys"]
"""``zh`` and ``en`` write labels and the words of the language; ``keys`` writes English words, and keys for names."""

SPEECHES: tuple[Speech, ...] = ("zh", "en", "keys")

KEYWORDS: Mapping[str, Text] = MappingProxyType(
    {
        "or": Text("或", "or"),
        "and": Text("且", "and"),
        "not": Text("非", "not"),
        "in": Text("属于", "in"),
        "not in": Text("不属于", "not in"),
        "contains": Text("包含", "contains"),
        "not contains": Text("不包含", "not contains"),
        "is empty": Text("为空", "is empty"),
        "is not empty": Text("不为空", "is not empty"),
        "where": Text("其中", "where"),
        "true": Text("真", "true"),
        "false": Text("假", "false"),
        "empty": Text("空", "empty"),
    }
)
"""The English word → how it is written in each language."""

_HEADS = {
    **dict.fromkeys(ME_WORDS, Text("本人", "me")),
    **dict.fromkeys(OLD_WORDS, Text("原值", "old")),
    **dict.fromkeys(PARAMETER_WORDS, Text("参数", "param")),
}
_PLAIN = re.compile(r"[^\W\d]\w*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n"}
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs"})
_SHORT = 0xFFFF


class Spelling:
    """Spells for one scope in one language."""

    def __init__(self, scope: Scope, speech: Speech) -> None:
        """Keep what names must be told apart from."""
        self.speech: Speech = speech
        self._scope = scope
        self._words = Words(scope, is_function)

    def keyword(self, word: str) -> str:
        """Return a word of ``KEYWORDS`` in this language."""
        return self.of(KEYWORDS[word])

    def head(self, word: str) -> str:
        """Return the word that opens a path which is none of fields: me, old or param."""
        found = self.of(_HEADS[word])
        forms = [*([self._scope.form] if self._scope.form else []), *self._scope.forms.values()]
        taken = found in ME_WORDS and any(found in names_of(form) for form in forms)
        return "me" if taken else found

    def function(self, written: str) -> str:
        """Return the name of a function or aggregate; what is neither stays as it is."""
        over, function = AGGREGATES.get(written.lower()), function_named(written)
        if over is None and function is None:
            return written
        name = over if over is not None else function.name if function is not None else written
        names = function.aliases if function is not None else ()
        aliases = (*(alias for alias, meant in AGGREGATES.items() if meant == over), *names)
        chinese = next((alias for alias in aliases if not alias.isascii()), name)
        return chinese if self.speech == "zh" else name

    def name(self, meant: Named, *, opens: bool, related: bool) -> str:
        """Return how a field or relation is written so that it is found again.

        ``opens``: nothing stands before it. ``related``: it stands where a relation would be found first.
        """
        item = meant.item
        for name in self._candidates(item.key, item.labels):
            if is_found(name, meant, related=related):
                written = self.quoted(name, opens=opens)
                if written is not None:
                    return written
        return item.key

    def _candidates(self, key: str, labels: Text | None) -> list[str]:
        if labels is None:
            return [key]
        both = [labels.zh, labels.en] if self.speech == "zh" else [labels.en, labels.zh]
        return [key, *both] if self.speech == "keys" else [both[0], key, both[1]]

    def quoted(self, name: str, *, opens: bool) -> str | None:
        """Return a name as a token of its own, in back quotes where it needs them; None where it cannot be written."""
        special = opens and name in _HEADS
        if not special and _PLAIN.fullmatch(name) and self._reads(name) == ("NAME", name):
            return name
        between = f"`{name}`"
        return between if self._reads(between) == ("QUOTED", name) else None

    def _reads(self, written: str) -> tuple[str, str] | None:
        try:
            found = list(tokens(written, self._words))
        except EngineError:
            return None
        return (found[0].type, str(found[0])) if len(found) == 1 else None

    def option(self, meant: Chosen) -> str:
        """Return the text by which an option is written so that it is found again."""
        for name in self._candidates(meant.option.key, meant.option.labels):
            if name and unicodedata.is_normalized("NFC", name) and option_of(name, meant.among) == meant.option:
                return name
        return meant.option.key

    def of(self, text: Text) -> str:
        """Return a text in this language; keys go with English."""
        return text.zh if self.speech == "zh" else text.en


def is_found(name: str, meant: Named, *, related: bool) -> bool:
    """Tell whether the name leads to what is meant, and to nothing else."""
    part = Part(name, (0, 0))
    match meant.item:
        case RelationScope():
            return relation_of(meant.form, part) == meant.item
        case FieldScope():
            shadowed = related and relation_of(meant.form, part) is not None
            return fields_of(meant.form, part) == (meant.item,) and not shadowed


def text_written(text: str) -> str:
    """Return a text in double quotes; what one could not see in it is escaped."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == " " or unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= _SHORT else f"\\U{code:08X}"


def decimal_written(digits: int, scale: int) -> str:
    """Return a decimal with all of its decimals."""
    written = str(digits).rjust(scale + 1, "0")
    return f"{written[: len(written) - scale]}.{written[len(written) - scale :]}" if scale else written


def is_head(word: str) -> bool:
    """Tell whether the word can open a path which is none of fields."""
    return word in _HEADS
