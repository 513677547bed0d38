"""``youju lang check``, ``fmt`` and ``explain`` over fields that the caller tells."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.kernel.problems import EngineError
from engine.runtime.commands_language import check, explain_, format_

FIELDS = json.dumps(
    {
        "stage": {"type": "choice", "options": ["谈判", "赢单"], "labels": {"zh": "阶段", "en": "Stage"}},
        "amount": {"type": "number", "scale": 2, "labels": {"zh": "金额", "en": "Amount"}},
    }
)
REFUSED, USAGE = 1, 2


def _run(command, *words, stdin=""):
    result = CliRunner().invoke(command, list(words), input=stdin)
    return result.exit_code, result.output


def test_every_problem_is_marked_when_an_expression_is_checked():
    code, told = _run(check, '阶断 = "谈判" and amonut >= 3', "--fields", FIELDS)
    assert code == REFUSED
    lines = told.splitlines()
    assert lines[0] == "LANG-020 第 1 列: 没有字段“阶断”,是不是“阶段”?"
    assert lines[1] == "         column 1: There is no field “阶断”; did you mean “阶段”?"
    assert lines[3] == "    ^^^^", "two characters of double width"
    assert lines[9] == " " * 22 + "^^^^^^"


@pytest.mark.parametrize(("speech", "word"), [("zh", "第 2 行第 3 列"), ("en", "line 2, column 3")])
def test_a_problem_is_told_in_one_language_when_it_is_asked_for(speech, word):
    code, told = _run(check, "--lang", speech, stdin="1 +\n  x\n")
    assert code == REFUSED
    assert told.count("LANG-020") == 1
    assert word in told
    assert "      ^" in told.splitlines()


def test_the_type_is_told_when_an_expression_is_right(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("金额 * 2\n", encoding="utf8")
    assert _run(check, "--file", str(file), "--fields", FIELDS) == (0, "✓ number\n")
    code, told = _run(check, "--file", str(file), "--fields", FIELDS, "--condition", "--json")
    found = json.loads(told)
    assert (code, found["ok"], found["problems"][0]["code"]) == (REFUSED, False, "LANG-040")
    assert (found["problems"][0]["line"], found["problems"][0]["column"]) == (1, 1)
    assert json.loads(_run(check, "1", "--json")[1]) == {"ok": True, "type": "number"}


def test_a_template_is_checked_and_written_when_it_is_one():
    assert _run(check, "{{ 金额 }}", "--template", "--fields", FIELDS) == (0, "✓ template\n")
    assert _run(check, "{{ 金额", "--template", "--fields", FIELDS)[0] == REFUSED
    assert _run(format_, "a {{金额+1}}", "--template", "--fields", FIELDS) == (0, "a {{amount + 1}}\n")


@pytest.mark.parametrize(
    ("to", "wanted"),
    [
        ("zh", '阶段 = "谈判" 且 金额 > 3'),
        ("en", 'Stage = "谈判" and Amount > 3'),
        ("keys", 'stage = "谈判" and amount > 3'),
    ],
)
def test_an_expression_is_written_in_a_language_when_its_fields_are_told(to, wanted):
    assert _run(format_, 'stage="谈判"且(金额>3)', "--to", to, "--fields", FIELDS) == (0, wanted + "\n")
    assert _run(format_, wanted, "--to", to, "--fields", FIELDS, "--check")[0] == 0


def test_names_stay_when_nothing_is_told_of_them():
    assert _run(format_, "如果(A,`b c`,1)", "--to", "en") == (0, "if(A, `b c`, 1)\n")
    assert _run(format_, "a>1", "--check") == (REFUSED, "a > 1\n")
    assert _run(format_, "a +", "--lang", "en")[0] == REFUSED


def test_it_is_told_why_an_expression_does_not_hold_when_a_record_is_given():
    record = json.dumps({"stage": "谈判", "amount": "12345.6"})
    words = ("金额 <= 3 且 阶段 = '谈判'", "--fields", FIELDS, "--record", record)
    code, told = _run(explain_, *words, "--lang", "zh")
    assert code == 0
    assert told.splitlines() == [
        "不成立:",
        "  金额是 12,345.6,超过 3",
        "✗ 全部成立",
        "  ✗ 金额至多为 3",
        "    · 金额 = 12,345.6",
        "  ✓ 阶段是“谈判”",
        "    · 阶段 = 谈判",
    ]
    assert "  Amount is 12,345.6, more than 3" in _run(explain_, *words)[1].splitlines()
    found = json.loads(_run(explain_, *words, "--json")[1])
    assert found["because"] == [{"zh": "金额是 12,345.6,超过 3", "en": "Amount is 12,345.6, more than 3"}]
    assert [part["holds"] for part in found["whole"]["parts"]] == [False, True]
    assert found["whole"]["parts"][0]["parts"][0]["value"] == "12345.6"


def test_the_value_is_told_when_an_expression_is_no_condition():
    code, told = _run(explain_, "金额 * 2", "--fields", FIELDS, "--record", '{"amount": "1.5"}', "--lang", "en")
    assert (code, told.splitlines()) == (0, ["· Amount × 2 = 3", "  · Amount = 1.5"])


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (check, ("1", "--app", "x")),
        (check, ("1", "--fields", "nothing")),
        (check, ("1", "--app", "x", "--form", "y", "--fields", "{}")),
        (explain_, ("1",)),
        (explain_, ("1", "--record", "{}")),
        (format_, ("1", "--to", "fr")),
    ],
)
def test_the_exit_code_is_that_of_a_mistake_when_options_do_not_fit(command, words):
    assert _run(command, *words)[0] == USAGE


@pytest.mark.parametrize("command", [check, format_, explain_])
def test_bytes_that_are_no_text_are_told_when_an_expression_comes_in_any_way(command, tmp_path):
    file = tmp_path / "e.txt"
    file.write_bytes(b"amount > \xff\xfe")
    ways = {"stdin": ((), b"1 + \xff"), "e.txt": (("--file", str(file)), b""), "EXPRESSION": (("1 + \udcff",), b"")}
    for way, (words, stdin) in ways.items():
        error = CliRunner().invoke(command, list(words), input=stdin).exception
        assert isinstance(error, EngineError)
        assert [(one.code, one.path) for one in error.problems] == [("RULE-046", way)]


def test_a_mark_of_byte_order_is_no_part_of_an_expression_when_a_file_has_one(tmp_path):
    file = tmp_path / "e.txt"
    file.write_bytes("1+1\r\n".encode("utf-8-sig"))
    assert _run(format_, "--file", str(file)) == (0, "1 + 1\n")
