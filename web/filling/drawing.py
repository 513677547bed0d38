"""What to draw of a form being filled: every control with its value, its standing and its problems; it knows no HTML.

The skeleton (sections and fields) is the same whatever is visible, so that a page may replace only the fields whose
marks changed and leave alone those that somebody is typing in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.runtime.views import FieldState, FieldView, FormState, FormView
from web.display import number_in_box, shown_text, text_of, words
from web.display_evidence import CAPTURED
from web.display_moments import local_input
from web.filling.controls import Choice, Control, Drawn, Line, Listed, Section, mark_of
from web.filling.posted import PREFIX, Posted, is_typed
from web.texts import gettext

PILLS_AT_MOST: Final = 6
"""Choices with more options than this are drawn as a drop-down."""

FIRST_LINE: Final = "s0"
"""The token of the blank line with which a required sub-table begins; left blank, it is none."""

ONE_OF: Final = "FLOW-018"
"""The engine's code for a group of which no field is filled; its place is the first field of the group."""

_LEFT: Final = frozenset({"FORM-002", "CAPT-002", ONE_OF})
"""The engine's codes for fields that hold nothing, or less than they ask for."""

_NEVER_TYPED: Final = frozenset({"json"})
_LINE_PLACE: Final = re.compile(r"(\w+)\[(\d+)\](?:\.(\w+))?")


@dataclass(frozen=True)
class Filling:
    """What a form is drawn from.

    ``state`` is the runtime's answer, ``posted`` what this person typed, ``people`` whom a person field may name,
    ``candidates`` the records that a typed text may have meant, by control name. A ``fresh`` form is of no record yet;
    ``only`` narrows the form to some fields; of each group in ``one_of`` one field is enough.
    """

    form: FormView
    state: FormState
    posted: Posted
    people: Sequence[tuple[str, str]] = ()
    candidates: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    fresh: bool = True
    only: tuple[str, ...] | None = None
    one_of: tuple[tuple[str, ...], ...] = ()


def draw(filling: Filling) -> Drawn:
    """Return the form to draw."""
    placed = _places(filling)
    own = tuple(item for item in placed if not _of_group(filling, item))
    sections = tuple(
        Section(view.key, text_of(view.labels), _controls(filling, view.fields, own)) for view in filling.form.sections
    )
    sections = tuple(section for section in _grouped(filling, sections, placed) if section.controls)
    drawn = {control.id for section in sections for control in section.controls if control.shows}
    drawn |= {inner.id for section in sections for c in section.controls for line in c.lines for inner in line.controls}
    summary = tuple(_listed(filling.form, problem, anchor, drawn) for anchor, problem in placed)
    parked = {c.key: c.label for section in sections for c in section.controls if c.parked}
    return Drawn(sections, summary, parked)


def _of_group(filling: Filling, placed: tuple[str, Problem]) -> bool:
    """Tell whether a problem is of a group of which one field is enough."""
    anchor, problem = placed
    return problem.code == ONE_OF and any(anchor == f"f-{group[0]}" for group in filling.one_of)


def _grouped(
    filling: Filling, sections: Sequence[Section], placed: Sequence[tuple[str, Problem]]
) -> tuple[Section, ...]:
    """Return the sections with the controls of each group together, behind the section that they come from."""
    made = list(sections)
    for number, group in enumerate(filling.one_of):
        members = tuple(control for section in made for control in section.controls if control.key in group)
        if not members:
            continue
        at = next(place for place, section in enumerate(made) if members[0] in section.controls)
        found = tuple(problem for anchor, problem in placed if problem.code == ONE_OF and anchor == f"f-{group[0]}")
        made = [replace(item, controls=tuple(c for c in item.controls if c not in members)) for item in made]
        made.insert(at + 1, Section(f"one_of.{number}", gettext("One of these is enough"), members, True, found))
    return tuple(made)


def anchor_of(path: str, tokens: Mapping[str, tuple[str, ...]]) -> str:
    """Return the id of the control that a problem's path names: ``todos[1].title`` is a control of the second line."""
    place = path.removeprefix("fields.")
    line = _LINE_PLACE.fullmatch(place)
    if line is None:
        return f"f-{place}"
    key, number, inner = line.group(1), int(line.group(2)), line.group(3)
    named = tokens.get(key, ())
    token = named[number] if number < len(named) else str(number)
    return f"f-{key}-{token}-{inner}" if inner else f"f-{key}"


