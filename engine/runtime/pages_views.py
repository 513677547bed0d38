"""The plain types that pages are answered with: blocks with what they show, as one viewer may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.approvals_views import ApprovalView
from engine.runtime.boards_views import BoardSummary, BoardView
from engine.runtime.views import (
    ChoiceView,
    DutyView,
    FormView,
    HistoryView,
    Page,
    QuickActionView,
    RecordView,
    TaskView,
    TransitionView,
)

Colour = Literal["green", "yellow", "red"]


@dataclass(frozen=True)
class CreateButtonView:
    """Opens a form with these values in it, each in its JSON form."""

    labels: Text
    app: str
    form: str
    values: Mapping[str, Json]
    kind: Literal["create"] = "create"


@dataclass(frozen=True)
class OpenButtonView:
    """Opens a record."""

    labels: Text
    app: str
    form: str
    id: str
    kind: Literal["open"] = "open"


@dataclass(frozen=True)
class CallButtonView:
    """Calls a number: ``phone`` is as people write it, ``dial`` as a telephone takes it, ``who`` answers, if known."""

    labels: Text
    phone: str
    dial: str
    who: str = ""
    kind: Literal["call"] = "call"


@dataclass(frozen=True)
class TransitionButtonView:
    """Fires a transition that the viewer may try."""

    labels: Text
    transition: TransitionView
    kind: Literal["transition"] = "transition"


@dataclass(frozen=True)
class ActionButtonView:
    """Does a quick action: as one button, one for each of its choices, or after asking for what it needs."""

    labels: Text
    action: QuickActionView

    @property
    def asks(self) -> bool:
        """Whether something has to be filled in first."""
        return any(field.required or field.needed for field in self.action.ask)

    @property
    def groups(self) -> tuple[tuple[Text | None, tuple[ChoiceView, ...]], ...]:
        """The choices under what they stand for, in the order in which the groups come first."""
        named = dict.fromkeys(choice.group for choice in self.action.choices)
        return tuple((group, tuple(one for one in self.action.choices if one.group == group)) for group in named)

    kind: Literal["action"] = "action"


ButtonView = CreateButtonView | OpenButtonView | CallButtonView | TransitionButtonView | ActionButtonView


@dataclass(frozen=True)
class CardView:
    """A record, what is to be said of it, and what can be done about it."""

    record: RecordView
    form: FormView
    sentence: str
    light: Colour | None
    buttons: tuple[ButtonView, ...]


@dataclass(frozen=True)
class MoreView:
    """How many records of a form meet the condition of a source of cards, where not all of them are shown.

    ``board`` is the board, as app and key, on whose list they all stand, where they come of one.
    """

    labels: Text
    form: FormView
    filter: str | None
    count: int
    exact: bool
    board: tuple[str, str] | None = None


@dataclass(frozen=True)
class CreateView:
    """A button that makes a record."""

    labels: Text
    form: FormView
    kind: Literal["create"] = "create"


@dataclass(frozen=True)
class ListView:
    """The first records of a list."""

    labels: Text
    form: FormView
    page: Page
    filter: str | None
    sort: str | None
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class InboxView:
    """The first of what waits for the viewer; ``more`` where that is not all."""

    labels: Text
    tasks: tuple[TaskView, ...]
    more: bool
    kind: Literal["inbox"] = "inbox"


@dataclass(frozen=True)
class TextView:
    """A text."""

    labels: Text
    text: Text
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class CardsView:
    """What matters most, the most pressing first; ``at`` is when that was so, ``more`` where there is more to see."""

    labels: Text
    cards: tuple[CardView, ...]
    more: tuple[MoreView, ...]
    closing: Text | None
    at: str
    kind: Literal["cards"] = "cards"


@dataclass(frozen=True)
class BoardsView:
    """The boards in front of the viewer."""

    labels: Text
    boards: tuple[BoardSummary, ...]
    kind: Literal["boards"] = "boards"


@dataclass(frozen=True)
class BoardBlockView:
    """A board with no more than the one widget that is shown."""

    labels: Text
    board: BoardView
    kind: Literal["board"] = "board"


@dataclass(frozen=True)
class FigureView:
    """A number in its JSON form, None where there is nothing to take it of; ``filter`` opens what is behind it."""

    labels: Text
    form: FormView
    filter: str | None
    value: Json
    widget: Literal["number", "money"]
    unit: Text | None


@dataclass(frozen=True)
class FiguresView:
    """Numbers beside each other."""

    labels: Text
    figures: tuple[FigureView, ...]
    kind: Literal["figures"] = "figures"


@dataclass(frozen=True)
class FactsView:
    """Fields of the page's record, by key, without those that are blank or not the viewer's to see."""

    labels: Text
    fields: tuple[str, ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True)
class TabView:
    """One relation: how many records point at the page's record by it.

    ``through`` is the field by which they do, if a new record can be given it.
    """

    key: str
    labels: Text
    form: FormView
    count: int
    exact: bool
    through: str | None


@dataclass(frozen=True)
class RelatedView:
    """The relations of the page's record, and the first records of the one that is open."""

    labels: Text
    tabs: tuple[TabView, ...]
    open: TabView | None
    records: tuple[RecordView, ...]
    through: str
    kind: Literal["related"] = "related"


@dataclass(frozen=True)
class EventView:
    """A related record in a timeline: when, what is to be said of it, and which record of which form it is.

    ``whole_day`` says that no more than the day is known.
    """

    at: str
    whole_day: bool
    sentence: str
    icon: str | None
    app: str
    form: str
    id: str
    labels: Text
    state: str | None
    of: FormView


@dataclass(frozen=True)
class TimelineView:
    """Entries of the record's own history and related records, newest first; ``more`` where some are left out."""

    labels: Text
    entries: tuple[HistoryView | EventView, ...]
    more: bool
    kind: Literal["timeline"] = "timeline"


@dataclass(frozen=True)
class ActionsView:
    """What can be done next with the page's record."""

    labels: Text
    buttons: tuple[ButtonView, ...]
    kind: Literal["actions"] = "actions"


BlockView = (
    CreateView
    | ListView
    | InboxView
    | TextView
    | CardsView
    | FiguresView
    | BoardsView
    | BoardBlockView
    | FactsView
    | RelatedView
    | TimelineView
    | ActionsView
)


@dataclass(frozen=True)
class PageView:
    """A page of an app as it is ``at`` a moment; ``labels`` is None where it has no name of its own."""

    key: str
    labels: Text | None
    blocks: tuple[BlockView, ...]
    at: str


@dataclass(frozen=True)
class RecordPageView:
    """The page of a record; ``composed`` says that a document states it. ``summary`` stands below the name.

    ``approvals`` are those of the record, the latest first.
    """

    record: RecordView
    form: FormView
    blocks: tuple[BlockView, ...]
    composed: bool = False
    summary: str = ""
    light: Colour | None = None
    approvals: tuple[ApprovalView, ...] = ()
    duties: tuple[DutyView, ...] = ()


@dataclass(frozen=True)
class PageName:
    """A page by where it is and what it is called."""

    app: str
    key: str
    labels: Text


@dataclass(frozen=True)
class TabBarEntry:
    """One tab at the foot of a phone; ``form`` and ``page`` say what it opens, ``home`` that it is the app's home."""

    kind: Literal["page", "create", "list", "inbox", "me"]
    labels: Text | None
    icon: str | None
    page: str | None = None
    app: str | None = None
    form: str | None = None
    filter: str | None = None
    home: bool = False
