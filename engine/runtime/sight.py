"""What a viewer may ask about: the fields, references and relations that an expression reads and the viewer may not."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.expressions import ReadSet, reads_of
from engine.language.tree import PARENT
from engine.runtime.reading import Reading


def not_open(reading: Reading, app: str, form_key: str, reads: ReadSet) -> Iterator[str]:
    """Go through what an expression over a form, or over lines (``form.field``), reads and the viewer may not."""
    own, _, lines = form_key.partition(".")
    form = reading.catalog.form(app, own)
    closed = reading.access(form).not_always_shown if form is not None else frozenset()
    yield from (key for key in reads.fields | reads.old_fields if not lines and key in closed)
    for path, key in reads.paths:
        target_app, target = reads.forms[path]
        yield from (f"{path}.{key}" for _ in range(not _is_open(reading, target_app, target, key, path, lines)))
    for path, aggregate in (*(("", item) for item in reads.aggregates), *reads.distant):
        outer, _, field = aggregate.form.partition(".")
        is_own_lines = not path and not lines and aggregate.reference == PARENT
        if is_own_lines and field in closed:
            yield field
        elif not is_own_lines and not _is_wholly_open(reading, aggregate.app, outer, field):
            yield f"{path}.{aggregate.form}".lstrip(".")
        for tree in (aggregate.value, aggregate.where):
            if tree is not None:
                yield from not_open(reading, aggregate.app, aggregate.form, reads_of(tree))


def _is_open(reading: Reading, app: str, form_key: str, key: str, path: str, lines: str) -> bool:
    """Tell whether a field at the end of a reference may be asked about.

    Over one reference the rows are looked at one by one (``within_sight``); over several, or from lines, every row of
    the form must be the viewer's to read.
    """
    form = reading.catalog.form(app, form_key)
    if form is None:
        return False
    access = reading.access(form)
    looked_at = "." not in path and not lines
    return access.may("read") and key not in access.not_always_shown and (looked_at or access.rows("read") is None)


def _is_wholly_open(reading: Reading, app: str, form_key: str, field: str) -> bool:
    form = reading.catalog.form(app, form_key)
    if form is None:
        return False
    access = reading.access(form)
    return access.may("read") and access.rows("read") is None and field not in access.not_always_shown
