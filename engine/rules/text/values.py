"""Reads runs of pieces into the values of a document, each by the kind of its place; it knows no rule as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from lark import Token

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, ProblemKind
from engine.rules import problems
from engine.rules.text.lexing import Scan, Written
from engine.rules.text.naming import Names
from engine.rules.text.schedule_words import cron_of
from engine.rules.text.shapes import Domain, Kind, Slot
from engine.rules.text.skeleton import Run
from engine.rules.text.words import PERSONS, RAW_FORMS, UNITS, Word, words_of

_OPENING = frozenset(("LPAR", "LSQB", "LBRACE"))
_CLOSING = frozenset(("RPAR", "RSQB", "RBRACE"))
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_UID = re.compile("[a-z0-9]{12}")
_NAMES = frozenset(("WORD", "QUOTED"))
_SINGLE_PERSONS = frozenset(("owner", "creator", "watchers"))
_EXAMPLES: Mapping[Kind, tuple[str, str, str]] = MappingProxyType(
    {
        Kind.TEXTS: ("文本", "a text", '"中文" / "English"'),
        Kind.STRING: ("文本", "a text", '"…"'),
        Kind.EXPRESSION: ("表达式", "an expression", "amount > 100"),
        Kind.KEY: ("一个名称", "one name", "amount"),
        Kind.UID: ("十二位小写字母和数字", "twelve small letters and digits", "k3v9q2m7x4ab"),
        Kind.PATH: ("用点连接的名称", "names joined by dots", "customer.owner"),
        Kind.PERSONS: ("人员", "persons", "manager_of(owner)"),
        Kind.CHOICE: ("列出的词之一", "one of the words that there are", "{known}"),
        Kind.INTEGER: ("整数", "a whole number", "3"),
        Kind.DURATION: ("一段时间", "a length of time", "3 hours"),
        Kind.DATE: ("日期", "a date", "2026-01-31"),
        Kind.CLOCK: ("时刻", "a time of day", "22:00"),
        Kind.CRON: ("时间表", "a schedule", 'daily 09:00, cron "0 9 * * 1-5"'),
        Kind.SOURCES: ("“字段 = 表达式”", "“field = expression”", "paid_at = now()"),
        Kind.OBJECT: ("括号里的内容", "its parts in parentheses", "(…)"),
        Kind.FLAG: ("单独一词", "the word alone", "workdays only"),
    }
)


class UnreadableError(Exception):
    """A run is not what its place asks for; seen only while one value is read."""


@dataclass
class Values:
    """Reads values of one text; keeps what is wrong, and where everything stands."""

    scan: Scan
    names: Names
    found: list[Problem] = field(default_factory=list)
    spots: dict[str, Written] = field(default_factory=dict)
    expressions: list[str] = field(default_factory=list)

    def note(self, kind: ProblemKind, run: Iterable[Token], **values: object) -> None:
        """Keep a problem of what stands in a run."""
        start, end = span_of(tuple(run))
        filled: dict[str, Any] = values
        self.found.append(kind.at(start=start, end=end, **filled))

    def written(self, run: Run) -> str:
        """Return what a run looks like in the source."""
        start, end = span_of(run)
        return self.scan.source[start:end]

    def read(self, slot: Slot, run: Run, place: str) -> Json:
        """Return the value in a run; None, and a problem, where it is none of the slot's kind."""
        start, end = span_of(run)
        self.spots.setdefault(place, Written("", (), start, end))
        try:
            return _READERS[slot.kind](self, slot, run, place)
        except UnreadableError:
            zh, en, example = _EXAMPLES[slot.kind]
            known = ", ".join(word.en for word in slot.choices.values())
            values = {"wanted_zh": zh, "wanted_en": en, "example": example.replace("{known}", known)}
            self.note(problems.BAD_PART, run, got=self.written(run), **values)
            return None

    def key(self, domain: Domain, token: Token, names: Names | None = None) -> str:
        """Return the key that a name stands for; ``names`` are those of another form than the rule's."""
        among = self.names if names is None else names
        return among.key(domain, str(token), lambda kind, values: self.note(kind, (token,), **values))

    def expression(self, run: Run, place: str) -> str:
        """Return the source of an expression as it is stored: in one line, without comments."""
        self.expressions.append(place)
        said = run[0].lower() if run and run[0].type == "WORD" else ""
        if said in RAW_FORMS and [token.type for token in run[1:]] == ["TEXT"]:
            self.spots[place] = self.scan.texts[run[1].start_pos or 0]
            return str(run[1])
        if not run:
            raise UnreadableError
        found = joined(self.scan.source, run)
        self.spots[place] = found
        return found.text


