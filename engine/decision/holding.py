"""Holds: what a held record refuses, and the parties that must agree before it is let go.

A record's ``held`` is ``{"reason": {"zh", "en"}, "since", "rule", "parties": [[{"who": persons, "ids": [user]}]],
"agreed": [{"party": number, "by": user, "at"}]}``. Who has a role or is somebody's superior is looked up when it
matters: whoever has the post then may release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.decision.pending import Saving
from engine.decision.persons import Asking, active, look_up, named, recipients, stand_in
from engine.forms.forms import Form
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.persons import PersonsDef, persons_def
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.workflows import problems
from engine.workflows.workflows import Transition, Workflow


def hold_entry(reason: Text, rule: str, parties: Iterable[Json], at: Moment) -> dict[str, Json]:
    """Return what a record's ``held`` becomes; the parties come from ``party_entry``."""
    return {"reason": reason.as_json(), "since": at, "rule": rule, "parties": list(parties), "agreed": []}


def party_entry(sight: Asking, form: Form, party: Iterable[PersonsDef], row: Row) -> list[Json]:
    """Return a party as the hold keeps it.

    Whom a field of a record names is kept as it is now: nobody gets a say by writing their own name there later.
    """
    return [
        {"who": item.as_json(), "ids": list(named(sight, form, item, row)) if item.kind == "person" else []}
        for item in party
    ]


def outstanding(held: Mapping[str, Json]) -> tuple[tuple[int, Json], ...]:
    """Return the parties that have not agreed yet, with their numbers."""
    agreed = {item["party"] for item in held["agreed"]}
    return tuple((number, party) for number, party in enumerate(held["parties"]) if number not in agreed)


def releasers(sight: Asking, form: Form, row: Row, otherwise: Iterable[PersonsDef]) -> tuple[tuple[str, ...], ...]:
    """Return, for each party still outstanding, the users who can agree for it; without parties, ``otherwise``."""
    held: Mapping[str, Json] = row.get("held") or {"parties": [], "agreed": []}
    parties = [party for _, party in outstanding(held)]
    if not held["parties"]:
        return (recipients(sight, form, otherwise, row),)
    look_up(sight, form, spoken_for(row))
    return tuple(_speakers(sight, form, row, party) for party in parties)


def spoken_for(row: Row) -> Iterator[tuple[PersonsDef, Row]]:
    """Go through the persons who can still agree to let a held record go, as ``look_up`` wants them."""
    for _, party in outstanding(row["held"]):
        yield from ((persons_def(item["who"]), row) for item in party)


def _speakers(sight: Asking, form: Form, row: Row, party: Json) -> tuple[str, ...]:
    """Return who can agree for a party: the owner only where named as such; where a post is vacant, who stands in."""
    found: list[str] = []
    for item in party:
        who = persons_def(item["who"])
        ids = active(sight, item["ids"]) or active(sight, named(sight, form, who, row))
        if who.kind not in ("owner", "creator"):
            ids = [id for id in ids if id != row.get("owner")]
        found += ids or stand_in(sight, row)
    return tuple(dict.fromkeys(found))


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
    groups = releasers(saving.work, saving.form, standing(saving), transition.definition.by)
    return any(saving.actor.user in group for group in groups)


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
