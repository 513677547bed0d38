"""What has become of a record since somebody looked at it, and what that makes of their change (ADR 0049). Pure.

A payload says what its sender saw last and what they want. Field by field: what they left as they saw it stays as it is
now, what they alone changed is theirs, and what somebody else has changed to something else meanwhile is a conflict.
Lines are told apart by their ids, and field by field within a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from engine.decision.facts import Changes, ChangesQuery
from engine.decision.permissions import access_to
from engine.decision.problems import CONFLICT, LINE_GONE, STALE
from engine.decision.work import Work
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Field, Form
from engine.forms.writing import field_json
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row, StorageKind, Value

MOST_VERSIONS = 1_000
"""How many later versions are looked through; who has slept through more begins with the record as it is."""

LONGEST = 60
"""How many characters of a value a problem tells."""

BLANK = Text("(空)", "(blank)")
ID = "id"


@dataclass(frozen=True, slots=True)
class Since:
    """What changed after a version of a record: fields as they were in it; what some were before is ``lost``."""

    before: Mapping[str, Value]
    lost: frozenset[str]

    @property
    def touched(self) -> frozenset[str]:
        """The fields that are not what they were, as far as one knows."""
        return self.lost.union(self.before)


NOTHING = Since({}, frozenset())


def since(work: Work, form: Form, row: Row, seen: int | None) -> Since:
    """Return what has changed after the version that was seen; EngineError (DECIDE-002) where nobody can tell."""
    now = int(row["version"])
    if seen is None or seen == now:
        return NOTHING
    if not 1 <= seen < now or now - seen > MOST_VERSIONS:
        raise EngineError(STALE.at(seen=seen, now=now))
    later = ChangesQuery(form.app, form.key, str(row[ID]), tuple(range(seen + 1, now + 1)))
    found = cast("Changes | None", work.fact(later))
    if found is None:
        raise EngineError(STALE.at(seen=seen, now=now))
    return Since({key: value for key, value in found.before.items() if value != row.get(key)}, found.erased)


@dataclass
class Rebasing:
    """A change that was meant for an earlier version, on its way to the record as it is now."""

    work: Work
    form: Form
    row: Row
    since: Since
    found: list[Problem] = field(default_factory=list)

    def known_lines(self, key: str) -> tuple[Row, ...]:
        """Return the lines that a payload may name: those that its sender saw, as they were, and those added since."""
        now = self.row.get(key) or ()
        if key not in self.since.before:
            return now
        seen = self.since.before[key] or ()
        ids = {line[ID] for line in seen}
        return (*seen, *(line for line in now if line[ID] not in ids))

    def given(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """Return what the sender changes of what is there now; conflicts gather in ``found``."""
        return {key: value for key, old in values.items() for value in self._field(key, old)}

    def confirmed(self, keys: Iterable[str]) -> None:
        """Gather a conflict for each field that the sender had before their eyes and agreed to as it was."""
        for key in keys:
            if key in self.since.touched and not self._is_hidden(key):
                self.found.append(self._conflict(key, self.since.before.get(key)))

    def _field(self, key: str, mine: Value) -> Iterator[Value]:
        """Yield what the field is to be, nothing where the sender left it alone."""
        now, item = self.row.get(key), self.form.fields.get(key)
        lines = item is not None and item.type is None and key not in self.since.lost
        agreed = mine == now and not lines and not _counts(item)
        if key not in self.since.touched or agreed or self._is_hidden(key):
            yield mine  # what is hidden is refused whatever it holds: nothing is told of what it held
        elif key not in self.since.lost and mine == self.since.before.get(key):
            return
        elif item is not None and lines:
            yield self._lines(item, mine or ())
        else:
            self.found.append(self._conflict(key, mine))
            yield mine

    def _conflict(self, key: str, mine: Value) -> Problem:
        item = self.form.fields.get(key)
        labels = SYSTEM_LABELS[key] if item is None else item.labels
        own = self._said(item, mine)
        return _problem(key, labels, self._said(item, self.row.get(key)), own)

    def _is_hidden(self, key: str) -> bool:
        if self.work.command.actor.user is None:
            return False
        around = self.work.surroundings(self.form.app)
        return key in access_to(self.work, self.form).hidden(self.row, around)

    def _said(self, item: Field | None, value: Value) -> Text:
        person = value is not None and (item is None or item.definition.type == "person") and self.work.person(value)
        if person:
            return Text(person.display_name, person.display_name)
        return _cut(value) if item is None else _in_words(item, value)

    def _lines(self, item: Field, mine: tuple[Row, ...]) -> Value:
        """Return the lines as both leave them."""
        seen, now = _by_id(self.since.before.get(item.key) or ()), _by_id(self.row.get(item.key) or ())
        own, merged = _by_id(mine), dict[str, Row]()
        places = {line[ID]: number for number, line in enumerate(mine) if line.get(ID)}
        for id, line in now.items():
            if id in own:
                merged[id] = self._line(item, places[id], (seen.get(id, line), line, own[id]))
            elif id not in seen:
                merged[id] = line
            elif line != seen[id]:
                self.found.append(LINE_GONE.at(item.key, label_zh=item.labels.zh, label_en=item.labels.en))
        for id, line in own.items():
            if id not in now and line != seen.get(id):
                place = f"{item.key}[{places[id]}]"
                self.found.append(LINE_GONE.at(place, label_zh=item.labels.zh, label_en=item.labels.en))
        added = [line for id, line in now.items() if id not in seen and id not in own]
        new = [line for line in mine if not line.get(ID) and not _taken(line, added)]
        return (*(merged[id] for id in _order(seen, merged, list(places))), *new) or None

    def _line(self, item: Field, place: int, three: tuple[Row, Row, Row]) -> Row:
        seen, now, mine = three
        line = dict(now)
        for key, value in mine.items():
            if value == seen.get(key) or (value == now.get(key) and not _counts(item.lines.get(key))):
                continue
            if now.get(key) != seen.get(key):
                inner = item.lines[key]
                words = _in_words(inner, now.get(key)), _in_words(inner, value)
                self.found.append(_problem(f"{item.key}[{place}].{key}", inner.labels, *words))
            line[key] = value
        return line


def _order(seen: Mapping[str, Row], merged: Mapping[str, Row], own: Sequence[str]) -> list[str]:
    """Return ids in the order of now, or in the sender's where it is the sender who has put them in another one."""
    known = [id for id in own if id in seen]
    if known == [id for id in seen if id in known]:
        return list(merged)
    return [*(id for id in own if id in merged), *(id for id in merged if id not in own)]


