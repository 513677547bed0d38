"""Whatever a line holds, it is answered, and so is the next: no shape of a case ends the run or goes unnoticed."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.storage.language_runner import BACKENDS, run_lines

_NUMBER = {"type": "number", "scale": 2}
_CHOICE = {"type": "choice", "options": ["a", {"key": "b", "label": "乙"}, {"key": "c", "labels": {"zh": "丙"}}]}
_FIELDS = {"n": _NUMBER, "t": {"type": "text"}, "d": {"type": "date"}, "c": _CHOICE, "at": {"type": "datetime"}}
_RECORD = {"id": "1", "n": "2.5", "t": "x", "d": "2026-01-31", "c": "b", "at": "2026-01-31T09:00:00+08:00", "v": "v1"}
_VISITS = {"fields": {"n": _NUMBER, "record": {"type": "reference"}}, "rows": [{"id": "v1", "n": "1", "record": "1"}]}
_PERSON = {"name": "Li", "department": "d", "manager": "w", "roles": ["r"], "active": True}
_CALENDAR = {"off": ["2026-02-03"], "make_up": ["2026-02-07"]}
GOOD = (
    {"expr": "n + 1 > 2 and t & 'y' = 'xy'", "fields": _FIELDS, "record": _RECORD},
    {"expr": "c = '乙' or c in ['a', 'c']", "fields": _FIELDS, "record": _RECORD, "form": "record"},
    {"expr": "days_since(d) > 3 or date(at) = today()", "fields": _FIELDS, "record": _RECORD, "zone": "Europe/Paris"},
    {"expr": "sum(v.n where n > 0) + count(v)", "fields": _FIELDS, "record": _RECORD, "related": {"v": _VISITS}},
    {"expr": "changed(n) and old.n > 1", "fields": _FIELDS, "record": _RECORD, "old": {"n": "3"}},
    {"expr": "me.manager = 'w' and role_in(me, 'r')", "me": "u", "people": {"u": _PERSON, "w": {}}},
    {"expr": "param.p + param.g.q", "params": {"p": 1.5, "g": {"q": {**_NUMBER, "value": "2"}}}},
    {"expr": "workdays_between(today(), 2026-03-02) > 3", "now": "2026-02-01T00:00:00Z", "calendar": _CALENDAR},
)  # fmt: skip
_ODD = (
    None, True, False, 0, -1, 1, 1.5, 1e22, 10**30, 10**400, "", "0", "x", "1e5", "\0", "\ud800", "__proto__", "id",
    "é", "x" * 3_000, [], [None], [[]], {}, {"type": "number"}, {"type": "references"}, {"key": 1}, [{"key": {}}],
    "9999-12-31", "0001-01-01", "9999-12-31T23:59:59.999+00:00", "0001-01-01T00:00:00-12:00", "text", "person",
    "number", "choices", "boolean", "duration", "persons", "99999999999999999999", "Pacific/Apia", "America", "v",
)  # fmt: skip
odd = st.sampled_from(_ODD) | st.sampled_from(GOOD).flatmap(lambda case: st.sampled_from(list(case.values())))


def _paths(part, path=()):
    yield path
    keys = part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
    for key in keys:
        yield from _paths(part[key], (*path, key))


@st.composite
def cases(draw):
    """A good case with up to three parts replaced, taken out or put under another key."""
    case = deepcopy(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from([path for path in _paths(case) if path]))
        part = case
        for key in way:
            part = part[key]
        before = part.pop(last) if draw(st.booleans()) else part[last]
        key = draw(st.sampled_from(("", "id", "__proto__", "constructor", "a b", "x" * 70, "\0", "n", "N", "record")))
        if isinstance(part, dict):
            part[key if draw(st.integers(0, 3)) == 0 else last] = deepcopy(draw(odd | st.just(before)))
        elif last < len(part):
            part[last] = deepcopy(draw(odd))
    return case


@pytest.fixture(scope="module")
def database(postgres_server):
    url = postgres_server.create("hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOUJU_DATABASE_URL", url)
        yield url
    postgres_server.drop("hostile")


def _no_number(constant):
    raise AssertionError(constant)


@settings(deadline=None, max_examples=40)
@given(found=st.lists(cases(), min_size=1, max_size=12))
def test_every_line_is_answered_in_order_when_parts_of_cases_are_anything(found, database):
    lines = [json.dumps({**case, "id": number}) for number, case in enumerate(found)]
    answers = [json.loads(answer, parse_constant=_no_number) for answer in run_lines(lines, BACKENDS)]
    assert [answer["id"] for answer in answers] == list(range(len(found)))
    for case, answer in zip(found, answers, strict=True):
        if "error" in answer:
            assert answer["error"]["code"] != "STORE-063", (case, answer)
        else:
            assert not isinstance(answer["python"], dict), case
            assert set(BACKENDS) <= answer.keys()


@settings(deadline=None, max_examples=200)
@given(found=st.lists(odd | cases() | st.text(max_size=20), max_size=6))
def test_every_line_is_answered_when_it_is_any_json(found):
    lines = [json.dumps(document) for document in found]
    assert len([json.loads(answer) for answer in run_lines(lines, ["python"])]) == len(lines)
