"""From rows to what a viewer sees: JSON values, words for them, and what may be done next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.decision.facts import PersonQuery, Query, RecordQuery
from engine.decision.holding import releasers, releasing, spoken_for
from engine.decision.persons import look_up, named
from engine.decision.words import shower, title
from engine.forms.compiling import SYSTEM_LABELS, language_type
from engine.forms.definitions import target_of
from engine.forms.field_types import BUILT_IN
from engine.forms.forms import Field, Form
from engine.forms.writing import field_json, writer
from engine.kernel import clocks
from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language import types as language
from engine.rules.actions import SetFields
from engine.rules.rules import old_fields
from engine.runtime import files_seen
from engine.runtime.reading import Reading
from engine.runtime.signing.sight import opened
from engine.runtime.views import RecordView, TransitionView
from engine.workflows.workflows import Transition, Workflow

PERSONS = ("owner", "created_by", "updated_by")
MOMENTS = ("state_since", "created_at", "updated_at")
STAMPS = (*PERSONS, *MOMENTS)


def prefetch(reading: Reading, form: Form, rows: Iterable[Row]) -> None:
    """Fetch every person and record that these rows point at, in as few queries as there are kinds of them."""
    listed = list(rows)
    wanted = pointed_at(form, listed)
    held = [row for row in listed if row.get("held") is not None]
    wanted.extend(
        PersonQuery(id) for row in held for party in row["held"]["parties"] for one in party for id in one["ids"]
    )
    reading.fetch(wanted)
    files_seen.look_up(reading, (id for row in listed for id in files_seen.named_in(form.captured, row)))
    look_up(reading, form, (pair for row in held for pair in spoken_for(row)))


def pointed_at(form: Form, rows: Iterable[Row]) -> list[Query]:
    """Return the questions for every person and record that rows of a form point at."""
    wanted: list[Query] = []
    for row in rows:
        wanted.extend(PersonQuery(row[key]) for key in PERSONS if row.get(key))
        for item in form.pointing:
            for field, value in _leaves(item, row.get(item.key)):
                wanted.extend(_pointed_at(form.app, field, value))
    return wanted


def _leaves(item: Field, value: Value) -> Iterable[tuple[Field, Value]]:
    if value is None:
        return
    if item.type is not None:
        yield item, value
        return
    for line in value:
        yield from ((inner, line[key]) for key, inner in item.lines.items() if line.get(key) is not None)


def _pointed_at(app: str, item: Field, value: Value) -> Iterable[Query]:
    ids = value if isinstance(value, tuple) else (value,)
    match item.definition.type:
        case "person" | "persons":
            return [PersonQuery(id) for id in ids]
        case "reference" | "references":
            return [RecordQuery(*target_of(item.definition, app), id) for id in ids]
        case _:
            return []


class Viewing:
    """Shows records of one form to the viewer; what is the same for all of them is found once."""

    def __init__(self, reading: Reading, form: Form, words: Collection[str] | None = None) -> None:
        """Show records of ``form``, of their values those of ``words`` in words too (None: all)."""
        self._reading = reading
        self._form = form
        self._words = words
        self._access = reading.access(form)
        self._around = reading.surroundings(form.app)
        self._flow = reading.app(form.app).workflows.get(form.key)
        self._fields = tuple(form.live_fields())
        self._worder = _Worder(reading, form.app)
        self._writers = [(item.key, writer(item)) for item in self._fields]

    def of(self, row: Row) -> RecordView:
        """Return a record as the viewer may see it; the rows around it are fetched already."""
        reading, form, flow = self._reading, self._form, self._flow
        hidden = self._access.hidden(row, self._around)
        locked = flow is not None and row.get("state") is not None and flow.states[row["state"]].locked
        visible = [item for item in self._fields if item.key not in hidden] if hidden else self._fields
        captured = [item for item in form.captured if item.key not in hidden]
        return RecordView(
            app=form.app,
            form=form.key,
            id=str(row["id"]),
            version=int(row["version"]),
            state=None if "state" in hidden else row.get("state"),
            held=held_json(reading, form, row),
            fields=_allowed(self._values(row, hidden), hidden),
            title=title(reading, form, row, reading.viewer.language),
            shown=self._shown(visible, row, hidden),
            transitions=tuple(transitions(reading, form, flow, row)) if flow else (),
            may_update=not locked and self._access.covers("update", row, self._around),
            may_delete=not locked and self._access.covers("delete", row, self._around),
            files=opened(reading, form, row, files_seen.seen_in(reading, captured, row)),
        )

    def _values(self, row: Row, hidden: frozenset[str]) -> dict[str, Json]:
        written = {key: write(row.get(key)) for key, write in self._writers if key not in hidden}
        return written | stamps_json(row)

    def _shown(self, visible: Iterable[Field], row: Row, hidden: frozenset[str]) -> dict[str, object]:
        wanted = self._words
        if wanted is None:
            return _allowed(_in_words(self._worder, self._form, visible, row), hidden)
        told = [item for item in visible if item.key in wanted]
        return _allowed(_in_words(self._worder, self._form, told, row, wanted), hidden)


def record_view(reading: Reading, form: Form, row: Row) -> RecordView:
    """Return a record as the viewer may see it; the rows around it are fetched already."""
    return Viewing(reading, form).of(row)


def held_json(reading: Reading, form: Form, row: Row) -> Json:
    """Return why a record is held, since when, and the users who can still agree to let it go; None where it is not."""
    held = row.get("held")
    if held is None:
        return None
    groups = _releasers(reading, form, row)
    return {
        "reason": held["reason"],
        "since": clocks.moment_text(held["since"]),
        "releasers": list(dict.fromkeys(id for group in groups for id in group)),
    }


def _releasers(reading: Reading, form: Form, row: Row) -> tuple[tuple[str, ...], ...]:
    """Return who can still let go of a held record, by party; looked up once."""
    id = str(row["id"])
    if id not in reading.releasers:
        otherwise = releasing(reading.app(form.app).workflows.get(form.key))
        reading.releasers[id] = releasers(reading, form, row, otherwise)
    return reading.releasers[id]


def _allowed(values: Mapping[str, Json], hidden: frozenset[str]) -> dict[str, Json]:
    return {key: value for key, value in values.items() if key not in hidden} if hidden else dict(values)


def fields_json(fields: Iterable[Field], row: Row) -> dict[str, Json]:
    """Return the declared fields, the owner and the department, and the system's stamps, in their JSON form."""
    return {item.key: field_json(item, row.get(item.key)) for item in fields} | stamps_json(row)


