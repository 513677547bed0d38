"""Trying a draft shows nobody what the design in use does not show them, and asks for no table that is not there."""

from __future__ import annotations

import traceback
from datetime import date

import pytest

from engine.kernel.clocks import day_number
from engine.kernel.problems import EngineError
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.records import Records
from engine.runtime.studio.edits import AddField, AddForm, SetField, form_in
from engine.runtime.studio.roles import SetSight
from engine.runtime.studio.rules.trials import tried
from tests.support.apps import access, app, field, form, role, rule

TELL = {"notify": {"to": [{"owner": True}], "text": {"zh": "x", "en": "x"}}}
TEL = {"zh": "电话", "en": "Tel"}


def documents():
    owner = form("owner", field("name"), field("phone"), title="{{name}}")
    parts = field("parts", "lines", fields=[field("what")])
    plain = [field("name"), field("price", "number"), field("cost", "number")]
    dear = [field("whose", "reference", form="owner"), field("copied", computed="whose.phone"), parts]
    thing = form("thing", *plain, *dear, title="{{name}}", list={"sort": "name"})
    some = access("thing", rows="price > 100", hidden_fields=["cost"])
    roles = [
        role("staff", access("thing"), access("owner")),
        role("half", some, access("owner", hidden_fields=["phone"])),
    ]
    look = rule("dear", "thing", {"created": True}, TELL, when="cost > 5")
    return app(owner, thing, look, roles=roles)


@pytest.fixture
def lent(site):
    """An app of two things that belong to Minna; three people may design it and see all, some and none of it."""
    site.publish(documents())
    for name, *own in (("all", ("shop", "staff")), ("half", ("shop", "half")), ("none",)):
        site.person(name, ADMIN_ROLE, *own)
    records, keeper = site.services.records, site.viewer("all")
    site.minna = records.create(keeper, "shop", "owner", {"name": "Minna", "phone": "555-0199"}).id
    for name, price in (("lamp", "50"), ("chair", "500")):
        fields = {"name": name, "price": price, "cost": "4711", "whose": site.minna, "parts": [{"what": "screw"}]}
        records.create(keeper, "shop", "thing", fields)
        site.business.moment += 1_000
    return site


def edit(lent, change):
    root = lent.viewer("all")
    return lent.services.studio.edit(root, "shop", lent.services.studio.design(root, "shop").seen, change)


def on_rule(lent, who, record=""):
    viewer = lent.viewer(who)
    return tried(lent.services.trials, viewer, lent.services.studio.design(viewer, "shop"), "dear", record)


def filled(lent, who, **fields):
    """Return how the form stands for somebody who tries it as any role."""
    records = Records(lent.services.trials.desk("shop"))
    return records.preview(lent.viewer(who), "shop", "thing", {"whose": lent.minna, **fields})


@pytest.fixture(params=[False, True], ids=["in use", "drafted"])
def drafted(request, lent):
    """Go on with a draft that lets every role see everything, or without one."""
    if request.param:
        root = lent.viewer("all")
        for one in lent.services.studio.design(root, "shop").documents["roles.json"]["roles"]:
            edit(lent, SetSight(one["uid"], "thing", "all"))
    return lent


def test_a_rule_is_tried_on_the_records_that_one_sees_and_on_no_other(drafted):
    titles = {who: [one.title for one in on_rule(drafted, who).records] for who in ("all", "half", "none")}
    assert titles == {"all": ["chair", "lamp"], "half": ["chair"], "none": []}
    assert (on_rule(drafted, "none").is_closed, on_rule(drafted, "half").is_closed) == (True, False)
    lamp = on_rule(drafted, "all").records[1].id
    assert on_rule(drafted, "all", lamp).trial.acts is True
    with pytest.raises(EngineError):
        on_rule(drafted, "half", lamp)


def test_what_a_rule_reads_and_one_may_not_see_is_not_told(lent):
    chair = on_rule(lent, "half").records[0].id
    trial = on_rule(lent, "half", chair).trial
    assert trial.acts is None
    assert "4711" not in str((trial.condition, trial.because))


def test_a_form_that_is_tried_shows_of_a_record_what_one_sees_of_it(drafted):
    told = {who: filled(drafted, who).fields for who in ("all", "half", "none")}
    assert [told[who]["copied"] for who in told] == ["555-0199", None, None]
    assert filled(drafted, "all").shown["whose"] == filled(drafted, "half").shown["whose"]
    assert "Minna" not in str(filled(drafted, "none"))


def test_records_are_read_by_the_draft_when_it_has_fields_and_forms_that_no_table_has(lent):
    edit(lent, AddField("owner", "aaaaaaaaaaaa", "text", TEL))
    edit(lent, AddForm("bbbbbbbbbbbb", "Site", "en"))
    edit(lent, AddField("owner", "cccccccccccc", "lines", {"zh": "行", "en": "Rows"}))
    root = lent.viewer("all")
    fields = form_in(lent.services.studio.design(root, "shop").documents, "thing")["fields"]
    copied = next(one["uid"] for one in fields if one["key"] == "copied")
    edit(lent, SetField("thing", copied, "computed", 'if(whose.tel is empty, "none", whose.tel)'))
    assert filled(lent, "all").fields["copied"] == "none"
    lamp = on_rule(lent, "all").records[1].id
    assert on_rule(lent, "all", lamp).trial.acts is True


def test_why_a_draft_does_not_compile_is_told_each_time_without_what_was_told_before(lent):
    root = lent.viewer("all")
    name = form_in(lent.services.studio.design(root, "shop").documents, "thing")["fields"][0]["uid"]
    edit(lent, SetField("thing", name, "visible_when", "nothing > 3"))
    depths = []
    for _ in range(3):
        with pytest.raises(EngineError) as caught, lent.services.trials.desk("shop").reading(root):
            pass
        depths.append(len(traceback.extract_tb(caught.value.__traceback__)))
    assert len(set(depths)) == 1


def test_draft_goes_by_the_days_off_of_now_when_these_change(lent):
    root, day = lent.viewer("all"), "2026-03-05"
    edit(lent, AddField("thing", "aaaaaaaaaaaa", "text", TEL))

    def works():
        with lent.database.read() as connection:
            trial = lent.services.trials.current(connection, root, "shop")
        return trial.catalog.calendar("shop").is_workday(day_number(date.fromisoformat(day)))

    assert works()
    lent.services.days_off.say(root, "Asia/Shanghai", {day: False})
    assert not works()
    lent.services.days_off.say(root, "Asia/Shanghai", {day: None})
    assert works()
