"""Tells of records that never were: a plan of groups, words and ranges becomes fields, the same for the same seed.

It knows no form and no database; what it tells is checked and kept by ``engine.packs.demo_past``.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.clocks import Day, Moment
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.packs import problems
from engine.packs.placeholders import Placeholders

LATEST = -1
"""The last day that is told of: yesterday. What happens today happens by itself."""

TRIES = 1_000
"""How often a value that must be new is drawn."""

FIRST_HOUR, LAST_HOUR = 9, 17


@dataclass(frozen=True)
class Told:
    """One record as it is told: who made it and when, its state and since when, its fields as a sender writes them.

    ``day`` counts from the anchor.
    """

    id: str
    group: str
    form: str
    by: str
    day: int
    moment: Moment
    state: str | None
    since: Moment | None
    fields: Mapping[str, Json]
    parent: Told | None = None


@dataclass
class Teller:
    """Tells a plan, group after group; later groups may speak of earlier ones."""

    plan: Json
    names: Placeholders
    superiors: Mapping[str, str]
    chance: random.Random = field(init=False)
    told: dict[str, list[Told]] = field(default_factory=dict)
    drawn: set[tuple[str, str, str]] = field(default_factory=set)
    serials: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin from the plan's seed: the same plan is told the same way."""
        self.chance = random.Random(str(self.plan["seed"]))  # noqa: S311 - what is told is no secret

    def tell(self) -> Iterator[Told]:
        """Go through all records in the order of their groups."""
        for group in self.plan["groups"]:
            made = self.told.setdefault(group["key"], [])
            for parent in self._parents(group):
                made.append(self._record(group, parent))
                yield made[-1]

    def _parents(self, group: Json) -> Iterator[Told | None]:
        """Go through what each record of a group is made for: nothing, or a record of another group, some times."""
        if "each" not in group:
            yield from (None for _ in range(group["count"]))
            return
        least, most = group.get("times", (1, 1))
        wanted = [group["each"]] if isinstance(group["each"], str) else group["each"]
        for parent in [one for key in wanted for one in self.told[key]]:
            if self.chance.random() * 100 < group.get("percent", 100):
                yield from (parent for _ in range(self.chance.randint(least, most)))

    def _record(self, group: Json, parent: Told | None) -> Told:
        day = self._day(group.get("at", {"after": [0, 0]}), parent)
        moment = self._moment(day, parent)
        by = parent.by if parent is not None and "by" not in group else self.chance.choice(self._people(group["by"]))
        draft = Told("", group["key"], group["form"], by, day, moment, None, None, {}, parent)
        fields: dict[str, Json] = {}
        for key, spec in group.get("fields", {}).items():
            value = self._new(group, key, spec, draft, fields)
            if value is not None:
                fields[key] = value
        state = self._value(group["state"], draft, fields) if "state" in group else None
        since = self._moment(self._day(group["since"], draft), None) if "since" in group else moment
        id = uuid7(moment, self.chance.randbytes(10))
        return Told(id, group["key"], group["form"], by, day, moment, state, max(since, moment), fields, parent)

    def _people(self, wanted: Json) -> Sequence[str]:
        return [wanted] if isinstance(wanted, str) else list(wanted["pick"])

    def _day(self, at: Json, parent: Told | None) -> int:
        """Return a day: some days before the anchor, or some days after the parent's own, never later than LATEST.

        What would come after LATEST is spread over the days until then: held back to it, all would fall on one day.
        """
        if "after" in at and parent is not None:
            room = LATEST - parent.day
            least, most = (min(days, room) for days in at["after"])
            return parent.day + self.chance.randint(least, most)
        return min(LATEST, self.chance.randint(*at["days"]))

    def _moment(self, day: int, parent: Told | None) -> Moment:
        hour, minute = self.chance.randint(FIRST_HOUR, LAST_HOUR), self.chance.randint(0, 59)
        moment = self.names.moment({"days": day, "time": f"{hour:02}:{minute:02}"})
        return moment if parent is None else max(moment, parent.moment + 60_000)

    def _new(self, group: Json, key: str, spec: Json, draft: Told, fields: Mapping[str, Json]) -> Json:
        """Return the value of a field; of one that is told only once another one where it has been told before."""
        if key not in group.get("once", ()):
            return self._value(spec, draft, fields)
        for _ in range(TRIES):
            value = self._value(spec, draft, fields)
            if (group["form"], key, str(value)) not in self.drawn:
                self.drawn.add((group["form"], key, str(value)))
                return value
        raise EngineError(problems.TOO_FEW_WORDS.at(f"demo#{group['key']}.{key}", tries=TRIES))

    def _value(self, spec: Json, draft: Told, fields: Mapping[str, Json]) -> Json:
        match spec:
            case {"pick": str(words)}:
                return self.chance.choice(self.plan["words"][words])
            case {"pick": list(values)}:
                return self._value(self.chance.choice(values), draft, fields)
            case {"weighted": dict(weights)}:
                return self.chance.choices(list(weights), list(weights.values()))[0]
            case {"maybe": percent, "value": inner}:
                return self._value(inner, draft, fields) if self.chance.random() * 100 < percent else None
            case {"join": list(parts)}:
                return "".join(str(self._value(part, draft, fields)) for part in parts)
            case {"number": [least, most], **rest}:
                return self._number(Decimal(least), Decimal(most), Decimal(str(rest.get("step", "1"))))
            case {"serial": str(pattern)}:
                self.serials[pattern] = self.serials.get(pattern, 0) + 1
                return pattern.format(self.serials[pattern])
            case {"after": [least, most]}:
                return self._iso(draft.day + self.chance.randint(least, most))
            case {"today": [least, most]}:
                return self._iso(self.chance.randint(least, most))
            case _:
                return self._named(spec, draft, fields)

    def _named(self, spec: Json, draft: Told, fields: Mapping[str, Json]) -> Json:
        """Return what stands for another value, or the value itself."""
        match spec:
            case {"moment": "own"}:
                return clocks.moment_text(draft.moment)
            case {"moment": [least, most]}:
                return clocks.moment_text(self._moment(min(LATEST, self.chance.randint(least, most)), None))
            case {"own": str(key)}:
                return fields.get(key)
            case {"own": True} | {"parent": True}:
                return draft.parent.id if draft.parent else None
            case {"parent": str(key)}:
                return draft.parent.fields.get(key) if draft.parent else None
            case {"from": str(group)}:
                return self.chance.choice(self.told[group]).id
            case {"child": str(group)}:
                mine = [one for one in self.told[group] if one.parent is not None and one.parent is draft.parent]
                return self.chance.choice(mine).id if mine else None
            case {"ref": str(name)}:
                return self.names.ref(name)[1]
            case {"user": _} | {"superior": True} | {"by": True}:
                return self._person(spec, draft)
            case dict():
                return {key: self._value(inner, draft, fields) for key, inner in spec.items()}
            case list():
                return [self._value(inner, draft, fields) for inner in spec]
            case _:
                return spec

    def _person(self, spec: Json, draft: Told) -> Json:
        name = spec.get("user") or (draft.by if "by" in spec else self.superiors.get(draft.by))
        return None if name is None else self.names.person(name)

    def _number(self, least: Decimal, most: Decimal, step: Decimal) -> str:
        return str(least + step * self.chance.randint(0, int((most - least) / step)))

    def _iso(self, days: int) -> str:
        day: Day = self.names.today() + days
        return clocks.date_of(day).isoformat()


def people_of(plan: Json) -> Iterator[Json]:
    """Go through the users of a plan's teams, as ``users.json`` would state them; nobody can sign in as one of them."""
    chance = random.Random(f"{plan['seed']}/people")  # noqa: S311 - names are no secret
    taken: set[str] = set()
    for team in plan.get("teams", ()):
        for number in range(1, team["count"] + 1):
            drawn = ("".join(chance.choice(plan["words"][words]) for words in team["named"]) for _ in range(TRIES))
            name = next((one for one in drawn if one not in taken), None)
            if name is None:
                raise EngineError(problems.TOO_FEW_WORDS.at(f"demo#{team['key']}", tries=TRIES))
            taken.add(name)
            yield {
                "name": f"{team['key']}{number:02}",
                "display_name": name,
                "department": team["departments"][(number - 1) % len(team["departments"])],
                "manager": team["managers"][(number - 1) % len(team["managers"])],
                "roles": team["roles"],
            }


def seed_of(plan: Json, *parts: object) -> bytes:
    """Return ten bytes that are the same for the same plan and parts."""
    return hashlib.shake_256("/".join([str(plan["seed"]), *map(str, parts)]).encode()).digest(10)
