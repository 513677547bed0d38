"""A form on somebody's desk: drawn from what the runtime says of it and what was typed so far; it writes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from flask import request

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Nature, Problem
from engine.runtime.views import FieldView, FormState, FormView, RecordView
from web.doors import instance, viewer
from web.errors import told
from web.filling.controls import Drawn
from web.filling.drawing import Filling, draw
from web.filling.posted import LINE_ID, Posted
from web.filling.sending import Resolved, Sendable, changed, resolve, sendable
from web.problems import BAD_REQUEST, RequestRefused

PERSON_WIDGETS: Final = frozenset({"person", "persons"})
_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_PLACE: Final = re.compile(r"(\w+)(?:\[(\d+)\](?:\.(\w+))?)?")


@dataclass(frozen=True)
class Desk:
    """Which form is being filled: of which record, if there is one, for which transition, narrowed to which fields.

    Of each group in ``one_of`` one field is enough; ``needs`` must be filled, whatever the form itself requires. What
    was filled for an earlier version of the record, ``behind`` the present one, says all that it was asked for.
    """

    form: FormView
    record: RecordView | None = None
    transition: str | None = None
    only: tuple[str, ...] | None = None
    one_of: tuple[tuple[str, ...], ...] = ()
    needs: tuple[str, ...] = ()
    behind: bool = False

    def given(self, posted: Posted) -> dict[str, Json]:
        """Return what was filled in: of a new record all but what was left blank, of another all that differs."""
        if self.record is not None:
            differing = changed(posted.fields, self.record.fields, self.form.fields)
            asked = (self.only or ()) if self.behind else ()
            differing = {**differing, **{key: posted.fields[key] for key in asked if key in posted.fields}}
            return {key: self._lines(key, value) for key, value in differing.items()}
        return {
            key: self._lines(key, value)
            for key, value in posted.fields.items()
            if value is not None or key in posted.defaults
        }

    def _lines(self, key: str, value: Json) -> Json:
        """Return new lines without what was left blank in them, so that their defaults fill it."""
        view = self.form.fields.get(key)
        if view is None or view.widget != "lines" or not isinstance(value, list):
            return value
        return [line if LINE_ID in line else {k: v for k, v in line.items() if v is not None} for line in value]

    def state(self, posted: Posted) -> FormState:
        """Return how the form stands with what was posted; values that do not apply now take no part.

        What the runtime cannot read at all comes back as problems, with every field as it is designed.
        """
        fields = self.given(posted)
        try:
            while True:
                state = self._leading(fields)
                hidden = {key for key in fields if key in state.states and not state.states[key].visible}
                if not hidden:
                    return state
                fields = {key: value for key, value in fields.items() if key not in hidden}
        except EngineError as error:
            if error.nature is Nature.ABSENT:
                raise
            return FormState(dict(posted.fields), {}, {}, told(error))

    def _leading(self, fields: Mapping[str, Json]) -> FormState:
        """Return how the form stands before its transition, with what the transition will require.

        A form that asks for what a transition needs is drawn as the transition will find it. A whole form shows what
        applies now, and beside it only what must be filled for the transition.
        """
        ahead = self._preview(fields, self.transition)
        if self.needs:
            needed = {key: replace(ahead.states[key], required=True) for key in self.needs if key in ahead.states}
            ahead = replace(ahead, states={**ahead.states, **needed})
        if self.transition is None or self.only is not None:
            return ahead
        now = self._preview(fields, None)
        states = {
            key: replace(standing, visible=now.states[key].visible or (standing.visible and standing.required))
            for key, standing in ahead.states.items()
        }
        return replace(ahead, states=states, fields=now.fields, shown=now.shown)

    def _preview(self, fields: Mapping[str, Json], transition: str | None) -> FormState:
        record_id = self.record.id if self.record else None
        return instance().records.preview(
            viewer(), self.form.app, self.form.key, dict(fields), id=record_id, transition=transition
        )

    def trees(self) -> Json:
        """Return what the page needs to keep the form in step by itself."""
        record_id = self.record.id if self.record else None
        live = instance().records.live(viewer(), self.form.app, self.form.key, record_id, self.transition)
        if self.only is None:
            return live
        return {**live, "single": True, "needs": list(self.needs)}

    def sendable(self, posted: Posted, state: FormState, warned: frozenset[str]) -> Sendable:
        """Return what may be sent of what was filled in, and what would be lost of all that was typed."""
        fit = sendable(posted, state, self.form.fields, warned)
        return replace(fit, fields={key: value for key, value in self.given(posted).items() if key in fit.fields})

    def resolved(self, posted: Posted) -> Resolved:
        """Return the post with the records that typed texts name."""
        return resolve(posted, self.form.fields, find)

    def drawn(self, resolved: Resolved, state: FormState, problems: tuple[Problem, ...]) -> Drawn:
        """Return the form to draw, with these problems."""
        return draw(
            Filling(
                form=self.form,
                state=state,
                posted=resolved.posted,
                people=_people() if _has_people(self.form) else (),
                candidates=resolved.candidates,
                problems=problems,
                fresh=self.record is None,
                only=self.only,
                one_of=self.one_of,
            )
        )


@dataclass(frozen=True)
class Tray:
    """What travels with the form besides its fields."""

    key: str
    version: int | None = None
    tried: bool = False
    warned: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_request(cls) -> Tray:
        """Return what the posted form carried."""
        version = _VERSION.fullmatch(request.form.get("_version", ""))
        key = request.form.get("_key", "")[:100]
        if not key.isprintable():
            raise RequestRefused(400, BAD_REQUEST.at("_key"))
        return cls(
            key=key,
            version=int(version.group()) if version else None,
            tried=bool(request.form.get("_tried")),
            warned=frozenset(request.form.getlist("_parked")),
        )


def find(view: FieldView, text: str, fitting: Mapping[str, str] | None = None) -> Sequence[tuple[str, str]]:
    """Return the records of a reference's form that a text may mean; ``fitting`` are ids that fields of theirs hold."""
    if not view.target or "\0" in text:  # no record holds a NUL, and not every database takes the question
        return ()
    app, _, form = view.target.partition(".")
    return instance().records.choices(viewer(), app, form, text, limit=20, fitting=fitting or {})


