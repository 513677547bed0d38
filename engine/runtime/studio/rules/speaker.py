"""Tells parts of rules in one language: what fields, expressions and messages are called there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.catalog.editing.rules_ground import Ground
from engine.kernel.problems import EngineError, Text
from engine.language.keeping import keep_understood
from engine.language.printing.formatting import print_expression
from engine.language.printing.templating import print_template
from engine.language.printing.wording import wording_of
from engine.rules.text.words import Language
from engine.runtime.studio.rules.parts import Choices, Word

Piece = Word | str


@dataclass(frozen=True)
class Speaker:
    """Tells rules about a form in one language; ``parameters`` are the labels of the app's, by key."""

    ground: Ground
    language: Language
    parameters: Mapping[str, Text]

    def of(self, text: Text) -> str:
        """Return a text in the language."""
        return text.in_language(self.language)

    def pick(self, zh: str, en: str) -> str:
        """Return what is said in the language."""
        return zh if self.language == "zh" else en

    def choices(self, words: Mapping[str, Text]) -> Choices:
        """Return what can be chosen among."""
        return tuple((key, self.of(text)) for key, text in words.items())

    def fields(self, keys: Mapping[str, object]) -> Choices:
        """Return fields to choose among, by what they are called."""
        return tuple((key, self.of(self.ground.label(key))) for key in keys)

    def listed(self, names: list[str]) -> str:
        """Return several names as one says them."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def labelled(self, known: Mapping[str, Text], key: str) -> str:
        """Return what something is called; its key where there is none of it."""
        return self.of(known[key]) if key in known else key

    def in_words(self, source: str) -> str:
        """Return what an expression says; how it is written, where it says nothing as yet."""
        scope = self.ground.scope
        try:
            return wording_of(keep_understood(source, scope), self.parameters, self.language, scope.tables).whole
        except EngineError:
            return source

    def written(self, source: str) -> str:
        """Return an expression as one writes it who calls things by their names."""
        return _printed(lambda: print_expression(source, self.ground.scope, self.language), source)

    def message(self, source: str) -> str:
        """Return a message as one writes it who calls fields by their names."""
        return _printed(lambda: print_template(source, self.ground.scope, self.language), source)

    def expression_kept(self, typed: str) -> str:
        """Return an expression as documents keep it: by keys; as it was typed, where it cannot be understood."""
        return _printed(lambda: print_expression(typed, self.ground.scope, "keys"), typed)

    def message_kept(self, typed: str) -> str:
        """Return a message as documents keep it: by keys; as it was typed, where it cannot be understood."""
        return _printed(lambda: print_template(typed, self.ground.scope, "keys"), typed)


def _printed(work: Callable[[], str], otherwise: str) -> str:
    try:
        return work()
    except EngineError:
        return otherwise
