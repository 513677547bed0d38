"""What a look-up in a large table costs: its cells get types once, and databases take it or it is refused."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.kernel.problems import EngineError, Text
from engine.language.backends.sql.queries import to_condition, to_filter
from engine.language.checking.answering import Decider
from engine.language.compiling import compile_expression
from engine.language.pushdown import pushes_down
from engine.language.tables import Column
from engine.language.tree import Lookup, walk
from engine.language.types import BooleanType, DateType, NumberType, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def
from tests.property.language.worlds import APP, SCOPE, Database, made_rows, plain

ROWS = made_rows()
DEALS = ROWS[APP, "deal"]
ZONE = "Asia/Shanghai"
WORLD = plain(ROWS, ZONE)


def _table(rows, inputs, output):
    element = {"uid": "u", "labels": {"zh": "表", "en": "table"}}
    document = {
        **element,
        "key": "big",
        "hit_policy": "first",
        "inputs": [{**element, "key": column.key} for column in inputs],
        "outputs": [{**element, "key": output.key}],
        "rows": [{"uid": f"r{number}", "when": when, "then": then} for number, (when, then) in enumerate(rows)],
    }
    table, found = compile_table(table_def(document), inputs, (output,), {})
    assert not found
    return replace(SCOPE, tables={"big": Decider(table)})


def _column(key, kind):
    return Column(key, Text(key, key), kind)


def _lists(count, size):
    """A table of numbers: each row has a list of them."""
    rows = [
        ({"amount": "[" + ", ".join(str(number * size + more) for more in range(size)) + "]"}, {"rate": f"{number}"})
        for number in range(count)
    ]
    return _table([*rows, ({}, {"rate": "-1.5"})], (_column("amount", NumberType(2)),), _column("rate", NumberType(2)))


def _texts(count):
    """A table of texts that no statement holds but as parameters."""
    rows = [({"name": f'"甲方 {number}"'}, {"words": f'"第{number}条"'}) for number in range(count)]
    return _table(rows, (_column("name", TextType()),), _column("words", TextType()))


def test_a_table_has_one_tree_when_arguments_have_many_lengths():
    scope = _lists(3, 2)
    source = " + ".join(f'lookup("big", amount{" + 1" * more})' for more in range(5))
    assert len({part.body for part in walk(compile_expression(source, scope).tree) if isinstance(part, Lookup)}) == 1


def test_a_table_has_few_trees_when_arguments_are_very_long():
    scope = _lists(3, 2)
    bodies = set()
    for factors in range(1, 12):
        tree = compile_expression(f'lookup("big", round({" * ".join(["amount"] * factors)}, 2))', scope).tree
        bodies |= {part.body for part in walk(tree) if isinstance(part, Lookup)}
    assert len(bodies) <= 3


def test_databases_say_what_python_says_when_a_table_holds_more_numbers_than_they_take_parameters(postgres_url):
    scope = _lists(1_000, 70)
    expression = compile_expression('lookup("big", amount) >= 0 or lookup("big", amount + 1) = -1.5', scope)
    assert pushes_down(expression) == ()
    expected = {deal["id"] for deal in DEALS if expression.holds(deal, WORLD)}
    assert expected
    for url in ("sqlite://", postgres_url):
        with closing(Database(url, ROWS)) as database:
            deal = database.tables["deal"]
            where = to_condition(expression, database.scope(ZONE))
            assert set(database.connection.execute(sa.select(deal.c.id).where(where)).scalars()) == expected


_OF_EVERY_TYPE = (
    ({"amount": "< -5"}, {"day": "0001-02-03", "words": '"a_b"', "rate": "-0.05", "yes": "true"}),
    ({"amount": "in [0, 0.5, 25]"}, {"day": "9999-12-31", "words": '"it\'s 100% :x"', "rate": "12", "yes": "false"}),
    ({"amount": "> 10"}, {"day": "2024-02-29", "words": '"W0"', "rate": "999999999999", "yes": "true"}),
    ({}, {"day": "2000-01-01", "words": '"-"', "rate": "0"}),
)


@pytest.mark.parametrize(
    ("output", "kind", "source"),
    [
        ("day", DateType(), "{} = 9999-12-31 or {} < 1900-01-01 or {} = 2024-02-29"),
        ("words", TextType(), '{} = "a_b" or {} contains "%" or {} = "W0"'),
        ("rate", NumberType(2), "{} < 0 or {} = 12 or {} > 999"),
        ("yes", BooleanType(), "{} = true or {} is empty or not ({} = false)"),
    ],
)
def test_constants_of_a_table_mean_the_same_when_they_are_written_into_the_statement(
    output, kind, source, postgres_url
):
    rows = [(when, {key: cell for key, cell in then.items() if key == output}) for when, then in _OF_EVERY_TYPE]
    scope = _table(rows, (_column("amount", NumberType(2)),), _column(output, kind))
    expression = compile_expression(source.replace("{}", 'lookup("big", amount)'), scope)
    expected = {deal["id"] for deal in DEALS if expression.holds(deal, WORLD)}
    assert expected
    for url in ("sqlite://", postgres_url):
        with closing(Database(url, ROWS)) as database:
            deal = database.tables["deal"]
            where = to_condition(expression, database.scope(ZONE))
            assert set(database.connection.execute(sa.select(deal.c.id).where(where)).scalars()) == expected


def test_a_condition_is_refused_when_its_tables_have_too_many_texts():
    scope = _texts(1_000)
    once = compile_expression('lookup("big", name) = "第1条"', scope)
    often = " or ".join(f'lookup("big", name & "{number}") = "第1条"' for number in range(6))
    assert pushes_down(once) == ()
    assert [problem.code for problem in pushes_down(compile_expression(often, scope))] == ["LANG-111"]


def test_python_looks_at_the_rest_when_a_database_cannot_hold_all_conditions():
    scope = _texts(1_000)
    often = " and ".join(f'not (lookup("big", name & "{number}") = "第1条")' for number in range(6))
    expression = compile_expression(often, scope)
    with closing(Database("sqlite://", ROWS)) as database:
        deal = database.tables["deal"]
        where, rest = to_filter(expression, database.scope(ZONE))
        found = set(database.connection.execute(sa.select(deal.c.id).where(where)).scalars())
    assert rest is not None
    assert pushes_down(rest) == ()
    expected = {deal["id"] for deal in DEALS if expression.holds(deal, WORLD)}
    assert {deal["id"] for deal in DEALS if deal["id"] in found and rest.holds(deal, WORLD)} == expected


def test_an_aggregate_is_refused_when_the_tables_inside_have_too_many_texts():
    scope = _texts(1_000)
    often = " or ".join(f'lookup("big", if(score > {number}, "甲", "乙")) = "第1条"' for number in range(6))
    with pytest.raises(EngineError) as caught:
        compile_expression(f"count(visits where {often}) > 1", scope)
    assert [problem.code for problem in caught.value.problems] == ["LANG-111"]
