"""What of one record a viewer may not see: whether an expression over it reads something that is closed to them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.catalog.printouts.sieves import Sieve
from engine.forms.forms import Form
from engine.kernel.values import Row
from engine.language.expressions import ReadSet
from engine.runtime.reading import Reading
from engine.runtime.sight import not_open


def is_closed(reading: Reading, form: Form, row: Row, reads: ReadSet) -> bool:
    """Tell whether these reads touch what the viewer may not see, in this record or in one that it points at."""
    hidden = reading.access(form).hidden(row, reading.surroundings(form.app))
    if hidden & (reads.fields | reads.old_fields) or any(not_open(reading, form.app, form.key, reads)):
        return True
    return not all(_is_seen(reading, form, row, path.split(".")) for path, _ in reads.paths)


def _is_seen(reading: Reading, form: Form, row: Row, way: Iterable[str]) -> bool:
    """Tell whether every record on a way of references is the viewer's to read."""
    here: Form | None = form
    held: Row | None = row
    for reference in way:
        if here is None or held is None:
            break
        kind = here.scope.fields[reference].type
        app, key = getattr(kind, "app", here.app), getattr(kind, "form", here.key)
        here, id = reading.catalog.form(app, key), held.get(reference)
        held = reading.record(app, key, str(id)) if id else None
        if here is not None and held is not None and not reading.may_see(here, held):
            return False
    return True


def sieve_of(reading: Reading, form: Form, row: Row) -> Sieve:
    """Return what of a record is closed to the viewer."""

    def closed_inside(app: str, key: str, reads: ReadSet) -> bool:
        return any(not_open(reading, app, key, reads))

    return Sieve(lambda reads: is_closed(reading, form, row, reads), closed_inside)
