"""How values read for people; who a person is and what a record is called is asked of the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.kernel import clocks
from engine.kernel.problems import Text
from engine.kernel.values import Value
from engine.language import types
from engine.language.cases import decimal_text
from engine.language.printing.terms import number_shown

_HOUR = 3_600_000


def _itself(id: str) -> str:
    return id


@dataclass(frozen=True)
class Shower:
    """Shows values in ``zh`` or ``en``: numbers with separators, moments in ``zone``, options by their labels.

    ``person`` gives the name of a user by id, ``record`` the title of a record by app, form and id.
    """

    zone: str
    person: Callable[[str], str] = _itself
    record: Callable[[str, str, str], str] = lambda _, __, id: id

    def text(self, value: Value, kind: types.Type) -> Text:
        """Return a value in both languages; a blank is an empty text."""
        return Text(self.shown(value, kind, "zh"), self.shown(value, kind, "en"))

    def shown(self, value: Value, kind: types.Type, speech: str) -> str:
        """Return a value in one language; a blank is an empty text."""
        if value is None:
            return ""
        if isinstance(kind, types.SEVERAL):
            return ("、" if speech == "zh" else ", ").join(self._one(item, kind, speech) for item in value)
        return self._one(value, kind, speech)

    def _one(self, value: Value, kind: types.Type, speech: str) -> str:
        match kind:
            case types.NumberType(scale):
                return number_shown(decimal_text(value, scale))
            case types.BooleanType():
                return (Text("是", "yes") if value else Text("否", "no")).in_language(speech)
            case types.DateType():
                return clocks.date_of(value).isoformat()
            case types.DateTimeType():
                return clocks.datetime_of(value).astimezone(clocks.zone(self.zone)).strftime("%Y-%m-%d %H:%M")
            case types.DurationType():
                hours = decimal_text(round(value * 100 / _HOUR), 2)
                return Text(f"{hours} 小时", f"{hours} hours").in_language(speech)
            case types.ChoiceType(options) | types.ChoicesType(options):
                return next((item.labels.in_language(speech) for item in options if item.key == value), str(value))
            case types.PersonType() | types.PersonsType():
                return self.person(str(value))
            case types.ReferenceType(app, form) | types.ReferencesType(app, form):
                return self.record(app, form, str(value))
            case _:
                return str(value)
