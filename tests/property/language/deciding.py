"""Random decision tables over the world's deals, and a naive reader of them that knows nothing of the engine.

A cell is a pair: how it is written, and a plain function of the deal's values that says the same.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from engine.kernel.problems import Text
from engine.language.checking.answering import Decider
from engine.language.tables import Column, DecisionTable
from engine.language.types import BooleanType, ChoiceType, DateType, NumberType, TextType
from engine.rules.tables.compiling import compile_table
from engine.rules.tables.definitions import table_def
from tests.property.language.worlds import OPTIONS, PARAMETERS, TODAY

INPUTS = {
    "amount": NumberType(2),
    "stage": ChoiceType(OPTIONS),
    "due": DateType(),
    "name": TextType(),
    "hot": BooleanType(),
}
OUTPUTS = {"number": NumberType(3), "words": TextType(), "option": ChoiceType(OPTIONS), "day": DateType()}
ASKED = 'lookup("table{output}", amount, stage, due, name, hot)'
_POLICIES = {
    "first": ("number", "words", "option", "day"),
    "unique": ("number", "words", "option", "day"),
    "max": ("number", "words", "option", "day"),
    "sum": ("number",),
    "collect": ("words", "option"),
}
_SIGNS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_EPOCH = date(1970, 1, 1)
_AMOUNTS = ("0", "-0.5", "0.01", "0.5", "123.45", "123.455", "-987.65", "9999999999999.99", "50", "1")
_DAYS = (0, TODAY - 15, TODAY, TODAY + 1, 20_512, -719_162, 11_016)


@dataclass(frozen=True)
class Made:
    """A table, and the rows by which the naive reader goes: tests by input, results by output."""

    table: DecisionTable
    policy: str
    limit: int | None
    rows: tuple
    outputs: tuple[str, ...]

    @property
    def decider(self):
        return Decider(self.table)


def _iso(day):
    return (_EPOCH + timedelta(days=day)).isoformat()


def _ordered(sign, value):
    def holds(found):
        if found is None:
            return sign == "!="
        return _SIGNS[sign](found, value)

    return holds


def _tests(values, written, *, ordered):
    """Cells over values of one kind: (as it is written, its value)."""
    pair = st.sampled_from([(written(value), value) for value in values])
    signs = tuple(_SIGNS) if ordered else ("=", "!=")
    compared = st.tuples(st.sampled_from(signs), pair).map(
        lambda made: (f"{made[0]} {made[1][0]}", _ordered(made[0], made[1][1]))
    )
    single = pair.map(lambda made: (made[0], lambda found: found == made[1]))
    listed = st.lists(pair, min_size=1, max_size=3).map(
        lambda made: (
            f"[{', '.join(one for one, _ in made)}]",
            lambda found: found is not None and found in [value for _, value in made],
        )
    )
    blanks = st.sampled_from(
        [
            ("-", lambda _: True),
            ("is empty", lambda found: found is None),
            ("不为空", lambda found: found is not None),
            ("empty", lambda found: found is None),
        ]
    )
    ranges = st.tuples(pair, pair, st.booleans()).map(
        lambda made: (
            f"{made[0][0]}..{'<' if made[2] else ''}{made[1][0]}",
            lambda found: (
                found is not None and made[0][1] <= found and (found < made[1][1] if made[2] else found <= made[1][1])
            ),
        )
    )
    return st.one_of(compared, single, listed, blanks, *([ranges] if ordered else []))


_CELLS = {
    "amount": _tests([Fraction(text) for text in _AMOUNTS], lambda value: f"{float(value):.3f}", ordered=True),
    "stage": _tests([option.key for option in OPTIONS], lambda key: key, ordered=False),
    "due": _tests(_DAYS, _iso, ordered=True),
    "name": _tests(["a", "ab", "中文", "%", "🐱😀"], lambda text: f'"{text}"', ordered=False),
    "hot": _tests([True, False], lambda value: str(value).lower(), ordered=False),
}
_WHOLE = st.sampled_from(
    [
        ('amount > 10 and stage = "won"', lambda deal: (deal["amount"] or -1) > 10 and deal["stage"] == "won"),
        ("due < today()", lambda deal: deal["due"] is not None and deal["due"] < TODAY),
        ('starts_with(name, "a")', lambda deal: (deal["name"] or "").startswith("a")),
        ("not (amount >= param.days)", lambda deal: deal["amount"] is None or deal["amount"] < 15),
    ]
)
_RESULTS = {
    "number": [
        ("12.5", lambda _: Fraction(25, 2)),
        ("-3", lambda _: Fraction(-3)),
        ("amount * 0.015", lambda deal: None if deal["amount"] is None else deal["amount"] * Fraction(15, 1000)),
        ("empty", lambda _: None),
        ("param.rate / 3", lambda _: _rounded(Fraction(12_345, 10_000) / 3, 6)),
    ],
    "words": [('"甲"', lambda _: "甲"), ('name & "!"', lambda deal: (deal["name"] or "") + "!"), ("-", lambda _: None)],
    "option": [("won", lambda _: "won"), ("丢单", lambda _: "lost"), ("stage", lambda deal: deal["stage"])],
    "day": [("2026-01-31", lambda _: 20_484), ("due", lambda deal: deal["due"])],
}


def _rounded(value, places):
    """Half away from zero, as a fraction."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


