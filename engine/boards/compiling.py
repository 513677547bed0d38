"""Turning metrics and boards into what runs; what does not compile is a problem with its place; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.boards import problems
from engine.boards.boards import Board, Column, Dimension, Measure, Metric, Widget
from engine.boards.definitions import BoardDef, ColumnDef, DimensionDef, MeasureDef, MetricDef, WidgetDef
from engine.kernel.problems import ProblemKind, Text
from engine.language import types as language
from engine.language.compiling import compile_expression
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.pushdown import pushes_down
from engine.language.scope import FieldScope, FormScope
from engine.language.tree import Field, Path
from engine.language.types import type_words

COUNT = language.NumberType(0, 12)
"""How many records there may be."""

_FORMULA_DIGITS = 60
_GROUPING = (
    language.ChoiceType,
    language.TextType,
    language.BooleanType,
    language.NumberType,
    language.ReferenceType,
    language.PersonType,
    language.DateType,
    language.DateTimeType,
)
_TIMES = (language.DateType, language.DateTimeType)
_POINTING = (language.ReferenceType, language.PersonType)
_UNLISTED = (language.DurationType, language.BlankType)
_UNCOUNTED = (*language.SEVERAL, language.CapturedType, language.BlankType)
_BUCKETS: Mapping[str, str] = {
    "day": "{0}",
    "week": "add_days({0}, 1 - weekday({0}))",
    "month": "add_days({0}, 1 - day({0}))",
}
_ONE_DIMENSION = ("bar", "line", "pie", "funnel")


def compile_metric(definition: MetricDef, work: Gathering) -> Metric | None:
    """Return the metric that runs, or None; ``work`` stands in the scope of its form and gathers every problem."""
    before = len(work.found)
    where = work.sought("where", definition.where)
    dimensions = [_dimension(item, work) for item in definition.dimensions]
    _known_twice(work, [*(item.key for item in definition.dimensions), *(item.key for item in definition.measures)])
    known = {item.key: _figure(item.key, item.labels, item.value.type) for item in dimensions if item is not None}
    measures: list[Measure] = []
    for item in definition.measures:
        made = _measure(item, work, known)
        if made is not None:
            measures.append(made)
            known[made.key] = _figure(made.key, item.labels, made.type)
    light = _light(definition.light, _over(work, known), "light")
    keys = {*(item.key for item in definition.dimensions), *(item.key for item in definition.measures)}
    _known_keys(work, "order", (key.removeprefix("-") for key in definition.order), keys)
    if len(work.found) > before:
        return None
    return Metric(definition, tuple(item for item in dimensions if item), tuple(measures), where, light)


def _figure(key: str, labels: Text, kind: language.Type) -> FieldScope:
    return FieldScope(key, key, kind, labels, settable=False)


def _over(work: Gathering, known: Mapping[str, FieldScope]) -> Gathering:
    """Return a gathering in the scope of a metric's own rows."""
    app = work.scope.form.app if work.scope.form is not None else ""
    return work.inside(FormScope(app, "metric", dict(known)))


