"""Forms as they run: every condition compiled, every type resolved. What a form looks like is not known here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from engine.forms.captured.values import CAPTURED
from engine.forms.definitions import FieldDef, FormDef
from engine.forms.field_types import FieldType
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.numbers import USUAL
from engine.kernel.problems import Text
from engine.kernel.values import SYSTEM_FIELDS, Row
from engine.language.expressions import Expression
from engine.language.messages import Message
from engine.language.scope import FormScope
from engine.language.templates import Template
from engine.language.tree import PARENT

POINTING = frozenset(("reference", "references", "person", "persons"))
"""The types of fields whose values are ids."""


@dataclass(frozen=True)
class Validation:
    """A condition that must hold, and what is said where it does not."""

    holds: Expression
    message: Text


@dataclass(frozen=True, eq=False)
class Field:
    """One field with its conditions; ``type`` is None for lines, whose own fields stand in ``lines``.

    ``computed_order`` names the computed fields of its lines so that each comes after those it reads.
    """

    definition: FieldDef
    type: FieldType | None
    required_when: Expression | None = None
    visible_when: Expression | None = None
    read_only_when: Expression | None = None
    default: Expression | None = None
    computed: Expression | None = None
    validations: tuple[Validation, ...] = ()
    lines: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
    computed_order: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The field's key."""
        return self.definition.key

    @property
    def labels(self) -> Text:
        """The field's labels."""
        return self.definition.labels

    @property
    def points(self) -> bool:
        """Whether its values are ids of records or of persons."""
        return self.definition.type in POINTING

    @property
    def pattern(self) -> str:
        """The pattern of the numbers that the system gives."""
        return str(self.definition.properties.get("pattern", USUAL))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The field's own expressions; those of its lines are apart."""
        conditions = (self.required_when, self.visible_when, self.read_only_when, self.default, self.computed)
        validations = (validation.holds for validation in self.validations)
        return tuple(expression for expression in (*conditions, *validations) if expression is not None)

    @cached_property
    def reaching(self) -> tuple[Expression, ...]:
        """The expressions of its lines that read beyond the line itself."""
        own = [expression for item in self.lines.values() for expression in item.expressions]
        return tuple(expression for expression in own if expression.reads.reaches)


@dataclass(frozen=True, eq=False)
class Form:
    """One form of an app. ``computed_order`` names the computed fields so that each comes after those it reads."""

    app: str
    definition: FormDef
    fields: Mapping[str, Field]
    scope: FormScope
    title: Template
    section_conditions: Mapping[str, Expression]
    computed_order: tuple[str, ...] = ()
    answer: Message | None = None

    @cached_property
    def key(self) -> str:
        """The form's key."""
        return self.definition.key

    @cached_property
    def conditional_section_of(self) -> Mapping[str, str]:
        """The section with a condition that each field stands in, by field key; others are absent."""
        return {
            key: section.key
            for section in self.definition.sections
            if section.key in self.section_conditions
            for key in section.fields
        }

    @cached_property
    def reaching(self) -> tuple[Expression, ...]:
        """The expressions of the form and its fields that read beyond the record itself; those of lines are theirs."""
        conditions = self.section_conditions.values()
        own = [expression for item in self.fields.values() for expression in item.expressions]
        return tuple(expression for expression in (*conditions, *own) if expression.reads.reaches)

    @cached_property
    def captured(self) -> tuple[Field, ...]:
        """The live fields that hold what was captured, or lines in which a field does."""
        return tuple(
            item
            for item in self.live_fields()
            if any(inner.definition.type in CAPTURED for inner in (item, *item.lines.values()))
        )

    @cached_property
    def measured(self) -> tuple[Field, ...]:
        """The live fields that the system works out of what was captured."""
        worked_out = ("metres_between", "seen_before")
        return tuple(item for item in self._live if any(name in item.definition.properties for name in worked_out))

    @cached_property
    def unique(self) -> tuple[Field, ...]:
        """The live fields whose values no two records share."""
        return tuple(item for item in self._live if item.definition.unique)

    @cached_property
    def numbered(self) -> tuple[Field, ...]:
        """The live fields to which the system gives numbers."""
        return tuple(item for item in self._live if item.definition.type == NUMBERED)

    @cached_property
    def with_lines(self) -> tuple[Field, ...]:
        """The live fields whose values are lines."""
        return tuple(item for item in self._live if item.type is None)

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The keys of what is kept of a record, in order: those of its live fields and of the system's own."""
        return tuple(sorted({*(item.key for item in self._live), *SYSTEM_FIELDS}))

    def live_fields(self) -> Iterator[Field]:
        """Go through the fields that are not retired."""
        return iter(self._live)

    @cached_property
    def _live(self) -> tuple[Field, ...]:
        return tuple(item for item in self.fields.values() if not item.definition.retired)

    @cached_property
    def pointing(self) -> tuple[Field, ...]:
        """The live fields that point at records or persons, and lines with a field that does."""
        return tuple(item for item in self._live if item.points or any(inner.points for inner in item.lines.values()))


def lines_of(row: Row, field: str) -> Iterator[Row]:
    """Go through the lines of a record in their order, each with the reference to its record."""
    return ({**line, PARENT: row["id"]} for line in row.get(field) or ())