def stamps_json(row: Row) -> dict[str, Json]:
    """Return the owner and the department, and the system's stamps, in their JSON form."""
    stamps = {key: None if row.get(key) is None else clocks.moment_text(row[key]) for key in MOMENTS}
    return {key: row.get(key) for key in ("owner", "department", "created_by", "updated_by")} | stamps


def shown(reading: Reading, form: Form, fields: Iterable[Field], row: Row) -> dict[str, object]:
    """Return each value as people read it; lines are lists of such mappings."""
    return _in_words(_Worder(reading, form.app), form, fields, row)


def _in_words(
    worder: _Worder, form: Form, fields: Iterable[Field], row: Row, stamps: Collection[str] = STAMPS
) -> dict[str, object]:
    """Return values in words: of these fields, of those of the system's stamps, and of what a record always tells."""
    reading = worder.reading
    words: dict[str, object] = {item.key: worder.words(item, row.get(item.key)) for item in fields}
    words |= {key: _person_name(reading, row.get(key)) for key in PERSONS if key in stamps}
    zone = clocks.zone(reading.app(form.app).zone)
    for key in MOMENTS:
        if key in stamps and row.get(key) is not None:
            words[key] = clocks.datetime_of(row[key]).astimezone(zone).strftime("%Y-%m-%d %H:%M")
    flow = reading.app(form.app).workflows.get(form.key)
    if flow is not None and row.get("state") in flow.states:
        words["state"] = flow.states[row["state"]].labels
    if row.get("held") is not None:
        words["releasers"] = _releaser_names(reading, form, row)
        words["agreed"] = [name for item in row["held"]["agreed"] if (name := _person_name(reading, item["by"]))]
    return words


def _releaser_names(reading: Reading, form: Form, row: Row) -> Text:
    """Return in words who can still agree to let a held record go: of each party one."""
    groups = _releasers(reading, form, row)
    names = [[name for id in group if (name := _person_name(reading, id))] for group in groups]
    return Text(" + ".join("或".join(group) for group in names), " + ".join(" or ".join(group) for group in names))


class _Worder:
    """Puts values into words of both languages; remembers what a field is, and what it has said."""

    def __init__(self, reading: Reading, app: str) -> None:
        """Speak of values of an app."""
        self.reading = reading
        self._app = app
        self._show = {speech: shower(reading, app, speech) for speech in ("zh", "en")}
        self._kinds: dict[Field, language.Type] = {}
        self._named: dict[tuple[Field, Value], object] = {}

    def words(self, item: Field, value: Value) -> object:
        """Return a value of a field as people read it."""
        if value is None:
            return None
        if item.type is None:
            inside = item.lines.items()
            return [{key: self.words(inner, line.get(key)) for key, inner in inside} for line in value]
        kind = self._kinds.get(item)
        if kind is None:
            kind = self._kinds[item] = language_type(item.definition, self._app, BUILT_IN)
        if isinstance(kind, language.CapturedType):
            return files_seen.captured_words(self.reading, item.definition.type, value)
        if isinstance(value, tuple):
            return [self._in_both((one,), kind) for one in value]
        if not isinstance(kind, _COMING_AGAIN):
            return self._in_both(value, kind)
        if (item, value) not in self._named:
            self._named[item, value] = self._in_both(value, kind)
        return self._named[item, value]

    def _in_both(self, value: Value, kind: language.Type) -> object:
        zh = self._show["zh"](value, kind)
        if isinstance(kind, _ALIKE):
            return zh
        en = self._show["en"](value, kind)
        return zh if zh == en else Text(zh, en)