def span_of(run: Run) -> tuple[int, int]:
    """Return where a run begins and ends."""
    return (run[0].start_pos or 0, run[-1].end_pos or 0) if run else (0, 0)


def joined(source: str, run: Run) -> Written:
    """Return the pieces as they stand in the source, with one space wherever something parts them."""
    text: list[str] = []
    places: list[int] = []
    previous: int | None = None
    for token in run:
        start, end = token.start_pos or 0, token.end_pos or 0
        if previous is not None and start > previous:
            text.append(" ")
            places.append(previous)
        text.extend(source[start:end])
        places.extend(range(start, end))
        previous = end
    return Written("".join(text), tuple(places), *span_of(run))


def parted(run: Run) -> Iterator[tuple[Run, Token | None]]:
    """Go through what commas part outside of brackets, each with the comma after it."""
    depth, piece = 0, list[Token]()
    for token in run:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if token.type == "COMMA" and depth == 0:
            yield tuple(piece), token
            piece = []
        else:
            piece.append(token)
    if piece or not run or run[-1].type == "COMMA":
        yield tuple(piece), None


def inside(run: Run, opening: str = "LPAR") -> Run | None:
    """Return what stands in the one pair of brackets that a run is, or None where it is something else."""
    if not run or run[0].type != opening:
        return None
    depth = 0
    for number, token in enumerate(run):
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if depth == 0:
            return run[1:-1] if number == len(run) - 1 else None
    return None


def chosen(words: Mapping[str, Word], run: Run) -> str | None:
    """Return which of some words a run is, in any of its forms."""
    written = tuple(part for token in run if token.type == "WORD" for part in words_of(token))
    if any(token.type != "WORD" for token in run):
        return None
    return next((name for name, word in words.items() if written in [words_of(form) for form in word.forms]), None)


def _texts(values: Values, _: Slot, run: Run, place: str) -> Json:
    slash = next((number for number, token in enumerate(run) if token.type == "SIGN"), len(run))
    zh, en = run[:slash], run[slash + 1 :]
    if slash < len(run) and (run[slash] != "/" or not en):
        raise UnreadableError
    return {key: _one_text(values, part, f"{place}.{key}") for key, part in (("zh", zh), ("en", en or zh))}


def _one_text(values: Values, run: Run, place: str) -> str:
    """Return a text; several in a row are one."""
    if not run or any(token.type != "TEXT" for token in run):
        raise UnreadableError
    pieces = [values.scan.texts[token.start_pos or 0] for token in run]
    places = tuple(at for piece in pieces for at in piece.at)
    values.spots[place] = Written("".join(piece.text for piece in pieces), places, pieces[0].start, pieces[-1].end)
    return values.spots[place].text


def _string(values: Values, _: Slot, run: Run, place: str) -> Json:
    return _one_text(values, run, place)


def _expression(values: Values, _: Slot, run: Run, place: str) -> Json:
    return values.expression(run, place)


def _name(run: Run) -> Token:
    if len(run) != 1 or run[0].type not in _NAMES:
        raise UnreadableError
    return run[0]


def _key(values: Values, slot: Slot, run: Run, place: str) -> Json:
    if not slot.many:
        return values.key(slot.domain, _name(run))
    listed = inside(run, "LSQB")
    if listed is None:
        return [values.key(slot.domain, _name(run))]
    if not listed:
        return []
    keys = [values.key(slot.domain, _name(piece)) for piece, _ in parted(listed)]
    values.spots.setdefault(place, Written("", (), *span_of(run)))
    return keys


def _uid(values: Values, _: Slot, run: Run, __: str) -> Json:
    written = values.written(run)
    if not _UID.fullmatch(written):
        raise UnreadableError
    return written


def _path_of(values: Values, domain: Domain, run: Run) -> str:
    """Return names joined by dots; labels can stand for the references and fields on a way."""
    dots, names = run[1::2], run[::2]
    if (
        not run
        or len(run) % 2 == 0
        or any(token.type not in _NAMES for token in names)
        or any(dot != "." for dot in dots)
    ):
        raise UnreadableError
    if domain is Domain.FORM:
        keys = [values.key(domain if len(names) == 1 else Domain.OTHER, token) for token in names]
        return ".".join(keys)
    keys, among = [], values.names
    for token in names:
        keys.append(values.key(Domain.FIELD, token, among))
        among = among.beyond(keys[-1])
    return ".".join(keys)


