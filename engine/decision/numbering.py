"""Numbers of new records: a token stands for each until all else is decided, and storage puts the number in its place.

So a number is given only to what is really written, and the lock of its counter is the last one that a write takes.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.decision.changeset import Numbering, RecordWrite
from engine.decision.pending import Saving
from engine.decision.work import Work
from engine.forms.forms import Field
from engine.forms.numbers import number_pattern
from engine.kernel.clocks import date_of, day_of
from engine.kernel.values import Row, Value

OPEN, CLOSE = "\ue000", "\ue001"
"""What a token begins and ends with: characters of the private use area, around the id of the command and a number."""


def tokens(saving: Saving) -> Mapping[str, Value]:
    """Return a token for each number that a new record is to have, and note what it stands for."""
    work, made = saving.work, dict[str, Value]()
    if saving.before is not None:
        return made
    for item in saving.form.numbered:
        if saving.row.get(item.key) is None:
            made[item.key] = token = f"{OPEN}{work.command.id}:{len(work.numbers)}{CLOSE}"
            day = date_of(day_of(work.moment, saving.app.zone))
            frame = number_pattern(item.pattern).frame(day)
            work.numbers.append(Numbering(saving.app.key, saving.form.key, item.definition.uid, frame, token=token))
    return made


def note_given(saving: Saving) -> None:
    """Note numbers that came with a record: those that the system gives afterwards go on behind them."""
    old: Mapping[str, Value] = saving.before or {}
    for item in saving.form.numbered:
        value = saving.row.get(item.key)
        if value is None or value == old.get(item.key) or is_token(value):
            continue
        found = number_pattern(item.pattern).read(str(value))
        if found is not None:
            saving.work.numbers.append(_reached(saving, item, *found))


def _reached(saving: Saving, item: Field, period: str, run: int) -> Numbering:
    day = date_of(day_of(saving.work.moment, saving.app.zone))
    frame = number_pattern(item.pattern).frame(day)
    kept = type(frame)(frame.before, frame.after, frame.width, period)
    return Numbering(saving.app.key, saving.form.key, item.definition.uid, kept, reached=run)


def is_token(value: Value) -> bool:
    """Tell whether a value stands for a number that is not given yet."""
    return isinstance(value, str) and value.startswith(OPEN) and value.endswith(CLOSE)


def without_tokens(row: Row) -> dict[str, Value]:
    """Return a row that is not written: what has no number yet has none."""
    return {key: None if is_token(value) else value for key, value in row.items()}


def numbers_of(work: Work) -> tuple[Numbering, ...]:
    """Return what is to be numbered of what is written: a record that came to nothing takes no number."""
    written = {value for write in work.writes for value in _tokens_of(write)}
    return tuple(one for one in work.numbers if one.token is None or one.token in written)


def _tokens_of(write: RecordWrite) -> set[str]:
    return {value for value in write.changes.values() if is_token(value)} if write.kind == "insert" else set()
