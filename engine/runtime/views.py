"""The plain types that the runtime answers with: all that the web needs to know of the engine's inside.

Values in ``fields`` are in their JSON form (numbers as decimal text, blank null, dates ISO, datetimes UTC with ``Z``,
references and persons as ids, lines as lists of objects with an ``id``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, Text
from engine.runtime.files_views import FileView


@dataclass(frozen=True)
class Viewer:
    """Who asks: a signed-in user. ``roles`` are of the form ``(app, role)``."""

    id: str
    name: str
    display_name: str
    language: str
    roles: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class OptionView:
    """One option of a choice; ``retired`` ones are shown only where they are already chosen."""

    key: str
    labels: Text
    retired: bool = False


@dataclass(frozen=True)
class FieldView:
    """What a page must know to draw one field. ``widget`` names the drawing; ``target`` is ``app.form`` of a reference.

    ``required`` says that it is always so (conditions aside), ``system`` that people never fill it, ``needed`` that no
    record is made without it being sent. ``limits`` are the bounds that its type is given: ``max_length``, ``min`` ….
    ``carried`` says that its default is taken over from another record, ``fixed`` that only a new record is given it.
    """

    key: str
    widget: str
    labels: Text
    help: Text | None = None
    options: tuple[OptionView, ...] = ()
    target: str | None = None
    lines: tuple[FieldView, ...] = ()
    scale: int = 0
    multiple: bool = False
    required: bool = False
    system: bool = False
    needed: bool = False
    limits: Mapping[str, Json] = field(default_factory=dict)
    carried: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class SectionView:
    """A titled group of fields, by key, in order."""

    key: str
    labels: Text
    fields: tuple[str, ...]


@dataclass(frozen=True)
class TransitionView:
    """A transition that may be offered; ``asks`` are fields to fill now, ``acknowledgement`` needs only a tap.

    ``needs`` are those of them that must be filled, of each group in ``one_of`` one field is enough. ``releases`` says
    that it lets a held record go; ``fires`` is the transition behind the action of a task.
    """

    key: str
    labels: Text
    asks: tuple[str, ...] = ()
    acknowledgement: bool = False
    target: str | None = None
    one_of: tuple[tuple[str, ...], ...] = ()
    releases: bool = False
    fires: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormView:
    """A form as one viewer may see it. ``choose_first`` is the choice to be made before the form opens, if any.

    ``transitions`` are the keys of all that people fire, ``buttons`` of all that they press, whoever may.
    """

    app: str
    key: str
    labels: Text
    fields: Mapping[str, FieldView]
    sections: tuple[SectionView, ...]
    list_fields: tuple[str, ...]
    states: Mapping[str, Text]
    state_kinds: Mapping[str, str]
    choose_first: str | None = None
    may_create: bool = False
    may_delete: bool = False
    may_export: bool = False
    start_transitions: tuple[TransitionView, ...] = ()
    zone: str = "Asia/Shanghai"
    labels_of_system: Mapping[str, Text] = field(default_factory=dict)
    transitions: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    state_lights: Mapping[str, str] = field(default_factory=dict)
    may_update: bool = False


@dataclass(frozen=True)
class FieldState:
    """How one field stands in a form being filled, by its conditions."""

    visible: bool = True
    required: bool = False
    read_only: bool = False


@dataclass(frozen=True)
class FormState:
    """A form being filled: the values after defaults and computation, and how each field stands.

    ``given`` are the fields that were filled in, without those that were left as their sender saw them; of those that
    are ``unread`` it cannot be told what was filled in.
    """

    fields: Mapping[str, Json]
    states: Mapping[str, FieldState]
    shown: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    given: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ButtonView:
    """A button of a record: pressing it runs a rule."""

    key: str
    labels: Text


@dataclass(frozen=True)
class DutyView:
    """What has to be recorded of a record in the period under way.

    So many are ``done`` of ``count``; ``until`` is the moment with which the last day begins. ``through`` is the field
    of ``form`` by which a new one points at the record, None where the viewer may make none.
    """

    labels: Text
    form: FormView
    through: str | None
    each: Literal["day", "week", "month"]
    done: int
    count: int
    until: str


@dataclass(frozen=True)
class RecordView:
    """A record as one viewer may see it.

    ``shown`` holds, per field, what people read: an option's or state's label as ``Text``, the title of a referenced
    record, a person's name; of fields that hold several, a list of these. ``title`` names the record itself.
    ``transitions`` are those the viewer may try now, ``buttons`` those they may press. ``answer`` is what the change
    that was just made is answered with.
    ``files`` are those that its fields name, by id. ``duties`` are those of its state as its page has them, None where
    they were not asked for; a record is the same one with them and without.
    """

    app: str
    form: str
    id: str
    version: int
    state: str | None
    held: Json
    fields: Mapping[str, Json]
    title: str
    shown: Mapping[str, object] = field(default_factory=dict)
    transitions: tuple[TransitionView, ...] = ()
    buttons: tuple[ButtonView, ...] = ()
    may_update: bool = False
    may_delete: bool = False
    answer: Text | None = None
    files: Mapping[str, FileView] = field(default_factory=dict)
    duties: tuple[DutyView, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ChoiceView:
    """One button of a quick action: what it says, what it stands under, and the fields that it sends."""

    labels: Text
    group: Text | None
    fields: Mapping[str, Json]


@dataclass(frozen=True)
class QuickActionView:
    """A quick action as it is offered. ``form`` is ``app.form`` of its record; ``ask`` are fields still to be filled.

    One with ``choices`` is a button for each of them, any other one button. One that ``finds`` makes no record: what it
    asks for is what it looks by.
    """

    app: str
    key: str
    labels: Text
    help: Text | None
    form: str
    ask: tuple[FieldView, ...] = ()
    choices: tuple[ChoiceView, ...] = ()
    finds: bool = False


@dataclass(frozen=True)
class Count:
    """How many records match; where ``exact`` is false, ``value`` is an estimate of two digits."""

    value: int
    exact: bool


@dataclass(frozen=True)
class Page:
    """One page of a list; ``next`` is the cursor of the following page, or None at the end."""

    items: tuple[RecordView, ...]
    next: str | None
    count: Count


@dataclass(frozen=True)
class ChangeView:
    """One field's change in a history entry, in the JSON form; ``shown`` is what people read."""

    key: str
    labels: Text
    before: Json
    after: Json
    before_shown: object = None
    after_shown: object = None


