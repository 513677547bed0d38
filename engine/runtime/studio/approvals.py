"""What can be changed of the approvals of a design, each change a value that makes the next documents."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import approvals, flows
from engine.catalog.editing.access import ROLES
from engine.catalog.editing.approvals import approval_in, approvals_of
from engine.catalog.editing.elements import Mint, of
from engine.catalog.editing.flows import path_of_flow
from engine.catalog.editing.forms import renamed, with_own_property
from engine.catalog.editing.problems import GONE, LAST_ONE
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.studio.edits import Language, form_in
from engine.runtime.studio.persons import PersonChange
from engine.workflows.approvals.definitions import DUE_UNITS

__all__ = ["approval_in", "approvals_of"]

Needs = Literal["any", "all", "each", "sequence", "percent"]

NEEDS: Final = ("any", "all", "each", "sequence", "percent")
WITHDRAWALS: Final = ("always", "before_first", "never")
LATES: Final = ("remind", "superior", "approve", "reject")
UNITS: Final = DUE_UNITS
NEW_WAY: Final = "+"
"""Before the key of a state: a new transition of the system leads there."""
STEP_PARTS: Final = (
    *("need", "when", "levels", "up_to", "fields", "due", "score"),
    *("score.least", "score.most", "score.tolerance", "score.beside", "score.into"),
)
"""What can be set of a step besides its name and whom it asks."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_USUAL: Final = {"hours": 48, "workdays": 2, "work_hours": 8}
_SCALE: Final = {"least": 0, "most": 100}
_PERCENT: Final = (1, 100)
_LEVELS: Final = (1, 20)
_DUE: Final = (1, 2000)
_TOLERANCE: Final = (0, 100)
_ANY: Final = (-999_999_999, 999_999_999)


def on_flow(documents: Documents, form: str, change: Callable[[Json], Json]) -> Documents:
    """Return the documents with the workflow of a form as ``change`` makes it; EngineError (APP-040) without one."""
    path = path_of_flow(documents, form)
    if path is None:
        raise EngineError(GONE.at())
    return {**documents, path: change(documents[path])}


def whole(value: str, place: str, bounds: tuple[int, int]) -> int:
    """Return a whole number that was typed; EngineError (DRAFT-008) for anything else, and beyond its bounds."""
    least, most = bounds
    if not _WHOLE.fullmatch(value) or not least <= int(value) <= most:
        raise EngineError(problems.BAD_PROPERTY.at(place, got=value[:60]))
    return int(value)


def usual(before: Json, value: str, implied: str) -> Json | Absent:
    """Return a choice that is left out where it is what goes without saying, unless it was said before."""
    return ABSENT if value == implied and before != implied else value


@dataclass(frozen=True)
class AddApproval:
    """A new approval of a uid, in a state, or by rules alone where that is blank."""

    form: str
    uid: str
    name: str
    language: Language
    state: str = ""

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the approval."""
        inner = Mint(mint.random, mint.spelled, self.uid)

        def change(flow: Json) -> Json:
            return approvals.with_approval(flow, self.name, self.language, self.state, inner)

        return on_flow(documents, self.form, change)


@dataclass(frozen=True)
class RemoveApproval:
    """An approval goes; the transitions that it fired stay."""

    form: str
    approval: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the approval."""
        return on_flow(documents, self.form, lambda flow: approvals.without_approval(flow, self.approval))


@dataclass(frozen=True)
class SetApproval:
    """What an approval is called, in which state it starts, or how long it can be withdrawn."""

    form: str
    approval: str
    key: Literal["name", "state", "withdraw", "skip_repeated"]
    value: str
    language: Language = "zh"

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return on_flow(documents, self.form, self._changed)

    def _changed(self, flow: Json) -> Json:
        match self.key:
            case "name":
                return approvals.with_approval_named(flow, self.approval, self.value, self.language)
            case "state":
                return approvals.with_approval_state(flow, self.approval, self.value)
            case "skip_repeated":
                skips: Json | Absent = True if self.value else ABSENT
                return approvals.with_approval_property(flow, self.approval, "skip_repeated", skips)
            case "withdraw":
                if self.value not in WITHDRAWALS:
                    raise EngineError(problems.BAD_PROPERTY.at("withdraw", got=self.value[:60]))
                held = approval_in(flow, self.approval).get("withdraw")
                value = usual(held, self.value, WITHDRAWALS[0])
                return approvals.with_approval_property(flow, self.approval, "withdraw", value)


@dataclass(frozen=True)
class SetEnd:
    """What an outcome fires: a transition of the system, a new one (``+`` and the state it leads to), or nothing."""

    form: str
    approval: str
    outcome: str
    value: str

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the end."""

        def change(flow: Json) -> Json:
            if self.value.startswith(NEW_WAY):
                target = self.value.removeprefix(NEW_WAY)
                return approvals.with_new_end(flow, self.approval, self.outcome, target, mint)
            return approvals.with_end(flow, self.approval, self.outcome, self.value)

        return on_flow(documents, self.form, change)


@dataclass(frozen=True)
class AddStep:
    """A new step of a uid at the end of an approval."""

    form: str
    approval: str
    uid: str
    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the step."""
        inner = Mint(mint.random, mint.spelled, self.uid)

        def change(flow: Json) -> Json:
            return approvals.with_step(flow, self.approval, self.name, self.language, inner)

        return on_flow(documents, self.form, change)


