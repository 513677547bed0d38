"""Lists narrowed by clicking: the fields that may be asked about, what a click asks, and ranges that are typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Problem, Text
from engine.language import types as language
from engine.language.checking.report import Named
from engine.language.printing.spelling import Spelling, text_written
from engine.language.scope import FieldScope, Scope
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.filters_parts import ME, Part, joined, parts_of, words_of
from engine.runtime.filters_views import ChoiceView, FacetView, FilterView, PartView
from engine.runtime.reading import Reading
from engine.runtime.showing import field_labels
from engine.runtime.views import Viewer

MOST_FACETS = 12
_FIRST = ("state", "owner")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
_LONGEST = 100
_YES = Text("是", "Yes")
_NO = Text("否", "No")
_MINE = Text("我", "Me")
_DAYS: tuple[tuple[Text, str, str], ...] = (
    (Text("今天", "Today"), "today()", "today()"),
    (Text("近7天", "Last 7 days"), "today() - 6", "today()"),
    (Text("近30天", "Last 30 days"), "today() - 29", "today()"),
    (Text("今天之前", "Before today"), "", "today() - 1"),
    (Text("未来7天", "Next 7 days"), "today()", "today() + 6"),
)


class Filters:
    """What narrows a list."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def look(self, viewer: Viewer, app: str, form: str, filter: str) -> FilterView:
        """Return what a filter asks, part by part in words, and what may be clicked beside it."""
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            parts = parts_of(reading, definition, filter) if filter.strip() else ()
            shown = tuple(
                PartView(words_of(reading, definition, part), joined([one for one in parts if one is not part]))
                for part in parts
            )
            facets = tuple(_Facet(definition, item, parts).view() for item in _fields(reading, definition))
            return FilterView(shown, facets)

    def narrowed(
        self, viewer: Viewer, app: str, form: str, filter: str, key: str, low: str = "", high: str = ""
    ) -> str | None:
        """Return the filter with the range of a field in place of what it asked about the field before.

        ``low`` of a text or a person is what it contains. Raises ``EngineError`` for a field that cannot be asked about
        and for what is no number or day.
        """
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            found = next((item for item in _fields(reading, definition) if item.key == key), None)
            if found is None:
                raise EngineError(problems.FIELD_HIDDEN.at("key", key=key[:60]))
            parts = parts_of(reading, definition, filter) if filter.strip() else ()
            facet = _Facet(definition, found, parts)
            wrong = list(facet.problems(low, high))
            if wrong:
                raise EngineError(wrong)
            return joined([*facet.others, *facet.bounds(low, high)])


def _fields(reading: Reading, form: Form) -> Sequence[FieldScope]:
    """Return the fields that the viewer may ask about by clicking: the state, the owner and the list's own first."""
    hidden = reading.access(form).not_always_shown
    kinds = (language.ChoiceType, language.BooleanType, language.PersonType, language.DateType, language.NumberType)
    keys = [*_FIRST, *form.definition.list_fields]
    keys += [key for key, item in form.fields.items() if not item.definition.retired and key in form.scope.fields]
    found: list[FieldScope] = []
    for key in dict.fromkeys(keys):
        item = form.scope.fields.get(key)
        if item is None or key in hidden or item.presence:
            continue
        listed = key in form.definition.list_fields
        is_text = isinstance(item.type, language.TextType) and listed and key not in SYSTEM_LABELS
        if isinstance(item.type, kinds) or is_text or (isinstance(item.type, language.DateTimeType) and listed):
            found.append(item)
    return found[:MOST_FACETS]


