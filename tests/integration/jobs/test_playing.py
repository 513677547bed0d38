"""A scenario holds for the reason that it gives, and for no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert

from engine.forms.field_types import BUILT_IN
from engine.packs.reading import read_pack
from engine.scenarios.playing import play
from engine.scenarios.stage import moment_of, open_stage, set_up
from engine.storage import system_tables

LIBRARY = Path(__file__).parents[2] / "apps" / "library"
CLOCK = "2026-03-18T10:00:00+08:00"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    path = tmp_path_factory.mktemp("library") / "youju.sqlite3"
    return path, set_up(read_pack(LIBRARY), (), f"sqlite:///{path}", BUILT_IN)


@pytest.fixture
def stage(installed, tmp_path):
    copy = shutil.copyfile(installed[0], tmp_path / "stage.sqlite3")
    made = open_stage(read_pack(LIBRARY), f"sqlite:///{copy}", installed[1])
    yield made
    made.close()


def book(ref, isbn):
    return {"as": "librarian", "create": {"form": "book", "ref": ref, "fields": {"title": "书", "isbn": isbn}}}


def scenario(when, *then, given=()):
    return {"id": "tried", "clock": CLOCK, "given": list(given), "when": list(when), "then": list(then)}


GOOD, OTHER, AGAIN = (
    book("a", "978-0-00-000001-1"),
    book("b", "978-0-00-000002-2"),
    book("c", "978-0-00-000001-1"),
)
REFUSED = {"refused": {"fields": ["isbn"]}}
ONE = {"count": {"as": "librarian", "form": "book", "is": 1}}


def test_a_scenario_holds_when_its_last_step_is_refused_as_it_claims(stage):
    assert play(stage, scenario([GOOD, AGAIN], REFUSED, ONE)).failures == ()


def test_a_scenario_fails_when_an_earlier_step_is_refused_in_place_of_the_last(stage):
    (failure,) = play(stage, scenario([AGAIN, OTHER], REFUSED, given=[GOOD])).failures
    assert failure.startswith("when[0] was refused: ")


def test_a_scenario_fails_when_both_steps_are_refused(stage):
    (failure,) = play(stage, scenario([AGAIN, AGAIN], REFUSED, given=[GOOD])).failures
    assert failure.startswith("when[0] was refused: ")


def test_a_scenario_fails_when_a_step_is_refused_and_it_claims_none(stage):
    (failure,) = play(stage, scenario([AGAIN], ONE, given=[GOOD])).failures
    assert failure.startswith("when[0] was refused: ")


def test_a_scenario_fails_when_nothing_is_refused_and_it_claims_so(stage):
    assert play(stage, scenario([GOOD], REFUSED)).failures == ("then[0]: was not refused",)


@pytest.mark.parametrize("then", [ONE, {"refused": {}}])
@pytest.mark.parametrize("part", ["given", "when"])
def test_a_scenario_fails_when_what_follows_cannot_be_delivered(stage, part, then):
    row = {"id": "m", "command": "c", "kind": "letter", "payload": "{}", "due_at": moment_of(CLOCK)}
    row |= {"available_at": 0, "fence": 0, "attempts": 0}
    with stage.services.execution.database.write() as connection:
        connection.execute(insert(system_tables.outbox), row)
    steps = {"given": [], "when": [], part: [GOOD]}
    (failure,) = play(stage, scenario(steps["when"], then, given=steps["given"])).failures
    assert failure.startswith(f"{part}[0]: letter was not delivered: JOB-001")
