"""The designer of forms: fields, sections and options put together by tapping and dragging, each change one step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.studio.edits import (
    GONE_PROPERTY,
    AddField,
    AddSection,
    ChangeOptions,
    ChangeValidation,
    MoveField,
    MoveSection,
    OptionAct,
    RemoveField,
    RemoveForm,
    RemoveSection,
    RenameField,
    RenameForm,
    SetField,
    SetFormProperty,
    SetHelp,
    SetSection,
    StepField,
    ValidationAct,
    form_in,
    form_keys,
    path_of,
)
from engine.runtime.studio.names import names_for
from engine.runtime.studio.views import PropertyView, first_name, palette, properties, read_property, type_name
from engine.runtime.studio.words import Spoken, said_of
from web.display import text_of
from web.doors import instance, viewer
from web.problems import BAD_REQUEST, NOT_FOUND, RequestRefused
from web.studio.frame import change, design, done, language, named, posted, seen

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.studio.studio import Design, Edit

blueprint = Blueprint("studio_forms", __name__)

FORM = "/a/<app>/studio/forms/<form>"
FIELD = f"{FORM}/fields/<uid>"
SECTION = f"{FORM}/sections/<uid>"
STEPS = {"up": -1, "down": 1}
EXPRESSIONS: Final = frozenset(("expression", "condition"))
OPTION_ACTS: Final = get_args(OptionAct)


@dataclass(frozen=True)
class Part:
    """A section as it is drawn, with its fields; without a ``uid`` the fields stand in no section."""

    uid: str
    labels: Text | None
    fields: tuple[Json, ...]
    visible_when: str


@dataclass(frozen=True)
class Chosen:
    """The field that is being looked at: its document, whether it is one of lines, and what can be set of it."""

    field: Json
    outer: Json | None
    properties: tuple[PropertyView, ...]
    published: frozenset[str]
    validations: tuple[tuple[str, str, Text], ...] = ()

    def said(self, spoken: Spoken) -> Chosen:
        """Return it with its expressions as people say them."""
        shown = (
            replace(one, value=said_of(spoken, self.field, one.key)) if one.kind in EXPRESSIONS else one
            for one in self.properties
        )
        return replace(self, properties=tuple(shown), validations=self._validations(spoken))

    def _validations(self, spoken: Spoken) -> tuple[tuple[str, str, Text], ...]:
        """Return the validations: the uid of each, its condition as people say it, and what it says."""
        listed = self.field.get("validations", ())
        return tuple((one["uid"], said_of(spoken, one, "holds"), Text.from_json(one["message"])) for one in listed)


@blueprint.get(FORM)
def show(app: str, form: str) -> str:
    """Show a form as it is designed, with what is chosen in it (``at``, a uid)."""
    return _page(app, form, request.args.get("at", ""), ())


def _page(app: str, form: str, at: str, problems: tuple[Problem, ...]) -> str:
    found = design(app)
    if path_of(form) not in found.documents:
        raise RequestRefused(404, NOT_FOUND.at())
    document = form_in(found.documents, form)
    spoken, chosen = _spoken(app, form), _chosen(found, document, at)
    section = next((one for one in document.get("sections", ()) if one["uid"] == at), None)
    context: dict[str, Any] = {
        "design": found,
        "problems": problems,
        "here": url_for("studio_forms.show", app=app, form=form, at=at or None),
        "form": document,
        "parts": tuple(_parts(document)),
        "chosen": chosen.said(spoken) if chosen else None,
        "section": section,
        "shown_when": said_of(spoken, section, "visible_when") if section else None,
        "title": _title(app, found, form),
        "palette": palette(),
        "type_name": type_name,
        "roles": _roles(found, form),
    }
    return render_template("studio/form.html", **context)


def _spoken(app: str, form: str) -> Spoken:
    return instance().services.studio_words.spoken(viewer(), app, path_of(form), language())


def _title(app: str, found: Design, form: str) -> str:
    return instance().services.studio_words.title(viewer(), app, found.documents, form, language())


def _unchanged(app: str, form: str, element: Json, key: str) -> bool:
    """Tell whether what was sent is what the page showed, so that nothing is written anew in other words."""
    return bool(posted("value")) and posted("value") == said_of(_spoken(app, form), element, key)


def _columns(document: Json, chosen: list[str]) -> Json:
    """Return the list of a form with these columns: those that it had stay in their order, new ones come behind."""
    held = document.get("list", {})
    offered = [field["key"] for field in document["fields"] if field["type"] != "lines"]
    before = [key for key in held.get("fields", ()) if key in chosen or key not in offered]
    listed = [*before, *(key for key in offered if key in chosen and key not in before)]
    rest = {key: value for key, value in held.items() if key != "fields"}
    return {**rest, "fields": listed} if listed else rest


def _roles(found: Design, form: str) -> list[Json]:
    """Return the roles that may fill the form."""
    listed = found.documents.get("roles.json", {}).get("roles", ())
    return [role for role in listed if any(one["form"] == form and one.get("create") for one in role.get("access", ()))]


def _parts(document: Json) -> list[Part]:
    fields = {field["key"]: field for field in document["fields"]}
    sections = document.get("sections", ())
    placed = {key for section in sections for key in section["fields"]}
    left = tuple(field for key, field in fields.items() if key not in placed)
    parts = [
        Part(
            section["uid"],
            Text.from_json(section["labels"]),
            tuple(fields[key] for key in section["fields"] if key in fields),
            section.get("visible_when", ""),
        )
        for section in sections
    ]
    return [Part("", None, left, ""), *parts] if left or not parts else parts


def _chosen(found: Design, document: Json, at: str) -> Chosen | None:
    for field in document["fields"]:
        for one, outer in ((field, None), *((line, field) for line in field.get("fields", ()))):
            if one["uid"] == at:
                types = instance().services.execution.catalogs.types
                names = (*_form_names(found), *_elsewhere(one))
                listed = properties(one, types, names, inner=outer is not None)
                return Chosen(one, outer, listed, _published_options(found, document["key"], at))
    return None


def _form_names(found: Design) -> tuple[tuple[str, Text], ...]:
    return tuple((key, Text.from_json(form_in(found.documents, key)["labels"])) for key in form_keys(found.documents))


def _elsewhere(field: Json) -> tuple[tuple[str, Text], ...]:
    """Return the form of another app that a reference leads to, as it is called there."""
    form = str(field.get("form", ""))
    return ((form, instance().services.studio_words.form_name(viewer(), form)),) if "." in form else ()


def _published_options(found: Design, form: str, at: str) -> frozenset[str]:
    """Return the uids of a field's options that records may hold."""
    before = found.published.get(path_of(form), {}).get("fields", ())
    every = (one for field in before for one in (field, *field.get("fields", ())) if one["uid"] == at)
    return frozenset(option["uid"] for one in every for option in one.get("options", ()))


