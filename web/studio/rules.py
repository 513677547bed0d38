"""The editor of rules: each rule is a sentence whose words are tapped, its text one tap away, tried on records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from engine.kernel.problems import EngineError, Nature
from engine.runtime.studio.rules.designed import RulesDesigned, designed
from engine.runtime.studio.rules.edits import (
    AddPart,
    AddRule,
    RemovePart,
    RemoveRule,
    RenameRule,
    SetRule,
    SetWord,
    SwitchRule,
)
from engine.runtime.studio.rules.trials import Tried, tried
from web.doors import instance, viewer
from web.errors import told
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused, status_of
from web.studio.frame import change, design, done, language, named, posted, seen, within
from web.texts import current_language

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_rules", __name__)

RULES = "/a/<app>/studio/rules/"
RULE = f"{RULES}<key>"
LONGEST_TEXT = 40_000
"""Characters of a rule as text."""
MOST_DIGITS = 4


def _rules(found: Design) -> RulesDesigned:
    return designed(instance().services.desk, viewer(), found, "en" if current_language() == "en" else "zh")


@blueprint.get(RULES)
def home(app: str) -> str:
    """Show all rules of an app, by form; ``form`` is the one that a new rule is to be about."""
    return _list(app, request.args.get("form", ""), ())


def _list(app: str, form: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    rules = _rules(found)
    listed = rules.listed()
    chosen = next((one for one in listed if one.form == form and f"forms/{form}.json" in found.documents), None)
    return render_template(
        "studio/rules.html",
        design=found,
        problems=problems,
        here=url_for("studio_rules.home", app=app, form=form or None),
        listed=listed,
        chosen=chosen,
        beginnings=rules.beginnings(form) if chosen else (),
    )


@blueprint.post(RULES)
def add(app: str) -> BaseResponse:
    """Add a rule about a form, as a beginning makes it, and go on to it."""
    form, uid = posted("form"), instance().services.studio.uid()
    edit = AddRule(uid, form, posted("beginning"), _rules(design(app)).speaking)
    answer = change(app, edit, url_for("studio_rules.home", app=app), partial(_list, app, form))
    rules = {path: item for path, item in design(app).documents.items() if path.startswith("rules/")}
    added = [item["key"] for item in rules.values() if item["uid"] == uid]
    return redirect(url_for("studio_rules.show", app=app, key=added[0]), 303) if added else answer


@blueprint.get(RULE)
def show(app: str, key: str) -> str:
    """Show a rule as it is designed; with ``try`` how it stands to the last records, or to one (``record``)."""
    return _page(app, key, ())


def _page(app: str, key: str, problems: tuple[Problem, ...], typed: str = "", wrong: tuple[Problem, ...] = ()) -> str:
    """Show a rule; ``typed`` is a text that was refused because of what is ``wrong`` with it."""
    found = design(app)
    if f"rules/{key}.json" not in found.documents:
        raise RequestRefused(404, NOT_FOUND.at())
    trial, refused = _tried(found, key)
    return render_template(
        "studio/rule.html",
        design=found,
        problems=problems,
        here=url_for("studio_rules.show", app=app, key=key),
        rule=_rules(found).page(key),
        typed=typed,
        wrong=wrong,
        tried=trial,
        untried=refused,
    )


def _tried(found: Design, key: str) -> tuple[Tried | None, tuple[Problem, ...]]:
    """Return how the rule stands to records, where that was asked, or why that cannot be told."""
    if "try" not in request.args and "record" not in request.args:
        return None, ()
    try:
        trials = instance().services.trials
        return tried(trials, viewer(), found, key, request.args.get("record", "")), ()
    except EngineError as error:
        return None, told(error)


def _changed(app: str, key: str, edit: Edit) -> BaseResponse:
    return change(app, edit, url_for("studio_rules.show", app=app, key=key), partial(_page, app, key))


@blueprint.post(f"{RULE}/words")
def set_word(app: str, key: str) -> BaseResponse:
    """Set one word of the sentence."""
    values = tuple(within(value, "value", LONGEST_TEXT) for value in request.form.getlist("value"))
    if posted("kind") == "day":
        values = (_day(posted("day"), posted("away"), posted("date")),)
    return _changed(app, key, SetWord(key, posted("at"), values, _rules(design(app)).speaking))


def _day(day: str, away: str, date: str) -> str:
    """Return the day that was chosen: today, so many days from it, or a date."""
    match day:
        case "ago" | "ahead":
            count = int(away) if away.isdecimal() and away.isascii() and len(away) <= MOST_DIGITS else 0
            return f"today{'-' if day == 'ago' else '+'}{count or 1}"
        case "date":
            return date or "today"
        case _:
            return "today"


@blueprint.post(f"{RULE}/parts")
def parts(app: str, key: str) -> BaseResponse:
    """Add an event, a condition, an action or a detail of one, or take one away."""
    speaking = _rules(design(app)).speaking
    match posted("act"):
        case "add":
            return _changed(app, key, AddPart(key, posted("at"), posted("value"), speaking))
        case "remove":
            return _changed(app, key, RemovePart(key, posted("at"), speaking))
        case _:
            raise RequestRefused(400, BAD_REQUEST.at("act"))


@blueprint.post(RULE)
def set_rule(app: str, key: str) -> BaseResponse:
    """Call a rule otherwise, switch it, note something, or say how grave it is and how often and when it acts."""
    match posted("key"):
        case "name":
            return _changed(app, key, RenameRule(key, posted("value"), language()))
        case "enabled":
            return _changed(app, key, SwitchRule(key, on=named("value") is not None))
        case "severity" | "once" | "valid_from" | "valid_to" | "order" | "note" as name:
            return _changed(app, key, SetRule(key, name, posted("value")))
        case _:
            raise RequestRefused(400, BAD_REQUEST.at("key"))


@blueprint.post(f"{RULE}/text")
def set_text(app: str, key: str) -> BaseResponse:
    """Make the rule what its text says; what is wrong with it is told by line and column, and the text is kept."""
    typed = posted("text", LONGEST_TEXT)
    try:
        edit = _rules(design(app)).written(key, typed)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return make_response(_page(app, key, (), typed, told(error)), status_of(error))
    work = partial(instance().services.studio.edit, viewer(), app, seen(), edit)
    return done(work, url_for("studio_rules.show", app=app, key=key), partial(_page, app, key, typed=typed))


@blueprint.post(f"{RULE}/remove")
def remove(app: str, key: str) -> BaseResponse:
    """Take the rule out of the design."""
    return change(app, RemoveRule(key), url_for("studio_rules.home", app=app), partial(_page, app, key))
