"""The SQL back end: what an index can serve, what is bound, what stays within SQLite's parser."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.kernel.problems import EngineError
from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.queries import SqlContext, from_database, to_condition, to_value
from engine.language.compiling import compile_expression
from engine.language.surroundings import Moments
from tests.unit.language.deals import DEAL, ROW, SCOPE, WORLD, value

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def _context(dialect, old=None):
    row = sa.table("deal", *(sa.column(key) for key in DEAL.fields))
    return SqlContext(dialect, row, _table, WORLD, old)


def _table(_, form):
    columns = SCOPE.forms["sales", form].fields
    return sa.table(form, *(sa.column(key) for key in columns), sa.column("deleted_at")).alias()


def _written(source, dialect):
    condition = to_condition(compile_expression(source, SCOPE), _context(dialect))
    return " ".join(str(condition.compile(dialect=DIALECTS[dialect])).split())


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("days_since(due) >= 15", "deal.due <="),
        ("15 < days_since(due)", "deal.due <"),
        ("days_until(due) < 3", "deal.due <"),
        ("days_since(seen) >= param.visit.days", "deal.seen <"),
        ("date(seen) = today()", "deal.seen >="),
        ("workdays_between(due, today()) >= 3", "deal.due <"),
        ("hours_since(seen) >= 24", "deal.seen <="),
        ("hours_since(seen) < 24", "deal.seen >"),
        ("now() - seen > days(2)", "deal.seen <="),
        ("workdays_between(due, today()) < 3", "deal.due >="),
        ("workdays_between(today(), seen) = 3", "deal.seen >="),
        ("due >= today() - 7", "deal.due >="),
        ('stage = "won"', "deal.stage ="),
        ("owner = me", "deal.owner ="),
        ("amount >= 100 * 2", "deal.amount >="),
        ("budget is empty", "deal.budget IS NULL"),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_condition_bounds_the_column_itself_when_the_other_side_is_fixed(source, column, dialect):
    assert _written(source, dialect).startswith(column)


@pytest.fixture
def deals():
    """A table of deals on SQLite, with indexes on the dates."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        sqlite_functions.register(connection.connection.dbapi_connection)
        columns = ", ".join(
            f"{key} {'INTEGER' if key in {'amount', 'count', 'due', 'seen'} else 'TEXT'}" for key in DEAL.fields
        )
        connection.exec_driver_sql(f"CREATE TABLE deal ({columns})")
        for key in ("due", "seen", "stage"):
            connection.exec_driver_sql(f"CREATE INDEX by_{key} ON deal ({key})")
        row = {key: value for key, value in ROW.items() if key in DEAL.fields} | {"tags": '["won"]'}
        connection.execute(sa.insert(sa.table("deal", *map(sa.column, DEAL.fields))), [row])
        yield connection
    engine.dispose()


@pytest.mark.parametrize(
    "source",
    [
        "days_since(seen) >= 15 and not budget",
        "due >= today() - 7",
        'stage in ["won", "lost"]',
        'stage = "won" and amount / 3 > 1',
    ],
)
def test_index_is_used_when_sqlite_plans_a_filter(deals, source):
    context = _context("sqlite")
    condition = to_condition(compile_expression(source, SCOPE), context)
    query = sa.select(context.row.c.id).where(condition)
    written = query.compile(dialect=DIALECTS["sqlite"], compile_kwargs={"literal_binds": True})
    plan = deals.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}").all()
    assert "USING INDEX by_" in str(plan)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_are_bound_when_texts_look_like_sql(dialect):
    assert "DROP" not in _written("""name = "'; DROP TABLE deal; --" """, dialect)


_NESTED = {
    "cases": ("if(budget, @, 0)", "amount"),
    "parentheses": ("(1 - @)", "amount"),
    "calls": ("trim(@)", "name"),
    "several calls": ('replace(@, "a", "b")', "name"),
    "divisions": ("(1 / (@))", "count"),
    "negations": ("not (@)", "budget"),
    "conditions": ("(budget or not (@ and budget))", "budget"),
    "twice used": ("mod(7, @)", "count"),
}


@pytest.mark.parametrize("name", _NESTED)
def test_parser_is_not_overrun_when_an_expression_nests_as_deep_as_it_may(deals, name):
    template, source = _NESTED[name]
    while True:
        try:
            expression = compile_expression(template.replace("@", source), SCOPE)
        except EngineError:
            break
        source = template.replace("@", source)
    expression = compile_expression(source, SCOPE)
    context = _context("sqlite")
    query = sa.select(to_value(expression, context)).select_from(context.row)
    assert from_database(deals.execute(query).scalar_one(), expression.type, "sqlite") == value(source)


def test_statement_stays_small_when_results_are_used_twice():
    source = "count"
    for _ in range(18):
        source = f"mod({source}, mod(7, {source}) + 1)" if len(source) < 1_500 else source
    assert len(_written(f"{source} > 1", "postgresql")) < 200 * source.count("mod")


@pytest.mark.parametrize("source", ["old.amount > 1", "changed(amount)"])
def test_filter_is_refused_when_it_needs_the_row_before_a_change(source):
    with pytest.raises(EngineError) as caught:
        to_condition(compile_expression(source, SCOPE), _context("sqlite"))
    assert caught.value.problems[0].code == "LANG-061"
    assert to_condition(compile_expression(source, SCOPE), _context("sqlite", ROW)) is not None


def test_filter_is_refused_when_the_query_lacks_a_column():
    context = SqlContext("sqlite", sa.table("deal", sa.column("id")), _table, Moments(0, 0, "UTC"))
    with pytest.raises(EngineError) as caught:
        to_condition(compile_expression("1 < amount", SCOPE), context)
    problem = caught.value.problems[0]
    assert (problem.code, problem.start, problem.end) == ("LANG-061", 4, 10)
