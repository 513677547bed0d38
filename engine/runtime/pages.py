"""Pages of apps for a viewer: the blocks that documents state, with what they show; what is closed is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.catalog.naming import form_name
from engine.catalog.pages.blocks import Actions, Block, Cards, Figures, Page, Timeline
from engine.catalog.pages.definitions import (
    BoardBlockDef,
    BoardsBlockDef,
    CreateBlockDef,
    FactsBlockDef,
    InboxBlockDef,
    ListBlockDef,
    RelatedBlockDef,
    TabDef,
    TextBlockDef,
)
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Nature, Text
from engine.kernel.values import Row
from engine.runtime.approvals import approvals_of
from engine.runtime.boards import Boards, widget_view
from engine.runtime.boards_views import BoardView
from engine.runtime.buttons import whole_view
from engine.runtime.desk import Desk
from engine.runtime.inbox import Inbox
from engine.runtime.listing import list_page
from engine.runtime.pages_buttons import button_views, offered_on, standing_views
from engine.runtime.pages_cards import cards_view
from engine.runtime.pages_duties import duties_of
from engine.runtime.pages_figures import figures_view
from engine.runtime.pages_look import Look
from engine.runtime.pages_records import RecordParts, facts_view, usual_blocks
from engine.runtime.pages_views import (
    ActionButtonView,
    ActionsView,
    BlockView,
    BoardBlockView,
    BoardsView,
    CreateView,
    InboxView,
    ListView,
    PageName,
    PageView,
    RecordPageView,
    TabBarEntry,
    TextView,
)
from engine.runtime.showing import prefetch
from engine.runtime.views import RecordView, Viewer

SHOWN_TASKS = 5
OFFERED = Text("快捷动作", "Quick actions")


class Pages:
    """The pages of apps, and the tabs that lead to them."""

    def __init__(self, desk: Desk, inbox: Inbox, boards: Boards) -> None:
        """Read through ``desk``; ``inbox`` knows what waits, ``boards`` which boards there are."""
        self._desk = desk
        self._inbox = inbox
        self._boards = boards

    def home(self, viewer: Viewer, app: str) -> PageView:
        """Return the home page of an app for the viewer's roles; one without blocks where no document states any."""
        with self._desk.reading(viewer) as reading:
            look = Look(reading, reading.app(app).key)
            page = reading.app(app).pages.home(look.roles)
            return PageView("home", None, (), moment_text(reading.moment)) if page is None else self._page(look, page)

    def page(self, viewer: Viewer, app: str, key: str) -> PageView:
        """Return a page by its key; absent where there is none for the viewer's roles."""
        with self._desk.reading(viewer) as reading:
            look = Look(reading, reading.app(app).key)
            page = reading.app(app).pages.named(key, look.roles)
            if page is None or not any(reading.access(form).grants for form in reading.app(app).forms.values()):
                raise EngineError(ABSENT.at())
            return self._page(look, page)

    def record(
        self, viewer: Viewer, app: str, form: str, id: str, *, related: str | None = None, whole: bool = False
    ) -> RecordPageView:
        """Return the page of a record; ``related`` is the relation that is open, ``whole`` asks for the whole timeline.

        Absent where the record is not the viewer's to see.
        """
        with self._desk.reading(viewer) as reading:
            definition = reading.form(app, form)
            row = reading.record(app, form, id) if is_uuid(id) else None
            if row is None or not reading.may_see(definition, row):
                raise EngineError(ABSENT.at())
            prefetch(reading, definition, [row])
            record, look = whole_view(reading, definition, row), Look(reading, app)
            page = reading.app(app).pages.of_record(form, look.roles)
            blocks = usual_blocks(definition) if page is None else page.blocks
            parts = RecordParts(look, definition, row, blocks, related, whole)
            return RecordPageView(
                record=record,
                form=look.view(definition),
                blocks=tuple(self._of_record(look, parts, record, blocks)),
                composed=page is not None,
                summary="" if page is None else look.words(definition, row, page.summary),
                light=None if page is None else look.light(definition, row, page.light),
                approvals=approvals_of(reading, app, form, id),
                duties=tuple(duties_of(look, definition, row)),
            )

    def personal(self, viewer: Viewer) -> tuple[PageName, ...]:
        """Return the pages that are about the viewer, of all apps that the viewer has a part in."""
        with self._desk.reading(viewer) as reading:
            return tuple(
                PageName(app.key, page.key, page.definition.labels)
                for app in reading.catalog.apps.values()
                if any(reading.access(form).grants for form in app.forms.values())
                for page in app.pages.personal(Look(reading, app.key).roles)
                if page.definition.labels is not None
            )

    def tab_bar(self, viewer: Viewer, app: str) -> tuple[TabBarEntry, ...]:
        """Return the tabs of an app for the viewer's roles, without those that lead nowhere; none where none stand."""
        with self._desk.reading(viewer) as reading:
            found = reading.catalog.apps.get(app)
            bar = None if found is None else found.pages.tabs(Look(reading, app).roles)
            views = (_tab(Look(reading, app), tab) for tab in bar.tabs) if bar else ()
            return tuple(view for view in views if view is not None)

    def _page(self, look: Look, page: Page) -> PageView:
        views = (self._block(look, block) for block in page.blocks)
        shown = tuple(view for view in views if view is not None)
        return PageView(page.key, page.definition.labels, shown, moment_text(look.reading.moment))

    def _block(self, look: Look, block: Block) -> BlockView | None:
        """Return a block with what it shows, or None where this viewer has no use for it."""
        match block:
            case CreateBlockDef(labels, name):
                form = look.reading.catalog.form(*form_name(look.app, name))
                may = look.may_create(form_name(look.app, name))
                return CreateView(labels, look.view(form)) if form is not None and may else None
            case Actions(definition, buttons):
                standing = standing_views(look, buttons)
                return ActionsView(definition.labels, standing) if standing else None
            case TextBlockDef(labels, text):
                return TextView(labels, text)
            case InboxBlockDef(labels):
                tasks = self._inbox.open_tasks(look.reading.viewer, SHOWN_TASKS + 1)
                return InboxView(labels, tasks[:SHOWN_TASKS], len(tasks) > SHOWN_TASKS)
            case ListBlockDef():
                return _list(look, block)
            case Cards():
                return cards_view(look, block)
            case Figures():
                return figures_view(look, block)
            case BoardsBlockDef(labels):
                listed = self._boards.list(look.reading.viewer, look.app)
                boards = tuple(board for board in listed if board.mine)
                return BoardsView(labels, boards) if boards else None
            case BoardBlockDef():
                return _widget(look, block)
            case _:
                return None

    def _of_record(
        self, look: Look, parts: RecordParts, record: RecordView, blocks: Sequence[Block]
    ) -> Iterable[BlockView]:
        """Go through the blocks of a record's page."""
        related, timeline = parts.views()
        if not any(isinstance(block, Actions) for block in blocks):
            offered = offered_on(look, parts.form, parts.row)
            if offered:
                yield ActionsView(OFFERED, tuple(ActionButtonView(action.labels, action) for action in offered))
        for block in blocks:
            view: BlockView | None
            match block:
                case FactsBlockDef():
                    view = facts_view(look, parts.form, record, block)
                case RelatedBlockDef():
                    view = related
                case Timeline():
                    view = timeline
                case Actions():
                    view = _actions(look, parts.form, parts.row, record, block)
                case _:
                    view = self._block(look, block)
            if view is not None:
                yield view


