"""Expressions that ask about many people who are not simply named: all are asked for at once, in rules and in forms."""

from __future__ import annotations

from tests.support.apps import app, field, form, rule

WHO = [f"p{number}" for number in range(12)]


EITHER = "coalesce({0}, created_by)"


def _asking(of):
    return " or ".join(f"manager_of(manager_of({of.format(key)})) = owner" for key in WHO)


def _thing(*more):
    return form("thing", field("m", "number"), *(field(key, "person") for key in WHO), *more)


def _made(site, *parts, **more):
    """Return a record that names twelve people, of whom the last one alone is two levels below its owner."""
    site.publish(app(*parts))
    boss = site.person("boss", ("shop", "staff"))
    site.person("above", manager="boss")
    named = [site.person(key, manager="above" if key == WHO[-1] else None).id for key in WHO]
    records = site.services.records
    made = records.create(boss, "shop", "thing", {**dict(zip(WHO, named, strict=True)), **more})
    site.jobs().run_until_quiet()
    return records.read(boss, "shop", "thing", made.id)


def test_a_rule_runs_when_its_condition_asks_about_many(site):
    made = _made(site, _thing(), rule("r", "thing", {"created": True}, {"set": {"m": "1"}}, when=_asking(EITHER)))
    assert made.fields["m"] == "1"


def test_a_rule_runs_when_its_actions_ask_about_many(site):
    branch = {"if": {"when": _asking(EITHER), "then": [{"set": {"m": "2"}}]}}
    assert _made(site, _thing(), rule("r", "thing", {"created": True}, branch)).fields["m"] == "2"


def test_a_rule_runs_when_who_is_meant_is_somebody_s_superior(site):
    chosen = "if(m is empty, {0}, created_by)"
    made = _made(site, _thing(), rule("r", "thing", {"created": True}, {"set": {"m": "3"}}, when=_asking(chosen)))
    assert made.fields["m"] == "3"


def test_a_record_is_saved_when_a_computed_field_asks_about_many(site):
    assert _made(site, _thing(field("b", "boolean", computed=_asking(EITHER)))).fields["b"] is True
