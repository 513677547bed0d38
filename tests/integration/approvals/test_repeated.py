"""Who has agreed at one step is not asked again at the next, where the design says so."""

from __future__ import annotations

from tests.support.approving import approval, ask, asked, sign, standing, step, told

TWICE = (step("first", {"role": "legal"}), step("second", [{"role": "legal"}, {"role": "judge"}], "all"))


def acts(site, record):
    return [(act.act, act.instead_of or act.by) for act in standing(site, record).acts]


def test_everybody_is_asked_again_unless_it_is_said(crm):
    site = crm(approval(*TWICE))
    record = ask(site)
    sign(site, "law", record, "approve")
    assert asked(site) == ["j1", "j2", "j3", "law"]


def test_who_has_agreed_is_not_asked_again(crm):
    site = crm(approval(*TWICE, skip_repeated=True))
    record = ask(site)
    sign(site, "law", record, "approve")
    assert asked(site) == ["j1", "j2", "j3"]
    assert acts(site, record)[-1] == ("repeated", "law")
    assert sum("请审批" in text for text in told(site, "law")) == 1
    for name in ("j1", "j2", "j3"):
        found = sign(site, name, record, "approve")
    assert found.outcome == "approved"


def test_a_step_of_those_alone_who_have_agreed_is_passed_at_once(crm):
    site = crm(approval(step("first", {"role": "legal"}), step("second", {"role": "legal"}), skip_repeated=True))
    assert sign(site, "law", ask(site), "approve").outcome == "approved"


def test_whoever_fills_something_is_asked_all_the_same(crm):
    second = step("second", {"role": "legal"}, fields=["opinion"])
    site = crm(approval(step("first", {"role": "legal"}), second, skip_repeated=True))
    record = ask(site)
    assert sign(site, "law", record, "approve").outcome is None
    assert asked(site) == ["law"]


def test_after_it_was_sent_back_they_are_asked_again(crm):
    site = crm(approval(*TWICE, skip_repeated=True))
    record = ask(site)
    sign(site, "law", record, "approve")
    sign(site, "j1", record, "return", "再看看", to="first")
    assert asked(site) == ["law"]


def test_what_passed_by_time_is_nobodys_agreement(crm):
    first = step("first", {"role": "legal"}, due={"hours": 1, "late": "approve"})
    site = crm(approval(first, step("second", {"role": "legal"}), skip_repeated=True))
    record = ask(site)
    site.business.moment += 3_600_000
    told(site, "rep")
    assert (standing(site, record).outcome, asked(site)) == (None, ["law"])
