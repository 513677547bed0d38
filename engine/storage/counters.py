"""Gives records their numbers: one counter for each field and period, counted up in the write that uses the number.

What is rolled back gives its number back, so there are no gaps; who writes next waits until it is decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Connection, case

from engine.decision.changeset import Changeset, Numbering
from engine.decision.numbering import CLOSE, OPEN
from engine.storage import system_tables
from engine.storage.upserts import insert_into

_COUNTER = system_tables.counter
_TOKEN = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")

CounterKey = tuple[str, str, str, str]
"""App, form, field and period."""


def numbered(connection: Connection, changesets: Sequence[Changeset]) -> list[Changeset]:
    """Give the numbers that changesets leave open, in their order, and return the changesets with them in place.

    Counters are locked in one order; each until the transaction ends.
    """
    wanted = sorted((one for each in changesets for one in each.numbers), key=_key)
    given: dict[str, str] = {}
    for key, group in groupby(wanted, key=_key):
        given |= _given(connection, key, list(group))
    return [cast("Changeset", _placed(each, given)) if each.numbers else each for each in changesets]


def _key(one: Numbering) -> CounterKey:
    return (one.app, one.form, one.field, one.frame.period)


def _given(connection: Connection, key: CounterKey, listed: Iterable[Numbering]) -> dict[str, str]:
    """Count a counter up by all of these at once; return the number for each token."""
    ones = list(listed)
    open_ones = [(one.token, one.frame) for one in ones if one.token is not None]
    reached = max((one.reached for one in ones if one.reached is not None), default=0)
    last = _counted(connection, key, len(open_ones), reached)
    first = last - len(open_ones) + 1
    return {token: frame.number(run) for run, (token, frame) in enumerate(open_ones, start=first)}


def _counted(connection: Connection, key: CounterKey, count: int, reached: int) -> int:
    """Count up by ``count`` from where the counter stands, at least from ``reached``; return where it stands then."""
    app, form, field, period = key
    new = {"app": app, "form": form, "field": field, "period": period, "last": reached + count}
    stood = case((_COUNTER.c.last < reached, reached), else_=_COUNTER.c.last)
    counting = insert_into(connection, _COUNTER).values(new)
    counting = counting.on_conflict_do_update(
        index_elements=["app", "form", "field", "period"], set_={"last": stood + count}
    )
    return int(connection.execute(counting.returning(_COUNTER.c.last)).scalar_one())


def _placed(value: Any, given: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever a changeset is made of
    """Return a value with numbers in place of tokens, itself where it has none."""
    if isinstance(value, str):
        return _TOKEN.sub(lambda found: given.get(found[0], found[0]), value) if OPEN in value else value
    if isinstance(value, Mapping):
        return {key: _placed(inner, given) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([_placed(inner, given) for inner in value])
    if is_dataclass(value) and not isinstance(value, type):
        changed = {item.name: _placed(getattr(value, item.name), given) for item in fields(value)}
        return replace(value, **changed)
    return value
