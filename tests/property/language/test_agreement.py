"""The law of the language: all back ends give one answer, and a filter's opposite is its complement."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.kernel.problems import EngineError
from engine.language.aggregates import aggregate_over, combine
from engine.language.backends.sql.queries import aggregate_select, from_database, stored_from, to_condition, to_value
from engine.language.compiling import compile_expression
from engine.language.expressions import expression_of
from engine.language.tree import Not, Related
from engine.language.types import BooleanType
from engine.storage.language_runner import BACKENDS, run_lines
from tests.property.language.generating import BOUNDS, expressions, of_kind
from tests.property.language.pages import Page, as_shown
from tests.property.language.worlds import APP, SCOPE, ZONES, Database, made_rows, plain

SAMPLE = Path(__file__).parents[2] / "cases" / "cel-sample.jsonl"
ROWS = made_rows()
DEALS = ROWS[APP, "deal"]

many = settings(
    deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _compiled(source):
    """The expression, or None for what passes a bound; anything else that a template makes must compile."""
    try:
        return compile_expression(source, SCOPE)
    except EngineError as error:
        if {problem.code for problem in error.problems} <= BOUNDS:
            return None
        raise


def _values(database, expression, zone):
    deal = database.tables["deal"]
    found = database.connection.execute(sa.select(deal.c.id, to_value(expression, database.scope(zone))))
    return {key: from_database(value, expression.type, database.dialect) for key, value in found}


def _matching(database, expression, zone):
    deal = database.tables["deal"]
    return set(
        database.connection.execute(
            sa.select(deal.c.id).where(to_condition(expression, database.scope(zone)))
        ).scalars()
    )


@contextmanager
def _everywhere(postgres_url):
    """The world in SQLite, in PostgreSQL and in a page."""
    with ExitStack() as opened:
        urls = ("sqlite://", postgres_url)
        databases = [opened.enter_context(closing(Database(url, ROWS))) for url in urls]
        yield databases, opened.enter_context(closing(Page(ROWS)))


def _assert_agreed(everywhere, expression, zone):
    databases, page = everywhere
    world = plain(ROWS, zone)
    expected = {row["id"]: expression.evaluate(row, world) for row in DEALS}
    for database in databases:
        assert _values(database, expression, zone) == expected, (expression.source, zone, database.dialect)
    assert page.answers([expression], zone) == [as_shown(expected, expression.type)], (expression.source, zone)


def test_back_ends_agree_when_expressions_and_rows_are_hostile(postgres_url):
    with _everywhere(postgres_url) as everywhere:

        @many
        @given(st.integers(0, 4).flatmap(expressions), st.sampled_from(ZONES))
        def agree(source, zone):
            expression = _compiled(source)
            if expression is not None:
                _assert_agreed(everywhere, expression, zone)

        agree()


def test_filter_and_its_opposite_part_all_rows_when_conditions_are_random(postgres_url):
    everyone = {row["id"] for row in DEALS}
    with _everywhere(postgres_url) as (databases, page):

        @many
        @given(of_kind("B", 3), st.sampled_from(ZONES))
        def parted(source, zone):
            expression = _compiled(source)
            if expression is None:
                return
            opposite = expression_of(source, Not(expression.tree))
            world = plain(ROWS, zone)
            expected = {row["id"] for row in DEALS if expression.holds(row, world)}
            for database in databases:
                assert _matching(database, expression, zone) == expected, source
                assert _matching(database, opposite, zone) == everyone - expected, source
            held, unheld = page.answers([expression, opposite], zone)
            assert {key for key, value in held.items() if value is True} == expected, source
            assert {key for key, value in unheld.items() if value is True} == everyone - expected, source

        parted()


def test_back_ends_agree_when_days_are_bounds_on_a_field(postgres_url):
    compared = [
        expression_of(source, compile_expression(source, SCOPE).tree)
        for order in ("<", "<=", ">", ">=", "=", "!=")
        for item in ("seen", "due")
        for source in (
            *(f"days_since({item}) {order} {limit}" for limit in (0, 1, 15, -1, 3_000_000)),
            f"0 {order} days_until({item})",
            f"date({item}) {order} today()",
            f"not 2007-11-04 {order} date({item})",
            f"date({item}) {order} 9999-12-31",
            f"date({item}) {order} 0001-01-01",
        )
    ]
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:
        for expression in compared:
            for zone in ZONES[:4]:
                world = plain(ROWS, zone)
                expected = {row["id"] for row in DEALS if expression.holds(row, world)}
                assert _matching(lite, expression, zone) == expected, (expression.source, zone)
                assert _matching(server, expression, zone) == expected, (expression.source, zone)


_LONGEST = (
    "whole * 9999", "whole * 1000 + whole * 8999", "rate + " * 19 + "rate", "-rate" + " - rate" * 19,
    "rate * rate * rate", "max(rate * 10, whole)", "abs(-rate * 99)", "rate * 10 = rate + rate * 9",
    "rate * 99 > whole", "rate > whole * 9999", "rate = whole * 9999", "round(rate * 99, 2)",
    "if(rate * 99 > 0, rate, -rate * 99)", "switch(whole * 9999, 9998999999999990001, 1, 0)",
    "whole * 9999 in [9998999999999990001, 0]", "mod(whole * 99999, rate)", "div(rate * rate, rate)",
)  # fmt: skip
_BLANKS = (
    "join(note, name, note)", "join(name, note, name, empty)", "replace(name, note, name)",
    "replace(name, name, note)", "find(note, name)", "left(name, whole)", "left(note, 1)",
    "mid(name, whole, 2)", "len(note)", "starts_with(name, note)", "not ends_with(name, note)", "name & note",
    "note & note", "upper(note)", "trim(name)", "number(name)", "min(whole, rate)", "max(due, start)",
    "whole / rate", "div(whole, rate)", "mod(whole, rate)", "round_up(rate, -2)", "due + whole",
    "add_months(due, whole)", "months_between(due, start)", "days_between(start, seen)", "hours_since(seen)",
    "weekday(due)", "end_of_month(due)", "make_date(whole, 2, 29)", "seen - made", "tags contains stage",
    "stage in [\"won\"]", "owner != me", "coalesce(hot, cold)", "hot = cold", "hot != (whole > 1)",
    "if(hot, note, name)", "switch(stage, \"won\", due, start)",
)  # fmt: skip


def _agree_everywhere(sources, postgres_url, zones=("UTC",)):
    with _everywhere(postgres_url) as everywhere:
        for source in sources:
            for zone in zones:
                _assert_agreed(everywhere, compile_expression(source, SCOPE), zone)


def test_back_ends_agree_when_numbers_reach_the_end_of_64_bits(postgres_url):
    _agree_everywhere(_LONGEST, postgres_url)


def test_back_ends_agree_when_operands_are_blank(postgres_url):
    _agree_everywhere(_BLANKS, postgres_url, ZONES)


_AGGREGATES = (
    "count(visits where {I})", "count(visits.score)", "sum(visits.score where {I})", "avg(visits.score)",
    "avg(visits.score where {I})", "min(visits.score)", "max(visits.day where {I})", "any(visits.good)",
    "all(visits.good where {I})", "exists(visits where {I})", "latest(visits.outcome)",
    "latest(visits.score where {I})",
)  # fmt: skip


def test_stored_and_pending_rows_join_when_some_of_them_are_not_stored_yet(postgres_url):
    visits = [row for row in ROWS[APP, "visit"] if row["deleted_at"] is None]
    with closing(Database("sqlite://", ROWS)) as lite, closing(Database(postgres_url, ROWS)) as server:

        @many
        @given(
            st.sampled_from(_AGGREGATES),
            of_kind("I", 1),
            st.sampled_from(DEALS),
            st.sets(st.sampled_from([row["id"] for row in visits])),
        )
        def joined(template, where, owner, pending):
            tree = compile_expression(template.replace("{I}", where), SCOPE).tree
            assert isinstance(tree, Related)
            world = plain(ROWS, "Asia/Shanghai")
            related = [row for row in visits if row["deal"] == owner["id"]]
            expected = aggregate_over(tree.aggregate, related, world)
            unstored = [row for row in related if row["id"] in pending]
            for database in (lite, server):
                query = aggregate_select(tree.aggregate, owner["id"], database.scope("Asia/Shanghai"), tuple(pending))
                stored = stored_from(tree.aggregate, database.connection.execute(query).first(), database.dialect)
                assert combine(tree.aggregate, stored, unstored, world) == expected

        joined()


def test_sample_of_the_public_suite_holds_when_all_back_ends_answer(postgres_url, monkeypatch):
    monkeypatch.setenv("YOUJU_DATABASE_URL", postgres_url)
    cases = [json.loads(line) for line in SAMPLE.read_text("utf8").split("\n") if line]
    answers = [json.loads(line) for line in run_lines(map(json.dumps, cases))]
    for case, answer in zip(cases, answers, strict=True):
        if case.get("error"):
            assert answer["error"]["code"].startswith("LANG-"), case["id"]
        else:
            given_back = {name: answer[name] for name in BACKENDS}
            assert given_back == dict.fromkeys(BACKENDS, case["expect"]), case["id"]


def test_truth_is_boolean_when_a_condition_is_asked_for_its_value(postgres_url):
    with closing(Database(postgres_url, ROWS)) as server:
        expression = compile_expression("hot and cold", SCOPE)
        assert isinstance(expression.type, BooleanType)
        assert set(_values(server, expression, "UTC").values()) <= {True, False}
