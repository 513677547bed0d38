"""The law of decision tables: Python, SQLite, PostgreSQL and JavaScript say what a naive reader of the table says."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from engine.kernel.problems import Text
from engine.language.backends.sql.queries import from_database, to_condition, to_value
from engine.language.checking.answering import Decider
from engine.language.compiling import compile_expression
from engine.language.tables import Column
from engine.language.types import ChoiceType, NumberType, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def
from tests.property.language.deciding import ASKED, answered, hits, tables
from tests.property.language.pages import Page, as_shown
from tests.property.language.worlds import APP, OPTIONS, SCOPE, Database, made_rows, plain

ROWS = made_rows()
DEALS = ROWS[APP, "deal"]
EXACT = [deal | {"amount": None if deal["amount"] is None else Fraction(deal["amount"], 100)} for deal in DEALS]
ZONE = "Asia/Shanghai"
WORLD = plain(ROWS, ZONE)

some = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def _asked(made, output, function="lookup"):
    source = ASKED.format(output=output).replace("lookup", function)
    return compile_expression(source, replace(SCOPE, tables={"table": made.decider}))


def _values(database, expression):
    deal = database.tables["deal"]
    found = database.connection.execute(sa.select(deal.c.id, to_value(expression, database.scope(ZONE))))
    return {key: from_database(value, expression.type, database.dialect) for key, value in found}


def test_python_says_what_the_naive_reader_says_when_tables_are_random():
    @settings(some, max_examples=200)
    @given(tables())
    def agree(made):
        for output in made.outputs:
            expression = _asked(made, f".{output}")
            for deal, exact in zip(DEALS, EXACT, strict=True):
                assert expression.evaluate(deal, WORLD) == answered(made, output, exact), (made.rows, deal)

    agree()


@contextmanager
def _everywhere(postgres_url):
    """Tell whether SQLite, PostgreSQL and a page say what Python says."""
    with ExitStack() as opened:
        databases = [opened.enter_context(closing(Database(url, ROWS))) for url in ("sqlite://", postgres_url)]
        page = opened.enter_context(closing(Page(ROWS)))

        def agreed(expression):
            expected = {deal["id"]: expression.evaluate(deal, WORLD) for deal in DEALS}
            told = [_values(database, expression) for database in databases]
            return told == [expected, expected] and page.answers([expression], ZONE) == [
                as_shown(expected, expression.type)
            ]

        yield agreed


def test_back_ends_say_what_python_says_when_tables_are_random(postgres_url):
    with _everywhere(postgres_url) as agreed:

        @some
        @given(tables())
        def agree(made):
            for output in made.outputs:
                assert agreed(_asked(made, f".{output}")), made.rows

        agree()


def test_the_row_is_the_one_that_hits_when_it_is_asked_for(postgres_url):
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:

        @settings(some, max_examples=30)
        @given(tables())
        def named(made):
            if made.policy not in {"first", "sum"}:
                return
            expression = _asked(made, "", "lookup_row")
            expected = {}
            for exact in EXACT:
                found = [row[0] for row in made.rows if hits(row, exact)]
                expected[exact["id"]] = "\n".join(found[:1] if made.policy == "first" else found) or None
            assert {deal["id"]: expression.evaluate(deal, WORLD) for deal in DEALS} == expected
            assert _values(lite, expression) == expected
            assert _values(server, expression) == expected

        named()


def test_filters_by_a_table_find_their_rows_when_asked_of_databases(postgres_url):
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:

        @settings(some, max_examples=30)
        @given(tables())
        def filtered(made):
            if "number" not in made.outputs:
                return
            scope = replace(SCOPE, tables={"table": made.decider})
            source = ASKED.format(output="") + " > 0"
            for text in (source, f"not ({source}) or count(visits where score > 1) > 2"):
                expression = compile_expression(text, scope)
                expected = {deal["id"] for deal in DEALS if expression.holds(deal, WORLD)}
                for database in (lite, server):
                    deal = database.tables["deal"]
                    where = to_condition(expression, database.scope(ZONE))
                    assert set(database.connection.execute(sa.select(deal.c.id).where(where)).scalars()) == expected

        filtered()


_AMOUNT = Column("amount", Text("金额", "Amount"), NumberType(2))
_STAGE = Column("stage", Text("阶段", "Stage"), ChoiceType(OPTIONS))
_RATE = Column("rate", Text("比例", "Rate"), NumberType(2))
_STAGES = ("-", "[won, lost]")
_NOTE = Column("note", Text("说明", "Note"), TextType())


def _long(policy, count, **more):
    """A table of many rows that overlap, each with a range, a list and a result of its own."""
    output = _NOTE if policy == "collect" else _RATE
    narrower = 495 if policy == "unique" else 0
    rows = [
        {
            "uid": f"r{number}",
            "when": {"amount": f"{number * 10 - 500}..{number * 10 - narrower}", "stage": _STAGES[number % 2]},
            "then": {output.key: f'"{number}"' if policy == "collect" else f"amount * 0.0{number % 9 + 1}"},
        }
        for number in range(count)
    ]
    rows.append({"uid": "last", "when": {"amount": "< 0"}, "then": {output.key: "-"}})
    column = {"uid": "u", "labels": {"zh": "列", "en": "column"}}
    document = {
        "uid": "u",
        "key": "table",
        "labels": {"zh": "表", "en": "table"},
        "hit_policy": policy,
        "inputs": [{**column, "key": "amount"}, {**column, "key": "stage"}],
        "outputs": [{**column, "key": output.key}],
        "rows": rows,
        **more,
    }
    return compile_table(table_def(document), (_AMOUNT, _STAGE), (output,), {})[0]


@pytest.mark.parametrize(
    ("policy", "count", "more"),
    [("first", 500, {}), ("unique", 200, {}), ("max", 200, {}), ("sum", 200, {}), ("collect", 200, {"limit": 3})],
)
def test_back_ends_say_what_python_says_when_tables_are_long(policy, count, more, postgres_url):
    scope = replace(SCOPE, tables={"table": Decider(_long(policy, count, **more))})
    expression = compile_expression('lookup("table", amount, stage)', scope)
    expected = {deal["id"]: expression.evaluate(deal, WORLD) for deal in DEALS}
    assert len(set(expected.values())) > 2
    with _everywhere(postgres_url) as agreed:
        assert agreed(expression)
