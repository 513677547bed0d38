"""Values in words, for messages: labels instead of keys, names instead of ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.catalog.apps import Catalog
from engine.decision.facts import Person
from engine.forms.captured.values import in_words
from engine.forms.forms import Form
from engine.kernel import clocks
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value, decimal_text
from engine.language import types as language
from engine.language.expressions import Surroundings
from engine.language.messages import Message

Show = Callable[[Value, language.Type], str]
YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


class Sight(Protocol):
    """What putting values into words needs to see: a decision in the making sees it, and so does a viewer's reading."""

    @property
    def catalog(self) -> Catalog:
        """The apps."""
        ...

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return a record, or None where it is gone."""
        ...

    def person(self, id: str) -> Person | None:
        """Return a user, or None."""
        ...

    def may_see(self, form: Form, row: Row) -> bool:
        """Tell whether whoever this is for may know of a record that another one points at."""
        ...

    def surroundings(self, app: str) -> Surroundings:
        """Return what expressions of an app see."""
        ...


def render(sight: Sight, app: str, row: Row, message: Message, around: Surroundings) -> Text:
    """Return a message about a row in both languages."""
    return Text(
        message.zh.render(row, around, shower(sight, app, "zh"), "zh"),
        message.en.render(row, around, shower(sight, app, "en"), "en"),
    )


def title(sight: Sight, form: Form, row: Row, speech: str) -> str:
    """Return what names a record."""
    return form.title.render(row, sight.surroundings(form.app), shower(sight, form.app, speech), speech)


def title_of(sight: Sight, app: str, form: str, id: str, speech: str) -> str:
    """Return what names a record by its id; an empty text where it is gone or not to be seen."""
    found = sight.catalog.form(app, form)
    row = None if found is None else sight.record(app, form, id)
    if found is None or row is None or not sight.may_see(found, row):
        return ""
    return title(sight, found, row, speech)


def shower(sight: Sight, app: str, speech: str) -> Show:
    """Return the function that puts a value into words of ``zh`` or ``en``."""
    zone = sight.catalog.apps[app].zone
    joint = "、" if speech == "zh" else ", "

    def show(value: Value, kind: language.Type) -> str:
        if value is None:
            return ""
        match kind:
            case language.PersonType():
                person = sight.person(value)
                return person.display_name if person else ""
            case language.PersonsType():
                return joint.join(show(item, language.PersonType()) for item in value)
            case language.ReferenceType():
                return title_of(sight, kind.app, kind.form, value, speech)
            case language.ReferencesType():
                one = language.ReferenceType(kind.app, kind.form)
                return joint.join(show(item, one) for item in value)
            case _:
                return plain(value, kind, zone, speech)

    return show


def plain(value: Value, kind: language.Type, zone: str, speech: str) -> str:
    """Return a value that needs no facts in words: numbers in full, dates ISO, moments in the app's zone."""
    match kind:
        case language.NumberType():
            return trimmed(decimal_text(value, kind.scale))
        case language.BooleanType():
            return YES_NO[value].in_language(speech)
        case language.DateType():
            return clocks.date_of(value).isoformat()
        case language.DateTimeType():
            local = clocks.datetime_of(value).astimezone(clocks.zone(zone))
            return local.strftime("%Y-%m-%d %H:%M")
        case language.TextsType():
            return ("、" if speech == "zh" else ", ").join(value)
        case language.CapturedType():
            listed = value if kind.several else (value,)
            words = (in_words(kind.kind, item, {}) for item in listed)
            return ("、" if speech == "zh" else ", ").join(item.in_language(speech) for item in words)
        case language.ChoiceType() | language.ChoicesType():
            keys = value if isinstance(value, tuple) else (value,)
            joint = "、" if speech == "zh" else ", "
            return joint.join(_label(kind, key, speech) for key in keys)
        case _:
            return str(value)


def trimmed(written: str) -> str:
    """Return decimal text without zeros at its end."""
    return written.rstrip("0").rstrip(".") if "." in written else written


def _label(kind: language.ChoiceType | language.ChoicesType, key: str, speech: str) -> str:
    return next((option.labels.in_language(speech) for option in kind.options if option.key == key), key)