def shown_while_typing(problems: Sequence[Problem], fields: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Return the problems of what was typed already; what is merely still blank is no mistake yet."""
    return tuple(problem for problem in problems if _is_typed(_value_at(problem.path, fields)))


def _is_typed(value: Json) -> bool:
    """Tell whether a value holds anything; lines that are all blank do not."""
    if isinstance(value, list):
        return any(_is_typed(list(item.values()) if isinstance(item, Mapping) else item) for item in value)
    return value not in (None, "")


def _value_at(path: str, fields: Mapping[str, Json]) -> Json:
    place = _PLACE.fullmatch(path.removeprefix("fields."))
    if place is None:
        return None
    value = fields.get(place.group(1))
    if place.group(2) is None:
        return value
    number = int(place.group(2))
    if not isinstance(value, list) or number >= len(value) or not isinstance(value[number], Mapping):
        return None
    return value[number].get(place.group(3)) if place.group(3) else value[number]


def without_hidden(problems: Sequence[Problem], state: FormState) -> tuple[Problem, ...]:
    """Return the problems of what shows; a field that does not apply is not judged."""
    hidden = {key for key, standing in state.states.items() if not standing.visible}
    return tuple(p for p in problems if re.split(r"[.\[]", p.path.removeprefix("fields."))[0] not in hidden)


def _people() -> tuple[tuple[str, str], ...]:
    """Return whom a person field may name: oneself first, then the others in the order in which one looks for them."""
    self_id, everybody = viewer().id, instance().directory.people()
    return tuple(sorted(everybody, key=lambda one: one[0] != self_id))


def _has_people(form: FormView) -> bool:
    return any(view.widget in PERSON_WIDGETS for f in form.fields.values() for view in (f, *f.lines))
