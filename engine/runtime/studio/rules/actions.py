"""What a rule does, as words to tap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from engine.catalog.editing import rules_actions as actions
from engine.catalog.editing.rules_conditions import kind_of
from engine.kernel.canonical import Json, compact
from engine.language import types as language
from engine.language.printing.spelling import text_written
from engine.language.scope import FieldScope
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.conditions import options_of
from engine.runtime.studio.rules.details import detail_parts
from engine.runtime.studio.rules.kept import as_text
from engine.runtime.studio.rules.parts import Choices, Word
from engine.runtime.studio.rules.persons import person_words, persons_word
from engine.runtime.studio.rules.speaker import Piece, Speaker
from engine.runtime.studio.rules.telling import told_at_a_glance

_OF_TIME: Final[Mapping[type[language.Type], tuple[str, ...]]] = {
    language.DateType: ("today()",),
    language.DateTimeType: ("now()",),
    language.PersonType: ("owner", "me", "created_by"),
}
_EMPTY: Final = "empty"
LONGEST_SHOWN: Final = 80
"""Characters of what is only shown."""
_HOLE: Final = re.compile(r"\{\{\s*(.*?)\s*\}\}")
_CHOICE: Final = re.compile(r"(\{%.*?%\})+")


def action_parts(speaker: Speaker, at: str, action: Json, kept: Json, rule: Json) -> Iterator[Piece]:
    """Go through the words of one action; ``kept`` is the same by the names that people use."""
    kind = actions.kind_of(action)
    label = speaker.pick("做什么", "What to do")
    if kind not in actions.KINDS:
        written = as_text({"then": [kept]}, speaker.language)
        yield Word(f"{at}/kind", label, told_at_a_glance(speaker, action) or _short(written), "words", (written,))
        return
    offered = tuple(dict.fromkeys((kind, *actions.offered(rule, speaker.ground))))
    choices = tuple((one, speaker.of(said.ACTIONS[one])) for one in offered)
    word = Word(f"{at}/kind", label, speaker.of(said.ACTIONS[kind]), "choice", (kind,), choices)
    body = action[kind]
    match kind:
        case "set":
            yield from _set(speaker, at, body, word)
        case "fire":
            yield from _fire(speaker, at, body, word)
        case _:
            yield from _told(speaker, at, kind, body, word)


def _short(written: str) -> str:
    """Return what is written in one line, as far as one reads it at a glance."""
    line = " ".join(written.split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[:LONGEST_SHOWN]}…"


def _said(message: str) -> str:
    """Return a message as it is shown in a sentence: fields by their names, choices within it as dots."""
    return _HOLE.sub(lambda found: f"[{found[1].replace('`', '')}]", _CHOICE.sub("…", message))


def _told(speaker: Speaker, at: str, kind: str, body: Json, word: Word) -> Iterator[Piece]:
    persons = kind in ("notify", "open_task")
    if kind == "open_task":
        to = persons_word(speaker, f"{at}/to", body["to"])
        yield from ("给", to, word) if speaker.language == "zh" else (word, " for ", to)
    else:
        yield word
        yield from (speaker.pick("", " "), persons_word(speaker, f"{at}/to", body["to"])) if persons else ()
    if kind == "refuse":
        yield speaker.pick(",提示", ", saying")
    message = body[actions.TEXTS[kind]][speaker.language]
    written = speaker.message(message)
    shown = speaker.pick(f"「{_said(written)}」", f"“{_said(written)}”")
    label = speaker.pick("说什么", "What it says")
    inserts = tuple((f"{{{{{name}}}}}", name) for _, name in speaker.fields(_told_of(speaker)))
    yield speaker.pick(":", ": ")
    yield Word(f"{at}/text", label, shown, "text", (written,), (), inserts)
    yield from _more(speaker, at, kind, body)


def _told_of(speaker: Speaker) -> Mapping[str, FieldScope]:
    """Return the fields that a message can name."""
    return {key: field for key, field in speaker.ground.fields.items() if not field.presence}


def _more(speaker: Speaker, at: str, kind: str, body: Json) -> Iterator[Piece]:
    if kind == "refuse":
        fields = {key: None for key in speaker.ground.fields if key in {*speaker.ground.settable, body.get("field")}}
        chosen = body.get("field", "")
        nowhere = speaker.pick("整张表", "the whole form")
        shown = speaker.of(speaker.ground.label(chosen)) if chosen else nowhere
        label = speaker.pick("提示在哪", "Where it is said")
        yield speaker.pick(",在", ", at ")
        yield Word(f"{at}/field", label, shown, "choice", (chosen,), (("", nowhere), *speaker.fields(fields)))
    yield from detail_parts(speaker, at, body)
    if "actions" in body:
        names = speaker.listed([one["labels"][speaker.language] for one in body["actions"]])
        yield speaker.pick(f"[{names}]", f" [{names}]")
    for party in body.get("released_by", ()):
        names = speaker.listed([person_words(speaker, one) for one in party["persons"]])
        yield speaker.pick(f",由{names}解冻", f", let go by {names}")


def _fire(speaker: Speaker, at: str, body: Json, word: Word) -> Iterator[Piece]:
    moves = speaker.ground.transitions
    shown = speaker.labelled(moves, body["transition"])
    label = speaker.pick("哪个流转", "Which transition")
    yield word
    yield speaker.pick(":", " ")
    yield Word(f"{at}/transition", label, shown, "choice", (body["transition"],), speaker.choices(moves))
    for key, source in body.get("fields", {}).items():
        name = speaker.of(speaker.ground.label(key))
        said_so = source_words(speaker, key, source)
        yield speaker.pick(f",{name}为{said_so}", f", {name}: {said_so}")


def _set(speaker: Speaker, at: str, body: Mapping[str, Json], word: Word) -> Iterator[Piece]:
    yield word
    yield speaker.pick(":", ": ")
    for number, (key, source) in enumerate(body.items()):
        yield speaker.pick(";", "; ") if number else ""
        label = speaker.pick("哪个字段", "Which field")
        name = speaker.of(speaker.ground.label(key))
        listed = {one: None for one in (*speaker.ground.settable, key) if one == key or one not in body}
        yield Word(f"{at}/set/{key}/field", label, name, "choice", (key,), speaker.fields(listed))
        yield speaker.pick(" = ", " = ")
        yield _source(speaker, f"{at}/set/{key}/value", key, source)


def _source(speaker: Speaker, at: str, key: str, source: Json) -> Word:
    label = speaker.pick("设为什么", "To what")
    if not isinstance(source, str):
        return Word(at, label, _several(speaker, key, source), "words", (compact(source),))
    field = speaker.ground.fields.get(key)
    choices = () if field is None else _sources(speaker, field)
    if source in dict(choices):
        return Word(at, label, dict(choices)[source], "choice", (source,), choices)
    return Word(at, label, speaker.in_words(source), "code", (speaker.written(source),))


def _sources(speaker: Speaker, field: FieldScope) -> Choices:
    """Return what a field of few values can be set to, as expressions; nothing for what is typed."""
    blank = ((_EMPTY, speaker.pick("空", "nothing")),)
    options = options_of(speaker, field)
    if options and isinstance(field.type, language.ChoiceType):
        return (*((text_written(key), name) for key, name in options), *blank)
    if kind_of(field) == "flag":
        return (("true", speaker.pick("是", "yes")), ("false", speaker.pick("否", "no")))
    words = {
        "today()": said.TODAY,
        "now()": said.NOW,
        **{key: said.PEOPLE[key] for key in ("owner", "me", "created_by")},
    }
    fitting = next((keys for kind, keys in _OF_TIME.items() if isinstance(field.type, kind)), ())
    return (*((key, speaker.of(words[key])) for key in fitting), *blank) if fitting else ()


def _several(speaker: Speaker, key: str, source: Mapping[str, str]) -> str:
    """Return what a field of several choices is set to: which of them, each under its own condition."""
    field = speaker.ground.fields.get(key)
    names = {} if field is None else dict(options_of(speaker, field))
    return speaker.listed([names.get(one, one) for one in source])


def source_words(speaker: Speaker, key: str, source: Json) -> str:
    """Return what a field is set to, in words."""
    if isinstance(source, str):
        return speaker.in_words(source)
    return _several(speaker, key, source)