@dataclass(frozen=True)
class HistoryView:
    """One entry of a record's timeline. ``action`` is create, update, delete or a transition; ``labels`` name it.

    ``after`` says which approval made the change, and what it came to.
    """

    id: str
    at: str
    version: int
    action: str
    labels: Text
    by: str | None
    by_shown: object
    rule: str | None
    changes: tuple[ChangeView, ...]
    after: Text | None = None


@dataclass(frozen=True)
class TaskApprovalView:
    """The approval that asks by a task. ``plain`` says that it is approved by a tap, with nothing to fill or to score.

    ``instead_of`` names who is away where the task is not the viewer's own, ``until`` when they are back.
    """

    id: str
    plain: bool
    instead_of: str = ""
    until: str | None = None


@dataclass(frozen=True)
class TaskView:
    """A task in somebody's inbox. ``record`` is ``{"app", "form", "id", "title"}``."""

    id: str
    key: str
    title: Text
    record: Mapping[str, str]
    opened_at: str
    due: str | None
    actions: tuple[TransitionView, ...]
    approval: TaskApprovalView | None = None
    priority: str = "normal"


@dataclass(frozen=True)
class NotificationView:
    """A message to one person about a record."""

    id: str
    text: Text
    record: Mapping[str, str]
    at: str
    read: bool


@dataclass(frozen=True)
class AppView:
    """An installed app as one viewer may see it: ``forms`` are those in reach.

    ``sets_parameters`` says that the viewer may set the app's parameters, ``approves`` that it has approvals.
    """

    key: str
    labels: Text
    revision: int
    forms: Sequence[FormView]
    sets_parameters: bool = False
    zone: str = "Asia/Shanghai"
    approves: bool = False


@dataclass(frozen=True)
class ParameterView:
    """A parameter of an app. ``group`` is the first part of its key, with the label of the form of that key, if any.

    ``version`` counts its changes; ``changed_by``, a user, and ``changed_at`` are of the last one, None where there was
    none; ``changed_by_shown`` is what people read.
    """

    key: str
    group: str
    group_labels: Text | None
    field: FieldView
    value: Json
    default: Json
    version: int
    changed_at: str | None = None
    changed_by: str | None = None
    changed_by_shown: object = None

    @property
    def is_default(self) -> bool:
        """Tell whether the parameter is as it was designed."""
        return bool(self.value == self.default)


@dataclass(frozen=True)
class ParameterChange:
    """One change of a parameter, from the journal; ``field`` is None where the design has the parameter no more."""

    id: str
    key: str
    field: FieldView | None
    at: str
    by_shown: object
    before: Json
    after: Json
    reset: bool
