"""The contract for outside tests: ``youju lang eval --jsonl``."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.storage import language_runner
from engine.storage.commands_language import lang
from engine.storage.language_runner import run_lines

SAMPLE = Path(__file__).parents[2] / "cases" / "cel-sample.jsonl"


def _answers(cases, backends=("python", "sqlite")):
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    return [json.loads(line) for line in run_lines(lines, backends)]


def _answer(**case):
    return _answers([{"id": "1", "fields": {}, "record": {}, **case}])[0]


def test_answer_has_the_form_of_the_contract_when_a_case_is_evaluated():
    case = {"expr": "a + 1.5", "fields": {"a": {"type": "number", "scale": 2}}, "record": {"a": "2.25"}}
    assert _answer(**case) == {"id": "1", "type": "number", "python": "3.75", "sqlite": "3.75"}


@pytest.mark.parametrize(
    ("expr", "kind", "raw", "shown"),
    [
        ("f", {"type": "text"}, "a\u2028b", "a\u2028b"),
        ("f", {"type": "text"}, "", None),
        ("f", {"type": "number", "scale": 3}, "-1.250", "-1.25"),
        ("f", {"type": "number", "scale": 0, "digits": 30}, "9" * 30, "9" * 30),
        ("f", {"type": "boolean"}, False, False),
        ("f", {"type": "date"}, "0001-01-01", "0001-01-01"),
        ("f + 1", {"type": "date"}, "2024-02-28", "2024-02-29"),
        ("f", {"type": "datetime"}, "2026-01-31T09:00:00+08:00", "2026-01-31T01:00:00Z"),
        ("f", {"type": "datetime"}, "2026-01-31T09:00:00.125Z", "2026-01-31T09:00:00.125Z"),
        ("f", {"type": "choice", "options": ["a", "b"]}, "a", "a"),
        ("f", {"type": "choices", "options": ["a", "b"]}, ["a", "b"], ["a", "b"]),
        ("f is empty", {"type": "choices", "options": ["a"]}, [], True),
        ("f", {"type": "person"}, "u1", "u1"),
    ],
)
def test_value_travels_unchanged_when_it_is_of_any_type(expr, kind, raw, shown):
    answer = _answer(expr=expr, fields={"f": kind}, record={"f": raw})
    assert (answer["python"], answer["sqlite"]) == (shown, shown)


def test_surroundings_are_known_when_a_case_brings_them():
    case = {
        "fields": {"amount": {"type": "number", "scale": 0}, "customer": {"type": "reference", "form": "customer"}},
        "record": {"id": "r1", "amount": "5", "customer": "c1"},
        "old": {"amount": "3"},
        "me": "u1",
        "params": {"limit": {"type": "number", "scale": 0, "value": "2"}, "param.word": {"type": "text", "value": "w"}},
        "now": "2026-01-31T23:30:00Z",
        "related": {
            "customer": {"fields": {"level": {"type": "number", "scale": 0}}, "rows": [{"id": "c1", "level": "4"}]},
            "visits": {
                "fields": {"score": {"type": "number", "scale": 0}},
                "rows": [{"deal": "r1", "score": "1"}, {"deal": "r1", "score": "6"}, {"deal": "r2", "score": "9"}],
            },
        },
    }
    expected = {
        "customer.level + amount": "9",
        "sum(visits.score)": "7",
        "count(visits where score > param.limit)": "1",
        "old.amount": "3",
        "changed(amount)": True,
        "me": "u1",
        "param.word": "w",
        "today()": "2026-02-01",
        "now()": "2026-01-31T23:30:00Z",
    }
    for expr, value in expected.items():
        answer = _answer(expr=expr, **case)
        assert (expr, answer.get("python"), answer.get("sqlite")) == (expr, value, value)


def test_zone_sets_the_day_when_a_case_names_one():
    case = {"expr": "today()", "now": "2026-01-31T23:30:00Z"}
    assert _answer(**case, zone="America/New_York")["python"] == "2026-01-31"


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"expr": "nope"}, "LANG-020"),
        ({"expr": "f", "fields": {"f": {"type": "number", "scale": 1}}, "record": {"f": "1.25"}}, "LANG-060"),
        ({"expr": "f", "fields": {"f": {"type": "number", "scale": 0}}, "record": {"f": "1" * 16}}, "LANG-060"),
        ({"expr": "f", "fields": {"f": {"type": "date"}}, "record": {"f": "2026-02-30"}}, "LANG-060"),
        ({"expr": "f", "fields": {"f": {"type": "datetime"}}, "record": {"f": "2026-02-03T00:00:00"}}, "LANG-060"),
        ({"expr": "f", "fields": {"f": {"type": "text"}}, "record": {"f": "a\0"}}, "LANG-060"),
        ({"expr": "f", "fields": {"f": {"type": "colour"}}}, "LANG-060"),
        ({"expr": "1", "zone": "Mars/Base"}, "LANG-060"),
        ({"expr": 1}, "LANG-060"),
    ],
)
def test_error_is_answered_when_a_case_is_wrong(case, code):
    error = _answer(**case)["error"]
    assert error["code"] == code
    assert error["message"].startswith("第 1 列: ")
    assert isinstance(error["start"], int)


def test_line_is_answered_with_an_error_when_it_is_no_json():
    assert [json.loads(line)["error"]["code"] for line in run_lines(["{", "[]"], ["python"])] == [
        "LANG-060",
        "LANG-060",
    ]


def test_every_sample_case_holds_when_python_and_sqlite_answer():
    cases = [json.loads(line) for line in SAMPLE.read_text("utf8").split("\n") if line]
    for case, answer in zip(cases, _answers(cases), strict=True):
        if case.get("error"):
            assert answer["error"]["code"].startswith("LANG-"), case["id"]
        else:
            assert (answer["python"], answer["sqlite"]) == (case["expect"], case["expect"]), case["id"]


def test_command_answers_in_order_when_lines_come_on_standard_input():
    lines = "\n".join(json.dumps({"id": str(number), "expr": f"{number} + 1"}) for number in range(5)) + "\n\n"
    result = CliRunner().invoke(lang, ["eval", "--jsonl", "--backends", "python"], input=lines)
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.output.splitlines()]
    assert answers == [{"id": str(number), "type": "number", "python": str(number + 1)} for number in range(5)]


def test_command_refuses_when_a_back_end_is_unknown():
    result = CliRunner().invoke(lang, ["eval", "--jsonl", "--backends", "python,oracle"], input="")
    assert result.exit_code == 2
    assert "oracle" in result.output


def test_language_starts_without_a_database_when_only_python_is_asked():
    code = "import engine.language.compiling, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SAMPLE.parents[2]
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ({"type": "number", "scale": 6}, "999999999999999.123456", "999999999999999.123456"),
        ({"type": "number", "scale": 2, "digits": None}, "-123456789012345.5", "-123456789012345.5"),
    ],
)
def test_number_keeps_its_decimals_beside_fifteen_digits_when_the_field_does_not_tell_how_many(field, value, shown):
    answer = _answer(expr="f", fields={"f": field}, record={"f": value})
    assert (answer["python"], answer["sqlite"]) == (shown, shown)


def test_number_is_refused_when_it_has_more_digits_than_the_field_tells():
    fields = {"f": {"type": "number", "scale": 1, "digits": 15}}
    assert _answer(expr="f", fields=fields, record={"f": "123456789012345"})["error"]["code"] == "LANG-060"


def test_reference_leads_to_the_form_of_its_name_when_it_tells_none():
    related = {
        "customer": {"fields": {"level": {"type": "text"}}, "rows": [{"id": "c1", "level": "A"}]},
        "visits": {"fields": {"deal": {"type": "reference"}}, "rows": [{"deal": "7"}, {"deal": "8"}]},
    }
    case = {"fields": {"customer": {"type": "reference"}}, "record": {"id": "7", "customer": "c1"}, "related": related}
    assert _answer(expr="customer.level", **case)["python"] == "A"
    assert _answer(expr="count(visits)", **case)["python"] == "1"


def test_parameters_are_found_when_they_stand_in_groups():
    params = {"breaker": {"idle_days": 15, "limit": {"type": "number", "scale": 1, "value": "2.5"}}}
    answer = _answer(expr="param.breaker.idle_days + param.breaker.limit", params=params)
    assert (answer["python"], answer["sqlite"]) == ("17.5", "17.5")


@pytest.mark.parametrize(
    ("expr", "around"),
    [
        ("me is empty", {"me": ""}),
        ("me = f", {"me": "\u00e9", "record": {"f": "e\u0301"}}),
        ("me = f", {"me": "e\u0301", "record": {"f": "\u00e9"}}),
        ("me.manager is empty", {"me": "u", "people": {"u": {"manager": ""}}}),
        ("me.department is empty", {"me": "u", "people": {"u": {"department": ""}}}),
        ("f.name = '\u00e9'", {"record": {"f": "e\u0301"}, "people": {"e\u0301": {"name": "\u00e9"}}}),
        ("me.name = 'u'", {"me": "u", "people": {"u": {"name": ""}}}),
        ("me.name = '\u00e9'", {"me": "u", "people": {"u": {"name": "e\u0301"}}}),
        ("role_in(me, 'r')", {"me": "u", "people": {"u": {"roles": ["r"], "active": None}}}),
    ],
)  # fmt: skip
def test_texts_around_are_read_like_values_when_they_are_blank_or_composed(expr, around):
    case = {"id": "1", "expr": expr, "fields": {"f": {"type": "person"}}, **around}
    answer = _answers([case], ("python", "sqlite", "javascript"))[0]
    assert [answer.get(name) for name in ("python", "sqlite", "javascript")] == [True] * 3, answer


_OPTIONS = {"type": "choice", "options": [{"key": 1}]}


@pytest.mark.parametrize(
    "part",
    [
        {"fields": {"f": _OPTIONS}},
        {"fields": {"f": {"type": "choice", "options": "abc"}}},
        {"fields": {"f": {"type": "choice", "options": [{"key": "a", "label": 3}]}}},
        {"fields": {"f": {"type": "choice", "options": [{"key": "a", "labels": ["x"]}]}}},
        {"fields": {"f": {"type": "choice", "options": [{"key": ""}]}}},
        {"fields": {"f": {"type": "number", "scale": 1.5}}},
        {"fields": {"f": {"type": "number", "scale": True}}},
        {"fields": {"f": {"type": "number", "digits": []}}},
        {"fields": {"f": {"type": "reference", "form": 5}}},
        {"form": ["a"]},
        {"zone": 8},
        {"me": "a\0"},
        {"me": 5},
        {"people": {"": {}}},
        {"people": {"u\0": {}}},
        {"people": {"u": {"name": 5}}},
        {"people": {"u": {"department": ["d"]}}},
        {"people": {"u": {"manager": {}}}},
        {"people": {"u": {"roles": [5]}}},
        {"people": {"u": {"active": "no"}}},
        {"related": {"v": {"reference": 5, "rows": []}}},
        {"params": {"p": {"type": "choice", "options": [{"key": 1}], "value": "a"}}},
        {"params": json.loads('{"p":' * 60 + "1" + "}" * 60)},
        {"id": json.loads("[" * 60 + "]" * 60)},
    ],
)
def test_line_is_refused_when_a_part_has_a_wrong_shape(part):
    error = _answer(expr="true", **part) if "id" not in part else _answers([{"expr": "true", **part}])[0]
    assert error["error"]["code"] == "LANG-060"


def test_number_is_refused_when_it_is_infinite():
    line = '{"id": 1e999, "expr": "1"}'
    assert json.loads(next(iter(run_lines([line], ["python"]))))["error"]["code"] == "LANG-060"


def test_next_line_is_answered_when_one_fails_unforeseen(monkeypatch, caplog):
    made = language_runner.read_case

    def broken_once(document, now):
        return 1 // 0 if document["id"] == "broken" else made(document, now)

    monkeypatch.setattr(language_runner, "read_case", broken_once)
    answers = _answers([{"id": "broken", "expr": "1"}, {"id": "2", "expr": "1"}])
    assert (answers[0]["id"], answers[0]["error"]["code"]) == ("broken", "STORE-063")
    assert "ZeroDivisionError" in answers[0]["error"]["message"]
    assert answers[1] == {"id": "2", "type": "number", "python": "1", "sqlite": "1"}
    assert caplog.records[0].exc_info[0] is ZeroDivisionError
