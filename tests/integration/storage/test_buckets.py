"""Buckets of time in whole numbers: the same as by the calendar, in zones with and without summer time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from engine.boards.boards import Dimension
from engine.boards.compiling import compile_metric
from engine.boards.definitions import DimensionDef, MeasureDef, MetricDef
from engine.kernel.clocks import DAY_MS, FIRST_MOMENT, LAST_MOMENT, datetime_of
from engine.kernel.problems import Text
from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.queries import SqlContext, to_value
from engine.language.gathering import Gathering
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import DateTimeType
from engine.storage.metrics_buckets import offsets, value_of

NOW = 1_790_000_000_123
ROW = sa.select(sa.bindparam("t", type_=sa.BigInteger()).label("t")).subquery("x")
SCOPE = Scope(FormScope("a", "x", {"t": FieldScope("t", "t", DateTimeType(), Text("时", "t"))}))


@dataclass(frozen=True)
class Run:
    """A run in a zone."""

    zone: str
    now: int = NOW
    today: int = NOW // DAY_MS


def dimension(bucket: str) -> Dimension:
    count = MeasureDef("m", "n", Text("数", "n"), "count")
    definition = MetricDef("u", "k", Text("名", "k"), "x", (count,), (DimensionDef("d", "d", "t", None, bucket),))
    metric = compile_metric(definition, Gathering(SCOPE), "a", ("a", "x"), {})
    assert metric is not None
    return metric.dimensions[0]


@pytest.fixture(scope="module")
def engine():
    found = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with found.connect() as connection:
        sqlite_functions.register(connection.connection.dbapi_connection)
    yield found
    found.dispose()


MOMENTS = st.one_of(
    st.integers(NOW - 2_000 * DAY_MS, NOW + 1_500 * DAY_MS), st.integers(FIRST_MOMENT, LAST_MOMENT), st.none()
)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("bucket", ["day", "week", "month"])
def test_bucket_is_that_of_the_calendar_when_it_is_worked_out_in_numbers(engine, zone, bucket):
    scope = SqlContext("sqlite", ROW, lambda _app, _form: ROW, Run(zone))
    item = dimension(bucket)
    query = sa.select(value_of(item, scope), to_value(item.value, scope))

    @given(MOMENTS)
    def agree(moment):
        with engine.connect() as connection:
            quick, exact = connection.execute(query, {"t": moment}).one()
        assert quick == exact

    agree()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati"])
def test_postgresql_cuts_moments_as_the_calendar_does(postgres_url, zone):
    row = sa.select(sa.bindparam("t", type_=sa.DateTime(timezone=True)).label("t")).subquery("x")
    scope = SqlContext("postgresql", row, lambda _app, _form: row, Run(zone))
    items = [dimension(bucket) for bucket in ("day", "week", "month")]
    query = sa.select(*(made for item in items for made in (value_of(item, scope), to_value(item.value, scope))))
    found = sa.create_engine(postgres_url)
    with found.connect() as connection:

        @given(MOMENTS)
        def agree(moment):
            at = None if moment is None else datetime_of(moment)
            values = connection.execute(query, {"t": at}).one()
            assert values[::2] == values[1::2]

        agree()
    found.dispose()


def test_spans_leave_out_days_when_clocks_change():
    spans = offsets("Europe/Berlin", 2026)
    assert {ahead for _, _, ahead in spans} == {3_600_000, 7_200_000}
    assert all(first < end for first, end, _ in spans)
    assert len(offsets("Asia/Shanghai", 2026)) == 1


def test_function_is_seldom_called_when_moments_are_near(engine):
    calls = []
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.create_function("youju_day_of", 2, lambda moment, _zone: calls.append(moment) or 0)
        scope = SqlContext("sqlite", ROW, lambda _app, _form: ROW, Run("Asia/Shanghai"))
        connection.execute(sa.select(value_of(dimension("week"), scope)), {"t": NOW}).all()
        sqlite_functions.register(raw)
    assert calls == []