def _places(filling: Filling) -> tuple[tuple[str, Problem], ...]:
    """Return the problems in the order of the form, each with its anchor."""
    placed = [(anchor_of(problem.path, filling.posted.tokens), problem) for problem in filling.problems]
    order = {f"f-{key}": number for number, key in enumerate(k for s in filling.form.sections for k in s.fields)}
    return tuple(sorted(placed, key=lambda item: order.get("-".join(item[0].split("-")[:2]), -1)))


def _listed(form: FormView, problem: Problem, anchor: str, drawn: set[str]) -> Listed:
    """Return the summary's entry of a problem; one of a line says which line it is."""
    message = text_of(problem.message)
    line = _LINE_PLACE.fullmatch(problem.path.removeprefix("fields."))
    if line is not None and line.group(1) in form.fields:
        field = text_of(form.fields[line.group(1)].labels)
        message = gettext(
            "%(field)s, line %(number)s: %(message)s", field=field, number=int(line.group(2)) + 1, message=message
        )
    return Listed(anchor if anchor in drawn else None, message, text_of(problem.hint), problem.code in _LEFT)


def _controls(filling: Filling, keys: Sequence[str], placed: Sequence[tuple[str, Problem]]) -> tuple[Control, ...]:
    fields = filling.form.fields
    wanted = [key for key in keys if key in fields and (filling.only is None or key in filling.only)]
    if not filling.fresh and filling.only is None:  # what is fixed by now stands on the page of the record
        wanted = [key for key in wanted if not fields[key].fixed]
    return tuple(_control(filling, fields[key], placed) for key in wanted)


def _control(filling: Filling, view: FieldView, placed: Sequence[tuple[str, Problem]]) -> Control:
    standing = filling.state.states.get(view.key, FieldState())
    if view.widget in _NEVER_TYPED:
        standing = FieldState(standing.visible, False, True)
    was_posted = view.key in filling.posted.fields and not standing.read_only and not _takes_default(filling, view.key)
    value = (filling.posted.fields if was_posted else filling.state.fields).get(view.key)
    maker = _Maker(filling, placed)
    made = maker.control(view, PREFIX + view.key, f"f-{view.key}", value, filling.state.shown.get(view.key), standing)
    parked = was_posted and not standing.visible and is_typed(view.key, filling.posted)
    default = filling.posted.defaults.get(view.key, "") if was_posted or not filling.fresh else made.value
    return _signed(replace(made, parked=parked, default=default), from_server=not was_posted)


def _takes_default(filling: Filling, key: str) -> bool:
    """Tell whether a default that has only now come up belongs into the control: it is new and holds nothing yet."""
    posted = filling.posted
    return filling.fresh and posted.fields[key] is None and key not in posted.defaults and not is_typed(key, posted)


def _signed(control: Control, *, from_server: bool) -> Control:
    """Return the control with the marks by which a page knows what it may leave alone.

    ``state_mark`` is of all that the server decides besides the value; ``value_mark`` of the value, where the server
    decides that too (a default, a computed value), else empty: then what is being typed holds.
    """
    state = [
        repr(control.standing),
        repr([(p.code, p.path, p.message) for p in control.problems]),
        repr([(line.token, c.key, c.problems) for line in control.lines for c in line.controls if c.problems]),
        repr((control.parked, control.candidates)),
    ]
    value = repr((control.value, control.words, [(c.key, c.label) for c in control.choices if c.chosen]))
    return replace(control, state_mark=mark_of("\n".join(state)), value_mark=mark_of(value) if from_server else "")


