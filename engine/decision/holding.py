"""Holds: what a held record refuses, and the parties that must agree before it is let go.

A record's ``held`` is ``{"reason": {"zh", "en"}, "since": moment, "rule": key, "parties": [[persons]], "agreed":
[{"party": number, "by": user, "at": moment}]}``. Who the persons are is looked up when it matters: whoever holds the
post then may release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.decision.pending import Saving
from engine.decision.permissions import is_one_of
from engine.decision.persons import Asking, recipients
from engine.forms.forms import Form
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.workflows import problems
from engine.workflows.workflows import Transition, Workflow


def hold_entry(reason: Text, rule: str, parties: Iterable[Iterable[PersonsDef]], at: Moment) -> dict[str, Json]:
    """Return what a record's ``held`` becomes."""
    return {
        "reason": reason.as_json(),
        "since": at,
        "rule": rule,
        "parties": [[person.as_json() for person in party] for party in parties],
        "agreed": [],
    }


def outstanding(held: Mapping[str, Json]) -> tuple[tuple[int, tuple[PersonsDef, ...]], ...]:
    """Return the parties that have not agreed yet, with their numbers."""
    agreed = {item["party"] for item in held["agreed"]}
    return tuple(
        (number, tuple(map(persons_def, party))) for number, party in enumerate(held["parties"]) if number not in agreed
    )


def releasers(sight: Asking, form: Form, row: Row, otherwise: Iterable[PersonsDef]) -> tuple[tuple[str, ...], ...]:
    """Return, for each party still outstanding, the users who can agree for it; without parties, ``otherwise``."""
    held: Mapping[str, Json] = row.get("held") or {"parties": [], "agreed": []}
    parties = [who for _, who in outstanding(held)] or [tuple(otherwise)]
    return tuple(recipients(sight, form, who, row) for who in parties)


def check_held(saving: Saving, transition: Transition) -> None:
    """Raise where a held record's transition has to wait, or one that releases finds nothing to release."""
    definition, held = transition.definition, standing(saving).get("held")
    labels: dict[str, Any] = {"label_zh": transition.labels.zh, "label_en": transition.labels.en}
    if held is None:
        if definition.releases:
            raise EngineError(problems.NOT_HELD.at(**labels))
        return
    if not (definition.releases or definition.while_held):
        raise EngineError(problems.HELD.at(**labels, **_told(saving)))


def refuse_held(saving: Saving, labels: Text) -> None:
    """Raise where a held record would be put away."""
    if standing(saving).get("held") is not None:
        raise EngineError(problems.HELD.at(label_zh=labels.zh, label_en=labels.en, **_told(saving)))


def _told(saving: Saving) -> dict[str, Any]:
    """Return why the record is held, since when, and who can let it go, in words."""
    row = standing(saving)
    held, zone = row["held"], clocks.zone(saving.app.zone)
    since = clocks.datetime_of(held["since"]).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    who = who_may(saving)
    return {
        "reason_zh": held["reason"]["zh"],
        "reason_en": held["reason"]["en"],
        "since": since,
        "who_zh": who[0],
        "who_en": who[1],
    }


def who_may(saving: Saving) -> tuple[str, str]:
    """Return in Chinese and English who can agree for the parties that are outstanding."""
    groups = releasers(saving.work, saving.form, standing(saving), releasing(saving.workflow))
    names = [[person.display_name for id in group if (person := saving.work.person(id))] for group in groups]
    return " + ".join("或".join(group) for group in names), " + ".join(" or ".join(group) for group in names)


def releasing(flow: Workflow | None) -> tuple[PersonsDef, ...]:
    """Return who may fire the transitions that release, where the hold itself names no parties."""
    found = (item.definition for item in flow.transitions.values()) if flow else ()
    return tuple(person for item in found if item.releases for person in item.by)


def standing(saving: Saving) -> Row:
    """Return the record as it stands before this save."""
    return saving.row if saving.before is None else saving.before


def may_release(saving: Saving, transition: Transition) -> bool:
    """Tell whether the acting user can agree for a party that is outstanding."""
    row = standing(saving)
    if not row["held"]["parties"]:
        return is_one_of(saving.work, saving.form, transition.definition.by, row)
    return any(saving.actor.user in group for group in releasers(saving.work, saving.form, row, ()))


def agree(saving: Saving) -> None:
    """Note that the acting user agrees for their parties; the record is let go once all have agreed.

    A rule agrees for everybody.
    """
    row = standing(saving)
    held: Mapping[str, Json] = row["held"]
    open_parties = outstanding(held)
    groups = releasers(saving.work, saving.form, row, ())
    mine = [
        number
        for (number, _), group in zip(open_parties, groups, strict=False)
        if saving.actor.rule is not None or saving.actor.user in group
    ]
    if len(mine) == len(open_parties):
        saving.settle({**saving.row, "held": None})
        return
    at = saving.work.moment
    agreed = [*held["agreed"], *({"party": number, "by": saving.actor.user, "at": at} for number in mine)]
    saving.settle({**saving.row, "held": {**held, "agreed": agreed}})