def _counts(item: Field | None) -> bool:
    """Tell whether a field holds a figure: two who come to the same one may both have counted on from what they saw."""
    return item is not None and item.type is not None and item.type.storage is StorageKind.NUMBER


def _taken(line: Row, added: list[Row]) -> bool:
    """Take the line that was added meanwhile and is what a new one wants to be, if there is one, out of ``added``.

    Two who add the same mean the same; and a change that is sent again, because its answer was lost, adds nothing.
    """
    same = next((one for one in added if all(one.get(key) == value for key, value in line.items())), None)
    if same is not None:
        added.remove(same)
    return same is not None


def _by_id(lines: Iterable[Row]) -> dict[str, Row]:
    return {line[ID]: line for line in lines if line.get(ID)}


def _problem(place: str, labels: Text, theirs: Text, mine: Text) -> Problem:
    return CONFLICT.at(
        place,
        label_zh=labels.zh,
        label_en=labels.en,
        theirs_zh=theirs.zh,
        theirs_en=theirs.en,
        mine_zh=mine.zh,
        mine_en=mine.en,
    )


def _in_words(item: Field, value: Value) -> Text:
    """Return a value of a field as a problem tells it: chosen options by their labels, the rest in its JSON form."""
    chosen = {option.key: option.labels for option in item.definition.options}
    keys = value if isinstance(value, tuple) else (value,)
    if value is not None and chosen and all(key in chosen for key in keys):
        return Text("、".join(chosen[key].zh for key in keys), ", ".join(chosen[key].en for key in keys))
    return _cut(None if value is None else field_json(item, value))


def _cut(said: Json) -> Text:
    if said is None:
        return BLANK
    text = said if isinstance(said, str) else compact(said)
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return Text(text, text)
