"""Rules send for signing, and listen to how it ended."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.decision.commands import Create, Update
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from engine.rules.text.printing import print_rule
from engine.rules.text.reading import read_rules
from engine.runtime.directory import ADMIN_ROLE
from tests.support.apps import rule
from tests.support.signing import CUSTOMER, KEY, PLACE, Contracts

SEND = rule("send_it", "deal", [{"changed": ["name"]}], [{"send_for_signing": {"document": "contract"}}])


def heard(outcome, **more):
    on = {"signing_done": {"document": "contract", **({"outcome": outcome} if outcome else {})}}
    words = outcome or "over"
    then = [{"notify": {"to": [{"owner": True}], "text": {"zh": f"听到{words}", "en": words}}}]
    return rule(f"heard_{words}", "deal", [on], then, **more)


RULES = (SEND, *(heard(one) for one in ("signed", "refused", "expired", "withdrawn", None)))


@pytest.fixture
def firm(site):
    return Contracts.on(site, *RULES, signers=[CUSTOMER], days=2)


def sent(firm):
    """Let the rule send; return the envelope."""
    record = firm.record()
    viewer = firm.site.viewer("ge")
    firm.site.services.records.update(viewer, KEY, "deal", record.id, {"name": "改名"}, version=record.version)
    firm.work()
    [view] = firm.site.services.envelopes.of_record(viewer, KEY, "deal", record.id)
    return view


def told(firm):
    firm.work()
    notes = firm.site.services.inbox.notifications(firm.site.viewer("ge"))
    return sorted(one.text.zh for one in notes if one.text.zh.startswith("听到"))


def test_a_rule_sends_to_the_signers_of_the_design_and_another_hears_that_it_is_signed(firm):
    view = sent(firm)
    assert ([one.name for one in view.signers], view.title) == (["王主任"], "合同 改名.pdf")
    assert view.acts[0].act == "send"
    firm.sign(view)
    assert told(firm) == ["听到over", "听到signed"]
    assert firm.look(view).signed_file


@pytest.mark.parametrize("outcome", ["refused", "expired", "withdrawn"])
def test_rules_hear_how_it_ended(firm, outcome):
    view = sent(firm)
    match outcome:
        case "refused":
            token, visit = firm.enter(view)
            firm.site.services.links.refuse(token, PLACE, visit, "不签")
        case "expired":
            firm.site.business.moment += 2 * DAY_MS
        case "withdrawn":
            firm.site.services.envelopes.withdraw(firm.site.viewer("ge"), view.id)
    assert set(told(firm)) == {"听到over", f"听到{outcome}"}


def test_a_rule_that_has_nobody_to_send_to_is_a_dead_letter_with_its_reason(site):
    firm = Contracts.on(site, SEND, signers=[])
    record = firm.record()
    viewer = site.viewer("ge")
    site.services.records.update(viewer, KEY, "deal", record.id, {"name": "改名"}, version=record.version)
    firm.work()
    [(error, dead)] = site.query("SELECT error, dead_at FROM youju_outbox WHERE kind = 'signing'")
    assert "SIGN-002" in error
    assert dead is not None
    assert site.count("youju_envelope") == 0
    notes = site.services.inbox.notifications(viewer)
    assert [one.text.zh for one in notes] == ["改名:“合同”没有发出签署,请管理员查看未送达的消息"]


def test_the_administrators_answer_for_what_a_rule_sends_of_a_record_that_nobody_owns(firm):
    site, execution = firm.site, firm.site.services.execution
    site.person("root", (KEY, "staff"))
    site.services.directory.grant("root", *ADMIN_ROLE)
    given = {"name": "九江康宁", "buyer": "王主任"}
    _, _, id = execution.execute(execution.command(Actor(None), Create(KEY, "deal", given)))
    execution.execute(execution.command(Actor(None), Update(KEY, "deal", id, {"name": "改名"}, 1)))
    firm.work()
    root = site.viewer("root")
    [view] = site.services.envelopes.of_record(root, KEY, "deal", id)
    assert (view.may, view.sender) == ({"link", "relink", "withdraw"}, "")
    assert any("请把签署链接转给对方" in one.text.zh for one in site.services.inbox.notifications(root))
    assert site.services.envelopes.of_record(site.viewer("ge"), KEY, "deal", id)[0].may == frozenset()
    token, visit = firm.enter(view, 1, "root")
    site.services.links.document(token, PLACE, visit)
    firm.put(token, visit)
    firm.work()
    assert any("已全部签署" in one.text.zh for one in site.services.inbox.notifications(root))


@pytest.mark.parametrize(
    ("more", "code"), [({"document": "none"}, "RULE-001"), ({"document": "contract", "field": "papers"}, "APP-004")]
)
def test_what_a_rule_cannot_send_is_refused_when_it_is_published(site, more, code):
    bad = rule("send_it", "deal", [{"created": True}], [{"send_for_signing": more}])
    with pytest.raises(EngineError) as refused:
        Contracts.on(site, bad)
    assert {one.code for one in refused.value.problems} == {code}


@pytest.mark.parametrize(
    "signing",
    [
        {"field": "name"},
        {"signers": [{"labels": {"zh": "甲", "en": "A"}}]},
        {"signers": [{**CUSTOMER, "person": {"owner": True}}]},
        {"signers": [{"labels": {"zh": "甲", "en": "A"}, "name": "1 + 1"}]},
    ],
)
def test_a_design_that_does_not_fit_is_refused_when_it_is_published(site, signing):
    with pytest.raises(EngineError) as refused:
        Contracts.on(site, **signing)
    assert {one.code for one in refused.value.problems} <= {"SIGN-028", "SIGN-030", "SIGN-031"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rules_of_signing_are_the_same_as_text(language):
    for one in RULES:
        text = print_rule(one, language)
        [read] = read_rules(text)
        assert (read.document["on"], read.document["then"]) == (one["on"], one["then"]), text
