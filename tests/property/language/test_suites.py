"""Public conformance suites in the form of the contract: each line gives what the suite means, on every back end."""

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from engine.storage.language_runner import BACKENDS, run_lines

FOLDER = Path(__file__).parents[2] / "cases"
SUITES = ("cel-rest", "dmn-feel", "contract")
SENT_FROM_SUITES = ("id", "expr", "fields", "record")
OWN_SUITE = "contract"


def _cases(name):
    """The cases of a file; its lines end in LF alone, as texts may hold other separators."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_bytes().decode("utf8").split("\n") if line]


def _sent(name, case):
    parts = case if name == OWN_SUITE else {key: case[key] for key in SENT_FROM_SUITES}
    return json.dumps({key: part for key, part in parts.items() if key not in ("expect", "error")})


def _form(value, kind):
    """A value as it is compared: numbers as decimals, moments as instants."""
    if isinstance(value, str) and kind in ("number", "duration"):
        return Decimal(value)
    return datetime.fromisoformat(value) if isinstance(value, str) and kind == "datetime" else value


def _holds(case, answer):
    if "error" in answer:
        error = answer["error"]
        placed = bool(error["message"]) and 0 <= error["start"] <= error["end"]
        return placed and error["code"].startswith("LANG-") and case.get("error") in (True, error["code"])
    if "error" in case:
        return False
    values = [_form(answer[name], answer["type"]) for name in BACKENDS]
    return values == [_form(case["expect"], answer["type"])] * len(BACKENDS)


@pytest.fixture(scope="module")
def database(postgres_server):
    url = postgres_server.create("suites")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOUJU_DATABASE_URL", url)
        yield url
    postgres_server.drop("suites")


@pytest.mark.parametrize("name", SUITES)
def test_every_back_end_gives_what_a_public_suite_means_when_it_is_translated(name, database):
    cases = _cases(name)
    answers = [json.loads(line) for line in run_lines([_sent(name, case) for case in cases], BACKENDS)]
    assert [answer["id"] for answer in answers] == [case["id"] for case in cases]
    assert [(case, answer) for case, answer in zip(cases, answers, strict=True) if not _holds(case, answer)] == []


@pytest.mark.parametrize("name", SUITES)
def test_cases_of_a_suite_have_names_of_their_own_when_listed(name):
    assert [key for key, count in Counter(case["id"] for case in _cases(name)).items() if count > 1] == []


def test_holding_is_denied_when_a_value_or_an_error_is_another():
    right = {"type": "number", **dict.fromkeys(BACKENDS, "1.50")}
    assert _holds({"expect": "1.5"}, right)
    assert not _holds({"expect": "1.5"}, {**right, "postgresql": "1.51"})
    assert not _holds({"error": True}, right)
    refused = {"error": {"code": "LANG-030", "message": "…", "start": 0, "end": 1}}
    assert _holds({"error": "LANG-030"}, refused)
    assert not _holds({"error": "LANG-031"}, refused)
    assert not _holds({"expect": None}, refused)
