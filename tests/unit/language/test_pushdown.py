"""The contract of filters: exact in the database, or a prefilter there and a rest for Python."""

import pytest
import sqlalchemy as sa

from engine.language.backends.sql.queries import SqlContext, to_condition, to_filter
from engine.language.compiling import compile_expression
from engine.language.pushdown import pushes_down
from tests.unit.language.deals import ROW, SCOPE, WORLD

KEYS = ("id", "stage", "amount", "count", "budget", "name")
ROWS = [
    {**ROW, "id": f"d{number}", "stage": stage, "amount": amount, "budget": budget}
    for number, (stage, amount, budget) in enumerate(
        (stage, amount, budget)
        for stage in ("won", "lost", None)
        for amount in (None, 0, 1_000, 2_000)
        for budget in (True, False, None)
    )
]


@pytest.fixture
def deals():
    """A table with deals of all kinds, on SQLite."""
    engine = sa.create_engine("sqlite://")
    table = sa.table("deal", *(sa.column(key) for key in KEYS))
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE TABLE deal ({', '.join(KEYS)})")
        connection.execute(sa.insert(table), [{key: row[key] for key in KEYS} for row in ROWS])
        yield connection, table
    engine.dispose()


def _context(table, old=None):
    return SqlContext("sqlite", table, lambda _, form: sa.table(form), WORLD, old)


def _found(deals, source):
    """Return the ids that the contract finds, and how many rows the database has let through."""
    connection, table = deals
    expression = compile_expression(source, SCOPE)
    prefilter, residual = to_filter(expression, _context(table))
    ids = set(connection.execute(sa.select(table.c.id).where(prefilter)).scalars())
    kept = {row["id"] for row in ROWS if row["id"] in ids and (residual is None or residual.holds(row, WORLD))}
    return kept, len(ids), residual is not None


@pytest.mark.parametrize(
    ("source", "let_through", "left"),
    [
        ('stage = "won" and amount > 10', 3, False),
        ('stage = "won" and amount > old.amount', 12, True),
        ("amount > old.amount", 36, True),
        ("changed(amount) and changed(stage)", 36, True),
        ('not (stage = "won" or amount > old.amount)', 24, True),
        ('not (not (stage = "won" and (budget and changed(amount))))', 4, True),
        ('stage = "won" or amount > old.amount', 36, True),
        ('if(budget, stage = "won", amount > old.amount) and amount > 10', 9, True),
        ("true and not budget", 24, False),
    ],
)
def test_what_is_found_is_what_holds_when_a_part_is_left_for_python(deals, source, let_through, left):
    expression = compile_expression(source, SCOPE)
    expected = {row["id"] for row in ROWS if expression.holds(row, WORLD)}
    assert expected
    assert _found(deals, source) == (expected, let_through, left)


def test_filter_is_exact_when_the_query_knows_the_row_before(deals):
    connection, table = deals
    expression = compile_expression("amount > old.amount", SCOPE)
    context = _context(table, WORLD.old)
    prefilter, residual = to_filter(expression, context)
    assert residual is None
    assert str(prefilter) == str(to_condition(expression, context))
    assert connection.execute(sa.select(sa.func.count()).select_from(table).where(prefilter)).scalar_one() == 9


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('stage = "won"', []),
        ("exists(visits where good) and customer.level > 1", []),
        ("amount > 1 and old.amount > 1 or changed(stage)", [("old.amount", 15, 25), ("old.stage", 41, 46)]),
    ],
)
def test_what_no_database_knows_is_told_with_its_place_when_an_expression_is_asked(source, told):
    found = pushes_down(compile_expression(source, SCOPE))
    assert [(one.message.en.split("“")[1].rstrip("”"), one.start, one.end) for one in found] == told
    assert {one.code for one in found} <= {"LANG-089"}
