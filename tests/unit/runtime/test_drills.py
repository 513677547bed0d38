"""The records of a bucket are asked for by the days on which it and the next one begin, if there is a next one."""

from __future__ import annotations

from datetime import date

import pytest

from engine.boards.boards import Dimension
from engine.boards.definitions import DimensionDef
from engine.kernel.clocks import day_number
from engine.kernel.problems import Text
from engine.language.keeping import keep_expression
from engine.runtime.boards_drills import filter_of
from tests.support.apps import app, compiled, field, form

VISITS = compiled(app(form("visit", field("due", "date"), field("at", "datetime"))))


def asked(by, bucket, first):
    item = keep_expression(by, VISITS.scope("shop", "visit"))
    dimension = Dimension(DimensionDef("u", "when", by, bucket=bucket), Text("何时", "When"), item, item)
    return filter_of((), [(dimension, day_number(date.fromisoformat(first)))])


@pytest.mark.parametrize(
    ("bucket", "first", "following"),
    [
        ("day", "2026-12-31", "2027-01-01"), ("week", "2026-12-28", "2027-01-04"),
        ("month", "2026-12-01", "2027-01-01"), ("day", "9999-12-30", "9999-12-31"),
        ("month", "9999-11-01", "9999-12-01"),
    ],
)  # fmt: skip
def test_bucket_ends_where_the_next_one_begins_when_there_is_one(bucket, first, following):
    assert asked("due", bucket, first) == f"due >= {first} and due < {following}"
    assert asked("at", bucket, first) == f"at >= datetime({first}) and at < datetime({following})"


@pytest.mark.parametrize(("bucket", "first"), [("day", "9999-12-31"), ("week", "9999-12-27"), ("month", "9999-12-01")])
def test_bucket_has_no_end_when_the_calendar_ends_before(bucket, first):
    assert asked("due", bucket, first) == f"due >= {first}"
    assert asked("at", bucket, first) == f"at >= datetime({first})"
