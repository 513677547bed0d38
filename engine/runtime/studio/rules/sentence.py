"""A whole rule as a sentence, with every problem of it beside the clause that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.catalog.editing import rules_actions as actions
from engine.catalog.editing import rules_events as events
from engine.catalog.editing.rules import condition_of
from engine.catalog.editing.rules_conditions import Condition
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.actions import action_parts
from engine.runtime.studio.rules.conditions import row_parts
from engine.runtime.studio.rules.details import offered as details_offered
from engine.runtime.studio.rules.events import event_parts
from engine.runtime.studio.rules.parts import Clause, Sentence, Word
from engine.runtime.studio.rules.speaker import Piece, Speaker

_STEP: Final = re.compile(r"[./\[\]]+")


def sentence_of(
    speaker: Speaker, rule: Json, problems: Iterable[Problem] = (), written: Json | None = None
) -> Sentence:
    """Return a rule as a sentence; ``problems`` are those of its document, by their places.

    ``written`` is the same rule by the names that people use: what no sentence tells is shown so.
    """
    kept = rule if written is None else written
    condition = condition_of(rule, speaker.ground)
    placed = _placed(problems, condition)
    ground = speaker.ground
    return Sentence(
        events=_with_details(_clauses("on", _events(speaker, rule, kept), placed), rule["on"], speaker),
        joins=_joins(speaker, condition),
        conditions=_clauses(
            "when", [row_parts(speaker, f"when/{n}", one) for n, one in enumerate(condition.rows)], placed, least=0
        ),
        actions=_with_details(
            _with_more(_clauses("then", _actions(speaker, rule, kept), placed), rule, speaker), rule["then"], speaker
        ),
        more_events=tuple((kind, speaker.of(said.EVENTS[kind])) for kind in events.offered(ground)),
        more_conditions=speaker.fields(ground.fields),
        more_actions=tuple((kind, speaker.of(said.ACTIONS[kind])) for kind in actions.offered(rule, ground)),
        problems=tuple(placed.get("", ())),
    )


def _events(speaker: Speaker, rule: Json, kept: Json) -> list[Iterable[Piece]]:
    pairs = enumerate(zip(rule["on"], kept["on"], strict=True))
    return [event_parts(speaker, f"on/{number}", one, written) for number, (one, written) in pairs]


def _actions(speaker: Speaker, rule: Json, kept: Json) -> list[Iterable[Piece]]:
    pairs = enumerate(zip(rule["then"], kept["then"], strict=True))
    return [action_parts(speaker, f"then/{number}", one, written, rule) for number, (one, written) in pairs]


def _clauses(
    part: str, listed: Sequence[Iterable[Piece]], placed: Mapping[str, Sequence[Problem]], least: int = 1
) -> tuple[Clause, ...]:
    made = []
    for number, pieces in enumerate(listed):
        at = f"{part}/{number}"
        found = tuple(placed.get(at, ()))
        made.append(Clause(at, tuple(filter(None, pieces)), removable=len(listed) > least, problems=found))
    return tuple(made)


def _with_more(clauses: tuple[Clause, ...], rule: Json, speaker: Speaker) -> tuple[Clause, ...]:
    """Return the clauses of what is done; those that set fields can set one more where there is one left."""
    every = set(speaker.ground.settable)
    return tuple(
        replace(clause, more=bool(every - set(action["set"]))) if "set" in action else clause
        for clause, action in zip(clauses, rule["then"], strict=True)
    )


def _with_details(clauses: tuple[Clause, ...], items: Sequence[Json], speaker: Speaker) -> tuple[Clause, ...]:
    pairs = zip(clauses, items, strict=True)
    return tuple(replace(clause, details=details_offered(speaker, item)) for clause, item in pairs)


def _joins(speaker: Speaker, condition: Condition) -> Word | None:
    if not condition.rows[1:]:
        return None
    label = speaker.pick("全部还是其一", "All or one")
    shown = speaker.of(said.JOINS[condition.joins])
    return Word("when/joins", label, shown, "choice", (condition.joins,), speaker.choices(said.JOINS))


def _placed(problems: Iterable[Problem], condition: Condition) -> dict[str, list[Problem]]:
    """Return the problems by clause; under a blank those that belong to none."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        steps = [step for step in _STEP.split(problem.path.partition("#")[2]) if step]
        match steps:
            case ["on" | "then" as part, number, *_]:
                at = f"{part}/{number}"
            case ["when", *_] if condition.rows:
                at = f"when/{_row_at(problem, condition)}"
            case _:
                at = ""
        found.setdefault(at, []).append(problem)
    return found


def _row_at(problem: Problem, condition: Condition) -> int:
    start = problem.start or 0
    return max((n for n, row in enumerate(condition.rows) if row.start <= start), default=0)
