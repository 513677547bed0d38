"""Rules of an app as they are designed: told in sentences, begun, read as text, and tried on records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalog.apps import Catalog
from engine.catalog.documents import Documents
from engine.catalog.editing.rules import path_of, rules_in
from engine.catalog.editing.rules_actions import KINDS, kind_of
from engine.catalog.editing.rules_beginnings import offered
from engine.catalog.editing.rules_ground import ground_of, sketched
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.rules.text.words import Language
from engine.runtime.desk import Desk
from engine.runtime.studio.edits import form_keys
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.edits import ReplaceRule
from engine.runtime.studio.rules.parts import BeginningView, FormRules, RuleLine, RulePage
from engine.runtime.studio.rules.sentence import sentence_of
from engine.runtime.studio.rules.speaker import Speaker
from engine.runtime.studio.rules.texts import RuleTexts
from engine.runtime.studio.studio import Design
from engine.runtime.views import Viewer


@dataclass(frozen=True)
class RulesDesigned:
    """The rules of one design, told in one language; ``catalog`` knows its forms, states and roles."""

    catalog: Catalog
    design: Design
    language: Language
    parameters: Mapping[str, Text]

    def speaking(self, documents: Documents, form: str) -> Speaker:
        """Return who tells rules about a form of these documents."""
        ground = ground_of(self.catalog, self.design.app, documents, form)
        return Speaker(ground, self.language, self.parameters)

    @property
    def texts(self) -> RuleTexts:
        """The rules as texts."""
        return RuleTexts(self.catalog, self.design.app, self.design.documents)

    def listed(self) -> tuple[FormRules, ...]:
        """Return all rules, by the forms that they are about; forms without rules, too."""
        found = rules_in(self.design.documents)
        forms = dict.fromkeys((*form_keys(self.design.documents), *(rule["form"] for rule in found)))
        return tuple(self._about(form, [rule for rule in found if rule["form"] == form]) for form in forms)

    def _about(self, form: str, found: list[Json]) -> FormRules:
        name = self.speaking(self.design.documents, form).ground.name
        return FormRules(form, name, tuple(map(self._line, found)))

    def _line(self, rule: Json) -> RuleLine:
        speaker = self.speaking(self.design.documents, rule["form"])
        before = self.design.published.get(path_of(rule["key"]))
        return RuleLine(
            key=rule["key"],
            labels=Text.from_json(rule["labels"]),
            enabled=rule.get("enabled", True),
            severity=rule.get("severity"),
            words=one_sentence(speaker, rule, self._written(rule)),
            changed="new" if before is None else "changed" if before != rule else "",
        )

    def _written(self, rule: Json) -> Json | None:
        """Return the rule by the names that people use, where it does what no sentence tells; None elsewhere."""
        if all(kind_of(action) in KINDS for action in rule["then"]):
            return None
        return self.texts.look(rule["key"], self.language).written

    def beginnings(self, form: str) -> tuple[BeginningView, ...]:
        """Return the rules with which one can begin about a form."""
        ground = self.speaking(self.design.documents, form).ground
        return tuple(BeginningView(one.key, one.labels) for one in offered(ground))

    def page(self, key: str) -> RulePage:
        """Return one rule as it is designed; EngineError (APP-040) where it is gone."""
        look = self.texts.look(key, self.language)
        rule = look.rule
        speaker = self.speaking(self.design.documents, rule["form"])
        nothing = (("", speaker.of(said.UNGRADED)), ("", speaker.of(said.ALWAYS)))
        return RulePage(
            key=key,
            labels=Text.from_json(rule["labels"]),
            form=rule["form"],
            form_labels=speaker.ground.name,
            enabled=rule.get("enabled", True),
            severity=rule.get("severity", ""),
            once=rule.get("once", ""),
            sentence=sentence_of(speaker, rule, look.problems, look.written),
            text=look.text,
            severities=(nothing[0], *speaker.choices(said.SEVERITIES)),
            onces=(nothing[1], *speaker.choices(said.ONCES)),
            note=rule.get("note", ""),
            order=str(rule.get("order", "")),
            valid_from=rule.get("valid_from", ""),
            valid_to=rule.get("valid_to", ""),
        )

    def written(self, key: str, typed: str) -> ReplaceRule:
        """Return the change that makes a rule what was typed; EngineError with every problem by line and column."""
        return ReplaceRule(key, self.texts.read(key, typed, self.language))


def designed(desk: Desk, viewer: Viewer, design: Design, language: Language) -> RulesDesigned:
    """Return the rules of a design as they are told in a language."""
    types = desk.execution.catalogs.types
    with desk.reading(viewer) as reading:
        catalog = sketched(reading.catalog, design.app, design.documents, types)
    parameters = {one.field.key: one.field.labels for one in catalog.apps[design.app].definition.parameters}
    return RulesDesigned(catalog, design, language, parameters)


def one_sentence(speaker: Speaker, rule: Json, written: Json | None = None) -> str:
    """Return a whole rule in one sentence; ``written`` is the same rule by the names that people use."""
    sentence = sentence_of(speaker, rule, written=written)
    first, *others = (clause.words for clause in sentence.events)
    later = (words.replace("When ", "when ", 1) for words in others)
    events = speaker.pick(",或", ", or ").join((first[:1].upper() + first[1:], *later))
    joins = "" if sentence.joins is None else sentence.joins.shown
    between = joins if speaker.language == "zh" else f" {joins} "
    conditions = between.join(clause.words for clause in sentence.conditions)
    asked = speaker.pick(f",如果{conditions}", f", if {conditions}") if conditions else ""
    done = speaker.pick(";", "; ").join(clause.words for clause in sentence.actions)
    return events + asked + speaker.pick(f",就{done}", f": {done}")