@dataclass(frozen=True)
class RemoveStep:
    """A step goes."""

    form: str
    approval: str
    step: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the step."""
        return on_flow(documents, self.form, lambda flow: approvals.without_step(flow, self.approval, self.step))


@dataclass(frozen=True)
class MoveStep:
    """A step goes in front of another (uids) or to the end, or by a place up (-1) or down (1)."""

    form: str
    approval: str
    step: str
    before: str | None = None
    by: Literal[-1, 0, 1] = 0

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents in the new order."""

        def change(flow: Json) -> Json:
            if self.by:
                return approvals.with_step_stepped(flow, self.approval, self.step, self.by)
            return approvals.with_step_moved(flow, self.approval, self.step, self.before)

        return on_flow(documents, self.form, change)


@dataclass(frozen=True)
class NameStep:
    """A step is called otherwise in one language."""

    form: str
    approval: str
    step: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""

        def change(step: Json) -> Json:
            return renamed(step, self.name, self.language)

        return _on_step(documents, self.form, self.approval, self.step, change)


def _on_step(documents: Documents, form: str, approval: str, step: str, change: Callable[[Json], Json]) -> Documents:
    return on_flow(documents, form, lambda flow: approvals.with_step_changed(flow, approval, step, change))


@dataclass(frozen=True)
class AskStep:
    """Whom a step asks is changed; the last one who is asked stays."""

    form: str
    approval: str
    step: str
    person: PersonChange

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with whom the step asks."""

        def change(step: Json) -> Json:
            who = self.person(documents, self.form, step["who"])
            if not who:
                raise EngineError(LAST_ONE.at("who"))
            return {**step, "who": who}

        return _on_step(documents, self.form, self.approval, self.step, change)


@dataclass(frozen=True)
class SetStep:
    """A property of a step (``STEP_PARTS``) as a page sends it; ``values`` are what its control holds, in order.

    ``need`` is sent with a percentage, ``due`` as unit, count and what happens then. EngineError (DRAFT-008) for what
    cannot stand there.
    """

    form: str
    approval: str
    step: str
    key: str
    values: Sequence[str]

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""

        def change(step: Json) -> Json:
            if self.key.startswith("score."):
                return self._scored(step)
            return with_own_property(step, self.key, self._value(documents, step.get(self.key)))

        return _on_step(documents, self.form, self.approval, self.step, change)

    @property
    def _first(self) -> str:
        return self._at(0)

    def _at(self, number: int) -> str:
        return self.values[number].strip() if len(self.values) > number else ""

    def _value(self, documents: Documents, before: Json) -> Json | Absent:
        match self.key:
            case "need":
                return self._need(before)
            case "when":
                return self._first or ABSENT
            case "levels":
                return whole(self._first, self.key, _LEVELS) if self._first else ABSENT
            case "up_to":
                return self._among(before, [role["key"] for role in documents.get(ROLES, {}).get("roles", ())])
            case "fields":
                known = [field["key"] for field in flows.asked(form_in(documents, self.form))]
                chosen = flows.fields_of(before or (), self.values, known)
                return before if chosen is ABSENT and before == [] else chosen
            case "score":
                return (before or dict(_SCALE)) if self._first else ABSENT
            case "due":
                return self._due(before or {})
            case _:
                raise EngineError(problems.BAD_PROPERTY.at("step", got=self.key[:60]))

    def _among(self, before: Json, known: Sequence[str]) -> Json | Absent:
        """Return what was chosen: one that is known, or what stood there before, or nothing."""
        if self._first and self._first != before and self._first not in known:
            raise EngineError(problems.BAD_PROPERTY.at(self.key, got=self._first[:60]))
        return self._first or ABSENT

    def _need(self, before: Json) -> Json | Absent:
        if self._first not in NEEDS:
            raise EngineError(problems.BAD_PROPERTY.at("need", got=self._first[:60]))
        if self._first == "percent":
            return {"percent": whole(self._at(1) or "60", "need", _PERCENT)}
        return usual(before, self._first, NEEDS[0])

    def _due(self, before: Json) -> Json | Absent:
        unit, count, late = self._first, self._at(1), self._at(2)
        if not unit:
            return ABSENT
        if unit not in UNITS or (late and late not in LATES):
            raise EngineError(problems.BAD_PROPERTY.at("due", got=f"{unit} {late}"[:60]))
        if before and unit not in before and count in map(str, before.values()):
            count = ""  # so many of the other unit: two workdays are no two hours
        made: dict[str, Json] = {unit: whole(count, "due", _DUE) if count else _USUAL[unit]}
        then = usual(before.get("late"), late or LATES[0], LATES[0])
        return made if isinstance(then, Absent) else {**made, "late": then}

    def _scored(self, step: Json) -> Json:
        score, part = step.get("score"), self.key.removeprefix("score.")
        if score is None:
            raise EngineError(GONE.at(self.key))
        return {**step, "score": with_own_property(score, part, self._of_score(part, score))}

    def _of_score(self, part: str, score: Json) -> Json | Absent:
        match part:
            case "least" | "most":
                return whole(self._first, self.key, _ANY)
            case "tolerance":
                return whole(self._first, self.key, _TOLERANCE) if self._first else ABSENT
            case "into" | "beside":
                return self._first or ABSENT
            case _:
                return score.get(part, ABSENT)


def step_in(approval: Json, uid: str) -> Json:
    """Return the step of a uid; EngineError (APP-040) where it is gone."""
    return of(approval["steps"], uid)
