"""Rules that do something for every related record: each is acted on as if the rule ran on it."""

from __future__ import annotations

import pytest

from engine.decision.course import WRITES
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, element, field, form, role, rule, state, transition, workflow

DEALS = {**element("deals"), "form": "deal", "reference": "customer"}
CUSTOMER = form("customer", field("name"), field("rank"), relations=[DEALS])
DEAL = form(
    "deal",
    field("customer", "reference", form="customer"),
    field("amount", "number"),
    field("note"),
    field("who", "person"),
    workflow="deal",
    title="{{note}}",
)
FLOW = workflow(
    "deal",
    [state("open"), state("lost", "lost")],
    [transition("lose", ["open"], "lost", by="system")],
)
VISIT = form("visit", field("customer", "reference", form="customer"), field("done"))
STAFF = role("staff", access("customer"), access("deal"), access("visit"))


def told(text, *to):
    return {"notify": {"to": list(to) or [{"owner": True}], "text": {"zh": text, "en": text}}}


def each(do, lines="deals", **more):
    return {"for_each": {"lines": lines, "do": do if isinstance(do, list) else [do], **more}}


@pytest.fixture
def crm(site):
    def start(*rules):
        site.publish(app(CUSTOMER, DEAL, FLOW, VISIT, *rules, key="crm", roles=[STAFF]))
        site.person("me", ("crm", "staff"))
        return site

    return start


def make(crm, kind, **fields):
    crm.business.moment += 1
    return crm.services.records.create(crm.viewer("me"), "crm", kind, fields)


def deals(crm):
    crm.jobs().run_until_quiet()
    listed = crm.services.records.list(crm.viewer("me"), "crm", "deal", sort="created_at").items
    return [(item.fields["note"], item.state) for item in listed]


def messages(crm):
    return sorted(item.text.en for item in crm.services.inbox.notifications(crm.viewer("me")))


def renamed(crm, customer, **fields):
    crm.services.records.update(crm.viewer("me"), "crm", "customer", customer.id, fields, None)
    crm.jobs().run_until_quiet()


def test_every_related_record_that_meets_the_condition_is_acted_on_in_its_own_terms(crm):
    inner = [
        {"set": {"note": 'note & " of " & customer.name'}},
        {"if": {"when": "amount > 5", "then": [{"fire": {"transition": "lose"}}], "else": [told("{{note}}")]}},
        told("yours: {{amount}}", {"person": "who"}),
    ]
    site = crm(rule("r", "customer", {"changed": ["name"]}, each(inner, where="amount > 1")))
    customer, other = make(site, "customer", name="A"), make(site, "customer", name="B")
    helper = site.person("helper", ("crm", "staff"))
    for number in (1, 2, 9):
        make(site, "deal", customer=customer.id, amount=str(number), note=f"n{number}", who=helper.id)
    make(site, "deal", customer=other.id, amount="9", note="n0")
    renamed(site, customer, name="AA")
    assert deals(site) == [("n1", "open"), ("n2 of AA", "open"), ("n9 of AA", "lost"), ("n0", "open")]
    assert messages(site) == ["n2 of AA"]
    heard = sorted(item.text.en for item in site.services.inbox.notifications(site.viewer("helper")))
    assert heard == ["yours: 2", "yours: 9"]


def test_a_path_leads_to_what_is_related_to_the_record_at_its_end(crm):
    site = crm(rule("r", "visit", {"created": True}, each({"set": {"note": '"seen"'}}, lines="customer.deals")))
    customer = make(site, "customer", name="A")
    make(site, "deal", customer=customer.id, note="n")
    make(site, "visit", done="x")
    assert deals(site) == [("n", "open")], "a visit without a customer leads nowhere"
    make(site, "visit", done="x", customer=customer.id)
    assert deals(site) == [("seen", "open")]


def test_what_one_action_has_written_the_next_one_finds(crm):
    made = {"create": {"form": "deal", "fields": {"customer": "id", "note": '"new"', "owner": "owner"}}}
    then = [made, each({"set": {"note": 'note & "!"'}})]
    site = crm(rule("r", "customer", {"changed": ["name"]}, then))
    customer = make(site, "customer", name="A")
    make(site, "deal", customer=customer.id, note="old")
    renamed(site, customer, name="AA")
    assert sorted(deals(site)) == [("new!", "open"), ("old!", "open")]


