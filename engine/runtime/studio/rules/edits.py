"""What can be changed of a rule's design, each change a value that makes the next documents of those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.catalog.comparing import ABSENT
from engine.catalog.documents import Documents
from engine.catalog.editing import rules
from engine.catalog.editing.elements import Mint, named
from engine.catalog.editing.problems import UNFIT, UNNAMED
from engine.catalog.editing.rules_beginnings import begun
from engine.catalog.editing.rules_ground import Ground
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.language.keeping import keep_understood
from engine.language.printing.spelling import text_written
from engine.language.types import TextType
from engine.runtime.studio.rules.parts import Word
from engine.runtime.studio.rules.sentence import sentence_of
from engine.runtime.studio.rules.speaker import Speaker

Speaking = Callable[[Documents, str], Speaker]
"""Returns who tells rules about a form of these documents."""
Property = Literal["severity", "once", "valid_from", "valid_to", "order", "note"]


def _put(documents: Documents, rule: Json) -> Documents:
    return {**documents, rules.path_of(rule["key"]): rule}


@dataclass(frozen=True)
class AddRule:
    """A new rule of this uid about a form, as a beginning makes it."""

    uid: str
    form: str
    beginning: str
    speaking: Speaking

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the rule."""
        taken = {rule["key"] for rule in rules.rules_in(documents)}
        own = Mint(mint.random, mint.spelled, self.uid)
        return _put(documents, begun(self.beginning, _ground(self.speaking, documents, self.form), taken, own))


def _ground(speaking: Speaking, documents: Documents, form: str) -> Ground:
    return speaking(documents, form).ground


@dataclass(frozen=True)
class SetWord:
    """One word of a rule's sentence is set to what was chosen or typed."""

    rule: str
    at: str
    values: tuple[str, ...]
    speaking: Speaking

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the word; the very same where it says what it said."""
        rule = rules.rule_in(documents, self.rule)
        speaker = self.speaking(documents, rule["form"])
        word = _word(speaker, rule, self.at)
        given = tuple(one.replace("\r\n", "\n").strip() for one in self.values)
        if word.kind == "words":
            raise EngineError(UNFIT.at(self.at))
        if word.kind in ("code", "text") and given == word.values:
            return documents
        kept = tuple(_kept(speaker, word, one) for one in given)
        return _put(documents, rules.with_word(rule, self.at, kept, speaker.ground, speaker.language, mint))


def _word(speaker: Speaker, rule: Json, at: str) -> Word:
    sentence = sentence_of(speaker, rule)
    words = [part for clause in sentence.clauses for part in clause.parts if isinstance(part, Word)]
    found = next((word for word in (*words, sentence.joins) if word is not None and word.at == at), None)
    if found is None:
        raise EngineError(UNFIT.at(at))
    return found


def _kept(speaker: Speaker, word: Word, typed: str) -> str:
    """Return what was typed as documents keep it: by keys, and a plain text that a field is set to in quotes."""
    if word.kind == "text" and word.at.startswith("then/"):
        return speaker.message_kept(typed)
    if word.kind != "code":
        return typed
    field = speaker.ground.fields.get(word.at.split("/")[-2]) if word.at.startswith("then/") else None
    if field is not None and isinstance(field.type, TextType) and typed and not _is_understood(speaker, typed):
        return text_written(typed)
    return speaker.expression_kept(typed)


def _is_understood(speaker: Speaker, typed: str) -> bool:
    try:
        keep_understood(typed, speaker.ground.scope)
    except EngineError:
        return False
    return True


@dataclass(frozen=True)
class AddPart:
    """One more event, condition, action or detail; ``kind`` is which, or the field that a condition asks about."""

    rule: str
    part: str
    kind: str
    speaking: Speaking

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the part."""
        rule = rules.rule_in(documents, self.rule)
        ground = _ground(self.speaking, documents, rule["form"])
        return _put(documents, rules.with_part(rule, self.part, self.kind, ground, mint))


@dataclass(frozen=True)
class RemovePart:
    """An event, a condition or an action goes."""

    rule: str
    at: str
    speaking: Speaking

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the part."""
        rule = rules.rule_in(documents, self.rule)
        return _put(documents, rules.without_part(rule, self.at, _ground(self.speaking, documents, rule["form"])))


@dataclass(frozen=True)
class SetRule:
    """A property of a rule itself: how grave it is, how often and when it acts, a note; blank takes it away."""

    rule: str
    key: Property
    value: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        rule = rules.rule_in(documents, self.rule)
        return _put(documents, rules.with_property(rule, self.key, rules.property_of(self.key, self.value)))


@dataclass(frozen=True)
class SwitchRule:
    """A rule is switched on or off."""

    rule: str
    on: bool

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the rule switched."""
        rule = rules.rule_in(documents, self.rule)
        if rule.get("enabled", True) == self.on:
            return documents
        return _put(documents, rules.with_property(rule, "enabled", ABSENT if self.on else False))


@dataclass(frozen=True)
class RenameRule:
    """A rule gets another name in one language."""

    rule: str
    name: str
    language: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name; EngineError (APP-042) where there is none."""
        rule = rules.rule_in(documents, self.rule)
        if not self.name.strip():
            raise EngineError(UNNAMED.at())
        labels = named(self.name.strip(), self.language, rule["labels"])
        return _put(documents, rules.with_property(rule, "labels", labels))


@dataclass(frozen=True)
class ReplaceRule:
    """A rule is what its text says; its key and uid stay."""

    rule: str
    document: Json

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the rule."""
        return _put(documents, rules.restored(rules.rule_in(documents, self.rule), self.document))


@dataclass(frozen=True)
class RemoveRule:
    """A rule goes."""

    rule: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the rule."""
        rules.rule_in(documents, self.rule)
        return {path: item for path, item in documents.items() if path != rules.path_of(self.rule)}
