"""What the page of a record shows besides the record: its facts, what points at it, and what happened around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.catalog.pages.blocks import Block, Event, Timeline
from engine.catalog.pages.definitions import FactsBlockDef, RelatedBlockDef, TimelineBlockDef
from engine.decision.facts import Query, RecordQuery
from engine.decision.words import title
from engine.forms.definitions import RelationDef
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text, start_of_day
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.types import DateType
from engine.runtime.history import history_of
from engine.runtime.listing import COUNT_BOUND, usual_sort
from engine.runtime.pages_look import Look
from engine.runtime.pages_views import EventView, FactsView, RelatedView, TabView, TimelineView
from engine.runtime.related import Relation, points_at, relations_of
from engine.runtime.showing import pointed_at, prefetch, record_view
from engine.runtime.views import HistoryView, RecordView
from engine.storage.glances import Glance, counts, first_ids

RELATED_ROWS = 5
WHOLE = 200
"""How many entries a timeline has that is shown whole."""

RELATED = RelatedBlockDef(Text("相关记录", "Related records"))
TIMELINE = Timeline(TimelineBlockDef(Text("时间线", "Timeline")), ())


def usual_blocks(form: Form) -> tuple[Block, ...]:
    """Return the blocks of a record's page that no document states."""
    facts = (FactsBlockDef(section.labels, section.fields) for section in form.definition.sections)
    return (*facts, RELATED, TIMELINE)


def facts_view(look: Look, form: Form, record: RecordView, block: FactsBlockDef) -> FactsView | None:
    """Return which of the fields have something to show; None where none has."""
    view = look.view(form)
    keys = tuple(
        key
        for key in block.fields
        if (key in view.fields or key in view.labels_of_system) and record.fields.get(key) not in (None, "", [])
    )
    return FactsView(block.labels, keys) if keys else None


@dataclass(frozen=True)
class _Asked:
    """A list whose first records a page of a record shows: of a relation, for its tab or for the timeline."""

    relation: Relation
    glance: Glance
    limit: int
    event: Event | None = None


