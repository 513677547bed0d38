"""From characters to the tokens of rule statements: texts, comments, full width; the parser says what may be a keyword.

A word is a keyword only where the parser can take one: a field may be called ``order``, and ``for`` may stand in an
expression's brackets.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from lark import Token

from engine.kernel.problems import EngineError
from engine.language.reading.vocabulary import narrowed
from engine.rules import problems
from engine.rules.text.shapes import ACTIONS, EVENTS, OPTIONS, SWITCHES
from engine.rules.text.words import STRUCTURE, Phrase, phrases, words_of

MAX_CHARACTERS = 200_000
"""How long one text of rules may be."""
MAX_NESTING = 60
"""How deep brackets may nest."""

_TOKEN = re.compile(
    r"""(?P<space>[\s\ufeff]+)
    |(?P<comment>\#[^\n]*|//[^\n]*)
    |(?P<word>[^\W\d]\w*)
    |(?P<number>[0-9]+(?:[.:-][0-9]+)*)
    |(?P<text>["'“”‘’「『])
    |(?P<quoted>`[^`\n]*`?)
    |(?P<sign><=|>=|<>|==|!=|.)""",
    re.VERBOSE | re.DOTALL,
)
_BRACKETS = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", ",": "COMMA"}
_WIDE_BRACES = str.maketrans({"｛": "{", "｝": "}", "＃": "#"})
_CLOSING = {"“": "”“", "”": "”“", "‘": "’‘", "’": "’‘", "「": "」", "『": "』"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"} | {sign: sign for sign in "\"'\\“”‘’「」『』"}
_UNICODE_ESCAPES = {"u": 4, "U": 8}
_HEXADECIMAL = re.compile("[0-9A-Fa-f]+")
_LEADING = frozenset(("THEN", "DO", "ELSE"))
_ACTING = frozenset(("ACTION", "FOREACH", "IF"))
_WORD = re.compile(r"[\s\ufeff]*([^\W\d]\w*)")
_NEVER_KEPT = re.compile("[\0\ud800-\udfff]")
"""NUL and half surrogates: no database and no file takes them, however they are written."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it was written: for each of its characters where that stands in the source, and where the text ends."""

    text: str
    at: tuple[int, ...]
    start: int
    end: int

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the text stands in the source."""
        if not self.at:
            return self.start, self.end
        first = self.at[start] if start < len(self.at) else self.at[-1] + 1
        last = self.at[min(end, len(self.at)) - 1] + 1 if end > start else first
        return first, max(first, last)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, without its sign, and where it begins."""

    text: str
    at: int


Accepted = Callable[[str], bool]
"""Tells whether a kind of token can come next; asked anew for every word."""


def words_alone(kind: str) -> bool:
    """Take every word for a word, as outside of statements."""
    return kind == "WORD"


@dataclass
class Scan:
    """Goes through one source and keeps what is no token: the comments, and what stands in texts."""

    source: str
    comments: list[Comment] = field(default_factory=list)
    texts: dict[int, Written] = field(default_factory=dict)
    _narrow: str = field(init=False)
    _depth: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Make the copy that shows the structure, and hold the source to its bound."""
        if len(self.source) > MAX_CHARACTERS:
            got = len(self.source)
            raise EngineError(problems.TEXT_TOO_LONG.at(start=MAX_CHARACTERS, end=got, limit=MAX_CHARACTERS, got=got))
        forbidden = _NEVER_KEPT.search(self.source)
        if forbidden is not None:
            raise _forbidden(forbidden.group(), *forbidden.span())
        self._narrow = narrowed(self.source).translate(_WIDE_BRACES)

    def tokens(self, accepted: Accepted) -> Iterator[Token]:
        """Yield the tokens; what a word is, ``accepted`` is asked when its turn has come."""
        position = 0
        while position < len(self.source):
            match = _TOKEN.match(self._narrow, position)
            if match is None:  # the last alternative takes any character
                return
            kind, end = str(match.lastgroup), match.end()
            if kind == "comment":
                self.comments.append(Comment(self.source[position + len(_sign(match.group())) : end].strip(), position))
            elif kind == "text":
                found = self._text(position)
                self.texts[position] = found
                yield _made("TEXT", found.text, position, found.end)
                end = found.end
            elif kind == "word":
                token = self._word(match.group(), position, accepted)
                yield token
                end = token.end_pos or end
            elif kind != "space":
                yield self._other(kind, match.group(), position, end)
            position = end

    def _other(self, kind: str, written: str, start: int, end: int) -> Token:
        if kind == "quoted":
            if len(written) < len("``") + 1 or not written.endswith("`"):
                raise EngineError(problems.TEXT_NOT_CLOSED.at(start=start, end=end))
            return _made("QUOTED", self.source[start + 1 : end - 1].strip(), start, end)
        if kind == "number":
            return _made("NUMBER", written, start, end)
        type_ = _BRACKETS.get(written, "SIGN")
        self._depth += (type_[0] == "L") - (type_[0] == "R")
        if self._depth > MAX_NESTING:
            raise EngineError(problems.TEXT_TOO_DEEP.at(start=start, end=end, limit=MAX_NESTING))
        return _made(type_, written, start, end)

    def _word(self, run: str, start: int, accepted: Accepted) -> Token:
        """Take a keyword of one word or several where one may stand, else a name.

        Where no name may stand, a keyword is found at the beginning of a run, too; and one that leads to actions
        where nothing but an action's word follows: 则通知 is two words.
        """
        for phrase in _beginning(words_of(run)[0] if words_of(run) else run):
            end = self._end_of(phrase.words, start)
            if end is not None and accepted(phrase.kind):
                return _made(phrase.kind, phrase.name, start, end)
        if not run.isascii():
            for form in sorted(_chinese(), key=len, reverse=True):
                phrase = _chinese()[form]
                if run.startswith(form) and accepted(phrase.kind) and (not accepted("WORD") or _leads(phrase, run)):
                    return _made(phrase.kind, phrase.name, start, start + len(form))
        return _made("WORD", run, start, start + len(run))

    def _end_of(self, wanted: tuple[str, ...], start: int) -> int | None:
        """Return where a phrase ends that begins here, its words parted by spaces or underscores; None elsewhere."""
        left, position = list(wanted), start
        while left:
            match = _WORD.match(self._narrow, position)
            parts = words_of(match.group(1)) if match else ()
            if match is None or not parts or tuple(left[: len(parts)]) != parts:
                return None
            del left[: len(parts)]
            position = match.end()
        return position

    def _text(self, start: int) -> Written:
        closing = _CLOSING.get(self.source[start], self.source[start])
        pieces: list[str] = []
        places: list[int] = []
        position = start + 1
        while position < len(self.source):
            character = self.source[position]
            if character in closing:
                return Written("".join(pieces), tuple(places), start, position + 1)
            piece, after = self._escape(position) if character == "\\" else (character, position + 1)
            pieces.append(piece)
            places.append(position)
            position = after
        raise EngineError(problems.TEXT_NOT_CLOSED.at(start=start, end=len(self.source)))

    def _escape(self, position: int) -> tuple[str, int]:
        """Return the character of an escape and the position after it."""
        letter = self.source[position + 1 : position + 2]
        if letter in _ESCAPES:
            return _ESCAPES[letter], position + 2
        count = _UNICODE_ESCAPES.get(letter, 0)
        end = min(position + 2 + count, len(self.source))
        digits = self.source[position + 2 : end]
        if count and len(digits) == count and _HEXADECIMAL.fullmatch(digits) and int(digits, 16) <= sys.maxunicode:
            character = chr(int(digits, 16))
            if _NEVER_KEPT.match(character):
                raise _forbidden(character, position, end)
            return character, end
        raise EngineError(problems.UNKNOWN_ESCAPE.at(start=position, end=end, got=self.source[position:end]))


def _forbidden(character: str, start: int, end: int) -> EngineError:
    return EngineError(problems.FORBIDDEN_CHARACTER.at(start=start, end=end, got=f"U+{ord(character):04X}"))


def _sign(comment: str) -> str:
    return "//" if comment.startswith("//") else "#"


def _made(type_: str, value: str, start: int, end: int) -> Token:
    return Token(type_, value, start_pos=start, end_pos=end)


@cache
def _every() -> tuple[Phrase, ...]:
    structure = (Phrase(tuple(form.split()), kind, kind) for kind, word in STRUCTURE.items() for form in word.forms)
    events = phrases("EVENT", {name: shape.word for name, shape in EVENTS.items()})
    actions = phrases("ACTION", {name: shape.word for name, shape in ACTIONS.items()})
    options = phrases("OPTION", {name: slot.word for name, slot in OPTIONS.items()})
    return (*structure, *events, *actions, *options, *phrases("OPTION", SWITCHES))


@cache
def _phrases() -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in _every():
        found.setdefault(phrase.words[0], []).append(phrase)
    return {first: tuple(sorted(some, key=lambda one: -len(one.words))) for first, some in found.items()}


@cache
def _chinese() -> Mapping[str, Phrase]:
    return {phrase.words[0]: phrase for phrase in _every() if not phrase.words[0].isascii()}


def _leads(phrase: Phrase, run: str) -> bool:
    """Tell whether a run is a keyword that actions follow, and the word of an action."""
    following = _chinese().get(run.removeprefix(phrase.words[0]))
    return phrase.kind in _LEADING and following is not None and following.kind in _ACTING


def _beginning(word: str) -> tuple[Phrase, ...]:
    """Return the phrases that begin with a word, the longest first."""
    return _phrases().get(word, ())


def is_keyword(word: str) -> bool:
    """Tell whether a name could be taken for a keyword or the beginning of one: it is safe only in backquotes."""
    parts = words_of(word)
    return any(phrase.words[: len(parts)] == parts for phrase in _beginning(parts[0] if parts else ""))
