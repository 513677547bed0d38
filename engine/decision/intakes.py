"""An item that came in, inside of a decision: it finds its record by its key, and fills it or makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from engine.catalog.connectors import problems
from engine.catalog.connectors.intakes import acting_as
from engine.decision.beginning import new_saving
from engine.decision.changeset import Actor
from engine.decision.commands import TakeItem
from engine.decision.facts import SameQuery
from engine.decision.pending import Saving
from engine.decision.problems import ABSENT
from engine.decision.saving import save
from engine.decision.work import Around, Key, Work
from engine.forms.filling import unfit
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row, Value
from engine.language.cases import shown

if TYPE_CHECKING:
    from engine.catalog.connectors.connectors import Intake
    from engine.forms.forms import Form
    from engine.language.types import Type


def take_item(work: Work, body: TakeItem) -> Key | None:
    """Decide one item; None where it is left alone. EngineError where it has no key, no age or no place.

    The record is changed in the name of the intake, as a rule changes one: who may change it is not asked, what it must
    be is. An item that is not newer than what was taken last changes nothing, nor does one that says what is there.
    """
    app, form = work.app(body.app), work.form(body.app, body.form)
    connector = app.connectors.get(body.connector)
    intake = None if connector is None else connector.intakes.get(body.intake)
    if intake is None or intake.definition.form != form.key:
        raise EngineError(ABSENT.at())
    around, item = work.surroundings(app.key), {one.key: body.values.get(one.key) for one in intake.taken}
    if intake.when is not None and not intake.when.holds(item, around):
        return None
    by = _filled({key: one.evaluate(item, around) for key, one in intake.by.items()})
    age = {key: one.evaluate(item, around) for key, one in intake.newest.items()}
    if None in age.values():
        raise EngineError([problems.AGELESS.at(key, key=key) for key in age])
    own = SameQuery(app.key, form.key, tuple(by), tuple(by.values()), "")
    linked = _linked(intake, item, around)
    work.fetch([own, *(query for query in linked.values() if query is not None)])
    before = _before(work, intake, own)
    if before is None and intake.definition.missing == "skip":
        return None
    if before is not None and any(before.get(key) is not None and before[key] >= value for key, value in age.items()):
        return _key(form.app, form.key, before)
    given = {key: one.evaluate(item, around) for key, one in intake.sets.items()}
    given |= _links(work, intake, linked) | age
    _check_fit(form, {**given, **by} if before is None else given, before or {})
    actor = Actor(None, acting_as(body.connector, intake.key))
    if before is None:
        saving = new_saving(work, app, form, {**given, **by}, actor, typed=False)
    elif all(before.get(key) == value for key, value in given.items()):
        return _key(form.app, form.key, before)
    else:
        saving = Saving(work, app, form, before, {**before, **given}, given, actor, typed=False)
    saving.hook = body.hook
    save(saving)
    return saving.key


def _filled(by: Mapping[str, Value]) -> dict[str, Value]:
    blank = [problems.BLANK_KEY.at(key, key=key) for key, value in by.items() if value is None]
    if blank:
        raise EngineError(blank)
    return dict(by)


def _check_fit(form: Form, given: Mapping[str, Value], before: Mapping[str, Value]) -> None:
    """Raise EngineError with all that is new and that its field would not take from a person."""
    new = {key: value for key, value in given.items() if key in form.fields and before.get(key) != value}
    found = [one for key, value in new.items() for one in unfit(form.fields[key], value, key)]
    if found:
        raise EngineError(found)


def _key(app: str, form: str, row: Row) -> Key:
    return app, form, str(row["id"])


def _before(work: Work, intake: Intake, query: SameQuery) -> Row | None:
    """Return the record of an item as it is; EngineError where there are several, or one is needed and missing."""
    ids = cast("tuple[str, ...]", work.fact(query))
    said = _said(query, intake.key_types)
    if len(ids) > 1:
        raise EngineError(problems.SEVERAL_RECORDS.at(query.fields[0], **said))
    if not ids and intake.definition.missing == "refuse":
        raise EngineError(problems.NO_RECORD_YET.at(query.fields[0], **said))
    return work.record(query.app, query.form, ids[0]) if ids else None


def _said(query: SameQuery, types: Mapping[str, Type]) -> dict[str, Any]:
    values = (shown(value, types[key]) for key, value in zip(query.fields, query.values, strict=True))
    return {"key": ", ".join(query.fields), "value": ", ".join(map(str, values))}


def _linked(intake: Intake, item: Row, around: Around) -> dict[str, SameQuery | None]:
    """Return what to ask for the references of an item; None for one of which the item says nothing."""
    found: dict[str, SameQuery | None] = {}
    for key, link in intake.links.items():
        values = tuple(one.evaluate(item, around) for one in link.by.values())
        is_said = any(value is not None for value in values)
        found[key] = SameQuery(link.app, link.form, tuple(link.by), values, "") if is_said else None
    return found


def _links(work: Work, intake: Intake, linked: Mapping[str, SameQuery | None]) -> dict[str, Value]:
    """Return the references of an item; EngineError with every one that leads nowhere, or to several records."""
    found: list[Problem] = []
    made: dict[str, Value] = {}
    for key, query in linked.items():
        ids = () if query is None else cast("tuple[str, ...]", work.fact(query))
        made[key] = ids[0] if ids else None
        if query is not None and len(ids) != 1:
            found.extend(_astray(key, query, intake, several=bool(ids)))
    if found:
        raise EngineError(found)
    return made


def _astray(key: str, query: SameQuery, intake: Intake, *, several: bool) -> Iterator[Problem]:
    said = _said(query, {name: one.type for name, one in intake.links[key].by.items()})
    yield (problems.SEVERAL_RECORDS if several else problems.NO_RECORD_YET).at(key, **said)
