"""Whatever is written, there is an answer: a problem with a code and a place, never a crash and never a wait."""

import json

import pytest
from click.testing import CliRunner

from engine.bench.malformed import TURNING, UNSEEN, malformed
from engine.kernel.problems import EngineError
from engine.language.compiling import compile_expression
from engine.language.functions.catalogue import function_names
from engine.storage.commands_language import lang
from engine.storage.language_runner import run_lines
from tests.unit.language.deals import SCOPE, problems_of, value

INPUTS = malformed()


def test_there_are_five_hundred_when_they_are_made():
    assert len(INPUTS) >= 500


def test_every_one_ends_in_a_problem_with_its_place_when_it_is_compiled():
    for source in INPUTS:
        with pytest.raises(EngineError) as raised:
            compile_expression(source, SCOPE)
        for problem in raised.value.problems:
            assert problem.code.startswith("LANG-"), source
            assert problem.start is not None, source
            assert problem.end is not None, source
            assert 0 <= problem.start <= problem.end <= len(source), source
            for text in (problem.message.zh, problem.message.en, problem.hint.zh, problem.hint.en):
                assert text.encode("utf8"), source


@pytest.mark.parametrize("character", [one for one in UNSEEN if one not in "\x1c\x1d\x1e\x1f"])
def test_unseen_character_is_named_by_its_number_when_it_stands_outside_quotes(character):
    for source in (f"amount{character} > 1", f"amo{character}unt > 1", f"1 +{character} 2"):
        problem = problems_of(source)[0]
        assert problem.code == "LANG-071", repr(source)
        assert source[problem.start : problem.end] == character
        assert f"U+{ord(character):04X}" in problem.message.zh


@pytest.mark.parametrize("character", list(TURNING))
def test_turning_character_is_refused_when_it_stands_in_quotes(character):
    for source in (f'name = "a{character}b"', f"`a{character}b` > 1"):
        problem = problems_of(source)[0]
        assert problem.code == "LANG-072"
        assert source[problem.start : problem.end] == character
        assert f"\\u{ord(character):04X}" in problem.hint.en
    assert problems_of(f"{character}amount > 1")[0].code == "LANG-071"


def test_characters_of_emoji_and_escapes_are_kept_when_they_stand_in_a_text():
    assert value('"\U0001f469\u200d\U0001f680 a\u200bb"') == "\U0001f469\u200d\U0001f680 a\u200bb"
    assert value('len("\\u202E\\u2066")') == 2


def test_mark_at_the_very_beginning_is_passed_over_when_an_editor_has_put_it_there():
    assert value("\ufeff1 + 1") == 2


def test_names_of_functions_are_found_in_a_run_when_they_are_as_long_as_any():
    assert max(map(len, function_names())) <= 24
    assert value("真且是统一社会信用代码(empty)") is False
    assert [problem.code for problem in problems_of("且" * 3_999 + "阶")] != []


_BROKEN_CASES = (
    {"fields": []}, {"record": 3}, {"related": {"x": 5}}, {"related": {"x": {"rows": [3]}}}, {"params": [1]},
    {"old": []}, {"people": [1]}, {"people": {"a": {"roles": 5}}}, {"me": ["a"]}, {"calendar": {"off": 5}},
    {"now": 5}, {"zone": "../etc"}, {"fields": {"f\udfff": {"type": "text"}}}, {"fields": {"f": {"type": "\ud800"}}},
    {"fields": {"f": {"type": "number", "scale": -1}}}, {"fields": {"f": {"type": "number", "digits": 1_000}}},
    {"fields": {"f": {"type": "number"}}, "record": {"f": "9" * 5_000}}, {"params": {"p": "9" * 5_000}},
    {"fields": {"f": {"type": "datetime"}}, "record": {"f": "0001-01-01T00:00:00+14:00"}},
    {"now": "9999-12-31T23:59:59Z"}, {"now": "0001-01-01T00:00:00+14:00"}, {"params": {"p": []}},
    {"related": {"v": {"fields": {"n": {"type": "number"}}, "reference": "n", "rows": [{"n": "1"}]}}},
)  # fmt: skip


