"""Duties of a state: what has to be recorded in every period in which a record stays there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.pushdown import pushes_down
from engine.language.scope import RelationScope
from engine.language.types import DateTimeType, DateType
from engine.workflows import problems

Each = Literal["day", "week", "month"]

BEGINS: Mapping[Each, str] = {
    "day": "today()",
    "week": "add_days(today(), 1 - weekday(today()))",
    "month": "add_days(today(), 1 - day(today()))",
}
"""The first day of the period that is under way, as an expression; a week begins on Monday."""

BEGAN: Mapping[Each, str] = {
    "day": "add_days(today(), -1)",
    "week": "add_days(today(), -6 - weekday(today()))",
    "month": "add_months(add_days(today(), 1 - day(today())), -1)",
}
"""The first day of the period before it."""

ENDS: Mapping[Each, str] = {
    "day": "today()",
    "week": "add_days(today(), 7 - weekday(today()))",
    "month": "end_of_month(today())",
}
"""The last day of the period that is under way."""


@dataclass(frozen=True, slots=True)
class DutyDef:
    """What has to be recorded while a record stays in a state: ``count`` records of a relation in ``each`` period.

    Only those that meet ``where``, a condition over them, count, each on the day of its field ``dated``. ``tell`` hear
    by the cron expression ``remind``, if there is one, as long as too few are there; when a whole period has gone by
    with too few, ``late`` are told.
    """

    uid: str
    key: str
    labels: Text
    records: str
    each: Each
    count: int
    dated: str
    where: str | None
    remind: str | None
    tell: tuple[PersonsDef, ...]
    late: tuple[PersonsDef, ...]


@dataclass(frozen=True, eq=False)
class Duty:
    """A duty with how many records there are in the period under way, and that period's last day."""

    definition: DutyDef
    done: Expression
    until: Expression


def duty_def(document: Json) -> DutyDef:
    """Return the duty that a valid document states."""
    owner = [{"owner": True}]
    return DutyDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        records=document["records"],
        each=document["each"],
        count=document.get("count", 1),
        dated=document.get("dated", "created_at"),
        where=document.get("where"),
        remind=document.get("remind"),
        tell=tuple(map(persons_def, document.get("tell", owner))),
        late=tuple(map(persons_def, document.get("late", ()))),
    )


def done_since(duty: DutyDef, first: str, before: str | None = None) -> str:
    """Return the expression that counts what was recorded from a day on, and before another day where one is given."""
    parts = [] if duty.where is None else [f"({duty.where})"]
    parts.append(f"date({duty.dated}) >= {first}")
    parts += [] if before is None else [f"date({duty.dated}) < {before}"]
    return f"count({duty.records} where {' and '.join(parts)})"


def compile_duty(definition: DutyDef, place: str, work: Gathering) -> Duty | None:
    """Return a duty that can be looked at, or None; problems are gathered by ``work``."""
    form = work.scope.form
    relation = None if form is None else form.relations.get(definition.records)
    if relation is None or "." in relation.form:
        known = ", ".join(key for key, one in form.relations.items() if "." not in one.form) if form else ""
        work.found.append(problems.NO_SUCH_RECORDS.at(f"{place}.records", key=definition.records, known=known))
        return None
    before = len(work.found)
    _check_related(definition, place, relation, work)
    if len(work.found) > before:
        return None
    here = Gathering(work.scope)
    done = here.expression(place, done_since(definition, BEGINS[definition.each]))
    until = here.expression(place, ENDS[definition.each])
    work.found.extend(here.found)
    return None if done is None or until is None else Duty(definition, done, until)


def _check_related(definition: DutyDef, place: str, relation: RelationScope, work: Gathering) -> None:
    related = work.scope.forms[relation.app, relation.form]
    at = related.fields.get(definition.dated)
    if at is None or not isinstance(at.type, DateType | DateTimeType):
        named: dict[str, Any] = {"key": definition.dated}
        work.found.append(problems.NO_DAY.at(f"{place}.dated", **named))
    found = work.inside(related).condition(f"{place}.where", definition.where)
    if found is not None:
        work.found.extend(problem.under(f"{place}.where") for problem in pushes_down(found))
