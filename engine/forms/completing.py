"""What it is for a record to be complete, as one condition: every field that is required now is filled.

It says what saving asks for once a record is no draft any more; what is hidden, or the system's to fill, does not
count. Of lines their own required fields count, as in a save.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.forms.definitions import FieldDef
from engine.forms.field_types import LINES
from engine.language.expressions import Expression
from engine.language.scope import FormScope
from engine.language.tree import PARENT, Aggregate, And, Field, IsBlank, Literal, Node, Not, Or, Related
from engine.language.types import BooleanType, TextType


@dataclass(frozen=True)
class Asked:
    """When a field is asked for: the conditions under which it must be filled and is visible; those of its lines."""

    required: Expression | None = None
    visible: Expression | None = None
    lines: Mapping[str, Asked] = field(default_factory=dict)


@dataclass(frozen=True)
class Completing:
    """Makes the condition of one form; ``sections`` holds the condition of the section that each field stands in."""

    scope: FormScope
    forms: Mapping[tuple[str, str], FormScope]
    asked: Mapping[str, Asked]
    sections: Mapping[str, Expression]

    def condition(self, fields: tuple[FieldDef, ...]) -> Node:
        """Return the condition over all fields."""
        found = tuple(part for item in fields if not item.retired for part in self._of_field(item))
        return And(found) if found else Literal(True, BooleanType())

    def _of_field(self, item: FieldDef) -> Iterator[Node]:
        asked = self.asked[item.key]
        shown = [one.tree for one in (self.sections.get(item.key), asked.visible) if one is not None]
        hidden = [Not(condition) for condition in shown]
        needed = _needed(item, asked)
        if needed is not None:
            filled = self._any_line(item, None) if item.type == LINES else Not(IsBlank(_value(self.scope, item)))
            yield _one_of((*hidden, *needed, filled))
        gaps = [gap for inner in item.lines if not inner.retired for gap in self._gap(item, inner)]
        if gaps:
            yield _one_of((*hidden, Not(self._any_line(item, _one_of(tuple(gaps))))))

    def _gap(self, outer: FieldDef, inner: FieldDef) -> Iterator[Node]:
        """Return what a line looks like in which this field is missing, if it can be missing."""
        needed = _needed(inner, self.asked[outer.key].lines[inner.key])
        if needed is not None:
            lines = self.forms[self.scope.app, f"{self.scope.key}.{outer.key}"]
            blank = IsBlank(_value(lines, inner))
            yield And((*(Not(one) for one in needed), blank)) if needed else blank

    def _any_line(self, item: FieldDef, where: Node | None) -> Node:
        form = f"{self.scope.key}.{item.key}"
        return Related(Aggregate("exists", self.scope.app, form, PARENT, None, where, BooleanType()))


def _needed(item: FieldDef, asked: Asked) -> tuple[Node, ...] | None:
    """Return under which conditions a field may be left blank after all; None where it always may."""
    if item.required == "create":
        return ()
    if item.set_by_system:
        return None
    if item.required == "submit":
        return ()
    return None if asked.required is None else (Not(asked.required.tree),)


def _value(scope: FormScope, item: FieldDef) -> Node:
    """Return the field's value; one of no type that expressions know is there or is not, and that is all."""
    known = scope.fields.get(item.key)
    return Field(item.key, known.type if known is not None else TextType())


def _one_of(conditions: tuple[Node, ...]) -> Node:
    return conditions[0] if len(conditions) == 1 else Or(conditions)