_ALIKE = (language.NumberType, language.DateType, language.DateTimeType, language.TextType, language.PersonType)
"""Types whose values are the same in every language."""
_COMING_AGAIN = (language.ReferenceType, language.ChoiceType, language.DateType, language.BooleanType)
"""Types of which many records of a page have the same value."""


def field_words(reading: Reading, form: Form, key: str, value: Value) -> object:
    """Return one value of a field, declared or of the system, as people read it."""
    if value is None:
        return None
    if key in PERSONS:
        return _person_name(reading, value)
    if key == "held":
        return _hold_words(reading, value)
    item = form.fields.get(key)
    if item is not None:
        return _Worder(reading, form.app).words(item, value)
    flow = reading.app(form.app).workflows.get(form.key)
    if key == "state" and flow is not None and value in flow.states:
        return flow.states[value].labels
    return str(value)


def _hold_words(reading: Reading, held: Mapping[str, Json]) -> Text:
    """Return why a record is held, and who has agreed to let it go."""
    names = [name for item in held["agreed"] if (name := _person_name(reading, item["by"]))]
    reason = Text.from_json(held["reason"])
    return Text(
        reason.zh + (f"({'、'.join(names)}已同意解除)" if names else ""),
        reason.en + (f" ({', '.join(names)} agreed to release it)" if names else ""),
    )


def _person_name(reading: Reading, id: str | None) -> str | None:
    person = reading.person(id) if id else None
    return person.display_name if person else None


def field_labels(form: Form, key: str) -> Text:
    """Return the labels of a field, declared or of the system."""
    item = form.fields.get(key)
    return item.labels if item is not None else SYSTEM_LABELS.get(key, Text(key, key))


def transitions(reading: Reading, form: Form, flow: Workflow, row: Row) -> Iterable[TransitionView]:
    """Go through the transitions that the viewer may try on a record now; guards are looked at when they fire."""
    held = row.get("held") is not None
    for transition in flow.transitions.values():
        definition = transition.definition
        if not flow.may_start(transition, row.get("state")) or transition.by_system:
            continue
        if definition.releases:
            groups = _releasers(reading, form, row) if held else ()
            if any(reading.viewer.id in group for group in groups):
                yield transition_view(reading, transition, form, row)
        elif held and not definition.while_held:
            continue
        elif any(is_named(reading, form, who, row) for who in definition.by):
            yield transition_view(reading, transition, form, row)


def transition_view(reading: Reading, transition: Transition, form: Form, row: Row) -> TransitionView:
    """Return a transition as it is offered: it asks for the fields that are still blank, and for optional ones.

    What a rule fills on the way is not asked for.
    """
    definition = transition.definition
    blank = [key for key in definition.fields if row.get(key) is None and key in form.fields]
    filled = _filled_on_the_way(reading, transition, form, row) if blank else frozenset()
    missing = [key for key in blank if key not in filled]
    open_groups = (group for group in definition.one_of if all(row.get(key) in (None, False) for key in group))
    groups = tuple(tuple(key for key in group if key in form.fields) for group in open_groups)
    choices = [key for group in groups for key in group]
    return TransitionView(
        key=transition.key,
        labels=transition.labels,
        asks=tuple(dict.fromkeys([*missing, *choices, *definition.optional_fields])),
        acknowledgement=definition.acknowledgement,
        target=definition.target,
        one_of=groups,
        releases=definition.releases,
        needs=tuple(missing),
    )


def _filled_on_the_way(reading: Reading, transition: Transition, form: Form, row: Row) -> frozenset[str]:
    """Return the fields that before-rules of a transition would fill in this record, conditions and branches aside."""
    around = reading.surroundings(form.app)
    rules = [
        rule
        for rule in reading.app(form.app).rules_of(form.key, before=True)
        if rule.when is None
        and rule.looks_before_action(transition.key)
        and rule.is_valid_on(around.today)
        and not old_fields(rule)
    ]
    actions = [action for rule in rules for action in rule.then if isinstance(action, SetFields)]
    sources = [(key, source) for action in actions for key, source in action.fields.items()]
    return frozenset(key for key, source in sources if source.evaluate(row, around) is not None)


def is_named(reading: Reading, form: Form, who: PersonsDef, row: Row) -> bool:
    """Tell whether the viewer is among the persons named."""
    if who.kind == "role":
        return (form.app, who.of) in reading.viewer.roles
    return reading.viewer.id in named(reading, form, who, row)
