"""The Node process behind the back end ``javascript``: how it is found, and what is said without it or at its end."""

import json
import os
import stat

import pytest

from engine.kernel.problems import EngineError
from engine.storage import javascript, language_runner
from engine.storage.javascript import LEAST_NODE, evaluator, find_node
from engine.storage.language_runner import reachable, run_lines
from tests.support.node import node

CASE = {"id": "1", "expr": "a + 1.5", "fields": {"a": {"type": "number", "scale": 2}}, "record": {"a": "2.25"}}
WORLD = {
    "now": "2026-01-31T01:00:00Z", "today": "2026-01-31", "me": None, "parameters": {}, "forms": {},
    "calendar": {"days": [], "hours": [[540, 720], [780, 1080]]},
    "zone": {"cuts": [], "offsets": [0], "yearly": []}, "people": {"known": {}, "all": True}, "types": {},
    "subjects": [{}],
}  # fmt: skip


def _program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def _answers(backends=None, cases=(CASE,)):
    return [json.loads(line) for line in run_lines(map(json.dumps, cases), backends)]


def test_javascript_answers_when_no_back_ends_are_named():
    assert "javascript" in reachable()
    assert _answers()[0]["javascript"] == "3.75"


def test_named_node_is_taken_when_it_is_new_enough(tmp_path, monkeypatch):
    named = _program(tmp_path / "node", f"echo v{LEAST_NODE}.1.0")
    monkeypatch.setenv("YOUJU_NODE", named)
    assert find_node() == named


@pytest.mark.parametrize("text", [f"echo v{LEAST_NODE - 1}.9.9", "echo nonsense", "exit 1"])
def test_named_node_is_left_when_it_is_too_old_or_none(text, tmp_path, monkeypatch):
    monkeypatch.setenv("YOUJU_NODE", _program(tmp_path / "node", text))
    assert find_node() is None


def test_node_beside_python_is_taken_before_the_one_on_the_path(tmp_path, monkeypatch):
    beside, path = tmp_path / "scripts", tmp_path / "path"
    beside.mkdir()
    path.mkdir()
    other = _program(path / "node", "echo v22.0.0")
    monkeypatch.delenv("YOUJU_NODE", raising=False)
    monkeypatch.setenv("PATH", f"{path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(javascript.sysconfig, "get_path", lambda _: str(beside))
    assert find_node() == other
    own = _program(beside / "node", "echo v24.0.0")
    assert find_node() == own


def test_javascript_is_left_out_when_there_is_no_node(tmp_path, monkeypatch):
    monkeypatch.setenv("YOUJU_NODE", str(tmp_path / "absent"))
    assert "javascript" not in reachable()
    assert "javascript" not in _answers()[0]


def test_javascript_declines_with_a_reason_when_it_is_asked_for_without_node(tmp_path, monkeypatch):
    monkeypatch.setenv("YOUJU_NODE", str(tmp_path / "absent"))
    answer = _answers(["python", "javascript"])[0]
    assert answer["python"] == "3.75"
    assert "YOUJU_NODE" in answer["javascript"]["declined"]


@pytest.mark.parametrize("ending", ["exit 3", "read line; exit 3"])
def test_error_says_so_when_the_process_ends(ending, tmp_path):
    with evaluator(_program(tmp_path / "node", ending)) as process, pytest.raises(EngineError) as caught:
        process.answer([[1, True, "boolean"]], WORLD)
    assert [problem.code for problem in caught.value.problems] == ["STORE-060"]
    assert "3" in caught.value.problems[0].message.en


def test_error_says_so_when_the_process_cannot_read_a_request():
    with evaluator(node()) as process, pytest.raises(EngineError) as caught:
        process.answer([[1, True, "boolean"]], {**WORLD, "zone": None})
    assert [problem.code for problem in caught.value.problems] == ["STORE-061"]


def test_other_cases_are_answered_when_the_process_could_not_read_one(monkeypatch):
    made = language_runner.world_json

    def broken_once(around, scope, subjects):
        return made(around, scope, subjects) | ({"zone": None} if around.me == "broken" else {})

    monkeypatch.setattr(language_runner, "world_json", broken_once)
    answers = _answers(["python", "javascript"], [CASE, {**CASE, "me": "broken"}, CASE])
    assert [list(answer["javascript"]) for answer in answers[1:2]] == [["declined"]]
    assert [answer["javascript"] for answer in (answers[0], answers[2])] == ["3.75", "3.75"]


def test_process_goes_on_when_one_tree_of_a_request_is_wrong():
    with evaluator(node()) as process:
        found = process.answer([[1, ["sleep"], "boolean"], [1, True, "boolean"], [99, True, "boolean"]], WORLD)
        assert found[1] == [True]
        assert [list(answer) for answer in (found[0], found[2])] == [["failed"], ["failed"]]
        assert process.answer([[1, False, "boolean"]]) == [[False]]


def test_value_is_told_as_unknown_when_it_was_not_sent():
    with evaluator(node()) as process:
        assert list(process.answer([[1, ["field", "a"], "text"]], WORLD)[0][0]) == ["unknown"]


def test_long_lines_pass_when_they_are_longer_than_any_pipe():
    text = "长" * 300_000
    with evaluator(node()) as process:
        assert process.answer([[1, text, "text"]] * 3, WORLD) == [[text]] * 3


def test_one_process_answers_all_cases_when_they_are_many():
    cases = [{**CASE, "id": str(number), "record": {"a": str(number)}} for number in range(200)]
    answers = _answers(["python", "javascript"], cases)
    assert [answer["javascript"] for answer in answers] == [answer["python"] for answer in answers]


_SLOW_ONCE = """
[ "$1" = --version ] && exec echo v24.0.0
[ -e "$0.started" ] && exec {node} "$@"
touch "$0.started"
{slow}"""


@pytest.mark.parametrize("slow", ["exec sleep 60", "read line; printf '[['; exec sleep 60", "read line; exit 3"])
def test_another_process_takes_over_when_one_answers_no_more(slow, tmp_path):
    slow_once = _program(tmp_path / "node", _SLOW_ONCE.format(node=node(), slow=slow))
    with evaluator(slow_once, patience=0.5) as process:
        with pytest.raises(EngineError) as caught:
            process.answer([[1, True, "boolean"]], WORLD)
        assert [problem.code for problem in caught.value.problems] == ["STORE-060"]
        with pytest.raises(EngineError):
            process.answer([[1, True, "boolean"]])
        process._patience = 30
        assert process.answer([[1, True, "boolean"]], WORLD) == [[True]]


def test_process_that_reads_nothing_is_given_up_when_a_request_is_longer_than_a_pipe(tmp_path):
    asleep = _program(tmp_path / "node", "exec sleep 60")
    with evaluator(asleep, patience=0.5) as process, pytest.raises(EngineError):
        process.answer([[1, "长" * 300_000, "text"]], WORLD)


def test_next_line_is_answered_by_a_new_process_when_one_has_ended(tmp_path, monkeypatch):
    monkeypatch.setenv(
        "YOUJU_NODE", _program(tmp_path / "node", _SLOW_ONCE.format(node=node(), slow="read line; exit 3"))
    )
    answers = _answers(["python", "javascript"], [CASE, CASE])
    assert [answer["python"] for answer in answers] == ["3.75", "3.75"]
    assert "status 3" in answers[0]["javascript"]["declined"]
    assert answers[1]["javascript"] == "3.75"


def test_process_is_gone_when_the_block_ends():
    with evaluator(node()) as process:
        process.answer([[1, True, "boolean"]], WORLD)
        running = process._process
    assert running.poll() is not None
