"""What a page needs to keep a form in step by itself: the trees of its conditions, and which of them stay with us.

A page is sent only what it may decide alone. What reads other records, people, the time of day, decision tables, what
the record was before, a parameter that is not the viewer's to see, or a field that is hidden from the viewer stays with
the server, and the page is told no more of it than which of its own fields it depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.forms.compiling import language_type
from engine.forms.definitions import digits_of, scale_of
from engine.forms.field_types import BUILT_IN
from engine.forms.forms import Field, Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import date_of, moment_text
from engine.kernel.values import Row
from engine.language import types as language
from engine.language.backends.javascript.trees import to_json, type_json
from engine.language.backends.javascript.worlds import calendar_json
from engine.language.backends.javascript.zone_tables import zone_table
from engine.language.cases import shown
from engine.language.expressions import Aggregate, Expression, ReadSet, reads_of
from engine.language.tree import PARENT
from engine.rules.actions import SetFields
from engine.rules.rules import expressions_of
from engine.runtime.form_messages import messages_of
from engine.runtime.parameters import may_set
from engine.runtime.reading import Reading
from engine.runtime.showing import fields_json
from engine.workflows.workflows import Transition

SIMPLE = (
    language.TextType,
    language.NumberType,
    language.BooleanType,
    language.DateType,
    language.DateTimeType,
    language.ChoiceType,
    language.ChoicesType,
    language.PersonType,
    language.PersonsType,
    language.ReferenceType,
    language.ReferencesType,
)
"""Types of values that a page reads out of controls as the server does."""

HELD: Json = 0
"""Stands where there is a condition that only the server decides."""


@dataclass(frozen=True)
class Trees:
    """Writes one form as one viewer fills it; ``row`` is the record as it stands, or a new one with its defaults."""

    reading: Reading
    form: Form
    row: Row
    transition: Transition | None = None
    kept: list[Expression] = field(default_factory=list)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The fields that are hidden from the viewer in this record."""
        return self.reading.access(self.form).hidden(self.row, self.reading.surroundings(self.form.app))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The parameters that the viewer may see."""
        app = self.reading.app(self.form.app)
        return frozenset(app.parameters) if may_set(app, self.reading.viewer.roles) else frozenset()

    @cached_property
    def known(self) -> frozenset[str]:
        """The fields whose values the page knows: typed in, or computed from such."""
        found = {
            item.key
            for item in self.form.live_fields()
            if item.key not in self.hidden | self._made and (item.type is None or _is_simple(self.form, item))
        }
        found |= {"state"} - self.hidden
        for key in self.form.computed_order:
            source = self.form.fields[key].computed
            if source is not None and not self._is_local(source.reads, found - {key}):
                found.discard(key)
        return frozenset(found)

    @cached_property
    def _made(self) -> frozenset[str]:
        """The fields that before-rules fill."""
        rules = self.reading.app(self.form.app).rules_of(self.form.key, before=True)
        acts = (act for rule in rules for act in rule.every_action if isinstance(act, SetFields))
        return frozenset(key for act in acts for key in act.fields)

    @cached_property
    def _told(self) -> frozenset[str]:
        """The fields of which the page knows at least whether there is anything in them: captured ones, too."""
        opaque = {
            item.key
            for item in self.form.live_fields()
            if _is_opaque(self.form, item) and item.key not in self.hidden | self._made
        }
        return self.known | opaque

    def document(self) -> Json:
        """Return the whole; when a field of ``asks`` changes, the page asks us."""
        fields = [self._field(item) for item in self.form.live_fields() if item.key not in self.hidden]
        sections = {key: self._tree(condition) for key, condition in self.form.section_conditions.items()}
        return {
            "new": int(self.row["version"]) == 0,
            "form": [self.form.app, self.form.key],
            "fields": fields,
            "sections": sections,
            "order": [key for key in self.form.computed_order if key in self.known],
            "asks": sorted(self._asks()),
            "stages": self._stages(),
            "must": self._musts(),
            "before": self._before(),
            "world": self._world(),
        }

    def _field(self, item: Field) -> dict[str, Json]:
        closed = self.reading.access(self.form).closed(
            "create" if self.row["version"] == 0 else "update", self.row, self.reading.surroundings(self.form.app)
        )
        section = self.form.conditional_section_of.get(item.key)
        written = self._one(item, self._told)
        written |= {"section": section} if section is not None else {}
        written |= {"closed": True} if item.key in closed else {}
        if item.type is None:
            inner = self._known_in(item)
            told = inner | {key for key, line in item.lines.items() if _is_opaque(self.form, line)}
            written["lines"] = [self._one(line, told, item) for line in item.lines.values() if _is_live(line)]
            written["order"] = [key for key in item.computed_order if key in inner]
        return written

    def _one(self, item: Field, known: frozenset[str], outer: Field | None = None) -> dict[str, Json]:
        """Return a field with its type, its conditions and what it says where something is wrong with it."""
        definition = item.definition
        kind = _type_of(self.form, item)
        conditions = {
            "visible": item.visible_when,
            "requiredWhen": item.required_when,
            "readOnly": item.read_only_when,
            "computed": item.computed,
            "default": item.default,
        }
        parts = {
            "type": None if kind is None else type_json(kind),
            "kind": definition.type,
            "required": definition.required,
            "system": (definition.set_by_system or item.computed is not None) or None,
            "unknown": (item.key not in known) or None,
            "options": [option.key for option in definition.options if not option.retired] or None,
            "limits": {key: definition.properties[key] for key in _LIMITS if key in definition.properties} or None,
            "says": messages_of(item),
            "validations": [
                [self._tree(one.holds, outer), one.message.as_json()] for one in item.validations
            ] or None,
            **{key: None if one is None else self._tree(one, outer) for key, one in conditions.items()},
        }  # fmt: skip
        scale = {"scale": scale_of(definition), "digits": digits_of(definition)} if definition.type in _NUMBERS else {}
        return {"key": item.key, **{key: value for key, value in parts.items() if value is not None}, **scale}

    def _tree(self, expression: Expression, outer: Field | None = None) -> Json:
        """Return the tree, or that it stays with us."""
        known = self.known if outer is None else self._known_in(outer)
        if self._is_local(expression.reads, known, outer):
            return to_json(expression.tree)
        return HELD

    def _known_in(self, outer: Field) -> frozenset[str]:
        """Return the fields of the lines that the page knows."""
        found = {key for key, item in outer.lines.items() if _is_live(item) and _is_simple(self.form, item)} | {PARENT}
        for key in outer.computed_order:
            source = outer.lines[key].computed
            if source is not None and not self._is_local(source.reads, found - {key}, outer, plain_parent=True):
                found.discard(key)
        return frozenset(found)

    def _is_local(
        self, reads: ReadSet, known: Iterable[str], outer: Field | None = None, *, plain_parent: bool = False
    ) -> bool:
        """Tell whether a page can decide what reads this; of the record a line belongs to it may read fields."""
        if reads.people or reads.old_fields or reads.reads_now or reads.tables or reads.distant:
            return False
        if not (reads.parameters <= self.parameters and reads.fields <= set(known)):
            return False
        return self._ways_are_local(reads, outer, plain_parent) and all(
            outer is None and self._sums_lines(aggregate, known) for aggregate in reads.aggregates
        )

    def _ways_are_local(self, reads: ReadSet, outer: Field | None, plain_parent: bool) -> bool:
        if outer is None:
            return not reads.paths
        # What lines compute is known before what the record computes of them.
        computed = set(self.form.computed_order) if plain_parent else set()
        above = self.hidden | computed
        return all(
            path == PARENT and key not in above and (key in self._typed or key == "state") for path, key in reads.paths
        )

    @cached_property
    def _typed(self) -> frozenset[str]:
        """The simple fields that no rule and no computation fills."""
        return frozenset(
            item.key
            for item in self.form.live_fields()
            if item.computed is None and item.key not in self._made and _is_simple(self.form, item)
        )

    def _sums_lines(self, aggregate: Aggregate, known: Iterable[str]) -> bool:
        """Tell whether an aggregate goes over the lines of this form, and over what the page knows of them."""
        form, _, key = aggregate.form.partition(".")
        outer = self.form.fields.get(key)
        if (aggregate.app, form) != (self.form.app, self.form.key) or outer is None or key not in set(known):
            return False
        trees = [tree for tree in (aggregate.value, aggregate.where) if tree is not None]
        return all(self._is_local(reads_of(tree), self._known_in(outer), outer) for tree in trees)

    def _asks(self) -> set[str]:
        """Return the fields that something reads which stays with us: when they change, we are asked."""
        found: set[str] = set()
        for item in self.form.live_fields():
            held = [one for one in item.expressions if not self._is_local(one.reads, self.known)]
            held += [item.read_only_when] if item.read_only_when is not None else []
            found |= {item.key} if item.definition.unique or _is_opaque(self.form, item) else set()
            found.update(key for one in held for key in _own_reads(one.reads))
            if any(not self._is_local(one.reads, self._known_in(item), item) for one in _of_lines(item)):
                found.add(item.key)
        for condition in self.form.section_conditions.values():
            if not self._is_local(condition.reads, self.known):
                found |= _own_reads(condition.reads)
        for rule in self.reading.app(self.form.app).rules_of(self.form.key, before=True):
            found.update(key for one in expressions_of(rule) for key in _own_reads(one.reads))
        return (found & set(self.form.fields)) - self.hidden

    def _stages(self) -> Json:
        """Return the record as it would be after its transition, and as it is now: state, and whether a draft."""
        flow = self.reading.app(self.form.app).workflows.get(self.form.key)
        if flow is None:
            return {"ahead": [None, False], "now": [None, False]}
        state = self.row.get("state") or flow.definition.initial
        target = self.transition.definition.target if self.transition is not None else None
        shows = "state" not in self.hidden
        stages = {"ahead": target or state, "now": state}
        return {name: [one if shows else None, flow.is_draft(one)] for name, one in stages.items()}

    def _musts(self) -> Json:
        """Return the fields without which the transition does not fire."""
        fields = self.transition.definition.fields if self.transition is not None else ()
        return [key for key in fields if key in self.known and key not in self.hidden]

    def _before(self) -> Json:
        """Return what the record holds in the fields that the page knows; of a new one what the system has filled."""
        items = [item for item in self.form.live_fields() if item.key in self._told]
        if self.row["version"] == 0:
            items = [item for item in items if item.definition.set_by_system]
        values = fields_json(items, self.row)
        return {item.key: values[item.key] for item in items if values[item.key] is not None}

    def _world(self) -> Json:
        around = self.reading.surroundings(self.form.app)
        kinds = {key: item.type for key, item in self.reading.app(self.form.app).parameters.items()}
        given = {key: around.parameters[key] for key in self.parameters if key in around.parameters}
        return {
            "now": moment_text(around.now),
            "today": date_of(around.today).isoformat(),
            "zone": zone_table(around.zone),
            "calendar": calendar_json(around.calendar),
            "me": around.me,
            "parameters": {key: [shown(value, kinds[key]), type_json(kinds[key])] for key, value in given.items()},
            "people": {"known": {}, "all": False},
            "forms": {},
        }


_LIMITS = ("min", "max", "max_length")
_NUMBERS = frozenset({"number", "money", "percent", "rating"})


def _is_live(item: Field) -> bool:
    return not item.definition.retired


def _type_of(form: Form, item: Field) -> language.Type | None:
    """Return the type of a field's values where a page can read them, else None."""
    if item.type is None or item.definition.type == "json":
        return None
    kind = language_type(item.definition, form.app, BUILT_IN)
    return kind if isinstance(kind, SIMPLE) else None


def _is_simple(form: Form, item: Field) -> bool:
    return _type_of(form, item) is not None


def _is_opaque(form: Form, item: Field) -> bool:
    """Tell whether a field holds what a page does not read: of such it says only whether there is any."""
    return item.type is not None and item.computed is None and not _is_simple(form, item)


def _of_lines(item: Field) -> Iterator[Expression]:
    return (expression for line in item.lines.values() if _is_live(line) for expression in line.expressions)


def _own_reads(reads: ReadSet) -> set[str]:
    """Return the fields of the form that something reads, the sub-tables that it goes over among them."""
    lines = {one.form.partition(".")[2] for one in reads.aggregates if one.reference == PARENT}
    return set(reads.fields) | lines


def live_json(reading: Reading, form: Form, row: Row, transition: str | None) -> Mapping[str, Json]:
    """Return the document of a form being filled (see ``web/source/form/sent.ts``)."""
    flow = reading.app(form.app).workflows.get(form.key)
    fired = flow.transitions.get(transition) if flow is not None and transition is not None else None
    document: Mapping[str, Json] = Trees(reading, form, row, fired).document()
    return document
