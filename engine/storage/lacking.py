"""Indices that tables ought to have and lack, because they were made when such indices were not asked for yet.

A plan knows what one revision asks for more than another; of tables that came with an earlier version of the engine the
old revision asks for what nobody has built. Unique indices are left out: these have been asked for since ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, inspect

from engine.catalog.tables import TableSpec
from engine.storage.ddl import AddIndex, Step
from engine.storage.form_tables import indices_of


def with_lacking(connection: Connection, steps: Sequence[Step], specs: Iterable[TableSpec]) -> tuple[Step, ...]:
    """Return the steps of a plan and, behind them, those that build what indices its tables lack beside."""
    planned = {step.index.name for step in steps if isinstance(step, AddIndex)}
    wanted = [
        AddIndex(spec, index)
        for spec in specs
        for index in indices_of(spec)
        if not index.unique and index.name not in planned
    ]
    names = sorted({step.spec.name for step in wanted})
    found = inspect(connection).get_multi_indexes(filter_names=names) if names else {}
    there = {str(index["name"]) for indices in found.values() for index in indices}
    known = {name for _, name in found}
    return (*steps, *(step for step in wanted if step.spec.name in known and step.index.name not in there))