def _actions(look: Look, form: Form, row: Row, record: RecordView, block: Actions) -> ActionsView | None:
    buttons = button_views(look, form, row, record, block.buttons)
    return ActionsView(block.definition.labels, buttons) if buttons else None


def _widget(look: Look, block: BoardBlockDef) -> BoardBlockView | None:
    """Return a board with the one widget; None where the viewer has nothing to see in it."""
    app = look.reading.app(look.app)
    board = app.boards[block.board]
    view = widget_view(look.reading, app, next(item for item in board.widgets if item.key == block.widget))
    if view is None:
        return None
    named, at = board.definition, moment_text(look.reading.moment)
    return BoardBlockView(block.labels, BoardView(look.app, board.key, named.labels, named.help, at, app.zone, (view,)))


def _list(look: Look, block: ListBlockDef) -> ListView | None:
    """Return the first records of a list; None where the viewer may not ask what its condition asks."""
    form = look.form(form_name(look.app, block.form))
    if form is None:
        return None
    try:
        page = list_page(look.reading, form, filter=block.filter, sort=block.sort, limit=block.limit, after=None)
    except EngineError as error:
        if error.nature not in (Nature.REFUSED, Nature.ABSENT):
            raise
        return None
    if block.quiet and not page.items:
        return None
    return ListView(block.labels, look.view(form), page, block.filter, block.sort)


def _tab(look: Look, tab: TabDef) -> TabBarEntry | None:
    """Return a tab; None where it leads to what is not the viewer's."""
    app, labels, form, home = None, tab.labels, None, False
    if tab.form is not None:
        form = look.reading.catalog.form(*form_name(look.app, tab.form))
        if form is None or not look.reading.access(form).may("create" if tab.kind == "create" else "read"):
            return None
        app, labels = form.app, labels or form.definition.labels
    if tab.page is not None:
        page = look.reading.app(look.app).pages.named(tab.page, look.roles)
        if page is None:
            return None
        app, labels = look.app, labels or page.definition.labels
        home = page is look.reading.app(look.app).pages.home(look.roles)
    return TabBarEntry(tab.kind, labels, tab.icon, tab.page, app, None if form is None else form.key, tab.filter, home)
