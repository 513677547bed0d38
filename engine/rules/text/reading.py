"""From the text of rules to their documents, with the place in the text of everything that stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.rules import problems
from engine.rules.text.comments import Part, placed_comments
from engine.rules.text.filling import body
from engine.rules.text.lexing import Scan, Written
from engine.rules.text.naming import Names, key_of, uid_of
from engine.rules.text.shapes import ACTIONS, EVENTS, OPTIONS, Domain, Kind, Slot
from engine.rules.text.skeleton import About, Branch, Each, Run, Said, Statement, Step, statements
from engine.rules.text.values import UnreadableError, Values
from engine.rules.text.words import Language, Word

if TYPE_CHECKING:
    from lark import Token

FORMAT = 1
MOST_TOLD = 100
"""How many problems of one text are told: whoever mends these will ask again."""
_LINES = Slot("lines", Word("lines", "明细"), Kind.PATH, domain=Domain.FIELD)
_LABELS = Slot("labels", Word("labels", "名称"), Kind.TEXTS)
HEAD_OPTIONS = ("key", "uid")
"""The options that are printed at the head of a rule; comments on them are comments on the rule."""

NamesOf = Callable[[str | None], Names]
"""Returns what may be named in rules about a form, by its key; without a form, the forms themselves."""


@dataclass(frozen=True)
class RuleText:
    """One rule of a text: its document, and where in the text each of its parts stands, by path (``then[0].hold``)."""

    document: Json
    spots: Mapping[str, Written]
    start: int
    end: int
    expressions: tuple[str, ...] = ()
    """The paths of its expressions."""
    language: Language = "en"
    """In which language it is written: that of its first word."""

    def placed(self, problem: Problem) -> Problem:
        """Return a problem of the document, its path and offsets those of the document, with its place in the text."""
        path = problem.path
        while path and path not in self.spots:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        spot = self.spots.get(path)
        if spot is None:
            return replace(problem, start=self.start, end=self.end)
        within = problem.start is not None and problem.end is not None and path == problem.path
        start, end = spot.place(problem.start or 0, problem.end or 0) if within else (spot.start, spot.end)
        return replace(problem, start=start, end=end)


def nothing_known(_: str | None) -> Names:
    """Return no names: every name in a text must be a key."""
    return Names()


def read_rules(source: str, names: NamesOf = nothing_known) -> tuple[RuleText, ...]:
    """Return the rules of a text; EngineError with every problem, each with its offsets and ``line:column``."""
    found: list[Problem] = []
    read: list[RuleText] = []
    try:
        scan = Scan(source)
        written = statements(scan)
        found.extend([] if written else [problems.NO_RULE.at(start=0, end=len(source))])
        for statement, comments in placed_comments(scan, written, parts_of):
            reader = _Reader(Values(scan, names(None)), names)
            read.append(reader.rule(statement, comments))
            found.extend(reader.values.found)
    except EngineError as error:
        found = list(error.problems)
    if found:
        raise EngineError([located(problem, source) for problem in found[:MOST_TOLD]])
    return tuple(read)


def located(problem: Problem, source: str) -> Problem:
    """Return a problem with ``line:column`` as its path, both counted from 1."""
    before = source[: problem.start or 0]
    return replace(problem, path=f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}")


@dataclass
class _Reader:
    """Reads one statement."""

    values: Values
    names: NamesOf

    def rule(self, statement: Statement, comments: Mapping[str, list[str]]) -> RuleText:
        form = self._form(statement)
        self.values.names = self.names(form)
        labels = self.values.read(_LABELS, statement.labels, "labels") or {"zh": "", "en": ""}
        document: dict[str, Json] = {"format": FORMAT, "kind": "rule", "labels": labels, "form": form or ""}
        document["on"] = [self._event(event, f"on[{number}]") for number, event in enumerate(statement.events)]
        if not statement.events:
            self._missing(statement.word, Word("on", "触发于"))
        if statement.when is not None:
            document["when"] = self._expression(statement.when[1], "when", statement.when[0])
        document["then"] = self._steps(statement.then, "then")
        document |= self._options(statement.options)
        document.setdefault("key", key_of(labels["zh"], labels["en"]))
        document.setdefault("uid", uid_of(document["form"], document["key"]))
        if comments:
            document["comments"] = dict(comments)
        start = statement.word.start_pos or 0
        language: Language = "en" if self.values.scan.source[start].isascii() else "zh"
        return RuleText(document, self.values.spots, start, statement.end, tuple(self.values.expressions), language)

    def _missing(self, word: Token, part: Word) -> None:
        named = {"of_zh": "规则", "of_en": "rule", "part_zh": part.zh, "part_en": part.en}
        self.values.note(problems.MISSING_PART, (word,), **named)

    def _spot(self, place: str, run: Iterable[Token]) -> None:
        pieces = tuple(run)
        self.values.spots[place] = Written("", (), pieces[0].start_pos or 0, pieces[-1].end_pos or 0)

    def _form(self, statement: Statement) -> str | None:
        if not statement.about:
            self._missing(statement.word, Word("for", "针对"))
            return None
        for again in statement.about[1:]:
            self.values.note(problems.SAID_TWICE, (again.word,), part_zh="针对", part_en="for")
        about = statement.about[0]
        self._spot("form", about.run)
        return self._name(about)

    def _name(self, about: About) -> str:
        if len(about.run) == 1 and about.run[0].type in ("WORD", "QUOTED"):
            return self.values.key(Domain.FORM, about.run[0])
        wanted = {"wanted_zh": "表单名称", "wanted_en": "the name of a form", "example": "opportunity"}
        self.values.note(problems.BAD_PART, about.run, got=self.values.written(about.run), **wanted)
        return ""

    def _event(self, event: Said, place: str) -> Json:
        kind = str(event.word)
        self.values.spots[place] = Written("", (), event.word.start_pos or 0, event.end)
        self._spot(f"{place}.{kind}", (event.word,))
        return {kind: body(self.values, EVENTS[kind], event.word, event.run, f"{place}.{kind}")}

    def _expression(self, run: Run, place: str, word: Token) -> str:
        try:
            return self.values.expression(run, place)
        except UnreadableError:
            self._missing(word, Word("expression", "表达式"))
            return ""

    def _steps(self, steps: tuple[Step, ...], place: str) -> list[Json]:
        return [self._step(step, f"{place}[{number}]") for number, step in enumerate(steps)]

    def _step(self, step: Step, place: str) -> Json:
        self.values.spots[place] = Written("", (), step.word.start_pos or 0, step.end)
        match step:
            case Said(word, run):
                inner = f"{place}.{word}"
                self.values.spots[inner] = Written("", (), word.start_pos or 0, step.end)
                return {str(word): body(self.values, ACTIONS[word], word, run, inner)}
            case Each(word, path, where, do):
                each: dict[str, Json] = {"lines": self.values.read(_LINES, path, f"{place}.for_each.lines")}
                if where is not None:
                    each["where"] = self._expression(where, f"{place}.for_each.where", word)
                return {"for_each": {**each, "do": self._within(each["lines"], do, f"{place}.for_each.do")}}
            case Branch(word, when, then, otherwise):
                branch: dict[str, Json] = {"when": self._expression(when, f"{place}.if.when", word)}
                branch["then"] = self._steps(then, f"{place}.if.then")
                if otherwise is not None:
                    branch["else"] = self._steps(otherwise, f"{place}.if.else")
                return {"if": branch}

    def _within(self, lines: str | None, steps: tuple[Step, ...], place: str) -> list[Json]:
        """Read what is done for every line: its names are those of the lines."""
        own = self.values.names
        self.values.names = own.along(lines) if lines else own
        found = self._steps(steps, place)
        self.values.names = own
        return found

    def _options(self, options: tuple[Said, ...]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for option in options:
            name, _, value = str(option.word).partition(":")
            if name in found:
                self.values.note(problems.SAID_TWICE, (option.word,), part_zh=name, part_en=name)
            found[name] = self._option(option, name, value)
        return found

    def _option(self, option: Said, name: str, value: str) -> Json:
        self._spot(name, (option.word, *option.run))
        if value:
            if option.run:
                got = self.values.written(option.run)
                self.values.note(problems.TEXT_UNEXPECTED, option.run, got=got, zh=",", en=",")
            return {"true": True, "false": False}.get(value, value)
        if not option.run:
            part = OPTIONS[name].word
            self.values.note(
                problems.MISSING_PART, (option.word,), of_zh=part.zh, of_en=part.en, part_zh="值", part_en="value"
            )
            return None
        return self.values.read(OPTIONS[name], option.run, name)


def parts_of(statement: Statement) -> list[Part]:
    """Return the parts of a rule at which comments can stand, in the order of the text."""
    start = statement.word.start_pos or 0
    parts = [Part("rule", start, statement.labels[-1].end_pos or 0)]
    parts += [Part(f"on[{n}]", event.word.start_pos or 0, event.end) for n, event in enumerate(statement.events)]
    parts += [Part("form", about.word.start_pos or 0, about.end) for about in statement.about]
    for option in statement.options:
        name = str(option.word).partition(":")[0]
        place = "rule" if name in HEAD_OPTIONS else "options"
        parts.append(Part(place, option.word.start_pos or 0, option.end))
    if statement.when is not None:
        word, run = statement.when
        parts.append(Part("when", word.start_pos or 0, run[-1].end_pos or 0))
    parts += [part for n, step in enumerate(statement.then) for part in _step_parts(step, f"then[{n}]")]
    return sorted(parts, key=lambda part: part.start)


def _step_parts(step: Step, place: str) -> list[Part]:
    start: Any = step.word.start_pos or 0
    parts = [Part(place, start, step.end)]
    inner: dict[str, tuple[Step, ...]] = {}
    match step:
        case Each(do=do):
            inner = {"for_each.do": do}
        case Branch(then=then, otherwise=otherwise):
            inner = {"if.then": then, "if.else": otherwise or ()}
        case _:
            pass
    for name, steps in inner.items():
        parts += [part for n, one in enumerate(steps) for part in _step_parts(one, f"{place}.{name}[{n}]")]
    return parts