@dataclass(frozen=True)
class RecordParts:
    """What the blocks of one record's page show, fetched together."""

    look: Look
    form: Form
    row: Row
    blocks: Sequence[Block]
    open: str | None
    whole: bool

    def views(self) -> tuple[RelatedView | None, TimelineView | None]:
        """Return the related lists and the timeline, where the page has them."""
        related = next((block for block in self.blocks if isinstance(block, RelatedBlockDef)), None)
        timeline = next((block for block in self.blocks if isinstance(block, Timeline)), None)
        every = {item.definition.key: item for item in relations_of(self.look.reading, self.form)}
        tabs = [] if related is None else self._tabs(related, every)
        opened = next((tab for tab in tabs if tab.key == self.open), None)
        opened = opened or next((tab for tab in tabs if tab.count), None)
        asked = [] if opened is None else [self._of_tab(every[opened.key])]
        asked += [] if timeline is None else self._of_events(timeline, every)
        rows = self._rows(asked)
        shown = () if opened is None else tuple(self._record(asked[0].relation.target, row) for row in rows[0])
        through = "" if opened is None else every[opened.key].through
        events = [pair for pair in zip(asked, rows, strict=True) if pair[0].event is not None]
        return (
            None if related is None or not tabs else RelatedView(related.labels, tuple(tabs), opened, shown, through),
            None if timeline is None else self._timeline(timeline, events),
        )

    def _tabs(self, block: RelatedBlockDef, every: dict[str, Relation]) -> list[TabView]:
        listed = [item for key, item in every.items() if block.relations is None or key in block.relations]
        if block.relations is not None:
            listed.sort(key=lambda item: block.relations.index(item.definition.key) if block.relations else 0)
        found = counts(self.look.reading.connection, [self._glance(item) for item in listed], COUNT_BOUND)
        return [
            self._tab(item.definition, item, count, exact=exact)
            for item, (count, exact) in zip(listed, found, strict=True)
        ]

    def _tab(self, definition: RelationDef, item: Relation, count: int, *, exact: bool) -> TabView:
        view = self.look.view(item.target)
        direct = definition.lines is None and definition.reference in view.fields and view.may_create
        return TabView(definition.key, definition.labels, view, count, exact, definition.reference if direct else None)

    def _glance(self, item: Relation, sort: str = "id") -> Glance:
        found = self.look.glance(item.target, None, sort, [points_at(self.look.reading, item, str(self.row["id"]))])
        if found is None:  # without a condition of the page there is nothing that could be closed
            raise LookupError(item.definition.key)
        return found

    def _of_tab(self, item: Relation) -> _Asked:
        return _Asked(item, self._glance(item, usual_sort(self.look.reading, item.target)), RELATED_ROWS)

    def _of_events(self, timeline: Timeline, every: dict[str, Relation]) -> list[_Asked]:
        limit = WHOLE if self.whole else timeline.definition.limit
        asked = []
        for event in timeline.events:
            item = every.get(event.definition.relation)
            at = event.definition.at
            if item is None or at in self.look.reading.access(item.target).not_always_shown:
                continue
            within = [points_at(self.look.reading, item, str(self.row["id"]))]
            glance = self.look.glance(item.target, event.filter, f"-{at}", within)
            if glance is not None:
                asked.append(_Asked(item, glance, limit + 1, event))
        return asked

    def _rows(self, asked: Sequence[_Asked]) -> list[list[Row]]:
        """Return the first rows of each list, and fetch all that they point at, each form once."""
        reading = self.look.reading
        ids = first_ids(reading.connection, [(item.glance, item.limit) for item in asked])
        named = [[(item.relation.target, id) for id in found] for item, found in zip(asked, ids, strict=True)]
        reading.fetch(RecordQuery(form.app, form.key, id) for found in named for form, id in found)
        rows = [
            [row for form, id in found if (row := reading.record(form.app, form.key, id)) is not None]
            for found in named
        ]
        wanted: list[Query] = []
        for item, found in zip(asked, rows, strict=True):
            wanted.extend(pointed_at(item.relation.target, found))
        reading.fetch(wanted)
        for item, found in zip(asked, rows, strict=True):
            if item.event is not None and item.event.sentence is not None:
                self.look.prepare(item.relation.target, found, item.event.sentence.expressions)
            else:
                prefetch(reading, item.relation.target, found)
        return rows

    def _record(self, form: Form, row: Row) -> RecordView:
        return record_view(self.look.reading, form, row)

    def _timeline(self, timeline: Timeline, events: Iterable[tuple[_Asked, list[Row]]]) -> TimelineView:
        reading, limit = self.look.reading, WHOLE if self.whole else timeline.definition.limit
        history = history_of(reading, self.form, self.row)
        every = self.whole or timeline.definition.rules
        found: list[HistoryView | EventView] = [entry for entry in history if every or entry.rule is None]
        silent = len(history) - len(found)
        for asked, rows in events:
            found.extend(view for row in rows if (view := self._event(asked, row)) is not None)
        found.sort(key=lambda entry: entry.at, reverse=True)
        return TimelineView(timeline.definition.labels, tuple(found[:limit]), silent > 0 or len(found) > limit)

    def _event(self, asked: _Asked, row: Row) -> EventView | None:
        form, event = asked.relation.target, asked.event
        if event is None or row.get(event.definition.at) is None:
            return None
        reading, kind = self.look.reading, form.scope.fields[event.definition.at].type
        by_day = isinstance(kind, DateType)
        at = row[event.definition.at]
        flow = reading.app(form.app).workflows.get(form.key)
        state = flow.states.get(row.get("state") or "") if flow else None
        closed = reading.access(form).hidden(row, reading.surroundings(form.app))
        said = self.look.words(form, row, event.sentence) or title(reading, form, row, reading.viewer.language)
        return EventView(
            at=moment_text(start_of_day(at, reading.app(form.app).zone) if by_day else at),
            whole_day=by_day,
            sentence=said,
            icon=event.definition.icon,
            app=form.app,
            form=form.key,
            id=str(row["id"]),
            labels=form.definition.labels,
            state=None if state is None or "state" in closed else row["state"],
            of=self.look.view(form),
        )