def _to(app: str, form: str, at: str | None) -> str:
    return url_for("studio_forms.show", app=app, form=form, at=at or None)


def _changed(app: str, form: str, edit: Edit, at: str | None, back: str | None = None) -> BaseResponse:
    """Make a change and show the form with what is chosen then; where it is refused, with what was chosen before."""
    before = at or "" if back is None else back
    return change(app, edit, _to(app, form, at), partial(_page, app, form, before))


@blueprint.post(FORM)
def set_form(app: str, form: str) -> BaseResponse:
    """Call the form otherwise, or set one of its properties."""
    key = posted("key")
    if key == "name":
        return _changed(app, form, RenameForm(form, posted("value"), language()), None)
    if key == "title" and posted("value") == _title(app, design(app), form):
        return redirect(_to(app, form, None), 303)
    if key == "title":
        return _changed(app, form, SetFormProperty(form, "title", posted("value") or GONE_PROPERTY), None)
    if key == "list":
        value = _columns(form_in(design(app).documents, form), request.form.getlist("value"))
        return _changed(app, form, SetFormProperty(form, "list", value or GONE_PROPERTY), None)
    raise RequestRefused(400, BAD_REQUEST.at("key"))


@blueprint.post(f"{FORM}/remove")
def remove_form(app: str, form: str) -> BaseResponse:
    """Take the form out of the design; its records are kept."""
    return change(app, RemoveForm(form), url_for("studio.home", app=app), partial(_page, app, form, ""))


@blueprint.post(f"{FORM}/fields")
def add_field(app: str, form: str) -> BaseResponse:
    """Add a field of the type that was tapped or dropped."""
    kind, uid = posted("type"), instance().services.studio.uid()
    labels = first_name(kind, language())
    edit = AddField(form, uid, kind, labels, named("section"), named("before"), named("lines"))
    return _changed(app, form, edit, uid, posted("at"))


