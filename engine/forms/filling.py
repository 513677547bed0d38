"""A form being filled: defaults, computed values, what is visible, required and read-only now, and what does not hold.

All of it from one row and its surroundings; the same for a page, the API, an import and a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from engine.forms import problems
from engine.forms.captured.values import too_few
from engine.forms.forms import Field, Form
from engine.forms.parsing import problem
from engine.forms.writing import field_json
from engine.kernel.problems import Problem
from engine.kernel.values import Row, Value
from engine.language.expressions import Surroundings
from engine.language.tree import PARENT


@dataclass(frozen=True, slots=True)
class Standing:
    """How one field stands now."""

    visible: bool
    required: bool
    read_only: bool


def with_computed(form: Form, row: Mapping[str, Value], surroundings: Surroundings) -> dict[str, Value]:
    """Return the row with every computed field calculated, each after those it reads; those of its lines come first."""
    filled = dict(row)
    for field in form.with_lines:
        if field.computed_order and filled.get(field.key):
            filled[field.key] = tuple(
                _computed_line(field, line, row["id"], surroundings) for line in filled[field.key]
            )
    return _computed(filled, form.fields, form.computed_order, surroundings)


def _computed_line(outer: Field, line: Row, parent: str, surroundings: Surroundings) -> Row:
    whole = {**dict.fromkeys(outer.lines), **line, PARENT: parent}
    filled = _computed(whole, outer.lines, outer.computed_order, surroundings)
    return {key: value for key, value in filled.items() if key != PARENT}


def _computed(
    row: Mapping[str, Value], fields: Mapping[str, Field], order: Iterable[str], surroundings: Surroundings
) -> dict[str, Value]:
    filled = dict(row)
    for key in order:
        source = fields[key].computed
        if source is not None:
            filled[key] = source.evaluate(filled, surroundings)
    return filled


def default_values(
    fields: Iterable[Field], given: Mapping[str, Value], row: Row, surroundings: Surroundings
) -> dict[str, Value]:
    """Return the defaults of the fields that ``given`` does not name; a later default may read an earlier one."""
    filled = dict(row)
    made: dict[str, Value] = {}
    for field in fields:
        if field.default is not None and field.key not in given:
            made[field.key] = filled[field.key] = field.default.evaluate(filled, surroundings)
    return made


def standings(form: Form, row: Row, surroundings: Surroundings, *, draft: bool) -> dict[str, Standing]:
    """Return how each live field stands; ``draft`` lifts what is required only on leaving the draft."""
    open_sections = {key: condition.holds(row, surroundings) for key, condition in form.section_conditions.items()}
    found: dict[str, Standing] = {}
    for field in form.live_fields():
        section = form.conditional_section_of.get(field.key)
        when = field.visible_when
        visible = (section is None or open_sections[section]) and (when is None or when.holds(row, surroundings))
        required = visible and _required(field, row, surroundings, draft=draft)
        read_only = field.definition.computed is not None or field.definition.set_by_system
        when = field.read_only_when
        read_only = read_only or (when is not None and when.holds(row, surroundings))
        found[field.key] = _STANDINGS[visible, required, read_only]
    return found


_STANDINGS = {flags: Standing(*flags) for flags in product((False, True), repeat=3)}
"""Every way to stand: to make one anew for each field of each save would take longer than to find how it stands."""


def _required(field: Field, row: Row, surroundings: Surroundings, *, draft: bool) -> bool:
    if field.definition.required == "create":
        return True
    if draft or field.definition.set_by_system:
        return False
    when = field.required_when
    return field.definition.required == "submit" or (when is not None and when.holds(row, surroundings))


def shortcomings(
    form: Form, row: Row, surroundings: Surroundings, stands: Mapping[str, Standing], *, draft: bool
) -> list[Problem]:
    """Return everything that keeps this row from being saved: required fields left blank and validations that fail."""
    found: list[Problem] = []
    for field in form.live_fields():
        standing = stands[field.key]
        if not standing.visible:
            continue
        value = row.get(field.key)
        if value is None:
            if standing.required:
                found.append(problem(problems.REQUIRED, field.definition).under(field.key))
            continue
        if field.validations:
            found.extend(item.under(field.key) for item in _unmet(field, row, surroundings))
        if standing.required and (few := too_few(field.definition, value)) is not None:
            found.append(few.under(field.key))
        if field.type is None:
            found.extend(_line_shortcomings(field, row, surroundings, draft=draft))
    return found


def unfit(field: Field, value: Value, place: str) -> Iterable[Problem]:
    """Find what the field would not take from a person: the bounds of a type hold for what is made, too."""
    if value is None:
        return
    if field.type is not None:
        read = field.type.parse(field_json(field, value), field.definition)
        if isinstance(read, Problem):
            yield read.under(place)
        return
    for number, line in enumerate(value):
        for key, inner in field.lines.items():
            yield from unfit(inner, line.get(key), f"{place}[{number}].{key}")


def _unmet(field: Field, row: Row, surroundings: Surroundings) -> Iterable[Problem]:
    for validation in field.validations:
        if not validation.holds.holds(row, surroundings):
            texts = {"message_zh": validation.message.zh, "message_en": validation.message.en}
            yield problem(problems.INVALID, field.definition, **texts)


def _line_shortcomings(field: Field, row: Row, surroundings: Surroundings, *, draft: bool) -> Iterable[Problem]:
    for number, line in enumerate(row[field.key]):
        within = {**line, PARENT: row["id"]}
        for inner in field.lines.values():
            place = f"{field.key}[{number}].{inner.key}"
            if within.get(inner.key) is None:
                if _required(inner, within, surroundings, draft=draft):
                    yield problem(problems.REQUIRED, inner.definition).under(place)
            else:
                yield from (item.under(place) for item in _unmet(inner, within, surroundings))
