"""Numbers of new records: each stays blank until all else is decided, and storage gives it when the record is written.

So a number is given only to what is really written, and nothing that is decided reads one that does not exist yet.
Where a text names the new record, a token stands for its number, and storage puts the number there, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.decision.changeset import Numbering
from engine.decision.pending import Saving
from engine.decision.work import Work
from engine.forms.forms import Form
from engine.forms.numbers import number_pattern
from engine.kernel.clocks import date_of, day_of
from engine.kernel.values import Row, Value
from engine.language.tree import Field as FieldNode


def note_numbers(saving: Saving) -> None:
    """Note which numbers a new record is to have, and those that came with a record: others go on behind these."""
    work, old = saving.work, dict[str, Value](saving.before or {})
    for item in saving.form.numbered:
        pattern, value = number_pattern(item.pattern), saving.row.get(item.key)
        frame = pattern.frame(date_of(day_of(work.moment, saving.app.zone)))
        known = (saving.app.key, saving.form.key, saving.key[2], item.key, item.definition.uid)
        if value is None:
            if saving.before is None:
                work.numbers.append(Numbering(*known, frame))
            continue
        found = None if value == old.get(item.key) else pattern.read(str(value))
        if found is not None:
            period, run = found
            work.numbers.append(Numbering(*known, frame.of(period), run))


def to_be_told(work: Work, form: Form, row: Row) -> Row:
    """Return a record as a text may name it: with tokens in place of numbers that it is yet to be given.

    Only where the title has the number as it is: of a token no part may be cut out.
    """
    open_ones: Mapping[str, Value] = {
        one.key: one.token
        for one in work.numbers
        if (one.app, one.form, one.record) == (form.app, form.key, row["id"]) and one.reached is None
    }
    reading = (one for one in form.title.expressions if one.reads.fields & open_ones.keys())
    whole = all(isinstance(one.tree, FieldNode) for one in reading)
    return {**row, **open_ones} if open_ones and whole else row
