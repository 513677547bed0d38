"""Type-ahead: the records that a few typed letters may mean, by name, by alias, or by the pinyin of these."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, false, or_, select

from engine.decision.words import title
from engine.forms.forms import Form
from engine.kernel.values import StorageKind
from engine.runtime.listing import LIMIT, readable
from engine.runtime.pinyin import may_mean, typed_letters
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch
from engine.storage.query import list_rows

LOOKED_THROUGH: Final = 2_000
"""So many records, those that were touched last, are looked through by pinyin (see docs/adr/0020)."""

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Found = tuple[tuple[str, str], ...]


def found_by(reading: Reading, form: Form, text: str, limit: int, fitting: Mapping[str, str] = NOTHING) -> Found:
    """Return ids and titles of readable records that a text may mean, newest first; those that contain it come first.

    What counts are the texts of the title and the fields by which the form says that a record is found. Of ``fitting``
    what is hidden from the viewer does not count: the list would tell it.
    """
    most, wanted = min(limit, LIMIT), text.strip()
    keys = naming(reading, form)
    columns = reading.tables(form).main.table.c
    hidden = reading.access(form).not_always_shown
    like = [columns[key] == id for key, id in fitting.items() if key in columns and key not in hidden]
    holding = [or_(false(), *(columns[key].icontains(wanted, autoescape=True) for key in keys))] if wanted else []
    found = _titled(reading, form, [*like, *holding], most)
    letters = typed_letters(wanted)
    if letters is None or len(found) >= most:
        return found
    known = {id for id, _ in found}
    spelled = [id for id in _spelled(reading, form, keys, letters) if id not in known][: most - len(found)]
    return (*found, *_titled(reading, form, [*like, columns["id"].in_(spelled)], most)) if spelled else found


def naming(reading: Reading, form: Form) -> list[str]:
    """Return the text fields that name a record, without those that are hidden from the viewer somewhere."""
    columns = reading.tables(form).main.columns
    hidden = reading.access(form).not_always_shown
    in_title = {key for part in form.title.expressions for key in part.reads.fields}
    named = sorted((in_title | set(form.definition.find_by)) - hidden)
    return [key for key in named if key in columns and columns[key].kind is StorageKind.TEXT]


def _titled(reading: Reading, form: Form, where: list[ColumnElement[bool]], limit: int) -> Found:
    conditions = [*readable(reading, form), *where]
    tables = reading.tables(form)
    rows, _ = list_rows(
        reading.connection, tables, conditions, sort="updated_at", descending=True, after=None, limit=limit
    )
    prefetch(reading, form, rows)
    return tuple((str(row["id"]), title(reading, form, row, reading.viewer.language)) for row in rows)


def _spelled(reading: Reading, form: Form, keys: list[str], letters: str) -> list[str]:
    """Return the ids of the records touched last of which a naming field may be read like the letters."""
    table = reading.tables(form).main.table
    query = select(table.c.id, *(table.c[key] for key in keys)).where(table.c.deleted_at.is_(None))
    query = query.where(*readable(reading, form)).order_by(table.c.updated_at.desc()).limit(LOOKED_THROUGH)
    rows = reading.connection.execute(query).all()
    return [str(id) for id, *names in rows if any(name and may_mean(letters, name) for name in names)]
