"""A demo tells of a past: checked like any record, written once, with nothing happening again."""

from __future__ import annotations

import json
import shutil
from datetime import datetime

import pytest

from engine import demo
from engine.boot import open_instance, read_settings
from engine.kernel.problems import EngineError
from engine.packs.reading import read_pack
from tests.support.apps import LIBRARY

ANCHOR = datetime(2026, 3, 18)  # noqa: DTZ001 - a day, as the command line reads it
PLAN = {
    "format": 1,
    "kind": "past",
    "seed": "s",
    "words": {"name": ["安", "宝", "春"], "family": ["赵", "钱", "孙"]},
    "teams": [
        {
            "key": "helper",
            "count": 2,
            "named": ["family", "name"],
            "departments": ["馆"],
            "managers": ["librarian"],
            "roles": ["librarian"],
        }
    ],
    "groups": [
        {
            "key": "books",
            "form": "book",
            "count": 3,
            "by": "helper01",
            "at": {"days": [-90, -60]},
            "fields": {"title": {"join": ["第", {"serial": "{}"}, "卷"]}, "isbn": {"serial": "i-{}"}},
        },
        {
            "key": "members",
            "form": "member",
            "count": 9,
            "by": {"pick": ["helper01", "helper02"]},
            "at": {"days": [-50, -40]},
            "fields": {"name": {"join": [{"pick": "family"}, {"pick": "name"}]}, "card_no": {"serial": "K-{}"}},
        },
        {
            "key": "loans",
            "form": "loan",
            "each": "members",
            "at": {"after": [1, 5]},
            "state": "returned",
            "fields": {
                "member": {"parent": True},
                "book": {"from": "books"},
                "due_date": {"after": [10, 10]},
                "returned_on": {"after": [14, 14]},
                "condition": "good",
            },
        },
        {
            "key": "fines",
            "form": "fine",
            "each": "loans",
            "at": {"after": [0, 0]},
            "fields": {
                "member": {"parent": "member"},
                "amount": "0.80",
                "reference": {"join": ["loan:", {"parent": True}]},
            },
        },
    ],
    "derived": [{"form": "member", "set": {"note": 'if(count(loans where days_over > 0) = 1, "late", "never")'}}],
}


def changed(group, **fields):
    """Return the plan with these fields of a group."""
    plan = json.loads(json.dumps(PLAN))
    (found,) = [one for one in plan["groups"] if one["key"] == group]
    found["fields"] |= fields
    return plan


@pytest.fixture
def make(tmp_path):
    """Make the demo of a library with a plan; return its instance."""

    def made(plan, home="home"):
        folder = tmp_path / f"{home}-library"
        shutil.copytree(LIBRARY, folder, dirs_exist_ok=True)
        (folder / "demo" / "past.json").write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")
        instance = open_instance(read_settings({"YOUJU_HOME": str(tmp_path / home), "YOUJU_TEST_CLOCK": "1"}))
        demo.make_demo_of(instance, read_pack(folder), ANCHOR, lambda _done, _total: None)
        return instance

    return made


def rows(instance, statement):
    with instance.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_records_stand_as_they_are_told_when_the_demo_is_made(make):
    instance = make(PLAN)
    assert rows(instance, "SELECT state, days_over, fine, count(*) FROM loan GROUP BY 1, 2, 3") == [
        ("returned", 4, 80, 9)
    ]
    assert rows(instance, "SELECT DISTINCT note FROM member") == [("late",)]
    assert rows(instance, "SELECT count(*), min(owed), max(owed) FROM fine") == [(9, 80, 80)]
    (least, most) = rows(instance, "SELECT min(created_at), max(created_at) FROM loan")[0]
    assert least < most < datetime(2026, 3, 18).timestamp() * 1000  # noqa: DTZ001 - to the day


def test_nothing_happens_again_when_a_past_is_kept(make):
    instance = make(PLAN)
    for table in ("task", "notification", "outbox", "rule_run"):
        (count,) = rows(instance, f"SELECT count(*) FROM youju_{table}")  # noqa: S608 - names of ours
        assert count == (0,), table
    assert rows(instance, "SELECT count(*) FROM youju_journal WHERE subject = 'loan'") == [(9,)]
    assert rows(instance, "SELECT count(*) FROM youju_state_log") == [(9,)]


def test_the_past_is_the_same_when_it_is_made_twice_and_kept_once(make):
    instance = make(PLAN)
    loans = rows(instance, "SELECT id, created_at, member, book FROM loan ORDER BY 1")
    assert rows(make(PLAN), "SELECT id, created_at, member, book FROM loan ORDER BY 1") == loans
    other = make(PLAN, "other")
    assert rows(other, "SELECT id, created_at, member, book FROM loan ORDER BY 1") == loans


@pytest.mark.parametrize(
    ("group", "fields", "code"),
    [
        ("members", {"name": None}, "FORM-002"),
        ("members", {"card_no": "K-1"}, "FORM-014"),
        ("members", {"zz": "1"}, "FORM-001"),
        ("loans", {"due_date": "2020-01-01"}, "FORM-013"),
        ("loans", {"book": "0192f0c1-0000-7000-8000-000000000000"}, "FORM-015"),
        ("fines", {"amount": "-0.80"}, "FORM-026"),
        ("fines", {"reference": "same"}, "FORM-014"),
    ],
)
def test_a_plan_is_refused_whole_when_a_record_could_not_stand(make, group, fields, code):
    with pytest.raises(EngineError) as caught:
        make(changed(group, **fields))
    assert code in {
        problem.code for problem in (*caught.value.problems, *(caught.value.__cause__ or caught.value).problems)
    }
