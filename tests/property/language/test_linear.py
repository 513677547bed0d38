"""Tests and cuts of a long text go through it once, however it is made: no back end looks at it again and again."""

import json
from time import perf_counter

import pytest

from engine.storage.language_runner import BACKENDS, run_lines
from tests.support.node import told

LONG = 100_000
PATIENCE = 1
TEXTS = {
    "blanks inside": "a" + " " * LONG + "b",
    "blanks": " " * LONG,
    "letters": "a" * LONG,
    "letters at a place": "a" * 60 + "@" + "a" * LONG,
    "dots": "a." * (LONG // 2),
    "places": "@" * LONG,
    "domains": "a@" + "a-a." * (LONG // 4),
    "digits": "1" * LONG,
    "zeros": "1" + "0" * LONG + "1",
    "phone": "138" + " 0000" * (LONG // 5),
    "code": "9135" * (LONG // 4),
    "wide": "🐱" * LONG,
}
EXPRESSIONS = {
    "trim": "len(trim(t))",
    "is_email": "is_email(t)",
    "is_phone": "is_phone(t)",
    "is_uscc": "is_uscc(t)",
    "number": "number(t) is empty",
    "date": "date(t) is empty",
    "matches": 'matches(t, "*a*a*a*a*a*?b*a*c")',
    "matches wide": 'matches(t, "*?*🐱*?*🐱*b?")',
    "cases": "upper(lower(t)) = t",
    "edges": "right(left(t, 99999), 2) & mid(t, 50000, 2) = t",
}


CASES = [(what, how) for what in EXPRESSIONS for how in TEXTS]
LINES = [
    json.dumps({"id": how, "expr": EXPRESSIONS[what], "fields": {"t": {"type": "text"}}, "record": {"t": TEXTS[how]}})
    for what, how in (CASES[0], *CASES)
]


@pytest.mark.parametrize("name", BACKENDS)
def test_answer_comes_soon_when_a_text_is_long_and_hostile(name, postgres_url, monkeypatch):
    monkeypatch.setenv("YOUJU_DATABASE_URL", postgres_url)
    answers = run_lines(LINES, [name])
    next(answers)
    slow = {}
    for case in CASES:
        started = perf_counter()
        answer = json.loads(next(answers))
        took = perf_counter() - started
        assert "declined" not in answer
        if took > PATIENCE:
            slow[case] = round(took, 1)
    assert slow == {}


def test_decimals_are_read_soon_when_zeros_stand_before_their_last():
    code = 'try { return language.read(given, ["number", 2, 15]); } catch (error) { return error.name; }'
    started = perf_counter()
    assert told(code, "0." + "0" * LONG + "1") == "RangeError"
    assert perf_counter() - started < PATIENCE
