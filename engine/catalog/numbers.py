"""What would read a record's number before there is one: nothing that is looked at while a new record is saved may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.forms.definitions import FieldDef
from engine.forms.forms import Form
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.numbers import number_pattern
from engine.forms.parsing import problem
from engine.forms.problems import BAD_NUMBER_PATTERN, NUMBER_IS_GIVEN, READS_NUMBER
from engine.kernel.problems import Problem
from engine.language.expressions import Expression
from engine.rules.actions import evaluated_by
from engine.rules.rules import Rule
from engine.workflows.workflows import Workflow

_WHY: Mapping[str, tuple[str, str]] = {
    "run": ("要正好有一段流水号", "needs exactly one run of digits"),
    "part": ("里有不认识的部分", "has a part that is none"),
    "date": ("的日期不完整,月要有年,日要有年月", "has no whole date: a month needs its year, a day its month"),
}


def number_problems(
    forms: Mapping[str, Form], flows: Mapping[str, Workflow], rules: Iterable[Rule]
) -> Iterator[Problem]:
    """Go through what is wrong with the numbers of an app's forms, and with what reads them too early."""
    numbered = {key: frozenset(item.key for item in form.numbered) for key, form in forms.items() if form.numbered}
    for key in numbered:
        yield from _pattern_problems(forms[key])
    early: list[tuple[str, str, Expression]] = []
    for key in numbered:
        early += _of_form(forms[key])
        flow = flows.get(key)
        early += [] if flow is None else _of_flow(key, flow)
    for rule in rules:
        if rule.looks_before and rule.definition.form in numbered:
            early += _of_rule(rule)
    for form, place, expression in early:
        read = sorted(expression.reads.fields & numbered[form])
        if read:
            yield READS_NUMBER.at(place, key=read[0])


def _pattern_problems(form: Form) -> Iterator[Problem]:
    for item in form.numbered:
        place, source = f"forms/{form.key}.json#fields.{item.key}", item.pattern
        short = number_pattern(source).shortfall
        if short is not None:
            why_zh, why_en = _WHY[short]
            found = problem(BAD_NUMBER_PATTERN, item.definition, pattern=source, why_zh=why_zh, why_en=why_en)
            yield found.under(f"{place}.pattern")
        if _is_made_otherwise(item.definition):
            yield NUMBER_IS_GIVEN.at(place, key=item.key)


def _is_made_otherwise(definition: FieldDef) -> bool:
    return bool(definition.default or definition.computed or definition.validations)


def _of_form(form: Form) -> Iterator[tuple[str, str, Expression]]:
    for item in form.live_fields():
        if item.definition.type == NUMBERED:
            continue
        inner = (expression for line in item.lines.values() for expression in line.expressions)
        for expression in (*item.expressions, *inner):
            yield form.key, f"forms/{form.key}.json#fields.{item.key}", expression
    for key, expression in form.section_conditions.items():
        yield form.key, f"forms/{form.key}.json#sections.{key}.visible_when", expression


def _of_flow(form: str, flow: Workflow) -> Iterator[tuple[str, str, Expression]]:
    for key, transition in flow.transitions.items():
        if transition.guard is not None:
            yield form, f"workflows/{form}.json#transitions.{key}.guard", transition.guard
    for approval in flow.approvals.values():
        for step in approval.steps:
            place = f"workflows/{form}.json#approvals.{approval.key}.steps.{step.definition.key}"
            conditions = (("when", step.when), ("score.beside", step.beside))
            yield from ((form, f"{place}.{name}", one) for name, one in conditions if one is not None)


def _of_rule(rule: Rule) -> Iterator[tuple[str, str, Expression]]:
    values = (expression for action in rule.every_action for expression in evaluated_by(action))
    for expression in (*(() if rule.when is None else (rule.when,)), *values):
        yield rule.definition.form, f"rules/{rule.key}.json", expression