def _path(values: Values, slot: Slot, run: Run, _: str) -> Json:
    return _path_of(values, slot.domain, run)


def _persons(values: Values, _: Slot, run: Run, __: str) -> Json:
    kind = chosen(PERSONS, run)
    if kind in _SINGLE_PERSONS:
        return [{kind: True}]
    opening = next((number for number, token in enumerate(run) if token.type == "LPAR"), None)
    if opening is None:
        return [{"person": _path_of(values, Domain.FIELD, run)}]
    kind, within = chosen(PERSONS, run[:opening]), inside(run[opening:])
    if kind is None or kind in _SINGLE_PERSONS or not within:
        raise UnreadableError
    if kind in ("role", "least_loaded"):
        return [{kind: values.key(Domain.ROLE, _name(within))}]
    if kind != "person" and chosen({"owner": PERSONS["owner"]}, within):
        return [{kind: "owner"}]
    return [{kind: _path_of(values, Domain.FIELD, within)}]


def _choice(_: Values, slot: Slot, run: Run, __: str) -> Json:
    listed = inside(run, "LSQB") if slot.many else None
    pieces = [piece for piece, _ in parted(listed)] if listed else [run]
    found = [chosen(slot.choices, piece) for piece in pieces]
    if any(name is None for name in found):
        raise UnreadableError
    return found if slot.many else found[0]


def _integer(_: Values, __: Slot, run: Run, ___: str) -> Json:
    written = "".join(run)
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", written) or written == "-0":
        raise UnreadableError
    return int(written)


def _duration(values: Values, slot: Slot, run: Run, place: str) -> Json:
    number = next((place + 1 for place, token in enumerate(run) if token.type == "NUMBER"), 0)
    unit = chosen(UNITS, run[number:])
    if not number or unit is None:
        raise UnreadableError
    return {unit: _integer(values, slot, run[:number], place)}


def _date(_: Values, __: Slot, run: Run, ___: str) -> Json:
    try:
        return date.fromisoformat("".join(run)).isoformat()
    except ValueError:
        raise UnreadableError from None


def _clock(_: Values, __: Slot, run: Run, ___: str) -> Json:
    written = "".join(run)
    if not _CLOCK.fullmatch(written):
        raise UnreadableError
    return written


def _cron(values: Values, slot: Slot, run: Run, place: str) -> Json:
    if run[0].type == "WORD" and run[0].lower() == "cron":
        return _string(values, slot, run[1:], place)
    found = cron_of(" ".join(run))
    if found is None:
        raise UnreadableError
    return found


def _sources(values: Values, slot: Slot, run: Run, place: str) -> Json:
    """Read one ``field = …``."""
    if len(run) <= len("x=") or run[0].type not in _NAMES or run[1] != "=":
        raise UnreadableError
    key = values.key(Domain.FIELD if slot.domain is Domain.THEIRS else slot.domain, run[0])
    options = inside(run[2:], "LBRACE")
    if options is None:
        return {key: values.expression(run[2:], f"{place}.{key}")}
    conditions: dict[str, Json] = {}
    for piece, _ in parted(options):
        if len(piece) <= len("x:") or piece[0].type not in _NAMES or piece[1] != ":":
            raise UnreadableError
        option = values.key(Domain.OTHER, piece[0])
        if option in conditions:
            values.note(problems.SAID_TWICE, piece[:1], part_zh=option, part_en=option)
        conditions[option] = values.expression(piece[2:], f"{place}.{key}.{option}")
    return {key: conditions}


def _flag(_: Values, __: Slot, run: Run, ___: str) -> Json:
    if run:
        raise UnreadableError
    return True


def _object(_: Values, __: Slot, ___: Run, ____: str) -> Json:
    raise UnreadableError


Read = Callable[[Values, Slot, Run, str], Any]

_READERS: Mapping[Kind, Read] = MappingProxyType(
    {
        Kind.TEXTS: _texts,
        Kind.STRING: _string,
        Kind.EXPRESSION: _expression,
        Kind.KEY: _key,
        Kind.UID: _uid,
        Kind.PATH: _path,
        Kind.PERSONS: _persons,
        Kind.CHOICE: _choice,
        Kind.INTEGER: _integer,
        Kind.DURATION: _duration,
        Kind.DATE: _date,
        Kind.CLOCK: _clock,
        Kind.CRON: _cron,
        Kind.SOURCES: _sources,
        Kind.OBJECT: _object,
        Kind.FLAG: _flag,
    }
)
