"""Texts that grow: what would be longer than the longest text is blank on every back end, and is not made before."""

import json
import resource
import sys
from contextlib import closing
from time import perf_counter

import pytest
import sqlalchemy as sa

from engine.language.backends.sql.queries import to_condition
from engine.language.compiling import compile_expression
from engine.language.types import LONGEST_STORED, LONGEST_TEXT
from engine.storage.language_runner import BACKENDS, run_lines
from tests.property.language.worlds import SCOPE, Database, made_rows

TEN = '"0123456789"'
TEXTS = {key: {"type": "text"} for key in ("long", "wide", "odd", "more", "one", "blank")}
RECORD = {
    "long": "a" * LONGEST_STORED,
    "wide": "🐱" * LONGEST_STORED,
    "odd": "ab" * (LONGEST_STORED // 2),
    "more": "x",
    "one": "a",
}


def _nested(text, levels=38):
    return "replace(" * levels + text + ', "a", "aaaaaaaaaa")' * levels


MEMORY = 200 * 2**20
PER_UNIT = 1 if sys.platform == "darwin" else 1024

LENGTHS = [
    (f'replace(long & blank, "a", {TEN})', LONGEST_TEXT),
    (f'replace(long & more, "a", {TEN})', 0),
    (f'replace(wide & blank, "🐱", {TEN})', LONGEST_TEXT),
    (f'replace(wide & more, "🐱", {TEN})', 0),
    ('replace(wide & blank, "🐱", "🐱🐱🐱🐱🐱🐱🐱🐱🐱🐱")', LONGEST_TEXT),
    ('replace(wide & more, "🐱", "🐱🐱🐱🐱🐱🐱🐱🐱🐱🐱")', 0),
    ("replace(odd, one, wide)", 0),
    ("replace(long, more, wide)", LONGEST_STORED),
    ("replace(long, blank, wide)", LONGEST_STORED),
    ("replace(blank, one, wide)", 0),
    ("replace(one, one, wide)", LONGEST_STORED),
    ("replace(long, long, wide)", LONGEST_STORED),
    ("replace(wide, one, wide & wide)", LONGEST_STORED),
    ("replace(long, one, blank)", 0),
    ("wide & long & " * 5 + "blank", LONGEST_TEXT),
    ("wide & long & " * 5 + "more", 0),
    ("blank & " * 240 + "wide & long & " * 5 + "blank", LONGEST_TEXT),
    ("blank & " * 240 + "wide & long & " * 5 + "more", 0),
    (f"join(blank, blank, {'wide, long, ' * 5} blank)", LONGEST_TEXT),
    (f"join(more, {'wide, long, ' * 5} blank)", 0),
    (f"join(wide & left(long, 11111), {'left(long, 77777), ' * 6}blank, blank)", 0),
    (f"join(left(wide, 1), {'blank, ' * 100}{'left(long, 99999), ' * 10}blank)", 999_999),
    (f"join(left(wide, 2), {'blank, ' * 100}{'left(long, 99999), ' * 10}blank)", 0),
    (f"if(more = one, more, {_nested('one', 37)})", 0),
    (_nested("one"), 0),
    (_nested('"a"'), 0),
    (f"left({_nested('one', 37)}, 5)", 0),
    (f"more & {_nested('one', 37)}", 1),
]


@pytest.fixture(scope="module")
def lengths(postgres_server):
    url = postgres_server.create("long_texts")
    lines = [
        json.dumps({"id": source, "expr": f"len({source})", "fields": TEXTS, "record": RECORD}) for source, _ in LENGTHS
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOUJU_DATABASE_URL", url)
        yield {answer["id"]: answer for answer in map(json.loads, run_lines(lines))}
    postgres_server.drop("long_texts")


@pytest.mark.parametrize(("source", "length"), LENGTHS, ids=lambda given: str(given)[:60])
def test_text_is_blank_everywhere_when_it_would_be_too_long(source, length, lengths):
    answer = lengths[source]
    assert {name: answer.get(name, answer) for name in BACKENDS} == dict.fromkeys(BACKENDS, str(length))


def _matching(database, source):
    deal = database.tables["deal"]
    condition = to_condition(compile_expression(source, SCOPE), database.scope("UTC"))
    return set(database.connection.execute(sa.select(deal.c.id).where(condition)).scalars())


def test_filter_answers_soon_and_in_little_memory_when_its_text_would_grow_without_end(sqlite_url, postgres_url):
    rows = made_rows()
    everyone = {row["id"] for row in rows["world", "deal"]}
    source = _nested("name") + " is empty"
    expected = {row["id"] for row in rows["world", "deal"] if not row["name"] or "a" in row["name"]}
    assert expected != everyone
    for url in (sqlite_url, postgres_url):
        with closing(Database(url, rows)) as database:
            before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, perf_counter()
            assert _matching(database, source) == expected
            assert perf_counter() - started < 1
            assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * PER_UNIT < MEMORY
