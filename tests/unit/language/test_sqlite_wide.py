"""Numbers beyond 18 digits on SQLite: its own arithmetic where 64 bits do, the exact functions where they do not."""

import itertools

import pytest
import sqlalchemy as sa

from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.queries import SqlContext, to_condition
from engine.language.compiling import compile_expression
from engine.language.plain import Plain
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import NumberType

TYPES = {"a": NumberType(2, 15), "b": NumberType(4, 15), "c": NumberType(0, 15), "w": NumberType(0, 30)}
FORM = FormScope("app", "row", {key: FieldScope(key, key, kind) for key, kind in TYPES.items()})
SCOPE = Scope(FORM)
WORLD = Plain.at(1_790_000_000_000)
TABLE = sa.table("numbers", sa.column("id"), *(sa.column(key, sa.BigInteger()) for key in TYPES))

_EDGES = (None, 0, 1, -1, 3, 5, -5, 999_999_999_999_999, -999_999_999_999_999, 3_037_000_500, 9_223_372_036_855, 92_233)
_WIDE = (None, 0, 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**29, -(10**29), 10**18)
ROWS = [
    {"id": str(number), "a": a, "b": b, "c": (7, None, -92_233)[number % 3], "w": _WIDE[number % len(_WIDE)]}
    for number, (a, b) in enumerate(itertools.product(_EDGES, _EDGES))
]

CONDITIONS = (
    "a * b > 500",
    "a * b >= -500",
    "a * b < 0",
    "a * b = 0",
    "a * b != 0",
    "a * b = 9223372036854",
    "a * b + c > 100",
    "c - a * b <= 1",
    "a * b * c > 500",
    "a * b * c = 0",
    "-(a * b) < 92233720368547",
    "a * b > a",
    "a * b = b * a",
    "a * b - b * a = 0",
    "a * b > b * c",
    "a * a * a * a * b > 1",
    "abs(a * b) > 9000",
    "a / b >= 0.95",
    "a / b = 1",
    "a / b < b / a",
    "a / b - 1 < 0.000001",
    "b / a <= -0.5",
    "w > 1",
    "w = 9223372036854775808",
    "w * a > w",
    "abs(w) > 5",
    "abs(a * b) * 2 > 5",
    "-w > 5",
    "w + a >= w",
    "w / 3 > 1",
    "a * b > 123456789012345678901234567890",
    "a * b = w",
)


@pytest.fixture(scope="module")
def numbers():
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        sqlite_functions.register(connection.connection.dbapi_connection)
        connection.exec_driver_sql("CREATE TABLE numbers (id TEXT, a, b, c, w)")
        stored = [
            {key: sqlite_functions.to_sqlite(value) if isinstance(value, int) else value for key, value in row.items()}
            for row in ROWS
        ]
        connection.execute(sa.insert(TABLE), stored)
        yield connection
    engine.dispose()


def _matching(connection, condition):
    return {row.id for row in connection.execute(sa.select(TABLE.c.id).where(condition))}


@pytest.mark.parametrize("negated", [False, True])
@pytest.mark.parametrize("source", CONDITIONS)
def test_comparison_is_exact_when_numbers_pass_64_bits(numbers, source, negated):
    expression = compile_expression(f"not ({source})" if negated else source, SCOPE)
    scope = SqlContext("sqlite", TABLE, lambda _app, _form: TABLE, WORLD)
    expected = {row["id"] for row in ROWS if expression.holds(row, WORLD)}
    assert _matching(numbers, to_condition(expression, scope)) == expected


def test_product_needs_no_function_when_it_meets_a_short_number():
    scope = SqlContext("sqlite", TABLE, lambda _app, _form: TABLE, WORLD)
    written = str(to_condition(compile_expression("a * b > 500", SCOPE), scope))
    assert "youju" not in written
    assert "typeof" not in written
