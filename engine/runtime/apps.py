"""The installed apps and their forms, as one viewer may see them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.catalog.apps import App
from engine.decision.pressing import buttons_of
from engine.decision.problems import ABSENT
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import scale_of, target_of
from engine.forms.field_types import LINES
from engine.forms.forms import Field, Form
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.runtime.desk import Desk
from engine.runtime.directory import is_admin
from engine.runtime.exporting import exported
from engine.runtime.parameters import may_set
from engine.runtime.reading import Reading
from engine.runtime.views import (
    AppView,
    FieldView,
    FormView,
    OptionView,
    SectionView,
    TransitionView,
    Viewer,
)


class Apps:
    """What there is to use."""

    def __init__(self, desk: Desk) -> None:
        """Read through ``desk``."""
        self._desk = desk

    def installed(self, viewer: Viewer) -> tuple[AppView, ...]:
        """Return the apps in which the viewer has any access."""
        with self._desk.reading(viewer) as reading:
            views = (app_view(reading, app) for app in reading.catalog.apps.values())
            return tuple(view for view in views if _is_open(view, reading))

    def app(self, viewer: Viewer, app: str) -> AppView:
        """Return one app; EngineError (absent) where the viewer has no access to any of it."""
        with self._desk.reading(viewer) as reading:
            view = app_view(reading, reading.app(app))
            if not _is_open(view, reading):
                raise EngineError(ABSENT.at())
            return view

    def form(self, viewer: Viewer, app: str, form: str) -> FormView:
        """Return one form; EngineError (absent) where the viewer has no access to it."""
        with self._desk.reading(viewer) as reading:
            return form_view(reading, reading.form(app, form))

    def may_export(self, viewer: Viewer) -> bool:
        """Tell whether the viewer may take definitions of apps away: an administrator may."""
        return is_admin(viewer)

    def not_open_to(self, viewer: Viewer) -> dict[str, Text]:
        """Return the names of the apps to which an administrator has no access, by key; none to anybody else."""
        if not self.may_export(viewer):
            return {}
        with self._desk.reading(viewer) as reading:
            views = (app_view(reading, app) for app in reading.catalog.apps.values())
            return {view.key: view.labels for view in views if not _is_open(view, reading)}

    def rule_labels(self, viewer: Viewer) -> dict[tuple[str, str], Text]:
        """Return what all rules are called, by app and key, for administrators; for anybody else there are none."""
        if not self.may_export(viewer):
            return {}
        with self._desk.reading(viewer) as reading:
            listed = [(app.key, rule.definition) for app in reading.catalog.apps.values() for rule in app.rules]
        return {(app, definition.key): definition.labels for app, definition in listed}

    def export(self, viewer: Viewer, app: str) -> bytes:
        """Return the file of an app's definition; EngineError (absent) for who may not export."""
        with self._desk.reading(viewer) as reading:
            if not self.may_export(viewer):
                raise EngineError(ABSENT.at())
            return exported(reading.connection, self._desk.execution, reading.app(app).key)

    def definition(self, viewer: Viewer, app: str) -> Json:
        """Return the documents of an app by path, with its revision; for those with any access to it."""
        self.app(viewer, app)
        with self._desk.reading(viewer) as reading:
            found = reading.app(app)
            return {
                "key": found.key,
                "revision": found.revision,
                "digest": found.definition.digest,
                "documents": dict(found.definition.documents),
            }


def app_view(reading: Reading, app: App) -> AppView:
    """Return an app with the forms in the viewer's reach, and whether its parameters are."""
    forms = [form_view(reading, form) for form in app.forms.values() if reading.access(form).grants]
    sets = may_set(app, reading.viewer.roles)
    approves = any(flow.approvals for flow in app.workflows.values())
    return AppView(app.key, app.labels, app.revision, forms, sets, app.zone, approves)


def _is_open(view: AppView, reading: Reading) -> bool:
    """Tell whether an app is the viewer's to open: something in it is, or it has no form yet and they have a role."""
    if view.forms or view.sets_parameters:
        return True
    return not reading.app(view.key).forms and any(app == view.key for app, _ in reading.viewer.roles)


def form_view(reading: Reading, form: Form) -> FormView:
    """Return a form without the fields that the viewer's roles hide."""
    app, access = reading.app(form.app), reading.access(form)
    hidden = access.never_shown
    flow = app.workflows.get(form.key)
    closing = {key for section in form.definition.sections if section.visible_when for key in section.fields}
    fields = {
        item.key: field_view(form.app, item, may_hide=item.key in closing)
        for item in form.live_fields()
        if item.key not in hidden
    }
    sections = tuple(
        SectionView(section.key, section.labels, tuple(key for key in section.fields if key in fields))
        for section in form.definition.sections
    )
    listed = tuple(
        key for key in form.definition.list_fields if key in fields or (key in SYSTEM_LABELS and key not in hidden)
    )
    return FormView(
        app=form.app,
        key=form.key,
        labels=form.definition.labels,
        fields=fields,
        sections=sections,
        list_fields=listed,
        states={key: state.labels for key, state in flow.states.items()} if flow else {},
        state_kinds={key: state.kind for key, state in flow.states.items()} if flow else {},
        state_lights={key: state.light for key, state in flow.states.items() if state.light} if flow else {},
        choose_first=form.definition.choose_first,
        may_create=access.may("create"),
        may_delete=access.may("delete"),
        may_export=access.may("read") and access.may("export"),
        may_update=access.may("update"),
        start_transitions=tuple(_starts(app, form)),
        zone=app.zone,
        labels_of_system=dict(SYSTEM_LABELS),
        transitions=tuple(key for key, item in flow.transitions.items() if item.definition.by) if flow else (),
        buttons=tuple(event.names[0] for _, event in buttons_of(app, form.key)),
    )


def _starts(app: App, form: Form) -> Iterable[TransitionView]:
    """Go through the transitions that submit a new record: those out of a draft, for whoever makes it.

    A record that begins as no draft is saved first; what leads it on stands on its own page.
    """
    flow = app.workflows.get(form.key)
    if flow is None or flow.states[flow.definition.initial].kind != "draft":
        return
    for transition in flow.transitions.values():
        own = any(who.kind in ("owner", "creator") for who in transition.definition.by)
        if own and transition.definition.origins == (flow.definition.initial,):
            yield TransitionView(transition.key, transition.labels, (), False, transition.definition.target)


def field_view(app: str, item: Field, *, may_hide: bool = False) -> FieldView:
    """Return what a page must know to draw a field; ``may_hide`` says that its section does not always show."""
    definition = item.definition
    system = definition.set_by_system or definition.computed is not None
    conditions = (definition.visible_when, definition.read_only_when, definition.default)
    points = definition.type in ("reference", "references")
    return FieldView(
        key=item.key,
        widget=item.type.widget if item.type else LINES,
        labels=item.labels,
        help=definition.help,
        options=tuple(OptionView(option.key, option.labels, option.retired) for option in definition.options),
        target=".".join(target_of(definition, app)) if points else None,
        lines=tuple(field_view(app, inner) for inner in item.lines.values()),
        scale=scale_of(definition) if item.type else 0,
        multiple=definition.type in ("persons", "references", "multi_choice"),
        required=definition.required is not None,
        system=system,
        needed=definition.required == "create" and not may_hide and not system and not any(conditions),
        limits=definition.properties,
        carried=item.default is not None and bool(item.default.reads.forms or item.default.reads.aggregates),
        fixed=definition.read_only_after_create,
    )
