"""From characters to tokens: full width, quotes, escapes, dates, names that ran together; it knows no grammar."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date

from lark import Token

from engine.kernel.clocks import day_number
from engine.kernel.problems import EngineError, ProblemKind
from engine.language import problems
from engine.language.reading.characters import TURNING, code_point, escaped, filler_in, is_unseen, visible
from engine.language.reading.quoting import CLOSING, NAME_QUOTE
from engine.language.reading.vocabulary import KEYWORDS, SIGNS, Words, narrowed

_TOKEN = re.compile(
    rf"""(?P<space>\s+|\A\ufeff)
    |(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?![0-9]))
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<word>[^\W\d]\w*)
    |(?P<text>[{"".join(CLOSING)}])
    |(?P<quoted>{NAME_QUOTE})
    |(?P<sign><=|>=|<>|==|!=|&(?!&)|[≠≤≥=<>+\-*/()\[\],.])""",
    re.VERBOSE,
)
_OPPOSITE = re.compile(r"\s+(in|contains)\b", re.IGNORECASE)
_CALLED = re.compile(r"\s*\(")
_RUN = re.compile(r"\w+")
_ESCAPES = {"n": "\n", '"': '"', "'": "'", "\\": "\\", "”": "”", "“": "“", "’": "’", "‘": "‘", "」": "」", "』": "』"}
_UNICODE_ESCAPES = {"u": 4, "U": 8}
_HEXADECIMAL = re.compile("[0-9A-Fa-f]+")
_HINTS = {
    "&&": ("“且”写成 and 或 且", "Write and"),
    "|": ("“或”写成 or 或 或", "Write or"),
    "!": ("“不”写成 not 或 非", "Write not"),
    "%": ("取余写成 mod(a, b)", "Write mod(a, b)"),
    "{": ("表达式里不用大括号", "An expression has no braces"),
    ";": ("参数之间用逗号", "Arguments are parted by commas"),
}
_OTHERWISE = ("请去掉它;名称里有特殊字符时用 `…` 括起来", "Take it out; put names with special characters into `…`")


def tokens(source: str, words: Words) -> Iterator[Token]:
    """Yield the tokens of the source with their offsets; raises ``EngineError`` at the first that is none."""
    return _Lexer(source, words).tokens()


class _Lexer:
    """Goes through one source; the narrowed copy shows the structure, the source itself gives what stands in quotes."""

    def __init__(self, source: str, words: Words) -> None:
        """Start at the beginning."""
        self._source = source
        self._narrow = narrowed(source)
        self._words = words
        self._ends: dict[int, int] = {}
        """Where the words end of the runs that have been split, by where they begin."""

    def tokens(self) -> Iterator[Token]:
        """Yield the tokens."""
        position, after_dot = 0, False
        while position < len(self._source):
            if position in self._ends and not self._narrow[position].isdigit():
                # A run has been split here: looking for its end again and again would take long where it is long.
                found = self._word(position, after_dot=after_dot)
                position, after_dot = int(found.end_pos or 0), False
                yield found
                continue
            match = _TOKEN.match(self._narrow, position)
            if match is None:
                raise self._strange(position)
            kind = str(match.lastgroup)
            if kind == "space":
                position = match.end()
                continue
            found = self._token(kind, match, after_dot=after_dot)
            yield found
            after_dot = found.type == "DOT"
            position = int(found.end_pos or 0)

    def _token(self, kind: str, match: re.Match[str], *, after_dot: bool) -> Token:
        start, end, written = match.start(), match.end(), match.group()
        match kind:
            case "text":
                return self._text(start)
            case "quoted":
                return self._quoted(start)
            case "sign":
                type_, value = SIGNS[written]
                return _made(type_, value, start, end)
            case "date":
                return self._date(written, start, end)
            case "number":
                return self._number(start, end)
            case _:
                self._split(written, start)
                return self._word(start, after_dot=after_dot)

    def _number(self, start: int, end: int) -> Token:
        """Take a number; digits that begin a known name, as in a label like 3年计划, are that name."""
        run = _RUN.match(self._narrow, start)
        if run is not None and run.end() > end and self._words.is_name(run.group()):
            return _made("NAME", run.group(), start, run.end())
        return _made("NUMBER", self._narrow[start:end], start, end)

    def _date(self, written: str, start: int, end: int) -> Token:
        try:
            day = day_number(date.fromisoformat(written))
        except ValueError:
            raise _at(problems.NO_SUCH_DATE, start, end, got=written) from None
        return _made("DATE", str(day), start, end)

    def _word(self, start: int, *, after_dot: bool) -> Token:
        """Take the next word of a run that has been split; what is left of the run follows."""
        end = self._ends[start]
        word = self._narrow[start:end]
        type_ = None if after_dot else KEYWORDS.get(word.lower())
        if type_ is None:
            return _made("NAME", word, start, end)
        opposite = _OPPOSITE.match(self._narrow, end) if type_ == "NOT" else None
        if opposite is not None:
            return _made(f"NOT_{opposite.group(1).upper()}", "not", start, opposite.end())
        return _made(type_, SIGNS[word][1] if type_ == "COMPARE" else word, start, end)

    def _split(self, run: str, start: int) -> None:
        """Split a run once and for all: each of its words would split what is left of it the same way."""
        filler = filler_in(run)
        if filler >= 0:
            raise self._unseen(start + filler)
        called = _CALLED.match(self._narrow, start + len(run)) is not None
        for word in self._words.split(run, called=called):
            end = start + len(word)
            self._ends[start] = end
            start = end

    def _quoted(self, start: int) -> Token:
        end = self._narrow.find(NAME_QUOTE, start + 1)
        if end < 0 or not self._source[start + 1 : end].strip():
            raise _at(problems.UNCLOSED_TEXT, start, len(self._source) if end < 0 else end + 1)
        for position in range(start + 1, end):
            self._kept(self._source[position], position)
        return self._finished(self._source[start + 1 : end].strip(), start, end + 1, "QUOTED")

    def _text(self, start: int) -> Token:
        closing = CLOSING[self._source[start]]
        pieces: list[str] = []
        position = start + 1
        while position < len(self._source):
            character = self._source[position]
            if character in closing:
                return self._finished("".join(pieces), start, position + 1)
            self._kept(character, position)
            piece, position = self._escape(position) if character == "\\" else (character, position + 1)
            pieces.append(piece)
        raise _at(problems.UNCLOSED_TEXT, start, len(self._source))

    @staticmethod
    def _kept(character: str, position: int) -> None:
        """Refuse a character in quotes that turns the direction of all that follows it."""
        if character in TURNING:
            kind, got = problems.TURNING_CHARACTER, code_point(character)
            raise _at(kind, position, position + 1, got=got, escape=escaped(character))

    def _escape(self, position: int) -> tuple[str, int]:
        """Return the character of an escape and the position after it."""
        letter = self._source[position + 1 : position + 2]
        if letter in _ESCAPES:
            return _ESCAPES[letter], position + 2
        count = _UNICODE_ESCAPES.get(letter, 0)
        digits = self._source[position + 2 : position + 2 + count]
        if count and len(digits) == count and _HEXADECIMAL.fullmatch(digits) and int(digits, 16) <= sys.maxunicode:
            return chr(int(digits, 16)), position + 2 + count
        end = min(position + 2 + count, len(self._source))
        raise _at(problems.BAD_ESCAPE, position, end, got=visible(self._source[position:end]))

    @staticmethod
    def _finished(text: str, start: int, end: int, type_: str = "TEXT") -> Token:
        for character in text:
            if character == "\0" or "\ud800" <= character <= "\udfff":
                raise _at(problems.FORBIDDEN_CHARACTER, start, end, got=f"U+{ord(character):04X}")
        return _made(type_, unicodedata.normalize("NFC", text) if type_ == "TEXT" else text, start, end)

    def _unseen(self, position: int) -> EngineError:
        return _at(problems.UNSEEN_CHARACTER, position, position + 1, got=code_point(self._source[position]))

    def _strange(self, position: int) -> EngineError:
        if is_unseen(self._source[position]):
            return self._unseen(position)
        rest = self._narrow[position:]
        zh, en = next((hint for sign, hint in _HINTS.items() if rest.startswith(sign)), _OTHERWISE)
        character = self._source[position]
        return _at(problems.STRANGE_CHARACTER, position, position + 1, got=character, hint_zh=zh, hint_en=en)


def _made(type_: str, value: str, start: int, end: int) -> Token:
    return Token(type_, value, start_pos=start, end_pos=end)


def _at(kind: ProblemKind, start: int, end: int, **values: object) -> EngineError:
    return EngineError(kind.at("", start=start, end=end, **values))
