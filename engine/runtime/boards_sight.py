"""What of a board a viewer may not see: expressions of the design that read fields which are hidden from the viewer."""

from __future__ import annotations

from collections.abc import Iterator

from engine.forms.forms import Form
from engine.language.expressions import Expression, ReadSet, reads_of
from engine.language.tree import PARENT
from engine.runtime.reading import Reading


def is_closed(reading: Reading, form: Form, *expressions: Expression | None) -> bool:
    """Tell whether one of these reads what is hidden from the viewer, in this form or in one that it reaches."""
    return any(
        found
        for expression in expressions
        if expression is not None
        for found in _closed(reading, form.app, form.key, expression.reads)
    )


def _closed(reading: Reading, app: str, form_key: str, reads: ReadSet) -> Iterator[bool]:
    """Go through the reads; true stands for one that is closed. Which rows are reached is the design's to say."""
    own, _, lines = form_key.partition(".")
    if not lines:
        yield from (_is_hidden(reading, app, own, key) for key in reads.fields)
    for path, key in reads.paths:
        yield _is_hidden(reading, *reads.forms[path], key)
    for aggregate in (*reads.aggregates, *(item for _, item in reads.distant)):
        outer, _, field = aggregate.form.partition(".")
        yield _is_hidden(reading, aggregate.app, outer, field or "id")
        if field and aggregate.reference != PARENT:
            yield _is_hidden(reading, aggregate.app, outer, field)
        for tree in (aggregate.value, aggregate.where):
            if tree is not None:
                yield from _closed(reading, aggregate.app, aggregate.form, reads_of(tree))


def _is_hidden(reading: Reading, app: str, form_key: str, key: str) -> bool:
    form = reading.catalog.form(app, form_key)
    if form is None:
        return True
    access = reading.access(form)
    return not access.may("read") or key in access.not_always_shown
