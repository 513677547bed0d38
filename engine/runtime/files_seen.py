"""The files that a viewer's rows name, looked up once a reading: their names for words, their facts for pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.forms.captured.values import FILES, files_in, in_words
from engine.forms.forms import Field
from engine.kernel.clocks import moment_text
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.runtime.files_views import FileView
from engine.runtime.reading import Reading
from engine.storage import files
from engine.storage.files import FileRow


def look_up(reading: Reading, ids: Iterable[str]) -> None:
    """Get to know these files, those known already apart."""
    wanted = set(ids) - reading.files.keys()
    if wanted:
        reading.files.update({id: view_of(row) for id, row in files.find_many(reading.connection, wanted).items()})


def named_in(fields: Iterable[Field], row: Row) -> list[str]:
    """Return the ids of the files that these fields of a row name, those of lines included."""
    return [id for item in fields if row.get(item.key) is not None for id in _named(item, row[item.key])]


def _named(item: Field, value: Value) -> Iterable[str]:
    if item.type is not None:
        return files_in(item.definition, value)
    inside = [inner for inner in item.lines.values() if inner.definition.type in FILES]
    return [id for line in value for inner in inside for id in files_in(inner.definition, line.get(inner.key))]


def seen_in(reading: Reading, fields: Iterable[Field], row: Row) -> Mapping[str, FileView]:
    """Return the files that these fields of a row name, by id."""
    ids = named_in(fields, row)
    look_up(reading, ids)
    return {id: reading.files[id] for id in ids if id in reading.files}


def captured_words(reading: Reading, kind: str, value: Value) -> Text | list[Text]:
    """Return what was captured in words: a list of them where the field holds several."""
    names = {id: file.name for id, file in reading.files.items()}
    if isinstance(value, list | tuple):
        return [in_words(kind, one, names) for one in value]
    return in_words(kind, value, names)


def view_of(row: FileRow) -> FileView:
    """Return a file as it is told of."""
    return FileView(row.id, row.name, row.type, row.size, row.sha256, row.width, row.height, moment_text(row.at))
