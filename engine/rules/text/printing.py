"""From the document of a rule to its text, in Chinese or English words: reading that text gives the same document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.rules.text.comments import END, comment_problems
from engine.rules.text.filling import said_by
from engine.rules.text.layout import (
    STEP,
    WIDTH,
    called,
    comment_lines,
    is_plain,
    lines_path,
    long_quoted,
    quoted,
    tokens_of,
    wrapped,
)
from engine.rules.text.lexing import is_keyword
from engine.rules.text.naming import key_of, uid_of
from engine.rules.text.schedule_words import words_for
from engine.rules.text.shapes import ACTIONS, EVENTS, OPTIONS, SWITCHES, Body, Kind, Shape, Slot
from engine.rules.text.words import EMPTY_FORMS, NONE, PERSONS, RAW, RAW_FORMS, STRUCTURE, UNITS, Language

_RESERVED = EMPTY_FORMS | RAW_FORMS | {form for word in PERSONS.values() for form in word.forms}


def print_rules(documents: Iterable[Json], language: Language = "en") -> str:
    """Return the text of several rules."""
    return "\n".join(print_rule(document, language) for document in documents)


def print_rule(document: Json, language: Language = "en") -> str:
    """Return the text of a valid rule document; EngineError where a comment of it stands at no part."""
    wrong = list(comment_problems(document))
    if wrong:
        raise EngineError(wrong)
    return _Printer(document, language).text()


@dataclass(frozen=True)
class _Printer:
    """Prints one document."""

    document: Json
    language: Language

    def text(self) -> str:
        parts = [self._head(), self._events(), self._about(), self._condition(), self._then(), self._options()]
        return "".join(parts) + self._comments(END, "")

    def _word(self, kind: str) -> str:
        return STRUCTURE[kind].in_language(self.language)

    def _comments(self, place: str, indent: str) -> str:
        return comment_lines(self.document.get("comments", {}).get(place, ()), indent)

    def _head(self) -> str:
        document = self.document
        labels, form, key = document["labels"], document["form"], document["key"]
        lines = f"{self._comments('rule', '')}{self._word('RULE')} {self._texts(labels, '')}\n"
        stated = {"key": key != key_of(labels["zh"], labels["en"]), "uid": document["uid"] != uid_of(form, key)}
        said = [self._option(name) for name, differs in stated.items() if differs]
        return f"{lines}{STEP}{' '.join(said)}\n" if said else lines

    def _events(self) -> str:
        events = [self._shaped(EVENTS, event) for event in self.document["on"]]
        comments = [self._comments(f"on[{number}]", STEP) for number in range(len(events))]
        line = f"{self._word('ON')} {', '.join(events)}\n"
        if not any(comments) and len(line) <= WIDTH and line.count("\n") == 1:
            return line
        listed = [f"{comment}{STEP}{event}" for comment, event in zip(comments, events, strict=True)]
        return f"{self._word('ON')}\n" + ",\n".join(listed) + "\n"

    def _about(self) -> str:
        return f"{self._comments('form', '')}{self._word('FOR')} {_bare(self.document['form'])}\n"

    def _condition(self) -> str:
        if "when" not in self.document:
            return ""
        return f"{self._comments('when', '')}{self._word('WHEN')} {self._expression(self.document['when'], STEP)}\n"

    def _then(self) -> str:
        return f"{self._word('THEN')}\n{self._steps(self.document['then'], 'then', STEP)}\n"

    def _options(self) -> str:
        names = [name for name in ("enabled", "once", *OPTIONS) if name in self.document and name not in ("key", "uid")]
        if not names:
            return ""
        said = [self._option(name) for name in names]
        line = " ".join(said)
        return f"{self._comments('options', '')}{line if len(line) <= WIDTH else chr(10).join(said)}\n"

    def _option(self, name: str) -> str:
        value = self.document[name]
        switch = SWITCHES.get(f"{name}:{str(value).lower()}")
        if switch is not None:
            return switch.in_language(self.language)
        slot = OPTIONS[name]
        written = _bare(value) if slot.kind is Kind.KEY else self._value(slot, value, "")
        return f"{slot.word.in_language(self.language)} {written}"

    def _steps(self, steps: Json, place: str, indent: str) -> str:
        lines = []
        for number, step in enumerate(steps):
            at = f"{place}[{number}]"
            lines.append(f"{self._comments(at, indent)}{indent}{self._step(step, at, indent)}")
        return ",\n".join(lines)

    def _step(self, step: Json, place: str, indent: str) -> str:
        ((kind, body),) = step.items()
        match kind:
            case "for_each":
                where = (
                    f" {self._word('WHERE')} {self._expression(body['where'], indent + STEP)}"
                    if "where" in body
                    else ""
                )
                block = self._block(body["do"], f"{place}.for_each.do", indent)
                return f"{self._word('FOREACH')} {lines_path(body['lines'])}{where} {self._word('DO')} {block}"
            case "if":
                when = self._expression(body["when"], indent + STEP)
                then = self._block(body["then"], f"{place}.if.then", indent)
                text = f"{self._word('IF')} {when} {self._word('THEN')} {then}"
                if "else" not in body:
                    return text
                return f"{text} {self._word('ELSE')} {self._block(body['else'], f'{place}.if.else', indent)}"
            case _:
                return self._shaped(ACTIONS, step, indent)

    def _block(self, steps: Json, place: str, indent: str) -> str:
        return f"(\n{self._steps(steps, place, indent + STEP)}\n{indent})"

    def _shaped(self, shapes: Mapping[str, Shape], document: Json, indent: str = STEP) -> str:
        ((kind, body),) = document.items()
        return self._said(shapes[kind], body, indent)

    def _said(self, shape: Shape, body: Json, indent: str) -> str:
        word = shape.word.in_language(self.language)
        if body is True:
            return word
        alone = shape.body in (Body.VALUE, Body.VALUE_OR_TRUE) or not (
            shape.body is Body.OBJECT or isinstance(body, dict)
        )
        given = {shape.slots[0].name: body} if alone else body
        first = shape.slots[0]
        if shape.bare and set(given) == {first.name}:
            return f"{word} {self._value(first, given[first.name], indent, bare=True)}"
        return called(word, self._arguments(shape, given, indent + STEP), indent)

    def _arguments(self, shape: Shape, given: Mapping[str, Json], indent: str) -> list[str]:
        """Return what is said for each place of a shape, in the order of the shape."""
        found: list[str] = []
        for slot in shape.slots:
            if slot.name not in given:
                continue
            value, word = given[slot.name], slot.word.in_language(self.language)
            if slot.kind is Kind.FLAG:
                found.append(word)
            elif slot.kind is Kind.OBJECT and slot.inner is not None:
                each = value if slot.many else [value]
                found += [called(word, self._arguments(slot.inner, one, indent + STEP), indent) for one in each]
                found += [f"{word} {self._none()}"] if not each else []
            elif slot.kind is Kind.SOURCES:
                found += self._sources(value, indent)
                empty = not value and not (slot.required and shape.body is Body.OBJECT)
                found += [f"{word} {self._none()}"] if empty else []
            else:
                found += self._plain_arguments(shape, slot, value, indent)
        return found

    def _none(self) -> str:
        return NONE.in_language(self.language)

    def _plain_arguments(self, shape: Shape, slot: Slot, value: Json, indent: str) -> list[str]:
        word = slot.word.in_language(self.language)
        each = value if slot.many and slot.kind is Kind.PERSONS else [value]
        said = [self._value(slot, one, indent) for one in each]
        if not each or (slot.many and value == []):
            return [f"{word} {self._none()}"]
        position = slot.positional and not (slot.kind is Kind.EXPRESSION and said_by(shape, tokens_of(value)))
        return said if position else [f"{word} {one}" for one in said]

    def _sources(self, sources: Mapping[str, Json], indent: str) -> list[str]:
        return [f"{key} = {self._source(source, indent)}" for key, source in sources.items()]

    def _source(self, source: Json, indent: str) -> str:
        if isinstance(source, str):
            return self._expression(source, indent + STEP)
        inner = indent + STEP
        options = [f"{key}: {self._expression(condition, inner + STEP)}" for key, condition in source.items()]
        line = f"{{{', '.join(options)}}}"
        if "\n" not in line and len(inner) + len(line) <= WIDTH:
            return line
        return "{\n" + inner + f",\n{inner}".join(options) + f"\n{indent}}}"

    def _expression(self, source: str, indent: str) -> str:
        tokens = tokens_of(source)
        if not is_plain(source, tokens):
            return f"{RAW.in_language(self.language)} {quoted(source)}"
        return "\n".join(wrapped(source, tokens, indent))

    def _texts(self, texts: Mapping[str, str], indent: str) -> str:
        zh, en = quoted(texts["zh"]), quoted(texts["en"])
        if texts["zh"] == texts["en"]:
            return zh
        line = f"{zh} / {en}"
        if len(indent) + len(line) <= WIDTH:
            return line
        return f"{long_quoted(texts['zh'], indent)}\n{indent + STEP}/ {long_quoted(texts['en'], indent + STEP * 2)}"

    def _persons(self, document: Mapping[str, Json]) -> str:
        ((kind, of),) = document.items()
        word = PERSONS[kind].in_language(self.language)
        if of is True:
            return word
        if kind == "person" and of not in _RESERVED:
            return str(of)
        owner = kind in ("manager_of", "manager_chain") and of == "owner"
        return f"{word}({PERSONS['owner'].in_language(self.language) if owner else of})"

    def _duration(self, length: Mapping[str, Json]) -> str:
        ((unit, count),) = length.items()
        word = UNITS[unit].in_language(self.language)
        return f"{count} {word.removesuffix('s') if abs(count) == 1 and self.language == 'en' else word}"

    def _value(self, slot: Slot, value: Json, indent: str, *, bare: bool = False) -> str:
        """Return one value; ``bare`` where no parentheses part it from the keywords of the rule."""
        choices: dict[str, str] = {name: word.in_language(self.language) for name, word in slot.choices.items()}
        match slot.kind:
            case Kind.TEXTS:
                return self._texts(value, indent)
            case Kind.STRING:
                return quoted(value)
            case Kind.EXPRESSION:
                return self._expression(value, indent + STEP)
            case Kind.KEY | Kind.CHOICE if isinstance(value, list):
                named = [str(choices.get(one, one)) for one in value]
                single = len(value) == 1 and value[0] not in _RESERVED
                return (_bare(named[0]) if bare else named[0]) if single else f"[{', '.join(named)}]"
            case Kind.KEY:
                return _bare(value) if bare else _single(value)
            case Kind.CHOICE:
                return str(choices[value])
            case Kind.PATH:
                return str(value)
            case Kind.PERSONS:
                return self._persons(value)
            case Kind.DURATION:
                return self._duration(value)
            case Kind.CRON:
                return words_for(value, self.language) or f"cron {quoted(value)}"
            case _:
                return str(value)


def _single(name: str) -> str:
    return f"`{name}`" if name in _RESERVED else name


def _bare(name: str) -> str:
    return f"`{name}`" if is_keyword(name) or name in _RESERVED else name