@st.composite
def tables(draw):
    """A table of one to six rows, and what it is to the naive reader."""
    policy = draw(st.sampled_from(sorted(_POLICIES)))
    outputs = _POLICIES[policy]
    rows = []
    for number in range(draw(st.integers(1, 6))):
        tests = {key: draw(_CELLS[key]) for key in INPUTS if draw(st.integers(0, 2)) == 0}
        whole = draw(_WHOLE) if draw(st.integers(0, 4)) == 0 else None
        results = {key: draw(st.sampled_from(_RESULTS[key])) for key in outputs}
        period = draw(st.sampled_from([(None, None)] * 4 + [(TODAY, None), (None, TODAY - 1), (0, TODAY)]))
        rows.append((f"r{number}", tests, whole, results, period))
    limit = draw(st.sampled_from([None, 1, 2])) if policy == "collect" else None
    return _made(policy, outputs, rows, limit)


def _made(policy, outputs, rows, limit):
    column = {"uid": "u", "labels": {"zh": "列", "en": "column"}}
    document = {
        "uid": "u",
        "key": "table",
        "labels": {"zh": "表", "en": "table"},
        "hit_policy": policy,
        "inputs": [{**column, "key": key} for key in INPUTS],
        "outputs": [{**column, "key": key} for key in outputs],
        "rows": [_row(*row) for row in rows],
    } | ({"limit": limit} if limit else {})
    columns = [
        tuple(Column(key, Text(key, key), kinds[key]) for key in keys)
        for kinds, keys in ((INPUTS, INPUTS), (OUTPUTS, outputs))
    ]
    table, found = compile_table(table_def(document), *columns, PARAMETERS)
    assert {problem.code for problem in found} <= {"TABLE-010"}, found
    return Made(table, policy, limit, tuple(rows), outputs)


def _row(uid, tests, whole, results, period):
    when = {key: written for key, (written, _) in tests.items()}
    if whole is not None:
        when["hot" if "hot" not in when else next(iter(when))] = whole[0]
    start, end = period
    dated = {"valid_from": start, "valid_to": end}
    return {
        "uid": uid,
        "when": when,
        "then": {key: written for key, (written, _) in results.items()},
        **{key: _iso(day) for key, day in dated.items() if day is not None},
    }


def hits(row, deal):
    """Whether a row hits, by the naive reader; ``deal`` holds exact values, amounts as fractions."""
    _, tests, whole, _, (start, end) = row
    read = dict(tests)
    if whole is not None:
        read.pop("hot" if "hot" not in read else next(iter(read)), None)
    valid = (start is None or start <= TODAY) and (end is None or end >= TODAY)
    return valid and all(test(deal[key]) for key, (_, test) in read.items()) and (whole is None or whole[1](deal))


def answered(made, output, deal):
    """What the table says, by the naive reader."""
    found = [row for row in made.rows if hits(row, deal)]
    values = [_value(row, output, deal) for row in found]
    match made.policy:
        case "first":
            return values[0] if values else None
        case "unique":
            return values[0] if len(values) == 1 else None
        case "sum":
            return sum(value or 0 for value in values)
        case "max":
            return _of_the_greatest(found, output, deal)
        case _:
            return _collected(values[: made.limit], output)


def _value(row, output, deal):
    value = row[3][output][1](deal)
    return int(_rounded(value, 3) * 1000) if output == "number" and value is not None else value


def _of_the_greatest(found, output, deal):
    ranked = [(value, row) for row in found if (value := row[3]["number"][1](deal)) is not None]
    if not ranked:
        return None
    most = max(value for value, _ in ranked)
    return _value(next(row for value, row in ranked if value == most), output, deal)


def _collected(values, output):
    given = [value for value in values if value is not None]
    if output == "words":
        return "、".join(given) or None
    return tuple(option.key for option in OPTIONS if option.key in given) or None
