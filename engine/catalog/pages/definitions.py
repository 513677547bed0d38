"""Pages as documents state them: blocks, buttons and tab bars, before anything in them is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.kernel.problems import Text

USUAL_CARDS = 3
USUAL_ROWS = 5
USUAL_ENTRIES = 20

Measure = Literal["count", "sum", "average", "min", "max"]


@dataclass(frozen=True, slots=True)
class CreateButtonDef:
    """Opens a form; ``values`` are expressions over the page's record by field of the form."""

    labels: Text
    form: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenButtonDef:
    """Opens the record that an expression names.

    ``form``, where that is not known beforehand, is an expression of a text ``app.form``, ``record`` of an id.
    """

    labels: Text
    record: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class CallButtonDef:
    """Calls the number that an expression gives; ``who`` is an expression of the name of whoever answers."""

    labels: Text
    phone: str
    who: str | None = None


@dataclass(frozen=True, slots=True)
class TransitionButtonDef:
    """Fires a transition, under its own label unless it has another here."""

    labels: Text | None
    transition: str


@dataclass(frozen=True, slots=True)
class ActionButtonDef:
    """Does a quick action, under its own label unless it has another here."""

    labels: Text | None
    action: str


ButtonDef = CreateButtonDef | OpenButtonDef | CallButtonDef | TransitionButtonDef | ActionButtonDef


@dataclass(frozen=True, slots=True)
class LightDef:
    """When a light is red, else when it is yellow; otherwise it is green."""

    red: str | None = None
    yellow: str | None = None


@dataclass(frozen=True, slots=True)
class RowsDef:
    """The rows of a list on a board; ``rank`` and ``sentence`` are keys of its columns."""

    board: str
    widget: str
    rank: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, slots=True)
class SourceDef:
    """Records that become cards: which, in which order, what each says, its light, and what can be done about it.

    With ``rows`` a list on a board says all that but what can be done. ``most`` is how many of them become cards.
    """

    form: str
    rows: RowsDef | None = None
    most: int | None = None
    filter: str | None = None
    rank: str | None = None
    sentence: Text | None = None
    light: LightDef | None = None
    buttons: tuple[ButtonDef, ...] = ()
    labels: Text | None = None


@dataclass(frozen=True, slots=True)
class FigureDef:
    """A number over the records of a form: how many, or a measure ``of`` a number of each."""

    labels: Text
    form: str
    filter: str | None = None
    measure: Measure = "count"
    of: str | None = None
    unit: Text | None = None


@dataclass(frozen=True, slots=True)
class EventDef:
    """Related records in a timeline; ``at`` is the field that says when."""

    relation: str
    at: str = "created_at"
    sentence: Text | None = None
    icon: str | None = None
    filter: str | None = None


@dataclass(frozen=True, slots=True)
class CreateBlockDef:
    """A button that makes a record."""

    labels: Text
    form: str


@dataclass(frozen=True, slots=True)
class ListBlockDef:
    """The first records of a form that meet a condition; a ``quiet`` one is left out while it is empty."""

    labels: Text
    form: str
    filter: str | None = None
    sort: str | None = None
    limit: int = USUAL_ROWS
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class InboxBlockDef:
    """What waits for the viewer."""

    labels: Text


@dataclass(frozen=True, slots=True)
class TextBlockDef:
    """A text."""

    labels: Text
    text: Text


@dataclass(frozen=True, slots=True)
class CardsBlockDef:
    """The ``limit`` records that matter most, of several forms; ``closing`` is said when there is nothing more."""

    labels: Text
    sources: tuple[SourceDef, ...]
    limit: int = USUAL_CARDS
    closing: Text | None = None


@dataclass(frozen=True, slots=True)
class FiguresBlockDef:
    """Numbers beside each other."""

    labels: Text
    figures: tuple[FigureDef, ...]


@dataclass(frozen=True, slots=True)
class BoardsBlockDef:
    """The boards that are in front of the viewer."""

    labels: Text


@dataclass(frozen=True, slots=True)
class BoardBlockDef:
    """One widget of a board."""

    labels: Text
    board: str
    widget: str


@dataclass(frozen=True, slots=True)
class FactsBlockDef:
    """Chosen fields of the page's record."""

    labels: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelatedBlockDef:
    """Records that point at the page's record, by relation; without ``relations``, by all of them."""

    labels: Text
    relations: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class TimelineBlockDef:
    """What happened to the page's record and around it, newest first; ``rules`` says that what rules did is told, too.

    Where it is shown whole, that is told in any case.
    """

    labels: Text
    events: tuple[EventDef, ...] = ()
    limit: int = USUAL_ENTRIES
    rules: bool = True


@dataclass(frozen=True, slots=True)
class ActionsBlockDef:
    """What can be done next with the page's record."""

    labels: Text
    buttons: tuple[ButtonDef, ...]


BlockDef = (
    CreateBlockDef
    | ListBlockDef
    | InboxBlockDef
    | TextBlockDef
    | CardsBlockDef
    | FiguresBlockDef
    | BoardsBlockDef
    | BoardBlockDef
    | FactsBlockDef
    | RelatedBlockDef
    | TimelineBlockDef
    | ActionsBlockDef
)


@dataclass(frozen=True, slots=True)
class PageDef:
    """A page. ``record`` is the form whose records it shows, with what stands below their name and their light.

    A ``personal`` one is about whoever looks at it: the page of oneself leads to it.
    """

    uid: str
    key: str
    labels: Text | None
    blocks: tuple[BlockDef, ...]
    home: bool = False
    for_roles: frozenset[str] = frozenset()
    record: str | None = None
    summary: Text | None = None
    light: LightDef | None = None
    personal: bool = False


@dataclass(frozen=True, slots=True)
class TabDef:
    """One tab: of a page, of making or listing records of a form, of the inbox, or of oneself."""

    kind: Literal["page", "create", "list", "inbox", "me"]
    labels: Text | None = None
    page: str | None = None
    form: str | None = None
    filter: str | None = None
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class TabBarDef:
    """The tabs at the foot of a phone, of whoever has one of the roles, or of everybody."""

    uid: str
    key: str
    tabs: tuple[TabDef, ...]
    for_roles: frozenset[str] = frozenset()
