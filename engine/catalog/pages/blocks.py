"""Pages as they run: the blocks of documents with every expression compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.boards.boards import Widget
from engine.catalog.pages.definitions import (
    ActionButtonDef,
    ActionsBlockDef,
    BoardBlockDef,
    BoardsBlockDef,
    CardsBlockDef,
    CreateBlockDef,
    EventDef,
    FactsBlockDef,
    FigureDef,
    FiguresBlockDef,
    InboxBlockDef,
    ListBlockDef,
    PageDef,
    RelatedBlockDef,
    SourceDef,
    TabBarDef,
    TextBlockDef,
    TimelineBlockDef,
    TransitionButtonDef,
)
from engine.kernel.problems import Text
from engine.language.expressions import Expression
from engine.language.messages import Message

FormName = tuple[str, str]
"""A form by its app and its key."""


@dataclass(frozen=True, eq=False)
class CreateButton:
    """Opens a form that is filled in beforehand with the values of these expressions."""

    labels: Text
    form: FormName
    values: Mapping[str, Expression]


@dataclass(frozen=True, eq=False)
class OpenButton:
    """Opens the record of a form that the expression names; ``form`` may be one, too, of a text ``app.form``."""

    labels: Text
    form: FormName | Expression
    record: Expression


@dataclass(frozen=True, eq=False)
class CallButton:
    """Calls the number that the expression gives; ``who`` gives the name of whoever answers."""

    labels: Text
    phone: Expression
    who: Expression | None = None


Button = CreateButton | OpenButton | CallButton | TransitionButtonDef | ActionButtonDef


@dataclass(frozen=True, eq=False)
class Light:
    """When a light is red, else when it is yellow; otherwise it is green."""

    red: Expression | None
    yellow: Expression | None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The conditions that there are."""
        return tuple(item for item in (self.red, self.yellow) if item is not None)


@dataclass(frozen=True, eq=False)
class Source:
    """Records that become cards; ``rows`` is the list on a board that tells which, and what is said of each."""

    definition: SourceDef
    form: FormName
    filter: Expression | None
    rank: Expression | None
    sentence: Message | None
    light: Light | None
    buttons: tuple[Button, ...]
    rows: Widget | None = None


@dataclass(frozen=True, eq=False)
class Figure:
    """A number over records; ``of`` is what is added up, compared or averaged, None where they are counted."""

    definition: FigureDef
    form: FormName
    filter: Expression | None
    of: Expression | None


@dataclass(frozen=True, eq=False)
class Event:
    """Related records in a timeline."""

    definition: EventDef
    form: FormName
    filter: Expression | None
    sentence: Message | None


@dataclass(frozen=True, eq=False)
class Cards:
    """What matters most, of several sources."""

    definition: CardsBlockDef
    sources: tuple[Source, ...]


@dataclass(frozen=True, eq=False)
class Figures:
    """Numbers beside each other."""

    definition: FiguresBlockDef
    figures: tuple[Figure, ...]


@dataclass(frozen=True, eq=False)
class Timeline:
    """What happened to the page's record and around it."""

    definition: TimelineBlockDef
    events: tuple[Event, ...]


@dataclass(frozen=True, eq=False)
class Actions:
    """What can be done next."""

    definition: ActionsBlockDef
    buttons: tuple[Button, ...]


Block = (
    CreateBlockDef
    | ListBlockDef
    | InboxBlockDef
    | TextBlockDef
    | BoardsBlockDef
    | BoardBlockDef
    | FactsBlockDef
    | RelatedBlockDef
    | Cards
    | Figures
    | Timeline
    | Actions
)


@dataclass(frozen=True, eq=False)
class Page:
    """A page; ``summary`` and ``light`` are of the record that it shows, if it shows one."""

    definition: PageDef
    blocks: tuple[Block, ...]
    summary: Message | None = None
    light: Light | None = None

    @property
    def key(self) -> str:
        """The page's key."""
        return self.definition.key


@dataclass(frozen=True, eq=False)
class Pages:
    """The pages of an app and its tab bars; what is for certain roles goes before what is for everybody."""

    pages: tuple[Page, ...] = ()
    tab_bars: tuple[TabBarDef, ...] = ()

    def home(self, roles: frozenset[str]) -> Page | None:
        """Return the home page of somebody with these roles of the app."""
        return _first([page for page in self.pages if page.definition.home], roles)

    def of_record(self, form: str, roles: frozenset[str]) -> Page | None:
        """Return the page that shows the records of a form to somebody with these roles."""
        return _first([page for page in self.pages if page.definition.record == form], roles)

    def named(self, key: str, roles: frozenset[str]) -> Page | None:
        """Return the page of that key, if it is for these roles and not that of a record."""
        found = [page for page in self.pages if page.key == key and page.definition.record is None]
        return _first(found, roles)

    def personal(self, roles: frozenset[str]) -> list[Page]:
        """Return the pages that are about somebody with these roles, in their order."""
        own = [page for page in self.pages if page.definition.personal]
        return [page for page in own if not page.definition.for_roles or page.definition.for_roles & roles]

    def tabs(self, roles: frozenset[str]) -> TabBarDef | None:
        """Return the tab bar of somebody with these roles."""
        fitting = sorted(
            (bar for bar in self.tab_bars if not bar.for_roles or bar.for_roles & roles),
            key=lambda bar: not bar.for_roles,
        )
        return next(iter(fitting), None)


def _first(pages: list[Page], roles: frozenset[str]) -> Page | None:
    fitting = [page for page in pages if not page.definition.for_roles or page.definition.for_roles & roles]
    return next(iter(sorted(fitting, key=lambda page: not page.definition.for_roles)), None)