@dataclass(frozen=True)
class _Facet:
    """One field beside what a filter asks now."""

    form: Form
    item: FieldScope
    parts: Sequence[Part]

    @property
    def name(self) -> str:
        """How the field is written."""
        meant = Named(self.item, self.form.scope)
        return Spelling(_scope(self.form), "keys").name(meant, opens=True, related=False)

    @property
    def own(self) -> list[Part]:
        """The conditions about the field."""
        return [part for part in self.parts if part.key == self.item.key]

    @property
    def others(self) -> list[Part]:
        """The conditions about anything else."""
        return [part for part in self.parts if part.key != self.item.key]

    def view(self) -> FacetView:
        """Return what may be clicked."""
        labels = field_labels(self.form, self.item.key)
        is_set = bool(self.own)
        match self.item.type:
            case language.ChoiceType(options):
                values = [(option.key, option.labels) for option in options]
                return FacetView(self.item.key, labels, "choices", tuple(self._toggles(values)), is_set=is_set)
            case language.BooleanType():
                values = [("true", _YES), ("false", _NO)]
                return FacetView(self.item.key, labels, "choices", tuple(self._toggles(values)), is_set=is_set)
            case language.PersonType():
                mine = tuple(self._toggles([(ME, _MINE)]))
                return FacetView(self.item.key, labels, "persons", mine, self._contained, is_set=is_set)
            case language.NumberType():
                return FacetView(self.item.key, labels, "numbers", (), *self._range(), is_set=is_set)
            case language.TextType():
                return FacetView(self.item.key, labels, "texts", low=self._contained, is_set=is_set)
            case _:
                return FacetView(self.item.key, labels, "days", tuple(self._periods()), *self._range(), is_set=is_set)

    @property
    def _contained(self) -> str:
        """What the field, or the name of the person in it, has to contain now."""
        return next((part.values[0] for part in self.own if part.sign == "contains"), "")

    def _toggles(self, values: Sequence[tuple[str, Text]]) -> Iterator[ChoiceView]:
        """Go through the values: a click adds one to those that are let in, or takes it away."""
        chosen = [value for part in self.own for value in part.values if not part.sign]
        for value, labels in values:
            wanted = [one for one, _ in values if (one in chosen) != (one == value)]
            if isinstance(self.item.type, language.BooleanType | language.PersonType):
                wanted = [value] if value not in chosen else []
            asked = [self._asked(wanted)] if wanted else []
            yield ChoiceView(labels, joined([*self.others, *asked]), value in chosen)

    def _asked(self, values: Sequence[str]) -> str:
        match self.item.type:
            case language.BooleanType():
                return self.name if values == ["true"] else f"{self.name} = false"
            case language.PersonType():
                return f"{self.name} = me"
            case _ if len(values) == 1:
                return f"{self.name} = {text_written(values[0])}"
            case _:
                return f"{self.name} in [{', '.join(map(text_written, values))}]"

    def _periods(self) -> Iterator[ChoiceView]:
        sources = [part.source for part in self.own]
        for labels, low, high in _DAYS:
            asked = self._between(low, high)
            filter = joined(self.others if asked == sources else [*self.others, *asked])
            yield ChoiceView(labels, filter, asked == sources)

    def _between(self, low: str, high: str) -> list[str]:
        """Return the conditions of a field of days or moments between two days, both included."""
        if isinstance(self.item.type, language.DateTimeType):
            first = [f"{self.name} >= datetime({low})"] if low else []
            return [*first, f"{self.name} < datetime({high} + 1)"] if high else first
        if low and low == high:
            return [f"{self.name} = {low}"]
        first = [f"{self.name} >= {low}"] if low else []
        return [*first, f"{self.name} <= {high}"] if high else first

    def _range(self) -> tuple[str, str]:
        """Return the bounds that the filter sets now, where they were written as plain days or numbers."""
        low = next((part.values[0] for part in self.own if part.sign == ">="), "")
        high = next((part.values[0] for part in self.own if part.sign == "<="), "")
        plain = [found if _NUMBER.fullmatch(found) or _is_day(found) else "" for found in (low, high)]
        return plain[0], plain[1]

    def problems(self, low: str, high: str) -> Iterator[Problem]:
        """Go through what is wrong with typed bounds."""
        for place, typed in (("low", low), ("high", high)):
            match self.item.type:
                case _ if not typed:
                    continue
                case language.NumberType() if not _NUMBER.fullmatch(typed):
                    yield problems.BAD_RANGE.at(place, got=typed[:_LONGEST])
                case language.DateType() | language.DateTimeType() if not _is_day(typed):
                    yield problems.BAD_RANGE.at(place, got=typed[:_LONGEST])
                case language.TextType() | language.PersonType() if len(typed) > _LONGEST:
                    yield problems.BAD_RANGE.at(place, got=typed[:_LONGEST])

    def bounds(self, low: str, high: str) -> list[str]:
        """Return the conditions of typed bounds; of a text and of a person's name that it contains ``low``."""
        match self.item.type:
            case language.TextType():
                return [f"{self.name} contains {text_written(low)}"] if low else []
            case language.PersonType():
                return [f"{self.name}.name contains {text_written(low)}"] if low else []
            case language.NumberType():
                first = [f"{self.name} >= {low}"] if low else []
                return [*first, f"{self.name} <= {high}"] if high else first
            case _:
                if not isinstance(self.item.type, language.DateTimeType):
                    return self._between(low, high)
                first = [f"{self.name} >= datetime({low})"] if low else []
                following = _following(high) if high else ""
                return [*first, f"{self.name} < datetime({following})"] if following else first


def _following(day: str) -> str:
    """Return the day after a day; nothing for the last day of the calendar, that no moment comes after."""
    found = date.fromisoformat(day)
    return "" if found == date.max else (found + timedelta(days=1)).isoformat()


def _is_day(typed: str) -> bool:
    try:
        return date.fromisoformat(typed).isoformat() == typed
    except ValueError:
        return False


def _scope(form: Form) -> Scope:
    return Scope(form.scope)
