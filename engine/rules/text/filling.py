"""Fills the places of events, actions and options from their arguments; it knows shapes, not rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.kernel.canonical import Json
from engine.rules import problems
from engine.rules.text.lexing import Written
from engine.rules.text.shapes import Body, Domain, Kind, Shape, Slot
from engine.rules.text.skeleton import Run
from engine.rules.text.values import Values, inside, parted, span_of
from engine.rules.text.words import EMPTY_FORMS, Word, words_of

if TYPE_CHECKING:
    from lark import Token

_TEXTUAL = frozenset((Kind.TEXTS, Kind.STRING))
_MAPS = frozenset((Kind.SOURCES,))


def body(values: Values, shape: Shape, word: Token, run: Run, place: str) -> Json:
    """Return what stands in JSON for a keyword and its places; problems are kept by ``values``."""
    if not shape.slots:
        if run and inside(run) != ():
            values.note(problems.UNKNOWN_PART, run, **_named(shape.word), got=values.written(run), **_known(shape))
        return True
    within = inside(run)
    return _filled(values, shape, word, run if within is None else within, place)


def _filled(values: Values, shape: Shape, word: Token, run: Run, place: str) -> Json:
    given: dict[str, Json] = {}
    theirs: list[tuple[Slot, Run]] = []
    inline = shape.body in (Body.VALUE, Body.VALUE_OR_TRUE)
    for argument, comma in parted(run) if run else ():
        if not argument:
            stray = (comma,) if comma is not None else (word,)
            values.note(problems.TEXT_UNEXPECTED, stray, got=values.written(stray), zh="", en="")
            continue
        slot, rest = _slot_of(shape, argument, given)
        if slot is None:
            values.note(
                problems.UNKNOWN_PART, argument, **_named(shape.word), got=values.written(argument), **_known(shape)
            )
            continue
        if slot.domain is Domain.THEIRS:
            theirs.append((slot, rest or argument[-1:]))
            continue
        _take(values, slot, rest or argument[-1:], place if inline else f"{place}.{slot.name}", given)
    _take_theirs(values, theirs, place, given)
    _complete(values, shape, word, given)
    first = shape.slots[0].name
    match shape.body:
        case Body.VALUE:
            return given.get(first)
        case Body.VALUE_OR_TRUE:
            return given.get(first, True)
        case Body.VALUE_OR_OBJECT if set(given) == {first}:
            return _moved_up(values, place, given[first], first)
        case _:
            return given


def _moved_up(values: Values, place: str, value: Json, first: str) -> Json:
    """Return the value of the first place as the whole: it now stands where the object would."""
    spot = values.spots.pop(f"{place}.{first}", None)
    if spot is not None:
        values.spots[place] = spot
        values.expressions = [place if one == f"{place}.{first}" else one for one in values.expressions]
    return value


def _slot_of(shape: Shape, argument: Run, given: dict[str, Json]) -> tuple[Slot | None, Run]:
    """Return which place an argument fills, and what of it is the value: by its sign, by its word, by its position."""
    if len(argument) > 1 and argument[1] == "=" and argument[1].type == "SIGN":
        found = next((slot for slot in shape.slots if slot.kind in _MAPS), None)
        if found is not None:
            return found, argument
    for slot in shape.slots:
        count = _said(slot.word, argument)
        rest = argument[count:]
        if count and (slot.kind is Kind.FLAG or (rest and rest[0] != ".")):
            return slot, rest
    open_slots = [slot for slot in shape.slots if slot.positional and (slot.many or slot.name not in given)]
    textual = argument[0].type == "TEXT"
    fitting = [slot for slot in open_slots if (slot.kind in _TEXTUAL) == textual]
    spoken = [slot for slot in open_slots if slot.kind is Kind.EXPRESSION]
    return next(iter([*fitting, *spoken]), None), argument


def _said(word: Word, argument: Run) -> int:
    """Return how many tokens at the beginning of an argument say a word; none where they do not."""
    for form in word.forms:
        wanted, count = list(words_of(form)), 0
        while wanted and count < len(argument) and argument[count].type == "WORD":
            parts = list(words_of(argument[count]))
            if wanted[: len(parts)] != parts:
                break
            del wanted[: len(parts)]
            count += 1
        if not wanted:
            return count
    return 0


def said_by(shape: Shape, argument: Run) -> bool:
    """Tell whether an argument would be taken for one that begins with the word of a place."""
    return any(_said(slot.word, argument) for slot in shape.slots)


def _take(values: Values, slot: Slot, run: Run, place: str, given: dict[str, Json]) -> None:
    if not slot.many:
        if slot.name in given:
            values.note(problems.SAID_TWICE, run, part_zh=slot.word.zh, part_en=slot.word.en)
        given[slot.name] = _value(values, slot, run, place)
        return
    empty = len(run) == 1 and run[0].type == "WORD" and run[0] in EMPTY_FORMS
    if slot.kind in _MAPS:
        gathered: dict[str, Json] = given.setdefault(slot.name, {})
        found = {} if empty else _value(values, slot, run, place) or {}
        for key in gathered.keys() & found.keys():
            values.note(problems.SAID_TWICE, run[:1], part_zh=key, part_en=key)
        gathered.update(found)
        return
    listed: list[Json] = given.setdefault(slot.name, [])
    if empty:
        return
    if slot.kind is Kind.OBJECT:
        listed.append(_value(values, slot, run, f"{place}[{len(listed)}]"))
    else:
        read = _value(values, slot, run, f"{place}[{len(listed)}]")
        listed.extend(read if isinstance(read, list) else [])


def _take_theirs(values: Values, theirs: list[tuple[Slot, Run]], place: str, given: dict[str, Json]) -> None:
    """Take the fields of another form, when all else has told which form that is."""
    own = values.names
    record, form = given.get("record"), given.get("form", given.get("ledger"))
    if isinstance(record, str):
        values.names = own.along(record)
    elif isinstance(form, str):
        values.names = own.of_form(form)
    for slot, run in theirs:
        _take(values, slot, run, f"{place}.{slot.name}", given)
    values.names = own


def _value(values: Values, slot: Slot, run: Run, place: str) -> Json:
    within = inside(run)
    if slot.inner is not None and within is not None:
        values.spots[place] = Written("", (), *span_of(run))
        return _filled(values, slot.inner, run[0], within, place)
    return values.read(slot, _flagless(slot, run), place)


def _flagless(slot: Slot, run: Run) -> Run:
    """Return nothing for a place that is only said: what is left of its argument is its own last word."""
    return () if slot.kind is Kind.FLAG and _said(slot.word, run) in (0, len(run)) and len(run) == 1 else run


def _complete(values: Values, shape: Shape, word: Token, given: dict[str, Json]) -> None:
    """Put in what is empty where nothing is said, and note what is missing."""
    for slot in shape.slots:
        if not slot.required or slot.name in given:
            continue
        if slot.kind in _MAPS and shape.body is Body.OBJECT:
            given[slot.name] = {}
            continue
        part: dict[str, Any] = {"part_zh": slot.word.zh, "part_en": slot.word.en}
        values.note(problems.MISSING_PART, (word,), **_named(shape.word), **part)


def _named(word: Word) -> dict[str, str]:
    return {"of_zh": word.zh, "of_en": word.en}


def _known(shape: Shape) -> dict[str, str]:
    zh, en = "、".join(slot.word.zh for slot in shape.slots), ", ".join(slot.word.en for slot in shape.slots)
    return {"known_zh": zh or "(没有)", "known_en": en or "(nothing)"}
