"""The words of the language: keywords and signs in English, Chinese and full width, and names that ran together.

Names of functions are in the catalogue of functions, names of fields in the scope; this module is told of both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.language.scope import FieldScope, FormScope, RelationScope, Scope

KEYWORDS: Mapping[str, str] = MappingProxyType(
    {
        "and": "AND",
        "且": "AND",
        "并且": "AND",
        "or": "OR",
        "或": "OR",
        "或者": "OR",
        "not": "NOT",
        "非": "NOT",
        "不": "NOT",
        "in": "IN",
        "属于": "IN",
        "不属于": "NOT_IN",
        "contains": "CONTAINS",
        "包含": "CONTAINS",
        "不包含": "NOT_CONTAINS",
        "is": "IS",
        "为空": "IS_EMPTY",
        "不为空": "IS_NOT_EMPTY",
        "where": "WHERE",
        "其中": "WHERE",
        "true": "TRUE",
        "真": "TRUE",
        "false": "FALSE",
        "假": "FALSE",
        "empty": "EMPTY",
        "null": "EMPTY",
        "空": "EMPTY",
        "等于": "COMPARE",
        "不等于": "COMPARE",
        "大于": "COMPARE",
        "小于": "COMPARE",
        "大于等于": "COMPARE",
        "小于等于": "COMPARE",
    }
)
"""The word in lower case → its kind of token."""

SIGNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "=": ("COMPARE", "="),
        "==": ("COMPARE", "="),
        "!=": ("COMPARE", "!="),
        "<>": ("COMPARE", "!="),
        "≠": ("COMPARE", "!="),
        "<": ("COMPARE", "<"),
        "<=": ("COMPARE", "<="),
        "≤": ("COMPARE", "<="),
        ">": ("COMPARE", ">"),
        ">=": ("COMPARE", ">="),
        "≥": ("COMPARE", ">="),
        "等于": ("COMPARE", "="),
        "不等于": ("COMPARE", "!="),
        "大于": ("COMPARE", ">"),
        "小于": ("COMPARE", "<"),
        "大于等于": ("COMPARE", ">="),
        "小于等于": ("COMPARE", "<="),
        "+": ("PLUS", "+"),
        "-": ("MINUS", "-"),
        "*": ("STAR", "*"),
        "/": ("SLASH", "/"),
        "&": ("AMPERSAND", "&"),
        "(": ("LPAR", "("),
        ")": ("RPAR", ")"),
        "[": ("LSQB", "["),
        "]": ("RSQB", "]"),
        ",": ("COMMA", ","),
        ".": ("DOT", "."),
    }
)
"""The sign → its kind of token and the form in which it goes on."""

_WIDE = "()[],.+-*/&=<>!_;:"
_NARROW = {
    **{
        ord(wide): chr(ord(wide) - 0xFEE0)
        for wide in map(chr, range(0xFF01, 0xFF5F))
        if chr(ord(wide) - 0xFEE0) in _WIDE
    },
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))},
    **{ord(wide): narrow for wide, narrow in zip("，、。【】［］〔〕−–×÷　｀", ",,.[][][]--*/ `", strict=True)},
}

ME_WORDS = frozenset({"me", "我", "本人"})
OLD_WORDS = frozenset({"old", "原", "原值"})
PARAMETER_WORDS = frozenset({"param", "参数"})

_LEADING = frozenset(word for word in KEYWORDS if not word.isascii())
_LEADING_LENGTHS = sorted({len(word) for word in _LEADING}, reverse=True)
_TRAILING = ("不为空", "为空", "不属于", "属于", "不包含", "包含")
_LONGEST_FUNCTION = 24
"""No name of a function is longer."""
_LONGEST_RUN = 1_000
"""Longer runs of letters are not taken apart: nobody writes so without a space or sign."""


def narrowed(source: str) -> str:
    """Return the source with full-width signs, digits and letters in their narrow form; every offset stays the same."""
    return source if source.isascii() else source.translate(_NARROW)


def names_of(form: FormScope) -> set[str]:
    """Return every key and label of the form's fields and relations."""
    names: set[str] = set()
    named: list[FieldScope | RelationScope] = [*form.fields.values(), *form.relations.values()]
    for item in named:
        names.add(item.key)
        if item.labels is not None:
            names |= {narrowed(item.labels.zh), narrowed(item.labels.en)}
    return names


class Words:
    """What the lexer asks about names: which are known in a scope, and where one run of letters is several words."""

    def __init__(self, scope: Scope, is_function: Callable[[str], bool]) -> None:
        """Look at the scope only when asked."""
        self._scope = scope
        self._is_function = is_function
        self._names: set[str] | None = None
        self._lengths: tuple[int, ...] = ()

    def is_name(self, word: str) -> bool:
        """Tell whether the word is a key or label of any form in reach, or a word that opens a path."""
        if self._names is None:
            forms = [*([self._scope.form] if self._scope.form else []), *self._scope.forms.values()]
            self._names = set().union(ME_WORDS, OLD_WORDS, PARAMETER_WORDS, *(names_of(form) for form in forms))
            known = {len(name) for name in (*self._names, *KEYWORDS)} | set(range(1, _LONGEST_FUNCTION + 1))
            self._lengths = tuple(sorted(known, reverse=True))
        return word in self._names

    def split(self, run: str, *, called: bool) -> list[str]:
        """Return the words of a run of letters and digits; a run that is one word or makes no sense stays whole.

        ``called``: a parenthesis follows, so that the last word may be a function.
        """
        if run.isascii() or run in KEYWORDS or self.is_name(run) or (called and self._is_function(run)):
            return [run]
        return self._segmented(run, called) or self._edges(run)

    def _segmented(self, run: str, called: bool) -> list[str] | None:
        """Return the run as known words alone, the longest first, or None."""
        if len(run) > _LONGEST_RUN:
            return None
        ends = {len(run): 0}
        for start in range(len(run) - 1, -1, -1):
            for end in (start + length for length in self._lengths):
                if end in ends and self._is_word(run[start:end], last=end == len(run), called=called):
                    ends[start] = end
                    break
        if 0 not in ends:
            return None
        words, start = list[str](), 0
        while start < len(run):
            words.append(run[start : ends[start]])
            start = ends[start]
        return words

    def _is_word(self, word: str, *, last: bool, called: bool) -> bool:
        if word in KEYWORDS or self.is_name(word):
            return True
        if word.isascii() and (word.isdecimal() or word.lower() in KEYWORDS):
            return True
        return last and called and self._is_function(word)

    def _edges(self, run: str) -> list[str]:
        """Split off a keyword at the beginning and one at the end, so that the message names the unknown word alone."""
        words, start = list[str](), 0
        while (word := _leading(run, start)) is not None:
            words.append(word)
            start += len(word)
        rest = run[start:]
        for word in _TRAILING:
            if rest.endswith(word) and len(rest) > len(word):
                return [*words, rest[: -len(word)], word]
        return [*words, rest]


def _leading(run: str, start: int) -> str | None:
    """Return the keyword at a place of the run that something follows, or None."""
    for length in _LEADING_LENGTHS:
        word = run[start : start + length]
        if word in _LEADING and len(run) > start + length:
            return word
    return None