@pytest.mark.parametrize("part", _BROKEN_CASES)
def test_line_is_answered_when_a_part_of_the_case_has_a_wrong_shape(part):
    line = json.dumps({"id": "\ud800", "expr": "1", **part})
    answer = next(iter(run_lines([line], ["python"])))
    assert json.loads(answer)["error"]["code"] == "LANG-060"
    assert answer.encode("utf8")


def test_line_is_answered_when_its_parts_are_null():
    parts = dict.fromkeys(("fields", "record", "related", "params", "old", "people", "calendar", "zone", "me", "now"))
    answer = next(iter(run_lines([json.dumps({"id": "1", "expr": "1", **parts})], ["python"])))
    assert json.loads(answer)["python"] == "1"


@pytest.mark.parametrize(
    "line", ["[" * 100_000, '{"a":' * 3_000, '{"id": NaN, "expr": "1"}', '{"id": -Infinity}', "9" * 5_000]
)
def test_line_is_answered_when_it_is_no_json(line):
    answers = [json.loads(answer) for answer in run_lines([line, '{"id": "2", "expr": "1"}'], ["python"])]
    assert [answer.get("error", {}).get("code", answer.get("python")) for answer in answers] == ["LANG-060", "1"]


def test_message_stays_short_when_what_it_quotes_is_long():
    line = json.dumps({"id": "1", "expr": "1", "record": ["x" * 10_000]})
    assert len(next(iter(run_lines([line], ["python"])))) < 400


@pytest.mark.parametrize(
    ("params", "shown"),
    [({"p": 15}, "16"), ({"p": 1.5}, "2.5"), ({"p": "9" * 30}, f"1{'0' * 30}"), ({"p": "-2"}, "-1")],
)
def test_parameter_is_a_number_when_it_is_written_bare(params, shown):
    line = json.dumps({"id": "1", "expr": "param.p + 1", "params": params})
    answer = json.loads(next(iter(run_lines([line], ["python", "sqlite"]))))
    assert (answer["python"], answer["sqlite"]) == (shown, shown)


def test_fields_stay_apart_when_their_keys_differ_by_case_alone():
    fields = {"a": {"type": "number"}, "A": {"type": "number"}}
    line = json.dumps({"id": "1", "expr": "A - a", "fields": fields, "record": {"a": "1", "A": "3"}})
    answer = json.loads(next(iter(run_lines([line], ["python", "sqlite"]))))
    assert (answer["python"], answer["sqlite"]) == ("2", "2")


def test_related_records_are_counted_when_there_are_more_than_a_database_joins_at_once():
    rows = [{"N": str(number), "n": "1", "p": "1"} for number in range(1_001)]
    fields = {"n": {"type": "number"}, "N": {"type": "number"}}
    case = {
        "id": "1",
        "expr": "sum(v.N) + count(v)",
        "related": {"v": {"fields": fields, "reference": "p", "rows": rows}},
    }
    answer = json.loads(next(iter(run_lines([json.dumps(case)], ["python", "sqlite"]))))
    assert (answer["python"], answer["sqlite"]) == ("501501", "501501")


def test_back_end_declines_when_its_database_is_not_there(monkeypatch):
    for url in ("", "postgresql+psycopg://127.0.0.1:1/none"):
        monkeypatch.setenv("YOUJU_DATABASE_URL", url)
        answer = json.loads(next(iter(run_lines(['{"id": "1", "expr": "1"}'], ["python", "postgresql"]))))
        assert answer["python"] == "1"
        assert "YOUJU_DATABASE_URL" in answer["postgresql"]["declined"]


def test_lines_are_answered_when_one_is_no_utf8_and_the_first_begins_with_a_mark():
    sent = b'\xef\xbb\xbf{"id": "1", "expr": "1"}\n\xff\xfe\n{"id": "3", "expr": "1"}\n'
    run = CliRunner().invoke(lang, ["eval", "--jsonl", "--backends", "python"], input=sent)
    assert run.exit_code == 0
    assert [json.loads(line)["id"] for line in run.output.split("\n") if line] == ["1", None, "3"]
