"""Rules and rights that ask the directory: one answer in the list, for one record, in a save and by the clock."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.storage import directory
from engine.storage.journal import Authorship
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role, rule, state, transition, workflow
from tests.support.library import NOON

MINE = "owner = me or owner.manager = me"
CHECKED = {"uid": "t99999999990", "holds": 'role_in(helper, "director")', "message": {"zh": "须总监", "en": "director"}}
FLAGGED = {"set": {"flag": "true"}}


def _deal():
    return form(
        "deal",
        field("name"),
        field("flag", "boolean"),
        field("helper", "person", validations=[CHECKED]),
        field("lines", "lines", fields=[field("who", "person")]),
    )


def _flow():
    guard = "not exists(lines where manager_of(manager_of(who)) != me)"
    move = transition("close", ["open"], "done", guard=guard, by=[{"role": "seller"}, {"role": "director"}])
    return workflow("deal", [state("open"), state("done", "won")], [move])


def _rules():
    return [
        rule("by_hand", "deal", {"changed": ["name"]}, FLAGGED, when='role_in(owner, "director")'),
        rule(
            "by_clock",
            "deal",
            {"schedule": {"cron": "0 * * * *"}},
            FLAGGED,
            when='role_in(manager_of(owner), "director") and name = "clock"',
        ),
    ]


@pytest.fixture
def crm(site):
    roles = [
        role("seller", access("deal", rows=MINE)),
        role("director", access("deal", rows=MINE)),
        role("clerk", access("deal", "read update create", rows="owner.department in me.departments_below")),
    ]
    site.publish(app(_deal(), _flow(), *_rules(), key="crm", roles=roles))
    site.person("top", ("crm", "director"))
    site.person("mid", ("crm", "director"), manager="top")
    site.person("low", ("crm", "seller"), manager="mid")
    site.person("other", ("crm", "seller"), manager="low")
    site.person("clerk", ("crm", "clerk"))
    for name, department in (("mid", "east"), ("low", "east"), ("clerk", "east"), ("other", "west")):
        _changed(site, name, department=department)
    return site


def _changed(site, name, **values):
    """Change what the directory says of somebody."""
    with site.database.write() as connection:
        by = Authorship(Actor(None), "test", NOON, site.chance.randbytes)
        directory.change_user(connection, by, site.people[name], values)


def _made(site, name, **fields):
    return site.services.records.create(site.viewer(name), "crm", "deal", {"name": name, **fields})


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [("top", {"top", "mid"}), ("mid", {"mid", "low"}), ("low", {"low", "other"}), ("clerk", {"mid", "low"})],
)
def test_rows_are_the_same_when_listed_read_and_changed(crm, viewer, seen):
    made = {name: _made(crm, name) for name in ("top", "mid", "low", "other")}
    records, who = crm.services.records, crm.viewer(viewer)
    assert {one.shown["name"] for one in records.list(who, "crm", "deal").items} == seen
    for name, record in made.items():
        if name in seen:
            assert records.read(who, "crm", "deal", record.id).id == record.id
            records.update(who, "crm", "deal", record.id, {"flag": False}, 1)
        else:
            assert refused(records.read, who, "crm", "deal", record.id)
            assert refused(records.update, who, "crm", "deal", record.id, {"flag": False}, 1)


def test_filter_asks_the_directory_when_a_viewer_writes_it(crm):
    for name in ("mid", "low"):
        _made(crm, name)
    listed = crm.services.records.list
    assert [
        one.shown["name"] for one in listed(crm.viewer("mid"), "crm", "deal", filter="owner.manager = me").items
    ] == ["low"]
    found = listed(crm.viewer("mid"), "crm", "deal", filter='not role_in(owner, "director")').items
    assert [one.shown["name"] for one in found] == ["low"]


def test_rule_looks_at_roles_when_something_changes(crm):
    made = {name: _made(crm, name) for name in ("mid", "low")}
    for name, record in made.items():
        crm.services.records.update(
            crm.viewer(name), "crm", "deal", record.id, {"name": f"{name} again"}, record.version
        )
    crm.jobs().run_until_quiet()
    assert {row.name: bool(row.flag) for row in crm.query("SELECT name, flag FROM deal")} == {
        "mid again": True,
        "low again": False,
    }


def test_rule_finds_records_by_their_people_when_its_slot_comes(crm):
    for name in ("low", "other"):
        _made(crm, name)
        record = _made(crm, name, helper=crm.people["mid"])
        crm.services.records.update(crm.viewer(name), "crm", "deal", record.id, {"name": "clock"}, record.version)
    crm.business.moment = crm.real.moment = crm.business.moment + 3_600_000
    crm.jobs().run_until_quiet()
    flagged = crm.query("SELECT owner FROM deal WHERE flag")
    assert [row.owner for row in flagged] == [crm.people["low"]]


def test_explanation_names_people_when_a_rule_asks_about_them(crm):
    record = _made(crm, "low")
    told = crm.services.explaining.explain(crm.viewer("low"), "crm", "deal", record.id, "by_clock")
    assert told.rule.holds is False
    assert told.condition is not None
    assert told.condition.parts[0].words.zh == "负责人的上级担任“director的中文”"
    assert told.condition.parts[0].holds is True


def test_validation_asks_about_whoever_is_named_when_a_record_is_saved(crm):
    assert _made(crm, "low", helper=crm.people["mid"]).id
    found = refused(_made, crm, "low", helper=crm.people["other"])
    assert [place for _, place in found] == ["fields.helper"]


def test_guard_asks_about_everybody_at_once_when_lines_name_many(crm):
    people = [crm.people[name] for name in ("low", "other")]
    for number in range(12):
        crm.person(f"extra{number}", manager="low")
    people = [crm.people[f"extra{number}"] for number in range(12)]
    records = crm.services.records
    record = _made(crm, "mid", lines=[{"who": id} for id in people])
    done = records.transition(crm.viewer("mid"), "crm", "deal", record.id, "close", {}, version=record.version)
    assert done.state == "done"
    wrong = _made(crm, "mid", lines=[{"who": crm.people["low"]}])
    assert refused(records.transition, crm.viewer("mid"), "crm", "deal", wrong.id, "close", {}, version=wrong.version)


def test_roles_do_not_count_when_somebody_is_not_active(crm):
    record = _made(crm, "mid")
    _changed(crm, "mid", active=False)
    found = crm.services.records.list(crm.viewer("top"), "crm", "deal", filter='role_in(owner, "director")').items
    assert list(found) == []
    told = crm.services.explaining.rules(crm.viewer("top"), "crm", "deal", record.id)
    assert {rule.key: rule.holds for rule in told}["by_hand"] is False
