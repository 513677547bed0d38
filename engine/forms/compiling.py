"""Turning the design of a form into a form that runs; what does not compile is a problem with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from engine.forms import problems
from engine.forms.captured.problems import BAD_CENTRE, BAD_SOURCE, NOT_MEASURED
from engine.forms.captured.values import CAPTURED
from engine.forms.completing import Asked, Completing
from engine.forms.definitions import FieldDef, FormDef, OptionDef, RelationDef, target_of
from engine.forms.field_types import LINES, FieldType
from engine.forms.fitting import fitting_of
from engine.forms.forms import Field, Form, Validation
from engine.forms.ledgers import ledger_problems, ledger_scope
from engine.kernel.problems import Problem, Text
from engine.kernel.registries import Registry
from engine.kernel.values import StorageKind
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.lengths import of_any_length
from engine.language.messages import compile_message
from engine.language.scope import FieldScope, FormScope, RelationScope, Scope
from engine.language.tree import PARENT, Node

_SYSTEM: tuple[tuple[str, language.Type, str, str], ...] = (
    ("id", language.TextType(), "编号", "Id"),
    ("version", language.NumberType(0, 9), "版本", "Version"),
    ("state_since", language.DateTimeType(), "进入状态时间", "In state since"),
    ("owner", language.PersonType(), "负责人", "Owner"),
    ("department", language.TextType(), "部门", "Department"),
    ("created_at", language.DateTimeType(), "创建时间", "Created at"),
    ("created_by", language.PersonType(), "创建人", "Created by"),
    ("updated_at", language.DateTimeType(), "更新时间", "Updated at"),
    ("updated_by", language.PersonType(), "更新人", "Updated by"),
)

SYSTEM_LABELS: Mapping[str, Text] = MappingProxyType(
    {key: Text(zh, en) for key, _, zh, en in _SYSTEM}
    | {"state": Text("状态", "State"), "held": Text("冻结", "Held"), "deleted_at": Text("删除时间", "Deleted at")}
)


def language_type(definition: FieldDef, app: str, types: Registry[FieldType]) -> language.Type:
    """Return the type that expressions see in a field that is not lines."""
    return types[definition.type].language(definition, app)


def _is_known(definition: FieldDef, types: Registry[FieldType]) -> bool:
    """Tell whether expressions know the field: JSON from elsewhere is of no type that they know."""
    return definition.type in CAPTURED or types[definition.type].storage is not StorageKind.JSON


def form_scopes(
    app: str, form: FormDef, states: Iterable[OptionDef], types: Registry[FieldType]
) -> tuple[FormScope, ...]:
    """Return the scope of a form and, after it, one for each of its fields of lines (``form.field``)."""
    fields = _system_scopes(tuple(states))
    relations = {
        item.key: RelationScope(item.key, item.labels, *_related(app, item), item.reference) for item in form.relations
    }
    inner: list[FormScope] = []
    for definition in form.fields:
        if definition.type != LINES:
            if _is_known(definition, types):
                fields[definition.key] = _field_scope(definition, app, types)
            continue
        key = f"{form.key}.{definition.key}"
        relations[definition.key] = RelationScope(definition.key, definition.labels, app, key, PARENT)
        own = {item.key: _field_scope(item, app, types) for item in definition.lines if _is_known(item, types)}
        own["id"] = fields["id"]
        own[PARENT] = FieldScope(PARENT, PARENT, language.ReferenceType(app, form.key), form.labels)
        inner.append(FormScope(app, key, own, {}))
    return (FormScope(app, form.key, fields, relations, ledger=ledger_scope(form)), *inner)


def _related(app: str, relation: RelationDef) -> tuple[str, str]:
    """Return the app and form of what is related; over lines the form is ``form.field``."""
    other, dot, key = relation.form.partition(".")
    found, form = (other, key) if dot else (app, relation.form)
    return found, form if relation.lines is None else f"{form}.{relation.lines}"


def _system_scopes(states: tuple[OptionDef, ...]) -> dict[str, FieldScope]:
    fields = {key: FieldScope(key, key, kind, Text(zh, en)) for key, kind, zh, en in _SYSTEM}
    fields["held"] = FieldScope("held", "held", language.TextType(), SYSTEM_LABELS["held"], presence=True)
    if states:
        options = tuple(language.Option(state.key, state.labels) for state in states)
        fields["state"] = FieldScope("state", "state", language.ChoiceType(options), SYSTEM_LABELS["state"])
    return fields


def _field_scope(definition: FieldDef, app: str, types: Registry[FieldType]) -> FieldScope:
    kind = language_type(definition, app, types)
    settable = definition.computed is None and not definition.retired
    if definition.computed is not None:
        kind = of_any_length(kind)
    return FieldScope(definition.key, definition.uid, kind, definition.labels, settable=settable)


def compile_form(app: str, definition: FormDef, gathered: Gathering, types: Registry[FieldType]) -> Form | None:
    """Return the running form, or None; problems of its expressions, references and layout go to ``gathered``."""
    scope = gathered.scope
    own = scope.forms[app, definition.key]
    work = gathered.inside(own)
    asked = {item.key: _asked(work, own, item, f"fields.{item.key}") for item in definition.fields}
    conditions = {
        section.key: _visibility(work, f"sections.{section.key}.visible_when", section.visible_when)
        for section in definition.sections
        if section.visible_when is not None
    }
    compiled = {key: expression for key, expression in conditions.items() if expression is not None}
    own = replace(own, complete=_complete(definition, scope, own, asked, compiled))
    rest = work.inside(own)
    fields = {
        item.key: _compile_field(rest, own, item, types, f"fields.{item.key}", asked[item.key])
        for item in definition.fields
    }
    title = rest.template("title", definition.title, with_each=False)
    answer = compile_message("answer", definition.answer, rest)
    work.found.extend(_layout_problems(definition))
    work.found.extend(_reference_problems(app, definition, scope))
    work.found.extend(ledger_problems(app, definition))
    order = _computed_order("fields", fields, work.found)
    if work.found or title is None:
        return None
    return Form(app, definition, MappingProxyType(fields), own, title, MappingProxyType(compiled), order, answer)


def _asked(work: Gathering, own: FormScope, item: FieldDef, place: str) -> Asked:
    """Compile when a field, and those of its lines, are required and visible: ``complete()`` is made of that."""
    lines: dict[str, Asked] = {}
    if item.type == LINES:
        inner = work.inside(work.scope.forms[own.app, f"{own.key}.{item.key}"])
        lines = {line.key: _asked(inner, own, line, f"{place}.fields.{line.key}") for line in item.lines}
    required = work.condition(f"{place}.required_when", item.required_when)
    return Asked(required, _visibility(work, f"{place}.visible_when", item.visible_when), lines)


def _complete(
    definition: FormDef,
    scope: Scope,
    own: FormScope,
    asked: Mapping[str, Asked],
    conditions: Mapping[str, Expression],
) -> Node:
    conditional = [section for section in definition.sections if section.key in conditions]
    sections = {key: conditions[section.key] for section in conditional for key in section.fields}
    return Completing(own, scope.forms, asked, sections).condition(definition.fields)


def _compile_field(
    work: Gathering,
    own: FormScope,
    item: FieldDef,
    types: Registry[FieldType],
    place: str,
    asked: Asked,
    line: FormScope | None = None,
) -> Field:
    """Compile a field, of lines with all within; ``line`` is what it stands in where that is not the form itself."""
    lines: dict[str, Field] = {}
    if item.type == LINES:
        scope = work.scope.forms[own.app, f"{own.key}.{item.key}"]
        inner = work.inside(scope)
        lines = {
            one.key: _compile_field(inner, own, one, types, f"{place}.fields.{one.key}", asked.lines[one.key], scope)
            for one in item.lines
        }
    wanted = None if item.type == LINES else language_type(item, own.app, types)
    validations = tuple(
        Validation(holds, rule.message)
        for number, rule in enumerate(item.validations)
        if (holds := work.condition(f"{place}.validations[{number}].holds", rule.holds)) is not None
    )
    validations += tuple(fitting_of(work, own, line or own, item, place))
    return Field(
        definition=item,
        type=None if item.type == LINES else types[item.type],
        required_when=asked.required,
        visible_when=asked.visible,
        read_only_when=work.condition(f"{place}.read_only_when", item.read_only_when),
        default=work.expression(f"{place}.default", item.default, wanted),
        computed=work.expression(f"{place}.computed", item.computed, wanted),
        validations=validations,
        lines=MappingProxyType(lines),
        computed_order=_computed_order(f"{place}.fields", lines, work.found),
    )


def _visibility(work: Gathering, place: str, source: str | None) -> Expression | None:
    """Compile a visibility condition; what is on the form must not change by time passing alone (03 §2)."""
    condition = work.condition(place, source)
    if condition is not None and (condition.reads.reads_now or condition.reads.reads_today):
        work.found.append(problems.READS_CLOCK.at(place))
    return condition


def _layout_problems(definition: FormDef) -> list[Problem]:
    keys = {item.key for item in definition.fields}
    known = keys | {"id", "version", "state", *SYSTEM_LABELS}
    found = [
        problems.NO_SUCH_FIELD.at(f"sections.{section.key}.fields[{number}]", key=key)
        for section in definition.sections
        for number, key in enumerate(section.fields)
        if key not in known
    ]
    found += [
        problems.NO_SUCH_FIELD.at(f"list.fields[{number}]", key=key)
        for number, key in enumerate(definition.list_fields)
        if key not in known
    ]
    found += [
        problems.NO_SUCH_FIELD.at(f"find_by[{number}]", key=key)
        for number, key in enumerate(definition.find_by)
        if key not in {item.key for item in definition.fields if item.type != LINES}
    ]
    if definition.list_sort.removeprefix("-") not in known - {item.key for item in definition.fields if item.lines}:
        found.append(problems.NO_SUCH_FIELD.at("list.sort", key=definition.list_sort.removeprefix("-")))
    if definition.choose_first is not None and definition.choose_first not in keys:
        found.append(problems.NO_SUCH_FIELD.at("choose_first", key=definition.choose_first))
    found += [
        problems.NO_DEFAULT_LINE.at(f"fields.{item.key}.fields.{line.key}", key=line.key)
        for item in definition.fields
        if item.default_line
        for line in item.lines
        if line.required and line.default is None and not line.retired
    ]
    return found


def _reference_problems(app: str, definition: FormDef, scope: Scope) -> list[Problem]:
    found = []
    for item in (*definition.fields, *(line for outer in definition.fields for line in outer.lines)):
        if item.type in ("reference", "references") and target_of(item, app) not in scope.forms:
            found.append(problems.NO_SUCH_FORM.at(f"fields.{item.key}.form", form=item.properties["form"]))
        center = item.properties.get("geofence", {}).get("center") if item.type == "location" else None
        source = item.properties.get("taken_from") if item.type == "location" else None
        if source is not None and not any(one.key == source and one.type == "photo" for one in definition.fields):
            found.append(BAD_SOURCE.at(f"fields.{item.key}.taken_from", source=source))
        if center is not None and not _is_place(app, definition, scope, str(center)):
            found.append(BAD_CENTRE.at(f"fields.{item.key}.geofence.center", center=center))
        found += [NOT_MEASURED.at(place, way=way) for place, way in _not_measured(app, definition, scope, item)]
    for number, relation in enumerate(definition.relations):
        target = scope.forms.get(_related(app, relation))
        if target is None:
            what = ".".join(filter(None, (relation.form, relation.lines)))
            found.append(problems.NO_SUCH_FORM.at(f"relations[{number}].form", form=what))
        elif relation.reference not in target.fields:
            found.append(problems.NO_SUCH_FIELD.at(f"relations[{number}].reference", key=relation.reference))
    return found


def _not_measured(app: str, definition: FormDef, scope: Scope, item: FieldDef) -> Iterator[tuple[str, str]]:
    """Go through what a field is to be worked out of and cannot be, each with its place; people fill none of these."""
    between, photos = item.properties.get("metres_between", {}), item.properties.get("seen_before")
    of_form = item in definition.fields and item.set_by_system
    for end, path in between.items():
        if not of_form or not _is_place(app, definition, scope, str(path)):
            yield f"fields.{item.key}.metres_between.{end}", str(path)
    if photos is not None and not (
        of_form and any(one.key == photos and one.type == "photo" for one in definition.fields)
    ):
        yield f"fields.{item.key}.seen_before", str(photos)


def _is_place(app: str, definition: FormDef, scope: Scope, path: str) -> bool:
    """Tell whether a path leads to a location: a field's key, or a reference's and then a field's of its form."""
    first, dot, last = path.partition(".")
    field = next((item for item in definition.fields if item.key == first), None)
    if field is None or not dot:
        return field is not None and field.type == "location"
    target = scope.forms.get(target_of(field, app)) if field.type == "reference" else None
    found = None if target is None else target.fields.get(last)
    return found is not None and found.type == language.CapturedType("location")


def _computed_order(place: str, fields: Mapping[str, Field], found: list[Problem]) -> tuple[str, ...]:
    computed = {key: item.computed for key, item in fields.items() if item.computed is not None}
    graph = {key: set(source.reads.fields) & set(computed) for key, source in computed.items()}
    try:
        return tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        found.append(problems.COMPUTED_CIRCLE.at(f"{place}.{error.args[1][0]}.computed", circle=circle))
        return ()
