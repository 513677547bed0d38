"""The command ``bench``: what its lines say and when it gives a verdict; how long anything takes is no matter here."""

import pytest
from click.testing import CliRunner

from engine.bench import commands, evaluating
from engine.bench.evaluating import evaluating_lines
from engine.bench.measuring import Line

_PASSED = Line("lang eval", 2.0, "≤ 1 ms", holds=False)


@pytest.fixture
def one_bound_passed(monkeypatch):
    monkeypatch.setattr(commands, "BENCHMARKS", {"lang": lambda **_: iter([_PASSED])})


def _run(*options):
    return CliRunner().invoke(commands.bench, ["lang", *options])


@pytest.mark.usefixtures("one_bound_passed")
@pytest.mark.parametrize(("options", "code"), [((), 1), (("--quick",), 0), (("--json",), 1)])
def test_verdict_is_given_unless_it_is_a_quick_look(options, code):
    assert _run(*options).exit_code == code


@pytest.mark.usefixtures("one_bound_passed")
def test_back_ends_that_are_left_out_are_named_when_they_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setenv("YOUJU_NODE", str(tmp_path / "absent"))
    monkeypatch.delenv("YOUJU_DATABASE_URL", raising=False)
    told = _run("--quick").stderr
    assert "PostgreSQL is left out" in told
    assert "YOUJU_NODE" in told


def test_cases_are_answered_alike_by_all_when_they_are_timed():
    found = list(evaluating_lines(20, ""))
    assert [line.name for line in found] == ["lang eval 20 lines (3)"]
    assert found[0].reach == "≤ 120 ms"


def test_no_time_is_told_when_back_ends_differ(monkeypatch):
    monkeypatch.setattr(evaluating, "run_lines", lambda *_: ['{"id": "1", "python": "1", "sqlite": "2"}'])
    monkeypatch.setattr(evaluating, "reachable", lambda _: ("python", "sqlite"))
    with pytest.raises(ValueError, match="sqlite"):
        list(evaluating_lines(1))
