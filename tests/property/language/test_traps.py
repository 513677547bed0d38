"""Expressions on which an ordinary translation into SQL, or into another language, goes wrong: one trap a line."""

import json
from collections import Counter
from pathlib import Path

import pytest

from engine.storage.language_runner import BACKENDS, run_lines

TRAPS = Path(__file__).parents[2] / "cases" / "sql-traps.jsonl"
CASES = [json.loads(line) for line in TRAPS.read_text("utf8").split("\n") if line]


@pytest.fixture(scope="module")
def answers(postgres_server):
    url = postgres_server.create("traps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOUJU_DATABASE_URL", url)
        yield {answer["id"]: answer for answer in map(json.loads, run_lines(map(json.dumps, CASES)))}
    postgres_server.drop("traps")


def test_traps_have_names_of_their_own_when_listed():
    assert [name for name, count in Counter(case["id"] for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_every_back_end_gives_what_was_meant_when_translation_has_a_trap(case, answers):
    answer = answers[case["id"]]
    assert {name: answer.get(name, answer) for name in BACKENDS} == dict.fromkeys(BACKENDS, case["expect"]), case[
        "trap"
    ]
