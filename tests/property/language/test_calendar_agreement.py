"""Formats, moments, durations and workdays: every pattern and every edge of the calendar, on all databases."""

from __future__ import annotations

from contextlib import closing

import pytest
import sqlalchemy as sa

from engine.language.backends.sql.queries import from_database, to_condition, to_value
from engine.language.compiling import compile_expression
from tests.property.language.generating import parts
from tests.property.language.worlds import APP, SCOPE, Database, made_rows, plain

ROWS = made_rows()
DEALS = ROWS[APP, "deal"]


def _agree(sources, postgres_url, zones=("Asia/Shanghai",)):
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:
        for source in sources:
            expression = compile_expression(source, SCOPE)
            for zone in zones:
                world = plain(ROWS, zone)
                expected = {row["id"]: expression.evaluate(row, world) for row in DEALS}
                held = {row["id"] for row in DEALS if expression.holds(row, world)}
                for database in (lite, server):
                    deal, scope = database.tables["deal"], database.scope(zone)
                    found = database.connection.execute(sa.select(deal.c.id, to_value(expression, scope)))
                    values = {key: from_database(value, expression.type, database.dialect) for key, value in found}
                    assert values == expected, (source, zone, database.dialect)
                    matching = sa.select(deal.c.id).where(to_condition(expression, scope))
                    assert set(database.connection.execute(matching).scalars()) == held, (source, zone)


@pytest.mark.parametrize("field", ["name", "note"])
def test_databases_agree_when_texts_have_a_format(postgres_url, field):
    formats = [f"{name}({field})" for name in ("is_email", "is_phone", "is_uscc")]
    globs = [f"matches({field}, {pattern})" for pattern in (*parts("P"), '"\\uffff*?"', '"?\\ufffd"', '"?\\ufffe?*"')]
    _agree([*formats, *globs, *(f"not {source}" for source in (*formats, *globs))], postgres_url)