@blueprint.post(FIELD)
def set_field(app: str, form: str, uid: str) -> BaseResponse:
    """Set one property of a field."""
    key = posted("key")
    if key == "name":
        published = {one["uid"] for one in design(app).published.get(path_of(form), {}).get("fields", ())}
        new = uid not in published
        return _changed(app, form, RenameField(form, uid, posted("value"), language(), new), uid)
    if key == "help":
        return _changed(app, form, SetHelp(form, uid, posted("value"), language()), uid)
    found = design(app)
    chosen = _chosen(found, form_in(found.documents, form), uid)
    shown = next((one for one in chosen.properties if one.key == key), None) if chosen else None
    if shown is None:
        raise RequestRefused(400, BAD_REQUEST.at("key"))

    if chosen is not None and shown.kind in EXPRESSIONS and _unchanged(app, form, chosen.field, key):
        return redirect(_to(app, form, uid), 303)

    def work() -> None:
        edit = SetField(form, uid, key, read_property(shown, request.form.getlist("value")))
        instance().services.studio.edit(viewer(), app, seen(), edit)

    return done(work, _to(app, form, uid), partial(_page, app, form, uid))


@blueprint.post(f"{FIELD}/move")
def move_field(app: str, form: str, uid: str) -> BaseResponse:
    """Put a field elsewhere: by a step up or down, or in front of another in a section."""
    step = STEPS.get(posted("step"))
    at = posted("at") or uid
    if step is not None:
        return _changed(app, form, StepField(form, uid, -1 if step < 0 else 1), at)
    return _changed(app, form, MoveField(form, uid, named("section"), named("before")), at)


@blueprint.post(f"{FIELD}/remove")
def remove_field(app: str, form: str, uid: str) -> BaseResponse:
    """Take a field out of the form; what records hold of it is kept."""
    return _changed(app, form, RemoveField(form, uid), None, uid)


@blueprint.post(f"{FIELD}/options")
def options(app: str, form: str, uid: str) -> BaseResponse:
    """Add, name, move or remove an option of a field."""
    found = design(app)
    option = posted("option")
    return _changed(app, form, options_change(form, uid, option, _published_options(found, form, uid)), uid)


@blueprint.post(f"{FIELD}/validations")
def validations(app: str, form: str, uid: str) -> BaseResponse:
    """Add a validation to a field, say what it asks for or what it says, or remove it."""
    act = next((one for one in get_args(ValidationAct) if one == posted("act")), None)
    if act is None:
        raise RequestRefused(400, BAD_REQUEST.at("act"))
    found = _chosen(design(app), form_in(design(app).documents, form), uid)
    listed = found.field.get("validations", ()) if found else ()
    one: Json = next((item for item in listed if item["uid"] == posted("validation")), {})
    if act == "holds" and _unchanged(app, form, one, act):
        return redirect(_to(app, form, uid), 303)
    edit = ChangeValidation(form, uid, act, posted("validation"), posted("value"), language())
    return _changed(app, form, edit, uid)


def options_change(form: str, uid: str, option: str, published: frozenset[str]) -> ChangeOptions:
    """Return the change of options that was posted."""
    act = next((one for one in OPTION_ACTS if one == posted("act")), None)
    if act is None:
        raise RequestRefused(400, BAD_REQUEST.at("act"))
    return ChangeOptions(
        form, uid, act, option, posted("value"), language(), named("before"), published=option in published
    )


@blueprint.post(f"{FORM}/sections")
def add_section(app: str, form: str) -> BaseResponse:
    """Add a section."""
    return _changed(app, form, AddSection(form, posted("name"), language()), None)


@blueprint.post(SECTION)
def set_section(app: str, form: str, uid: str) -> BaseResponse:
    """Call a section otherwise, or say when it shows."""
    listed = form_in(design(app).documents, form).get("sections", ())
    section: Json = next((one for one in listed if one["uid"] == uid), {})
    if posted("key") == "visible_when" and _unchanged(app, form, section, "visible_when"):
        return redirect(_to(app, form, uid), 303)
    if posted("key") == "visible_when":
        edit = SetSection(form, uid, "visible_when", posted("value").strip() or GONE_PROPERTY, language())
    else:
        edit = SetSection(form, uid, "labels", posted("value"), language())
    return _changed(app, form, edit, uid)


@blueprint.post(f"{SECTION}/move")
def move_section(app: str, form: str, uid: str) -> BaseResponse:
    """Put a section in front of another, or at the end."""
    return _changed(app, form, MoveSection(form, uid, named("before")), uid)


@blueprint.post(f"{SECTION}/remove")
def remove_section(app: str, form: str, uid: str) -> BaseResponse:
    """Take a section away; its fields stay."""
    return _changed(app, form, RemoveSection(form, uid), None, uid)


@blueprint.get(f"{FORM}/names")
def names(app: str, form: str) -> BaseResponse:
    """Return what may be written in conditions and formulas of the form."""
    spoken = language()
    found = names_for(design(app).documents, form, spoken)
    return jsonify(
        [{"written": one.written, "labels": text_of(one.labels), "hint": text_of(one.hint)} for one in found]
    )
