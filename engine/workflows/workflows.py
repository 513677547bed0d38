"""State machines as they run: guards compiled, every state and field known to exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.kernel.problems import Problem, Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.messages import Message, compile_message
from engine.language.types import DateTimeType, DateType
from engine.workflows import problems
from engine.workflows.approvals.approvals import Approval, compile_approvals
from engine.workflows.definitions import StateDef, TransitionDef, WorkflowDef
from engine.workflows.duties import Duty, compile_duty

CLOSED = ("won", "lost")
"""Kinds of states in which a record has come to its end."""


@dataclass(frozen=True, eq=False)
class Transition:
    """One transition with its compiled guard and what it answers whoever fires it."""

    definition: TransitionDef
    guard: Expression | None = None
    answer: Message | None = None

    @property
    def key(self) -> str:
        """The transition's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The transition's labels."""
        return self.definition.labels

    @property
    def by_system(self) -> bool:
        """Whether only rules and jobs fire it."""
        return not self.definition.by


@dataclass(frozen=True, eq=False)
class Workflow:
    """One state machine of one form."""

    definition: WorkflowDef
    states: Mapping[str, StateDef]
    transitions: Mapping[str, Transition]
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    duties: Mapping[str, tuple[Duty, ...]] = field(default_factory=dict)
    """What has to be recorded in every period, by state."""

    def approvals_in(self, state: str | None) -> tuple[Approval, ...]:
        """Return the approvals that start where a record enters a state, in their order."""
        return tuple(one for one in self.approvals.values() if state and one.definition.state == state)

    def may_start(self, transition: Transition, state: str | None) -> bool:
        """Tell whether the transition leaves ``state``; one without origins leaves any state that is not closed."""
        if state is None:
            return False
        origins = transition.definition.origins
        return state in origins if origins else self.states[state].kind not in CLOSED

    def is_closed(self, state: str | None) -> bool:
        """Tell whether a record in ``state`` has come to its end."""
        return state is not None and self.states[state].kind in CLOSED

    def locks(self, state: str | None) -> bool:
        """Tell whether records in a state change by transitions alone."""
        return state is not None and self.states[state].locked

    def is_draft(self, state: str | None) -> bool:
        """Tell whether a record in ``state`` is still a draft."""
        return state is not None and self.states[state].kind == "draft"


def compile_workflow(
    definition: WorkflowDef, work: Gathering, fields: Collection[str], least_fields: int
) -> Workflow | None:
    """Return the running state machine, or None; problems are gathered by ``work``.

    ``least_fields`` is how many business fields a human transition must name (S1-63); acknowledgements need none, and a
    new record's first transition is held to it like any other.
    """
    before = len(work.found)
    states = {state.key: state for state in definition.states}
    transitions: dict[str, Transition] = {}
    for item in definition.transitions:
        place = f"transitions.{item.key}"
        work.found.extend(_transition_problems(item, place, states, fields, least_fields))
        guard = work.condition(f"{place}.guard", item.guard)
        transitions[item.key] = Transition(item, guard, compile_message(f"{place}.answer", item.answer, work))
    work.found.extend(_state_problems(definition, states))
    duties: dict[str, tuple[Duty, ...]] = {}
    for state in definition.states:
        _check_due(state, work)
        made = (compile_duty(one, f"states.{state.key}.duties.{one.key}", work) for one in state.duties)
        duties[state.key] = tuple(duty for duty in made if duty is not None)
    approvals = compile_approvals(definition, work, fields)
    if len(work.found) > before:
        return None
    return Workflow(
        definition,
        MappingProxyType(states),
        MappingProxyType(transitions),
        MappingProxyType(approvals),
        MappingProxyType(duties),
    )


def _check_due(state: StateDef, work: Gathering) -> None:
    """Gather what is wrong with the deadline of a state; it runs as rules (see ``engine.catalog.state_deadlines``)."""
    if state.due is None:
        return
    place = f"states.{state.key}.due.at"
    at = work.expression(place, state.due.at)
    if at is not None and not isinstance(at.type, DateType | DateTimeType):
        work.found.append(problems.NO_MOMENT.at(place))


def _transition_problems(
    item: TransitionDef, place: str, states: Mapping[str, StateDef], fields: Collection[str], least: int
) -> list[Problem]:
    known = ", ".join(states)
    left = item.target is not None and item.target in states and states[item.target].retired
    found = [problems.LEADS_TO_RETIRED.at(f"{place}.to", key=item.target)] if left else []
    found += [
        problems.NO_SUCH_STATE.at(f"{place}.{end}", key=key, known=known)
        for end, key in (*(("from", origin) for origin in item.origins), ("to", item.target))
        if key is not None and key not in states
    ]
    found += [
        problems.NO_SUCH_FIELD.at(f"{place}.fields[{number}]", key=key)
        for number, key in enumerate(item.named)
        if key not in fields
    ]
    labels: dict[str, Any] = {"label_zh": item.labels.zh, "label_en": item.labels.en}
    if item.by and not item.acknowledgement and item.field_count < least:
        found.append(problems.TOO_FEW_FIELDS.at(f"{place}.fields", got=item.field_count, least=least, **labels))
    if item.target is None and not item.releases:
        found.append(problems.GOES_NOWHERE.at(f"{place}.to", **labels))
    if item.target is not None and item.releases:
        found.append(problems.RELEASE_MOVES.at(f"{place}.to", **labels))
    return found


def _state_problems(definition: WorkflowDef, states: Mapping[str, StateDef]) -> list[Problem]:
    if definition.initial not in states:
        return [problems.NO_SUCH_STATE.at("initial", key=definition.initial, known=", ".join(states))]
    if states[definition.initial].retired:
        return [problems.LEADS_TO_RETIRED.at("initial", key=definition.initial)]
    reached, grown = {definition.initial}, True
    while grown:
        more = {
            item.target
            for item in definition.transitions
            if item.target is not None and (not item.origins or reached.intersection(item.origins))
        }
        grown = not more <= reached
        reached |= more
    return [
        problems.UNREACHABLE.at(f"states.{key}", key=key)
        for key in states
        if key not in reached and not states[key].retired
    ]
