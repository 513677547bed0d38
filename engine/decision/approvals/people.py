"""Whom an approval asks, who acts for those who are away, and who may not decide because it is their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from engine.decision.facts import AwayQuery, PersonQuery, RoleQuery, SuperiorsQuery
from engine.decision.persons import ADMIN, ENGINE, Asking, active, look_up, named, superiors
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.workflows import problems
from engine.workflows.approvals.definitions import StepDef

MOST_ASKED = 100
"""How many people one step asks at most."""


def whose_own(row: Row, starter: str | None) -> frozenset[str]:
    """Return those for whom the record is their own: whoever applied, and whoever owns it."""
    return frozenset(str(id) for id in (starter, row.get("owner")) if id)


def asked_at(work: Work, form: Form, row: Row, step: StepDef, own: Collection[str]) -> list[list[str]]:
    """Return whom a step asks, by the entries of its ``who``; EngineError where there is nobody at all.

    Where an entry names nobody who may decide, their superiors are asked, the nearest first, then the administrators.
    """
    look_up(work, form, ((who, row) for who in step.who))
    groups = [_of_entry(work, form, row, step, who, own) for who in step.who]
    vacant = any(not group for group in groups) if step.need in ("each", "all", "sequence") else not any(groups)
    if vacant:
        raise EngineError(problems.NOBODY_TO_ASK.at(label_zh=step.labels.zh, label_en=step.labels.en))
    count = len({person for group in groups for person in group})
    if count > MOST_ASKED:
        texts: dict[str, Any] = {"label_zh": step.labels.zh, "label_en": step.labels.en}
        raise EngineError(problems.TOO_MANY_TO_ASK.at(got=count, most=MOST_ASKED, **texts))
    return groups


def _of_entry(work: Work, form: Form, row: Row, step: StepDef, who: PersonsDef, own: Collection[str]) -> list[str]:
    found = active(work, named(work, form, who, row))
    if who.kind == "manager_chain":
        found = list(_chain(work, form.app, step, found))
    others = [id for id in found if id not in own]
    return others or asked_instead(work, found or [str(row["owner"])] if row.get("owner") else found, own)


def _chain(work: Work, app: str, step: StepDef, above: Iterable[str]) -> Iterator[str]:
    """Go up a chain of superiors as far as the step says."""
    for level, id in enumerate(above):
        if step.levels is not None and level >= step.levels:
            return
        yield id
        person = work.person(id)
        if person is not None and step.up_to is not None and (app, step.up_to) in person.roles:
            return


def asked_instead(work: Work, vacant: Iterable[str], own: Collection[str]) -> list[str]:
    """Return who is asked in place of people who may not decide: the nearest of their superiors, else the admins."""
    listed = tuple(vacant)
    work.fetch(map(SuperiorsQuery, listed))
    work.fetch(PersonQuery(one) for id in listed for one in superiors(work, id))
    for id in listed:
        above = next((one for one in superiors(work, id) if one not in own and active(work, [one])), None)
        if above is not None:
            return [above]
    admins = cast("tuple[str, ...]", work.fact(RoleQuery(ENGINE, ADMIN)))
    return [id for id in admins if id not in own]


def look_who_is_away(work: Asking, people: Iterable[str], own: Collection[str] = ()) -> None:
    """Have it answered, level by level, who acts for these people, and who all of them are."""
    away = cast("Mapping[str, str | None]", work.fact(AwayQuery(work.moment)))
    known: set[str] = set()
    level = set(people)
    while level:
        work.fetch(PersonQuery(id) for id in sorted(level))
        known |= level
        passed_over = [id for id in level if id in away or id in own or _is_gone(work, id)]
        persons = [person for id in passed_over if (person := work.person(id)) is not None]
        ways = {*(away.get(id) for id in passed_over), *(person.manager for person in persons)}
        level = {id for id in ways if id is not None} - known


def acting_for(work: Asking, id: str, own: Collection[str] = ()) -> str:
    """Return who acts for a person now: themselves while they are there, else their deputy, else their superior.

    A deputy who is away has one, too. Where the way ends at nobody, or at somebody for whom it is their own, the next
    superior is asked; in the end it waits for the person to be back.
    """
    away = cast("Mapping[str, str | None]", work.fact(AwayQuery(work.moment)))
    seen, here = {id}, id
    while here in away or here in own or _is_gone(work, here):
        person = work.person(here)
        ways = (away.get(here), None if person is None else person.manager)
        step = next((one for one in ways if one is not None and one not in seen and active(work, [one])), None)
        if step is None:
            return id
        seen.add(step)
        here = step
    return here


def _is_gone(work: Asking, id: str) -> bool:
    person = work.person(id)
    return person is not None and not person.active


def may_act_for(work: Asking, user: str, id: str, own: Collection[str]) -> bool:
    """Tell whether a user may decide in the seat of a person: their own, or of somebody for whom they act now."""
    return user == id or acting_for(work, id, own) == user