def _known_twice(work: Gathering, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            work.found.append(problems.TWICE.at(key, key=key))
        seen.add(key)


def _known_keys(work: Gathering, place: str, keys: Iterable[str], known: Iterable[str]) -> None:
    listed = sorted(known)
    work.found.extend(
        problems.NO_SUCH_PART.at(place, key=key, known=", ".join(listed)) for key in keys if key not in listed
    )


def _wrong(work: Gathering, place: str, kind: ProblemKind, key: str, got: language.Type, function: str = "") -> None:
    words = type_words(got)
    work.found.append(kind.at(place, key=key, got_zh=words.zh, got_en=words.en, function=function))


def _value(work: Gathering, place: str, source: str | None) -> Expression | None:
    """Compile a value by which a database groups or which it adds up: it must push down whole."""
    found = work.expression(place, source)
    if found is not None:
        work.found.extend(problem.under(place) for problem in pushes_down(found))
    return found


def _dimension(definition: DimensionDef, work: Gathering) -> Dimension | None:
    place = f"dimensions.{definition.key}"
    item = _value(work, f"{place}.by", definition.by)
    if item is None:
        return None
    if not isinstance(item.type, _GROUPING):
        _wrong(work, f"{place}.by", problems.CANNOT_GROUP, definition.key, item.type)
        return None
    if isinstance(item.type, _TIMES) != (definition.bucket is not None):
        work.found.append(problems.WRONG_BUCKET.at(f"{place}.bucket", key=definition.key))
        return None
    if isinstance(item.type, _POINTING):
        # What the rows behind a group are found by: a name that can be written down in a list's filter.
        work.attempt(f"{place}.by", lambda: compile_expression(f"{definition.by}.id", work.scope))
    labels = definition.labels or labels_of(item, work)
    if labels is None:
        work.found.append(problems.NEEDS_LABELS.at(place, key=definition.key))
        return None
    return Dimension(definition, labels, item, _bucket(definition, item, work))


def _bucket(definition: DimensionDef, item: Expression, work: Gathering) -> Expression:
    if definition.bucket is None:
        return item
    day = f"date({definition.by})" if isinstance(item.type, language.DateTimeType) else f"({definition.by})"
    return compile_expression(_BUCKETS[definition.bucket].format(day), work.scope)


def labels_of(item: Expression, work: Gathering) -> Text | None:
    """Return the labels of the field that an expression is, or None where it is none."""
    match item.tree:
        case Field(key):
            form = work.scope.form
        case Path(steps, key):
            form = work.scope.forms.get((steps[-1].app, steps[-1].form))
        case _:
            return None
    return form.fields[key].labels if form is not None else None


def _measure(definition: MeasureDef, work: Gathering, known: Mapping[str, FieldScope]) -> Measure | None:
    place = f"measures.{definition.key}"
    if definition.function == "formula":
        wanted = language.NumberType(definition.scale, _FORMULA_DIGITS)
        formula = _over(work, known).expression(f"{place}.of", definition.of, wanted)
        return None if formula is None else Measure(definition, wanted, formula)
    before = len(work.found)
    where = work.sought(f"{place}.where", definition.where)
    of = _value(work, f"{place}.of", definition.of)
    if len(work.found) > before:
        return None
    kind = _result(definition, of)
    if kind is None and of is not None:
        _wrong(work, f"{place}.of", problems.CANNOT_MEASURE, definition.key, of.type, function=definition.function)
    return None if kind is None else Measure(definition, kind, of, where)


def _result(definition: MeasureDef, of: Expression | None) -> language.Type | None:
    """Return the type of a measure, or None where it cannot be worked out of ``of``."""
    kind = of.type if of is not None else None
    match definition.function, kind:
        case ("count", _) | ("distinct", _):
            return COUNT if not isinstance(kind, _UNCOUNTED) else None
        case "share", _:
            return language.NumberType(definition.scale, definition.scale + 3)
        case "sum", language.NumberType(scale, digits):
            return language.NumberType(scale, min(digits + COUNT.digits, language.MAX_DIGITS))
        case "avg", language.NumberType(scale, digits):
            return language.NumberType(definition.scale, digits - scale + definition.scale + 1)
        case ("min", language.NumberType() | language.DateType() | language.DateTimeType()) | (
            "max",
            language.NumberType() | language.DateType() | language.DateTimeType(),
        ):
            return kind
        case _:
            return None


def _light(sources: Mapping[str, str], work: Gathering, place: str) -> dict[str, Expression]:
    """Return the conditions of the lights, the worst first."""
    found = {colour: work.sought(f"{place}.{colour}", sources.get(colour)) for colour in ("red", "yellow")}
    return {colour: condition for colour, condition in found.items() if condition is not None}


@dataclass(frozen=True)
class ListGround:
    """Where a list stands: the gathering in its form's scope, and the labels of all that the form has, files too."""

    work: Gathering
    labels: Mapping[str, Text]


def compile_board(
    definition: BoardDef, metrics: Mapping[str, Metric | None], grounds: Mapping[str, ListGround]
) -> Board:
    """Return the board that runs, as far as it compiles; each form's ``ListGround`` gathers its problems.

    ``metrics`` holds None for those that did not compile: what is wrong with them has been told.
    """
    made = [_widget(item, metrics, grounds[item.key]) for item in definition.widgets]
    return Board(definition, tuple(widget for widget in made if widget is not None))


def _widget(definition: WidgetDef, metrics: Mapping[str, Metric | None], ground: ListGround) -> Widget | None:
    if definition.kind == "list":
        return _list(definition, ground)
    found = ground.work.found
    if definition.metric is None or definition.metric not in metrics:
        known = ", ".join(sorted(metrics))
        found.append(problems.NO_SUCH_METRIC.at("metric", key=definition.metric or "", known=known))
        return None
    metric = metrics[definition.metric]
    if metric is None:
        return None
    if not _drawable(definition.kind, metric):
        found.append(problems.WRONG_SHAPE_OF_METRIC.at("kind", key=metric.key, kind=definition.kind))
    by_key = {measure.key: measure for measure in metric.measures}
    _known_keys(ground.work, "measures", definition.measures, by_key)
    shown = definition.measures or tuple(by_key)
    return Widget(definition, metric, tuple(by_key[key] for key in shown if key in by_key))


def _drawable(kind: str, metric: Metric) -> bool:
    timed = [item for item in metric.dimensions if item.definition.bucket]
    if kind == "number":
        return not metric.dimensions
    return kind == "table" or (len(metric.dimensions) == 1 and (kind != "line" or len(timed) == 1))


def _list(definition: WidgetDef, ground: ListGround) -> Widget:
    work = ground.work
    where = work.sought("where", definition.where)
    columns = [_column(item, ground) for item in definition.columns]
    _known_twice(work, (item.key for item in definition.columns))
    light = _light(definition.light, work, "light")
    sortable = {column.key for column in columns if column is not None and column.value is not None}
    _known_keys(work, "order", (key.removeprefix("-") for key in definition.order), sortable)
    return Widget(
        definition, where=where, columns=tuple(column for column in columns if column is not None), light=light
    )


def _column(definition: ColumnDef, ground: ListGround) -> Column | None:
    work, place = ground.work, f"columns.{definition.key}"
    form = work.scope.form
    if definition.is_record and definition.value is not None:
        work.found.append(problems.TWO_WAYS.at(place, key=definition.key))
        return None
    if definition.is_record:
        kind = language.ReferenceType(form.app, form.key) if form is not None else None
        return Column(definition, definition.labels or ground.labels[""], None, kind)
    is_named = definition.value is None
    if is_named and definition.key not in ground.labels:
        _known_keys(work, place, (definition.key,), ground.labels)
        return None
    if is_named and (form is None or definition.key not in form.fields):
        return Column(definition, definition.labels or ground.labels[definition.key])
    if is_named:
        value = work.attempt(place, lambda: compile_expression(f"`{definition.key}`", work.scope))
    else:
        value = _value(work, f"{place}.value", definition.value)
    if value is None:
        return None
    if isinstance(value.type, _UNLISTED):
        _wrong(work, f"{place}.value", problems.NOT_SHOWABLE, definition.key, value.type)
    labels = definition.labels or labels_of(value, work)
    if labels is None:
        work.found.append(problems.NEEDS_LABELS.at(place, key=definition.key))
        return None
    return Column(definition, labels, value, _kind_of(definition, value, work, place))


def _kind_of(definition: ColumnDef, value: Expression, work: Gathering, place: str) -> language.Type:
    """Return the type of what a column shows: of an id of a record the link to it."""
    own = work.scope.form
    if definition.form is None or own is None:
        return value.type
    known = sorted(form for app, form in work.scope.forms if app == own.app and "." not in form)
    _known_keys(work, f"{place}.form", (definition.form,), known)
    if not isinstance(value.type, language.TextType):
        _wrong(work, f"{place}.value", problems.NOT_AN_ID, definition.key, value.type)
    return language.ReferenceType(own.app, definition.form)
