"""The bytes of an export, a portion of records at a time; nothing of a portion is kept when the next one comes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.kernel.canonical import Json, compact
from engine.kernel.clocks import datetime_of, zone
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.printouts import separated
from engine.printouts.long_sheets import LongSheet
from engine.printouts.sheets import Cell
from engine.runtime.exports.asking import Asked, Ending, Plan
from engine.runtime.exports.words import Table, hidden_in
from engine.runtime.reading import Reading
from engine.runtime.showing import fields_json
from engine.storage.query import stream_rows

PORTION: Final = 500
"""So many records are in memory at a time."""
BLOCK: Final = 65_536
"""Bytes of a file that lies ready are handed on in blocks of this size."""

_ABOUT: Final = Text("说明", "About")
_MADE: Final = Text("{at}({zone})· 按{name}的权限", "{at} ({zone}) · by the rights of {name}")
_REVISION: Final = Text("{app},第{revision}版", "{app}, revision {revision}")
_FILTER: Final = Text("条件:{filter}", "Condition: {filter}")
_ROWS: Final = Text("{count} 条记录", "{count} records")


@dataclass
class Making:
    """One export under way; ``rows`` are those read so far."""

    reading: Reading
    plan: Plan
    asked: Asked
    rows: int = 0

    @property
    def speech(self) -> str:
        """The language of the file's words."""
        return "en" if self.reading.viewer.language == "en" else "zh"

    def pieces(self, ending: Ending) -> Iterator[bytes]:
        """Yield the file."""
        match ending:
            case "ndjson":
                return self._ndjson()
            case "csv":
                return self._csv()
            case "xlsx":
                return self._xlsx()

    def name(self, ending: Ending) -> str:
        """Return what the file is called: the form, and when its records were as they are in it."""
        at = datetime_of(self.reading.moment).astimezone(zone(self.reading.app(self.plan.form.app).zone))
        return f"{self.plan.form.definition.labels.in_language(self.speech)} {at:%Y-%m-%d %H%M}.{ending}"

    def _portions(self) -> Iterator[tuple[Reading, Sequence[Row]]]:
        """Go through the records, with a reading that keeps what it looked up for one portion alone."""
        plan, reading = self.plan, self.reading
        tables = reading.tables(plan.form)
        found = stream_rows(
            reading.connection, tables, plan.where, sort=plan.sort, descending=plan.descending, size=PORTION
        )
        for rows in found:
            self.rows += len(rows)
            yield replace(reading, facts={}, releasers={}, files={}), rows

    def _ndjson(self) -> Iterator[bytes]:
        for reading, rows in self._portions():
            yield "".join(f"{compact(self._object(reading, row))}\n" for row in rows).encode()

    def _object(self, reading: Reading, row: Row) -> Json:
        """Return a record as the API has it, less why it is held; only the fields asked for, where some are."""
        form, hidden, wanted = self.plan.form, hidden_in(reading, self.plan.form, row), self.plan.columns
        fields = fields_json((item for item in form.live_fields() if not wanted or item.key in wanted), row)
        return {
            "id": row["id"],
            "version": row["version"],
            "state": None if "state" in hidden else row.get("state"),
            "fields": {
                key: value for key, value in fields.items() if key not in hidden and (not wanted or key in wanted)
            },
        }

    def _table(self) -> Table:
        return Table(self.plan.form, self.plan.columns or self.plan.usual, self.speech)

    def _csv(self) -> Iterator[bytes]:
        table = self._table()
        yield separated.MARK + separated.csv_lines([[Cell(head) for head in table.heads()]])
        for reading, rows in self._portions():
            yield separated.csv_lines(table.rows(reading, rows))

    def _xlsx(self) -> Iterator[bytes]:
        table = self._table()
        sheet = LongSheet(self.plan.form.definition.labels.in_language(self.speech), table.heads())
        for reading, rows in self._portions():
            sheet.add(table.rows(reading, rows))
        with tempfile.TemporaryFile() as target:
            sheet.save(target, _ABOUT.in_language(self.speech), self._notes())
            target.seek(0)
            while block := target.read(BLOCK):
                yield block

    def _notes(self) -> list[str]:
        reading, speech = self.reading, self.speech
        app = reading.app(self.plan.form.app)
        at = datetime_of(reading.moment).astimezone(zone(app.zone)).strftime("%Y-%m-%d %H:%M:%S")
        told = [
            _MADE.in_language(speech).format(at=at, zone=app.zone, name=reading.viewer.display_name),
            _REVISION.in_language(speech).format(app=app.labels.in_language(speech), revision=app.revision),
            _ROWS.in_language(speech).format(count=self.rows),
        ]
        return [*told, _FILTER.in_language(speech).format(filter=self.asked.filter)] if self.asked.filter else told
