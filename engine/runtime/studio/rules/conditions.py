"""Under which conditions a rule acts, as words to tap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from engine.catalog.editing.rules_conditions import ALONE, OPERATORS, PEOPLE, TODAY, Row, kind_of
from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.scope import FieldScope
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.parts import Choices, Word, WordKind
from engine.runtime.studio.rules.speaker import Piece, Speaker

_AWAY: Final = re.compile(r"today([+-])([0-9]+)")


def row_parts(speaker: Speaker, at: str, row: Row) -> Iterator[Piece]:
    """Go through the words of one condition; one that cannot be taken apart is a single word."""
    fields = speaker.ground.fields
    if row.field not in fields:
        said_so = speaker.in_words(row.source)
        shown = speaker.pick(f"({said_so})", f"({said_so})") if row.joined else said_so
        yield Word(f"{at}/text", speaker.pick("条件", "Condition"), shown, "code", (speaker.written(row.source),))
        return
    field = fields[row.field]
    label = speaker.pick("哪个字段", "Which field")
    name = speaker.of(speaker.ground.label(row.field))
    yield Word(f"{at}/field", label, name, "choice", (row.field,), speaker.fields(fields))
    yield speaker.pick("", " ")
    words = {sign: operator_words(field, sign) for sign in OPERATORS[kind_of(field)]}
    shown = speaker.of(words[row.operator])
    label = speaker.pick("怎么比", "How compared")
    yield Word(f"{at}/operator", label, shown, "choice", (row.operator,), speaker.choices(words))
    if row.operator not in ALONE:
        yield speaker.pick("", " ")
        yield _value(speaker, f"{at}/value", field, row)


def operator_words(field: FieldScope, sign: str) -> Text:
    """Return how a comparison is told of what a field holds."""
    kind = kind_of(field)
    more: Mapping[str, Text] = {}
    if kind in ("day", "moment"):
        more = said.OF_DAYS
    elif kind == "number":
        more = said.OF_NUMBERS
    return more.get(sign, said.OPERATORS[sign])


def _value(speaker: Speaker, at: str, field: FieldScope, row: Row) -> Word:
    label = speaker.pick("什么值", "Which value")
    value = row.values[0]
    match kind_of(field):
        case "choice" | "choices":
            return _options(speaker, at, field, row, label)
        case "person":
            people = {key: said.PEOPLE[key] for key in PEOPLE if key != field.key}
            return Word(at, label, speaker.labelled(people, value), "choice", row.values, speaker.choices(people))
        case "day" | "moment":
            return Word(at, label, day_words(speaker, value), "day", row.values)
        case "number":
            return Word(at, label, value, "number", row.values)
        case _:
            return Word(at, label, f"“{value}”", "text", row.values)


def _options(speaker: Speaker, at: str, field: FieldScope, row: Row, label: str) -> Word:
    options = options_of(speaker, field)
    names = dict(options)
    shown = speaker.listed([names.get(value, value) for value in row.values])
    kind: WordKind = "several" if row.operator == "in" else "choice"
    return Word(at, label, shown, kind, row.values, options)


def options_of(speaker: Speaker, field: FieldScope) -> Choices:
    """Return the options of a field, none of what is no choice."""
    match field.type:
        case language.ChoiceType(options) | language.ChoicesType(options):
            return tuple((one.key, speaker.of(one.labels)) for one in options)
        case _:
            return ()


def day_words(speaker: Speaker, day: str) -> str:
    """Return a day in words: today, so many days from it, or the day itself."""
    if day == TODAY:
        return speaker.of(said.TODAY)
    found = _AWAY.fullmatch(day)
    return day if found is None else speaker.of(said.days_away(found[1], found[2]))