@dataclass(frozen=True)
class _Maker:
    """Makes controls of one form being filled."""

    filling: Filling
    placed: Sequence[tuple[str, Problem]]

    def control(
        self, view: FieldView, name: str, anchor: str, value: Json, shown: object, standing: FieldState
    ) -> Control:
        """Return one control with its value."""
        lines = self._lines(view, name, anchor, value, shown, standing) if view.widget == "lines" else ()
        own = tuple(problem for place, problem in self.placed if place == anchor)
        return Control(
            key=view.key,
            name=name,
            id=anchor,
            widget=view.widget,
            label=text_of(view.labels),
            help=text_of(view.help),
            value=self._input_value(view, value),
            words=words(view, value, shown, self.filling.form.zone),
            standing=standing,
            problems=own,
            choices=self._choices(view, value, shown),
            typed=self.filling.posted.typed.get(name, ""),
            candidates=tuple(Choice(key, title, False) for key, title in self.filling.candidates.get(name, ())),
            lines=lines,
            blank_line=self._line_controls(view, f"{name}.__line__", f"{anchor}-__line__", {}, {}, standing),
            scale=view.scale,
            limits=view.limits,
            held=value if view.widget in CAPTURED else None,
            carried=view.carried,
            shown=shown,
        )

    def _input_value(self, view: FieldView, value: Json) -> str:
        match view.widget:
            case "lines" | "multi_choice" | "persons" | "references":
                return ""
            case "boolean":
                return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""
            case "datetime":
                return local_input(value, self.filling.form.zone)
            case _ if view.widget in CAPTURED:
                return json.dumps(value, ensure_ascii=False) if value else ""
            case "number":
                return "" if value is None else number_in_box(view, str(value))
            case _:
                return "" if value is None else str(value)

    def _choices(self, view: FieldView, value: Json, shown: object) -> tuple[Choice, ...]:
        chosen = value if isinstance(value, list) else [value]
        match view.widget:
            case "choice" | "multi_choice":
                live = [option for option in view.options if not option.retired or option.key in chosen]
                return tuple(Choice(option.key, text_of(option.labels), option.key in chosen) for option in live)
            case "person" | "persons":
                return self._people(chosen, shown)
            case "rating":
                return tuple(Choice(str(score), str(score), str(score) in chosen) for score in range(1, 6))
            case "reference" | "references":
                return _referenced(chosen, shown)
            case _:
                return ()

    def _people(self, chosen: Sequence[Json], shown: object) -> tuple[Choice, ...]:
        listed = [Choice(key, name, key in chosen) for key, name in self.filling.people]
        known = {choice.key for choice in listed}
        gone = [choice for choice in _referenced(chosen, shown) if choice.key not in known]
        return (*listed, *gone)

    def _lines(
        self, view: FieldView, name: str, anchor: str, value: Json, shown: object, standing: FieldState
    ) -> tuple[Line, ...]:
        lines = value if isinstance(value, list) else []
        tokens = self.filling.posted.tokens.get(view.key, ())
        titles = shown if isinstance(shown, list | tuple) else ()
        made = []
        for number, line in enumerate(lines):
            token = tokens[number] if number < len(tokens) else str(number)
            titled = titles[number] if number < len(titles) and isinstance(titles[number], Mapping) else {}
            controls = self._line_controls(view, f"{name}.{token}", f"{anchor}-{token}", line, titled, standing)
            made.append(Line(token, line.get("id"), controls))
        if not made and standing.required and not standing.read_only:
            blank = self._line_controls(view, f"{name}.{FIRST_LINE}", f"{anchor}-{FIRST_LINE}", {}, {}, standing)
            made.append(Line(FIRST_LINE, None, blank))
        return tuple(made)

    def _line_controls(
        self,
        view: FieldView,
        name: str,
        anchor: str,
        line: Mapping[str, Json],
        titled: Mapping[str, object],
        standing: FieldState,
    ) -> tuple[Control, ...]:
        return tuple(
            self.control(
                inner,
                f"{name}.{inner.key}",
                f"{anchor}-{inner.key}",
                line.get(inner.key),
                titled.get(inner.key),
                FieldState(True, inner.required, standing.read_only or inner.system),
            )
            for inner in view.lines
        )


def _referenced(chosen: Sequence[Json], shown: object) -> tuple[Choice, ...]:
    """Return what is chosen with the titles that the runtime gives: one for each."""
    ids = [str(key) for key in chosen if key]
    titles = [shown_text(title) for title in shown] if isinstance(shown, list | tuple) else [shown_text(shown)]
    if len(titles) != len(ids):
        titles = [""] * len(ids)
    return tuple(
        Choice(key, title or gettext("(not visible to you)"), True) for key, title in zip(ids, titles, strict=True)
    )
