"""Rows of decision tables that decided, in words: number, key, policy and period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.catalog.apps import App
from engine.decision.tables_asked import day_text
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.decisions import decided_by
from engine.language.expressions import Surroundings
from engine.language.tables import DecisionTable, TableRow
from engine.language.tree import Lookup
from engine.runtime.explanations import NO_ROW, PartView, TableRowView, TableView

HIT = Text("命中的行", "The row that decides")


def deciding_rows(app: App, lookup: Lookup, row: Row, around: Surroundings) -> tuple[TableRowView, ...]:
    """Return the rows that decide in a look-up over a record."""
    found = decided_by(lookup, app.decision_tables[lookup.table].design, row, around)
    return tuple(_row_view(hit.row) for hit in found.deciding)


def row_parts(rows: tuple[TableRowView, ...]) -> Iterator[PartView]:
    """Go through rows that decide as parts of what was looked up; one part says it where none does."""
    if not rows:
        yield PartView(HIT, "value", None, NO_ROW)
    for row in rows:
        yield PartView(HIT, "value", None, row.words, source=row)


def view_of(app: App, lookup: Lookup, rows: tuple[TableRowView, ...]) -> TableView:
    """Return a look-up with the rows that decide."""
    return TableView(lookup.table, lookup.output, app.decision_tables[lookup.table].design.labels, rows)


def kept_view(app: App, kept: Json) -> TableView:
    """Return what a run kept of a look-up; a table that is gone is called by its key."""
    found = app.decision_tables.get(kept["table"])
    design = None if found is None else found.design
    labels = Text(kept["table"], kept["table"]) if design is None else design.labels
    rows = tuple(_kept_row(design, row) for row in kept["rows"])
    return TableView(kept["table"], kept["output"], labels, rows)


def _kept_row(design: DecisionTable | None, kept: Mapping[str, Json]) -> TableRowView:
    found = next((row for row in design.rows if row.name == kept["row"]), None) if design else None
    number, name = (None, kept["row"]) if found is None else (found.number, found.key or "")
    policy = None if kept["policy"] is None else Text.from_json(kept["policy"])
    period = (kept["valid_from"], kept["valid_to"])
    return TableRowView(kept["row"], number, policy, *period, _words(name, number, policy, period))


def _row_view(row: TableRow) -> TableRowView:
    period = (day_text(row.valid_from), day_text(row.valid_to))
    words = _words(row.key or "", row.number, row.policy, period)
    return TableRowView(row.name, row.number, row.policy, *period, words)


def _words(name: str, number: int | None, policy: Text | None, period: tuple[str | None, str | None]) -> Text:
    zh = f"第 {number} 行" if number is not None else "现已没有的行"
    en = f"row {number}" if number is not None else "a row that is gone now"
    if name:
        zh, en = f"{zh}({name})", f"{en} ({name})"
    if policy is not None:
        zh, en = f"{zh}:{policy.zh}", f"{en}: {policy.en}"
    valid = period_words(*period)
    return Text(f"{zh}({valid.zh})", f"{en} ({valid.en})") if valid is not None else Text(zh, en)


def period_words(first: str | None, last: str | None) -> Text | None:
    """Return a period of days, both included, in words; None where it has no ends."""
    match first, last:
        case None, None:
            return None
        case _, None:
            return Text(f"自 {first} 起", f"from {first}")
        case None, _:
            return Text(f"至 {last} 止", f"until {last}")
        case _:
            return Text(f"自 {first} 至 {last}", f"from {first} to {last}")
