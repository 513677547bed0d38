"""Compiled Python reads a field once where it surely has read it before, and never takes a name that may be unbound."""

import pytest

from engine.language.compiling import compile_expression
from tests.unit.language.deals import ROW, SCOPE, WORLD


class _Counting(dict):
    """A row that counts how often its amount is read."""

    reads = 0

    def __getitem__(self, key):
        self.reads += key == "amount"
        return super().__getitem__(key)


def _more(amount, than):
    return amount is not None and amount > than * 100


def _less(amount, than):
    return amount is not None and amount < than * 100


CASES = [
    ("amount > 1 and amount < 9", 1, lambda amount, _: _more(amount, 1) and _less(amount, 9)),
    ("amount > 1 or amount < -1", 1, lambda amount, _: _more(amount, 1) or _less(amount, -1)),
    ("if(amount > 9, amount < 20, amount > -9)", 1, lambda a, _: _less(a, 20) if _more(a, 9) else _more(a, -9)),
    ('if(name = "a", amount > 1, amount > 9)', 1, lambda a, name: _more(a, 1 if name == "a" else 9)),
    ('(name = "a" and amount > 1) or amount > 9', 2, lambda a, name: (name == "a" and _more(a, 1)) or _more(a, 9)),
    ('(name = "a" or amount > 1) and amount < 9', 2, lambda a, n: (n == "a" or _more(a, 1)) and _less(a, 9)),
    ("not (amount > 1 and amount < 9)", 1, lambda amount, _: not (_more(amount, 1) and _less(amount, 9))),
]


@pytest.mark.parametrize(("source", "most", "expected"), CASES, ids=[source for source, _, _ in CASES])
def test_field_is_read_once_when_it_surely_was_read_before(source, most, expected):
    holds = compile_expression(source, SCOPE).holds
    for amount in (None, -500, 0, 500, 950, 5_000):
        for name in ("a", "b", None):
            row = _Counting({**ROW, "amount": amount, "name": name})
            assert holds(row, WORLD) is expected(amount, name), (amount, name)
            assert row.reads <= most, (amount, name)
