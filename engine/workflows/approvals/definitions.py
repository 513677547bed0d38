"""Approvals as a workflow's document states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text

Need = Literal["any", "all", "each", "sequence", "percent"]
Outcome = Literal["approved", "rejected", "returned", "withdrawn", "apart", "overtaken"]
Withdrawal = Literal["always", "before_first", "never"]
DueUnit = Literal["hours", "workdays", "work_hours"]
Late = Literal["remind", "superior", "approve", "reject"]

DUE_UNITS: tuple[DueUnit, ...] = ("hours", "workdays", "work_hours")

OUTCOMES: tuple[Outcome, ...] = ("approved", "rejected", "returned", "withdrawn", "apart")
"""What an approval can come to by what people do; it is overtaken where its record goes another way meanwhile."""


@dataclass(frozen=True, slots=True)
class ScoreDef:
    """Whoever approves gives a score, a whole number from ``least`` to ``most``.

    Scores, with that of the expression ``beside``, further apart than ``tolerance`` (percent of the whole scale) make
    the approval end ``apart``; otherwise their mean goes ``into`` a field of the record.
    """

    least: int
    most: int
    tolerance: int | None = None
    beside: str | None = None
    into: str | None = None


@dataclass(frozen=True, slots=True)
class DueDef:
    """How long a step may take, and what happens then: see ``Late``."""

    count: int
    unit: DueUnit
    late: Late = "remind"


@dataclass(frozen=True, slots=True)
class StepDef:
    """One step: who is asked, and whose agreement it needs.

    ``any``: whoever is first decides. ``all``: everybody agrees. ``each``: of each entry of ``who`` somebody agrees.
    ``sequence``: like all, one after the other. ``percent``: so many of a hundred agree. One rejection is enough
    against all but ``percent``. Of a chain of superiors ``levels`` are asked at most, up to the first who has the role
    ``up_to``. Whoever agrees fills ``fields``. A step whose condition ``when`` does not hold is left out.
    ``document`` is what all of this was read from: an approval that is under way goes by what it began with.
    """

    uid: str
    key: str
    labels: Text
    who: tuple[PersonsDef, ...]
    document: Mapping[str, Json]
    need: Need = "any"
    percent: int = 100
    when: str | None = None
    levels: int | None = None
    up_to: str | None = None
    fields: tuple[str, ...] = ()
    score: ScoreDef | None = None
    due: DueDef | None = None


@dataclass(frozen=True, slots=True)
class ApprovalDef:
    """One approval of a workflow: it starts where a record enters the ``state``, or by a rule where it names none.

    ``ends`` are the transitions that its outcomes fire, by outcome. ``document`` is what it was read from, but for its
    steps: an approval that is under way goes by what it began with. With ``skip_repeated`` whoever has agreed at a step
    is not asked again at the next ones.
    """

    uid: str
    key: str
    labels: Text
    steps: tuple[StepDef, ...]
    state: str | None
    ends: Mapping[Outcome, str]
    document: Mapping[str, Json]
    withdraw: Withdrawal = "always"
    skip_repeated: bool = False


def approval_def(document: Mapping[str, Json]) -> ApprovalDef:
    """Return the approval that a valid document states."""
    return ApprovalDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        steps=tuple(map(step_def, document["steps"])),
        state=document.get("state"),
        ends={outcome: document["ends"][outcome] for outcome in OUTCOMES if outcome in document.get("ends", {})},
        document={key: value for key, value in document.items() if key != "steps"},
        withdraw=document.get("withdraw", "always"),
        skip_repeated=document.get("skip_repeated", False),
    )


def step_def(document: Mapping[str, Json]) -> StepDef:
    """Return the step that a valid document states."""
    need = document.get("need", "any")
    return StepDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        who=tuple(map(persons_def, document["who"])),
        document=document,
        need="percent" if isinstance(need, dict) else need,
        percent=need["percent"] if isinstance(need, dict) else 100,
        when=document.get("when"),
        levels=document.get("levels"),
        up_to=document.get("up_to"),
        fields=tuple(document.get("fields", ())),
        score=_score(document["score"]) if "score" in document else None,
        due=_due(document["due"]) if "due" in document else None,
    )


def _score(document: Mapping[str, Json]) -> ScoreDef:
    return ScoreDef(
        least=document["least"],
        most=document["most"],
        tolerance=document.get("tolerance"),
        beside=document.get("beside"),
        into=document.get("into"),
    )


def _due(document: Mapping[str, Json]) -> DueDef:
    unit = next(unit for unit in DUE_UNITS if unit in document)
    return DueDef(document[unit], unit, document.get("late", "remind"))
