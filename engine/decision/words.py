"""Values in words, for messages: labels instead of keys, names instead of ids."""

from __future__ import annotations

from collections.abc import Callable

from engine.catalog.apps import App
from engine.decision.work import Work
from engine.forms.writing import decimal_text
from engine.kernel import clocks
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.language import types as language
from engine.rules.rules import Message

Show = Callable[[Value, language.Type], str]
YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}


def render(work: Work, app: App, row: Row, message: Message) -> Text:
    """Return a message about a row in both languages."""
    around = work.surroundings(app.key)
    return Text(
        message.zh.render(row, around, shower(work, app, "zh")),
        message.en.render(row, around, shower(work, app, "en")),
    )


def title_of(work: Work, app: str, form: str, id: str, speech: str) -> str:
    """Return what names a record; an empty text where it is gone."""
    row = work.record(app, form, id)
    found = work.catalog.form(app, form)
    if row is None or found is None:
        return ""
    return found.title.render(row, work.surroundings(app), shower(work, work.app(app), speech))


def shower(work: Work, app: App, speech: str) -> Show:
    """Return the function that puts a value into words of ``zh`` or ``en``."""

    def show(value: Value, kind: language.Type) -> str:
        if value is None:
            return ""
        match kind:
            case language.PersonType():
                person = work.person(value)
                return person.display_name if person else ""
            case language.ReferenceType():
                return title_of(work, kind.app, kind.form, value, speech)
            case _:
                return plain(value, kind, app.zone, speech)

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
