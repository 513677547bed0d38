"""Everything that pages, the API, jobs and scenarios ask of the runtime, put together over one database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from engine.connectors.outside import Outside
from engine.forms.field_types import FieldType
from engine.kernel.clocks import Clocks
from engine.kernel.identifiers import RandomBytes
from engine.kernel.registries import Registry
from engine.runtime.absences import Absences
from engine.runtime.approvals import Approvals
from engine.runtime.apps import Apps
from engine.runtime.attention import Attention
from engine.runtime.backtests.testing import BackTests
from engine.runtime.boards import Boards
from engine.runtime.boards_exports import BoardExports
from engine.runtime.boards_sent import BoardsSent
from engine.runtime.boards_snapshots import Snapshots
from engine.runtime.boards_subscriptions import BoardSubscriptions
from engine.runtime.calendars.days_off import DaysOff
from engine.runtime.catalogs import CatalogSource
from engine.runtime.connectors import Connectors
from engine.runtime.desk import Desk
from engine.runtime.directory import Directory
from engine.runtime.draft_documents import DraftDocuments
from engine.runtime.drafts import Drafts
from engine.runtime.execution import Execution
from engine.runtime.explaining import Explaining
from engine.runtime.exports.exports import Exports
from engine.runtime.files import Files
from engine.runtime.filters import Filters
from engine.runtime.hooks import Hooks
from engine.runtime.importing.imports import Imports
from engine.runtime.inbox import Inbox
from engine.runtime.pages import Pages
from engine.runtime.parameters import Parameters
from engine.runtime.printouts import Printouts
from engine.runtime.purging import Purging
from engine.runtime.quick_actions import QuickActions
from engine.runtime.records import Records
from engine.runtime.recycling.bin import Bin
from engine.runtime.related import Related
from engine.runtime.relocations import Relocations
from engine.runtime.runs.runs import Runs
from engine.runtime.saved_filters import SavedFilters
from engine.runtime.signing.envelopes import Envelopes
from engine.runtime.signing.links import Links
from engine.runtime.studio.studio import Studio
from engine.runtime.studio.trials import Trials
from engine.runtime.studio.words import StudioWords
from engine.runtime.telling import Telling
from engine.storage.contents.store import Contents, MemoryContents
from engine.storage.database import Database


@dataclass(frozen=True)
class Services:
    """The runtime's services over one database."""

    execution: Execution
    connectors: Connectors
    days_off: DaysOff
    hooks: Hooks
    desk: Desk
    absences: Absences
    approvals: Approvals
    apps: Apps
    attention: Attention
    records: Records
    files: Files
    related: Related
    relocations: Relocations
    inbox: Inbox
    pages: Pages
    parameters: Parameters
    explaining: Explaining
    backtests: BackTests
    boards: Boards
    board_exports: BoardExports
    board_subscriptions: BoardSubscriptions
    filters: Filters
    saved_filters: SavedFilters
    directory: Directory
    drafts: Drafts
    draft_documents: DraftDocuments
    printouts: Printouts
    envelopes: Envelopes
    links: Links
    purging: Purging
    studio: Studio
    studio_words: StudioWords
    telling: Telling
    trials: Trials
    quick_actions: QuickActions
    runs: Runs

    @cached_property
    def exports(self) -> Exports:
        """Records as files; one for all, since it counts how many are made at a time."""
        return Exports(self.desk)

    @property
    def snapshots(self) -> Snapshots:
        """The figures that metrics have kept."""
        return Snapshots(self.desk)

    @property
    def bin(self) -> Bin:
        """The records that were deleted."""
        return Bin(self.desk)

    @property
    def imports(self) -> Imports:
        """What is brought in from files."""
        return Imports(self.desk)

    @property
    def boards_sent(self) -> BoardsSent:
        """The boards that apps send."""
        return BoardsSent(self.desk)


def assemble(
    database: Database,
    clocks: Clocks,
    randomness: RandomBytes,
    types: Registry[FieldType],
    catalogs: CatalogSource | None = None,
    contents: Contents | None = None,
    outside: Outside | None = None,
) -> Services:
    """Return the services over an open, migrated database; ``catalogs`` is a source that knows its apps already.

    Without a home for the contents of files they are kept in memory: for instances that are thrown away.
    """
    source, home = catalogs or CatalogSource(types, database.dialect), contents or MemoryContents()
    return _at(Desk(Execution(database, source, clocks, randomness, home, outside or Outside())))


def _at(desk: Desk) -> Services:
    inbox, boards, trials, printouts = Inbox(desk), Boards(desk), Trials(desk), Printouts(desk)
    return Services(
        execution=desk.execution,
        connectors=Connectors(desk.execution),
        days_off=DaysOff(desk.execution),
        hooks=Hooks(desk.execution),
        desk=desk,
        absences=Absences(desk.execution),
        approvals=Approvals(desk),
        apps=Apps(desk),
        attention=Attention(desk.execution),
        records=Records(desk),
        files=Files(desk),
        related=Related(desk),
        relocations=Relocations(desk),
        inbox=inbox,
        pages=Pages(desk, inbox, boards),
        parameters=Parameters(desk),
        explaining=Explaining(desk),
        backtests=BackTests(desk, trials),
        boards=boards,
        board_exports=BoardExports(boards),
        board_subscriptions=BoardSubscriptions(desk, boards),
        filters=Filters(desk),
        saved_filters=SavedFilters(desk),
        directory=Directory(desk.execution),
        drafts=Drafts(desk),
        draft_documents=DraftDocuments(desk),
        printouts=printouts,
        envelopes=Envelopes(desk, printouts),
        links=Links(desk),
        purging=Purging(desk),
        studio=Studio(desk),
        studio_words=StudioWords(desk),
        telling=Telling(desk.execution),
        trials=trials,
        quick_actions=QuickActions(desk),
        runs=Runs(desk),
    )
