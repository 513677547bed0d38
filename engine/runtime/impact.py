"""What a change of a design does to the records that are there, counted before it happens; it only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text as SqlText
from sqlalchemy import cast, exists

from engine.catalog.change_words import named
from engine.catalog.comparing import ABSENT, Change, Put, Removed, place_of
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import StorageKind
from engine.runtime.turning import Turning
from engine.storage import filling
from engine.storage.form_tables import FormTables, Tables
from engine.storage.query import bounded_count

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from engine.storage.database import Dialect

COUNTED = 10_000
"""Records are counted up to here; beyond it there are "more than"."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What becomes of so many records; ``exact`` is False where there are more than ``records``."""

    what: Text
    place: str
    records: int
    exact: bool


def touched(
    connection: Connection, app: str, tables: Tables, old: Mapping[str, Json], changes: Iterable[Change]
) -> tuple[Touched, ...]:
    """Return what the changes from ``old`` do to records, where there are any; ``tables`` are those of ``old``."""
    look = _Look(connection, app, tables, old)
    return tuple(found for change in changes for found in look.at(change) if found.records)


def turned(connection: Connection, turnings: Iterable[Turning], dialect: Dialect) -> Iterator[Touched]:
    """Find how many values convert where a field gets another type, and how many do not and are kept aside."""
    for item in turnings:
        found = filling.estimate(connection, item.spec, item.turn, dialect, COUNTED)
        more = ("", "") if found.exact else (f"前{COUNTED}条里", f"of the first {COUNTED} records, ")
        place, labels = f"forms/{item.spec.form}.json#/fields/#{item.new.uid}/type", item.new.labels
        converted = Text(
            f"{more[0]}{found.converted}条记录的“{labels.zh}”换成新类型",
            f"{more[1]}{found.converted} have “{labels.en}” converted to the new type",
        )
        failed = Text(
            f"{more[0]}{found.failed}条记录的“{labels.zh}”换不了,会变成空白,原值另存,可以查看和恢复",
            f"{more[1]}{found.failed} have “{labels.en}” left blank, for it does not convert; it is kept aside",
        )
        counted = ((converted, found.converted), (failed, found.failed))
        yield from (Touched(what, place, records, found.exact) for what, records in counted if records)


@dataclass(frozen=True)
class _Look:
    """One look at the records of an app."""

    connection: Connection
    app: str
    tables: Tables
    old: Mapping[str, Json]

    def at(self, change: Change) -> Iterator[Touched]:
        """Find what one change does."""
        match change:
            case Put(path=(file,), old=dict() as document, new=new) if new is ABSENT and file.startswith("forms/"):
                yield from self._count(change, document["key"], "不再能看到,数据保留", "are kept and no longer seen")
            case Removed(path=(file, "fields"), element=field) if file.startswith("forms/"):
                yield from self._field(change, self.old[file]["key"], field)
            case Removed(path=(*_, "options"), element=option):
                for form, field in self._fields_with(change):
                    yield from self._option(change, form, field, option)
            case Put(path=(file, "fields", uid, "required"), new=str()) if file.startswith("forms/"):
                yield from self._unfilled(change, file, uid)

        # Anything else changes what happens next, and no record that is there.

    def _field(self, change: Change, form: str, field: Json) -> Iterator[Touched]:
        filled = self._filled(form, field["key"])
        if filled is None:
            return
        name = named("fields", field)
        said = (f"里的{name.zh}不再显示,数据保留", f"hold {name.en}, which is kept and no longer shown")
        yield from self._count(change, form, *said, filled)

    def _option(self, change: Change, form: str, field: str, option: Json) -> Iterator[Touched]:
        table = self.tables.get((self.app, form))
        column = table.main.columns.get(field) if table is not None else None
        if table is None or column is None:
            return
        held: ColumnElement[Any] = table.main.table.c[field]
        key = option["key"]
        several = column.kind is StorageKind.TEXTS
        has_it = cast(held, SqlText).contains(f'"{key}"', autoescape=True) if several else held == key
        name = named("options", option)
        yield from self._count(change, form, f"选了{name.zh}", f"have {name.en}", has_it)

    def _unfilled(self, change: Change, file: str, uid: str) -> Iterator[Touched]:
        form = self.old[file]
        field = next((item for item in form["fields"] if f"#{item['uid']}" == uid), None)
        filled = None if field is None else self._filled(form["key"], field["key"])
        if field is not None and filled is not None:
            name = named("fields", field)
            said = (f"没有填{name.zh},下次修改时要补上", f"lack {name.en}, and need it with their next change")
            yield from self._count(change, form["key"], *said, ~filled)

    def _filled(self, form: str, field: str) -> ColumnElement[bool] | None:
        """Return the condition that a field is filled, with lines where it holds any; None where it is no column."""
        table = self.tables.get((self.app, form))
        if table is None:
            return None
        if field in table.lines:
            lines = table.lines[field].table
            return exists().where(lines.c.parent == table.main.table.c.id)
        filled: ColumnElement[bool] | None = None
        if field in table.main.columns:
            filled = table.main.table.c[field].is_not(None)
        return filled

    def _fields_with(self, change: Change) -> Iterator[tuple[str, str]]:
        """Go through the form and the key of each field that has the options of a change."""
        file, *way = change.path
        for path, form in self.old.items():
            if not path.startswith("forms/"):
                continue
            for field in form["fields"]:
                own = path == file and way[:2] == ["fields", f"#{field['uid']}"]
                if own or (file == "option_lists.json" and field.get("option_list") == self._list_key(way[1])):
                    yield form["key"], field["key"]

    def _list_key(self, step: str) -> str | None:
        lists = self.old["option_lists.json"]["option_lists"]
        return next((item["key"] for item in lists if f"#{item['uid']}" == step), None)

    def _count(
        self, change: Change, form: str, zh: str, en: str, where: ColumnElement[bool] | None = None
    ) -> Iterator[Touched]:
        table: FormTables | None = self.tables.get((self.app, form))
        if table is None:
            return
        count, exact = bounded_count(self.connection, table, [] if where is None else [where], COUNTED)
        more = ("", "") if exact else ("多于", "More than ")
        records = "record" if count == 1 and exact else "records"
        what = Text(f"{more[0]}{count}条记录{zh}", f"{more[1]}{count} {records} {en}")
        yield Touched(what, place_of(change.path), count, exact)
