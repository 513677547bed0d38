"""What a plan tells: the same for the same seed, never of today, in step with what it speaks of."""

from __future__ import annotations

from typing import Any

import pytest

from engine.kernel.clocks import date_of
from engine.packs.demo_telling import LATEST, Teller, people_of
from engine.packs.placeholders import Placeholders

TODAY = 20_000
WORDS = {"name": ["安", "宝", "春", "冬"], "family": ["赵", "钱"]}
MEMBERS = {
    "key": "members",
    "form": "member",
    "count": 4,
    "by": {"pick": ["anna", "bert"]},
    "at": {"days": [-40, -20]},
    "once": ["name"],
    "fields": {"name": {"pick": "name"}, "card_no": {"serial": "K-{:03d}"}},
}
LOANS = {
    "key": "loans",
    "form": "loan",
    "each": "members",
    "times": [2, 2],
    "at": {"after": [1, 60]},
    "state": {"weighted": {"lent": 1}},
    "since": {"days": [-3, -1]},
    "fields": {
        "member": {"parent": True},
        "name": {"parent": "name"},
        "twice": {"join": [{"own": "name"}, "!"]},
        "due": {"after": [10, 10]},
        "price": {"number": ["1.00", "2.00"], "step": "0.25"},
        "seldom": {"maybe": 0, "value": "x"},
        "by": {"by": True},
        "above": {"superior": True},
    },
}


def told(*groups: Any, seed: str = "s") -> list[Any]:
    names = Placeholders({"anna": "id-anna", "bert": "id-bert", "carl": "id-carl"}, "Europe/Berlin", lambda: TODAY)
    plan = {"seed": seed, "words": WORDS, "groups": list(groups)}
    return list(Teller(plan, names, {"anna": "carl"}).tell())


def test_the_same_is_told_when_the_seed_is_the_same():
    assert told(MEMBERS, LOANS) == told(MEMBERS, LOANS)
    assert told(MEMBERS, LOANS) != told(MEMBERS, LOANS, seed="t")


def test_no_value_is_told_twice_when_it_may_be_told_once():
    assert sorted(one.fields["name"] for one in told(MEMBERS)) == sorted(WORDS["name"])
    assert [one.fields["card_no"] for one in told(MEMBERS)] == ["K-001", "K-002", "K-003", "K-004"]


def test_what_is_made_for_a_record_follows_it_when_it_is_told():
    members = {one.id: one for one in told(MEMBERS)}
    loans = [one for one in told(MEMBERS, LOANS) if one.form == "loan"]
    assert len(loans) == 2 * len(members)
    for loan in loans:
        member = members[loan.fields["member"]]
        assert (loan.by, loan.fields["name"]) == (member.by, member.fields["name"])
        assert loan.fields["twice"] == f"{member.fields['name']}!"
        assert member.day <= loan.day <= LATEST
        assert member.moment < loan.moment <= loan.since
        assert loan.state == "lent"
        assert loan.fields["due"] == date_of(TODAY + loan.day + 10).isoformat()
        assert loan.fields["price"] in {"1.00", "1.25", "1.50", "1.75", "2.00"}
        assert "seldom" not in loan.fields
        assert loan.fields["by"] == f"id-{loan.by}"
        assert loan.fields.get("above") == ("id-carl" if loan.by == "anna" else None)


def test_every_user_of_a_team_has_a_name_and_a_superior_when_people_are_told():
    team = {
        "key": "seller",
        "count": 5,
        "named": ["family", "name"],
        "departments": ["东", "西"],
        "managers": ["anna"],
        "roles": ["rep"],
    }
    users = list(people_of({"seed": "s", "words": WORDS, "teams": [team]}))
    assert [user["name"] for user in users] == [f"seller{number:02}" for number in range(1, 6)]
    assert len({user["display_name"] for user in users}) == len(users)
    assert [user["department"] for user in users] == ["东", "西", "东", "西", "东"]
    assert users == list(people_of({"seed": "s", "words": WORDS, "teams": [team]}))


@pytest.mark.parametrize("percent", [0, 100])
def test_so_many_have_one_when_a_group_is_for_a_share(percent):
    loans = [one for one in told(MEMBERS, {**LOANS, "percent": percent}) if one.form == "loan"]
    assert len(loans) == 8 * percent // 100


def test_the_last_day_is_a_day_like_others_when_more_time_is_wanted_than_has_passed():
    members = {**MEMBERS, "count": 40, "once": [], "at": {"days": [-40, -40]}}
    days = [one.day for one in told(members, {**LOANS, "at": {"after": [1, 900]}}) if one.form == "loan"]
    assert max(days) <= LATEST
    assert days.count(LATEST) < len(days) / 4
    assert len(set(days)) > 20
