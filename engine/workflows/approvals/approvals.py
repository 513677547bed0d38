"""Approvals as they start: conditions compiled, every state, transition and field known to exist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Problem, Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.types import NumberType
from engine.workflows import problems
from engine.workflows.approvals.definitions import ApprovalDef, StepDef
from engine.workflows.definitions import WorkflowDef


@dataclass(frozen=True, eq=False)
class Step:
    """One step with its compiled condition, and the expression for the score that a record brings along."""

    definition: StepDef
    when: Expression | None = None
    beside: Expression | None = None


@dataclass(frozen=True, eq=False)
class Approval:
    """One approval of a workflow."""

    definition: ApprovalDef
    steps: tuple[Step, ...]

    @property
    def key(self) -> str:
        """The approval's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The approval's labels."""
        return self.definition.labels


def compile_approvals(flow: WorkflowDef, work: Gathering, fields: Collection[str]) -> Mapping[str, Approval]:
    """Return the approvals of a state machine by key; problems are gathered by ``work``."""
    made: dict[str, Approval] = {}
    together: dict[str, str | None] = {}
    for definition in flow.approvals:
        place = f"approvals.{definition.key}"
        work.found.extend(_ends_problems(definition, flow, place))
        work.found.extend(_together_problems(definition, together, place))
        made[definition.key] = Approval(definition, tuple(_steps(definition, work, fields, place)))
    return made


def asked_in(flow: WorkflowDef) -> Iterator[tuple[str, tuple[PersonsDef, ...]]]:
    """Go through whom the approvals of a workflow ask, each with its place."""
    for approval in flow.approvals:
        for step in approval.steps:
            up_to = () if step.up_to is None else (PersonsDef("role", step.up_to),)
            yield f"approvals.{approval.key}.steps.{step.key}.who", (*step.who, *up_to)


def _ends_problems(definition: ApprovalDef, flow: WorkflowDef, place: str) -> Iterator[Problem]:
    states = {state.key for state in flow.states}
    if definition.state is not None and definition.state not in states:
        known = ", ".join(states)
        yield problems.NO_SUCH_STATE.at(f"{place}.state", key=definition.state, known=known)
    moves = {item.key: item for item in flow.transitions}
    labels: dict[str, Any] = {"label_zh": definition.labels.zh, "label_en": definition.labels.en}
    for outcome, key in definition.ends.items():
        at = f"{place}.ends.{outcome}"
        if key not in moves:
            yield problems.NO_SUCH_TRANSITION.at(at, key=key, known=", ".join(moves))
        elif moves[key].by or moves[key].releases:
            yield problems.NOT_BY_SYSTEM.at(at, key=key)
        elif definition.state is not None and moves[key].origins and definition.state not in moves[key].origins:
            yield problems.NOT_FROM_THERE.at(at, key=key, state=definition.state)
    if definition.state is not None:
        for outcome in ("approved", "rejected"):
            if outcome not in definition.ends:
                yield problems.NO_END.at(f"{place}.ends", outcome=outcome, **labels)
    if any(step.score is not None and step.score.tolerance is not None for step in definition.steps) and (
        definition.state is not None and "apart" not in definition.ends
    ):
        yield problems.NO_END.at(f"{place}.ends", outcome="apart", **labels)


def _together_problems(definition: ApprovalDef, together: dict[str, str | None], place: str) -> Iterator[Problem]:
    """Approvals of one state are approved together, so they lead the same way; ``together`` has it by state."""
    if definition.state is None:
        return
    key, first = definition.ends.get("approved"), together.setdefault(definition.state, definition.ends.get("approved"))
    if key is not None and first is not None and key != first:
        yield problems.NOT_TOGETHER.at(f"{place}.ends.approved", state=definition.state, key=first)


def _steps(definition: ApprovalDef, work: Gathering, fields: Collection[str], place: str) -> Iterator[Step]:
    for step in definition.steps:
        at = f"{place}.steps.{step.key}"
        work.found.extend(
            problems.NO_SUCH_FIELD.at(f"{at}.fields[{number}]", key=key)
            for number, key in enumerate(step.fields)
            if key not in fields
        )
        chain = any(who.kind == "manager_chain" for who in step.who)
        if not chain and (step.levels is not None or step.up_to is not None):
            work.found.append(problems.NO_CHAIN.at(f"{at}.who"))
        beside = None
        if step.score is not None:
            beside = work.expression(f"{at}.score.beside", step.score.beside, NumberType)
            work.found.extend(_score_problems(step, work, at))
        yield Step(step, work.condition(f"{at}.when", step.when), beside)


def _score_problems(step: StepDef, work: Gathering, at: str) -> Iterator[Problem]:
    rule = step.score
    if rule is None:
        return
    if rule.least >= rule.most:
        yield problems.NO_SCALE.at(f"{at}.score", least=rule.least, most=rule.most)
    if rule.into is not None:
        form = work.scope.form
        field = None if form is None else form.fields.get(rule.into)
        if field is None or not isinstance(field.type, NumberType):
            yield problems.NO_NUMBER.at(f"{at}.score.into", key=rule.into)
