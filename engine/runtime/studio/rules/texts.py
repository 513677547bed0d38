"""The text of a rule in a draft: printed by what people call things, and read back as the same rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.catalog.apps import Catalog
from engine.catalog.compiling import looked_over
from engine.catalog.editing.problems import ONE_RULE
from engine.catalog.editing.rules import path_of, restored, rule_in
from engine.catalog.restating import labelled, restated
from engine.catalog.rule_texts import names_in, problems_in
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem
from engine.language.gathering import Placed
from engine.rules.definitions import rule_def
from engine.rules.text.printing import print_rule
from engine.rules.text.reading import located, read_rules
from engine.rules.text.words import Language


@dataclass(frozen=True)
class Look:
    """A rule as it stands in a draft: ``written`` by the names that people use; problems by the document's places."""

    rule: Json
    written: Json
    problems: tuple[Problem, ...]
    language: Language

    @property
    def text(self) -> str:
        """The rule as text."""
        return print_rule(self.written, self.language)


@dataclass(frozen=True)
class RuleTexts:
    """Rules of an app's draft as texts; ``catalog`` knows the draft's forms, states and roles."""

    catalog: Catalog
    app: str
    documents: Mapping[str, Json]

    def look(self, key: str, language: Language) -> Look:
        """Return a rule by the names that people use, and what is wrong with it; by keys, where it says nothing yet."""
        rule = rule_in(self.documents, key)
        problems, placed = self._looked_over(rule)
        path = path_of(key)
        try:
            return Look(rule, labelled({path: rule}, placed, language)[path], tuple(problems), language)
        except EngineError:
            return Look(rule, rule, tuple(problems), language)

    def read(self, key: str, typed: str, language: Language) -> Json:
        """Return the document of what was typed in place of a rule; the very same where the text says the same.

        EngineError with every problem by ``line:column``: of the text itself, or of what it says about the app.
        """
        source = typed.replace("\r\n", "\n")
        rule = rule_in(self.documents, key)
        if source.strip() == self.look(key, language).text.strip():
            return rule
        read = read_rules(source, names_in(self.catalog.apps[self.app].definition))
        if len(read) != 1:
            raise EngineError(located(ONE_RULE.at(start=read[1].start, end=read[1].end), source))
        found = replace(read[0], document={**read[0].document, "key": rule["key"], "uid": rule["uid"]})
        wrong = problems_in(self.catalog, self.app, [found], source)
        if wrong:
            raise EngineError(wrong)
        return restored(rule, self._as_before(rule, self._by_keys(found.document)))

    def _looked_over(self, rule: Json) -> tuple[list[Problem], list[Placed]]:
        return looked_over(self.catalog, self.app, [rule_def(rule)])

    def _by_keys(self, rule: Json) -> Json:
        path = path_of(rule["key"])
        return restated({path: rule}, self._looked_over(rule)[1])[path]

    def _as_before(self, rule: Json, read: Json) -> Json:
        """Return what was read, with every expression that says the same as before as it was written before."""
        try:
            said = self._by_keys(rule)
        except EngineError:
            return read
        before = {new: old for new, old in zip(_texts(said), _texts(rule), strict=True) if new != old}
        return _with_texts(read, before)


def _texts(node: Json) -> Iterator[str]:
    """Go through the texts of a document, in its order."""
    match node:
        case str():
            yield node
        case dict():
            for item in node.values():
                yield from _texts(item)
        case list():
            for item in node:
                yield from _texts(item)
        case _:
            return


def _with_texts(node: Json, texts: Mapping[str, str]) -> Json:
    match node:
        case str():
            return texts.get(node, node)
        case dict():
            return {key: _with_texts(item, texts) for key, item in node.items()}
        case list():
            return [_with_texts(item, texts) for item in node]
        case _:
            return node
