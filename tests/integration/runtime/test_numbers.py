"""Numbers that the system gives: one after the other, none twice, no gaps, whatever else happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, element, field, form, role, rule, state, transition, workflow
from tests.support.library import NOON
from tests.support.sites import Site

NUMBER = field("no", "auto_number", pattern="YS{yyyymmdd}-{nnn}")
FLOW = workflow(
    "order", [state("open"), state("done", "won")], [transition("finish", ["open"], "done", by=[{"creator": True}])]
)
ROLES = [role("clerk", access("order"), access("mark")), role("chief", access("order"))]


def shop(*rules, number=NUMBER, flow=FLOW, **more):
    order = form(
        "order", number, field("name"), field("size", "number"), title="{{no}} {{name}}", workflow="order", **more
    )
    mark = form("mark", field("no", "auto_number"), field("of"))
    return app(order, mark, flow, *rules, key="shop", roles=ROLES)


@pytest.fixture
def site(database):
    return Site(database)


@pytest.fixture
def open_shop(site):
    def opened(*rules, **more):
        site.publish(shop(*rules, **more))
        site.person("anna", ("shop", "clerk"))
        return site

    return opened


def create(site, form="order", **fields):
    return site.services.records.create(site.viewer("anna"), "shop", form, fields)


def numbers(site, form="order"):
    return sorted(row[0] for row in site.query(f'SELECT no FROM "{form}"'))  # noqa: S608 - a form's name


def refused(do):
    with pytest.raises(EngineError) as error:
        do()
    return [(problem.code, problem.path) for problem in error.value.problems]


def test_records_are_numbered_one_after_the_other_each_day_anew(open_shop):
    site = open_shop()
    assert [create(site).fields["no"] for _ in range(2)] == ["YS20260921-001", "YS20260921-002"]
    site.business.moment = NOON + DAY_MS
    assert create(site).fields["no"] == "YS20260922-001"
    assert create(site, "mark").fields["no"] == "000001", "each field counts for itself"


def test_the_day_is_that_of_the_app(open_shop):
    site = open_shop()
    site.business.moment = NOON + 5 * 3_600_000  # 17:00 in Greenwich is past midnight in Shanghai
    assert create(site).fields["no"] == "YS20260922-001"


def test_what_is_refused_takes_no_number_and_what_is_deleted_keeps_its_own(open_shop):
    no = {"refuse": {"message": {"zh": "不", "en": "no"}}}
    site = open_shop(rule("small", "order", {"before": ["save"]}, no, when="size > 10"))
    create(site)
    assert refused(lambda: create(site, size="11"))
    assert refused(lambda: create(site, size="x"))
    record = create(site)
    assert record.fields["no"] == "YS20260921-002"
    site.services.records.delete(site.viewer("anna"), "shop", "order", record.id, record.version)
    assert create(site).fields["no"] == "YS20260921-003"


def test_nobody_writes_a_number_or_changes_it(open_shop):
    site = open_shop()
    assert refused(lambda: create(site, no="YS20260921-777")) == [("FORM-010", "fields.no")]
    record, records, anna = create(site), site.services.records, site.viewer("anna")
    change = {"no": "mine"}
    assert refused(lambda: records.update(anna, "shop", "order", record.id, change, record.version))
    same = records.update(anna, "shop", "order", record.id, {"name": "a"}, record.version)
    assert same.fields["no"] == record.fields["no"]


def test_tasks_messages_and_the_journal_of_the_same_save_have_the_number(site):
    steps = [element("look", who=[{"role": "chief"}])]
    price = element("price", state="open", steps=steps, ends={"approved": "pass", "rejected": "pass"})
    turns = [*FLOW["transitions"], transition("pass", ["open"], "done", by="system")]
    site.publish(shop(flow={**FLOW, "transitions": turns, "approvals": [price]}))
    site.person("anna", ("shop", "clerk"))
    site.person("boss", ("shop", "chief"))
    record = create(site, name="框架")
    [open_task] = site.services.inbox.open_tasks(site.viewer("boss"))
    assert f"{record.fields['no']} 框架" in open_task.title.zh
    site.jobs().run_until_quiet()
    assert "YS20260921-001 框架" in site.services.inbox.notifications(site.viewer("boss"))[0].text.zh
    [written] = site.query("SELECT payload FROM youju_journal WHERE subject = 'order'")
    assert record.fields["no"] in written[0]
    for table in ("youju_journal", "youju_outbox", "youju_rule_run"):
        column = "trace" if table == "youju_rule_run" else "payload"
        stored = "".join(row[0] for row in site.query(f"SELECT {column} FROM {table}"))  # noqa: S608 - our own names
        assert "\ue000" not in stored, "nothing that stands for a number is left"


def test_records_that_a_rule_makes_are_numbered_in_the_same_write(open_shop):
    made = {"create": {"form": "mark", "fields": {"of": "name"}}}
    site = open_shop(rule("marks", "order", {"created": True}, [made, made]))
    create(site, name="a")
    create(site, name="b")
    site.jobs().run_until_quiet()
    assert numbers(site) == ["YS20260921-001", "YS20260921-002"]
    assert numbers(site, "mark") == ["000001", "000002", "000003", "000004"]


def test_a_form_that_is_only_filled_takes_no_number(open_shop):
    site = open_shop()
    trial = site.services.records.preview(site.viewer("anna"), "shop", "order", {"name": "a"})
    assert trial.fields["no"] is None
    assert create(site).fields["no"] == "YS20260921-001"


def test_many_who_write_at_once_leave_no_gap(open_shop):
    site = open_shop()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: create(site, name=str(number)).fields["no"], range(40)))
    assert sorted(found) == [f"YS20260921-{number:03}" for number in range(1, 41)]


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ({"pattern": "YS"}, ["FORM-029"]),
        ({"pattern": "{mm}{nn}"}, ["FORM-029"]),
        ({"default": '"a"'}, ["FORM-030"]),
    ],
)
def test_a_pattern_is_whole_and_the_number_the_systems_alone(site, number, codes):
    assert [code for code, _ in refused(lambda: site.publish(shop(number={**NUMBER, **number})))] == codes


def test_nothing_reads_a_number_that_is_not_given_yet(site):
    reading = field("copy", computed="no", type="text")
    place = refused(lambda: site.publish(app(form("order", NUMBER, reading), key="shop")))
    assert place == [("FORM-031", "forms/order.json#fields.copy")]
    early = rule("early", "order", {"before": ["save"]}, {"set": {"name": "no"}})
    assert refused(lambda: site.publish(shop(early))) == [("FORM-031", "rules/early.json")]


def test_a_rule_after_the_save_reads_it(open_shop):
    site = open_shop(rule("after", "order", {"created": True}, {"set": {"name": "no"}}))
    record = create(site)
    site.jobs().run_until_quiet()
    assert (
        site.services.records.read(site.viewer("anna"), "shop", "order", record.id).fields["name"] == "YS20260921-001"
    )


def test_numbers_that_came_with_records_are_not_given_again(open_shop):
    site = open_shop(rule("taken", "order", {"created": True}, {"set": {"no": "name"}}, when='name != ""'))
    create(site, name="YS20260921-041")
    create(site, name="另一种编号")
    site.jobs().run_until_quiet()
    assert create(site).fields["no"] == "YS20260921-042"
    assert numbers(site) == ["YS20260921-041", "YS20260921-042", "另一种编号"]


def test_what_is_written_beside_a_new_record_reads_no_number_that_is_not_given(site):
    back = field("order", "reference", form="order")
    mark = form("mark", back, field("copy", computed="order.no"), field("start", computed="left(order.no, 2)"))
    order = form("order", NUMBER, field("name"), title="{{left(no, 4)}} {{name}}")
    made = {"create": {"form": "order", "fields": {"name": '"x"'}, "into": "order"}}
    site.publish(app(order, mark, rule("orders", "mark", {"created": True}, made), key="shop", roles=ROLES))
    site.person("anna", ("shop", "clerk"))
    record = create(site, "mark")
    site.jobs().run_until_quiet()
    records, anna = site.services.records, site.viewer("anna")
    found = records.read(anna, "shop", "mark", record.id)
    assert (found.fields["copy"], found.fields["start"]) == (None, None)
    records.update(anna, "shop", "mark", record.id, {"order": found.fields["order"]}, found.version)
    assert numbers(site) == ["YS20260921-001"]
    assert site.query("SELECT count(*) FROM mark WHERE copy LIKE '%\ue000%'")[0][0] == 0


def test_a_number_that_is_there_already_is_passed_over(site):
    documents = shop(number={**NUMBER, "pattern": "{yyyymm}{n}"})
    site.publish(documents)
    site.person("anna", ("shop", "clerk"))
    for _ in range(12):
        create(site)
    assert "20260911" in numbers(site)
    documents["forms/order.json"]["fields"][0]["pattern"] = "{yyyy}09{n}"
    site.publish(documents)
    assert [create(site).fields["no"] for _ in range(2)] == ["20260913", "20260914"]


def test_a_number_stays_where_its_field_is_hidden(open_shop):
    site = open_shop(number={**NUMBER, "visible_when": 'name = "a"'})
    record, records, anna = create(site, name="a"), site.services.records, site.viewer("anna")
    records.update(anna, "shop", "order", record.id, {"name": "b"}, record.version)
    again = records.read(anna, "shop", "order", record.id)
    shown = records.update(anna, "shop", "order", record.id, {"name": "a"}, again.version)
    assert shown.fields["no"] == "YS20260921-001"


def test_a_refusal_names_no_number_that_was_never_given(open_shop):
    no = {"refuse": {"message": {"zh": "单{{no}}不行", "en": "{{no}}: no"}}}
    site = open_shop(rule("small", "order", {"before": ["save"]}, no, when="size > 10"))
    with pytest.raises(EngineError) as error:
        create(site, size="11")
    assert error.value.problems[0].message.zh == "单不行"


def test_whether_a_step_applies_is_not_asked_of_a_number_that_is_not_given(site):
    steps = [element("look", who=[{"role": "chief"}], when='starts_with(no, "YS")')]
    price = element("price", state="open", steps=steps, ends={"approved": "pass", "rejected": "pass"})
    turns = [*FLOW["transitions"], transition("pass", ["open"], "done", by="system")]
    wrong = refused(lambda: site.publish(shop(flow={**FLOW, "transitions": turns, "approvals": [price]})))
    assert wrong == [("FORM-031", "workflows/order.json#approvals.price.steps.look.when")]


def test_lines_have_no_numbers(site):
    lines = field("items", "lines", fields=[field("no", "auto_number")])
    assert refused(lambda: site.publish(app(form("order", lines), key="shop")))[0][0] == "APP-007"