def test_more_than_a_run_may_write_are_left_alone_together(crm):
    site = crm(rule("r", "customer", {"changed": ["name"]}, each({"set": {"note": '"x"'}})))
    customer = make(site, "customer", name="A")
    for _ in range(WRITES + 1):
        make(site, "deal", customer=customer.id, note="n")
    renamed(site, customer, name="AA")
    assert {note for note, _ in deals(site)} == {"n"}
    first, *_ = site.services.explaining.explain(site.viewer("me"), "crm", "customer", customer.id, "r").runs
    assert "要写的记录太多" in first.error.zh


def test_what_one_record_refuses_leaves_all_as_they_were(crm):
    bar = {"refuse": {"message": {"zh": "不行", "en": "no"}}}
    site = crm(
        rule("r", "customer", {"changed": ["name"]}, each({"set": {"note": '"x"'}})),
        rule("bar", "deal", {"before": ["save"]}, bar, when='amount = 7 and note = "x"'),
    )
    customer = make(site, "customer", name="A")
    for number in (1, 7):
        make(site, "deal", customer=customer.id, amount=str(number), note="n")
    renamed(site, customer, name="AA")
    assert deals(site) == [("n", "open"), ("n", "open")]


@pytest.mark.parametrize(
    ("then", "problems"),
    [
        (each({"set": {"name": '"x"'}}), [("RULE-001", "then[0].for_each.do[0].set")]),
        (each({"fire": {"transition": "win"}}), [("RULE-001", "then[0].for_each.do[0].fire.transition")]),
        (
            each(told("{{name}}")),
            [("LANG-020", f"then[0].for_each.do[0].notify.text.{speech}") for speech in ("en", "zh")],
        ),
        (each(told("x", {"person": "rank"})), [("APP-018", "then[0].for_each.do[0].to[0].person")]),
        (each({"set": {"note": "1"}}, lines="debts"), [("RULE-001", "then[0].for_each.lines")]),
        (each({"wait_for": {"days": 1}}), [("RULE-040", "then[0].for_each.do[0]")]),
        (each({"set": {"note": '"x"'}}, where="amount"), [("LANG-040", "then[0].for_each.where")]),
    ],
)
def test_names_inside_are_those_of_the_related_form(crm, then, problems):
    with pytest.raises(EngineError) as refused:
        crm(rule("r", "customer", {"created": True}, then))
    found = [(one.code, one.path.removeprefix("rules/r.json#")) for one in refused.value.problems]
    assert sorted({(code, path.split("@")[0]) for code, path in found})[: len(problems)] == problems


def test_each_record_may_name_people_of_its_own_and_have_its_task_every_time(crm):
    asked = {"open_task": {"key": "look", "to": [{"person": "who"}], "title": {"zh": "看", "en": "Look"}}}
    site = crm(rule("r", "customer", {"changed": ["name"]}, each([told("{{note}}", {"person": "who"}), asked])))
    customer = make(site, "customer", name="A")
    people = [site.person(f"p{number:02d}", ("crm", "staff")) for number in range(15)]
    for person in people:
        make(site, "deal", customer=customer.id, note=person.name, who=person.id)
    for time in (1, 2):
        renamed(site, customer, name=f"A{time}")
        for person in people:
            assert [item.text.en for item in site.services.inbox.notifications(person)] == [person.name] * time
            (task,) = site.services.inbox.open_tasks(person)
            site.services.inbox.act(person, task.id, "done", {})


def test_a_loop_holds_where_its_own_form_has_a_way_out(crm):
    hold = {"hold": {"reason": {"zh": "等", "en": "wait"}, "released_by": [{"persons": [{"owner": True}]}]}}
    with pytest.raises(EngineError) as refused:
        crm(rule("r", "customer", {"changed": ["name"]}, each(hold)))
    (problem,) = refused.value.problems
    assert (problem.code, "deal" in problem.message.en) == ("RULE-016", True)
    release = rule("free", "deal", {"changed": ["note"]}, {"release": True})
    site = crm(rule("r", "customer", {"changed": ["name"]}, each(hold)), release)
    customer = make(site, "customer", name="A")
    deal = make(site, "deal", customer=customer.id, note="n")
    renamed(site, customer, name="AA")
    assert site.services.records.read(site.viewer("me"), "crm", "deal", deal.id).held is not None
