"""Who is asked, what their decisions come to, and what nobody may do."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from tests.support.approving import (
    approval,
    ask,
    asked,
    refusal,
    sign,
    standing,
    step,
    where,
)


def test_whoever_is_first_decides(crm):
    site = crm(approval(step("one", {"role": "judge"})))
    record = ask(site, amount="1")
    assert (where(site, record), asked(site)) == ("asking", ["j1", "j2", "j3"])
    assert refusal(site, "law", record, "approve") == ["FLOW-040"]
    assert sign(site, "j2", record, "approve", "好").outcome == "approved"
    assert (where(site, record), asked(site)) == ("good", [])
    assert refusal(site, "j1", record, "approve") == ["FLOW-041"]


def test_a_rejection_says_why_and_takes_the_record_where_it_leads(crm):
    site = crm(approval(step("one", {"role": "judge"})))
    record = ask(site)
    assert refusal(site, "j1", record, "reject", "  ") == ["FLOW-043"]
    assert sign(site, "j1", record, "reject", "太贵").outcome == "rejected"
    assert (where(site, record), asked(site)) == ("bad", [])
    assert [(act.act, act.by, act.comment) for act in standing(site, record).acts] == [
        ("start", "rep", None),
        ("reject", "j1", "太贵"),
    ]


def test_everybody_has_to_agree(crm):
    site = crm(approval(step("one", {"role": "judge"}, "all")))
    record = ask(site)
    for name in ("j1", "j2"):
        assert sign(site, name, record, "approve").outcome is None
        assert refusal(site, name, record, "approve") == ["FLOW-040"], "nobody decides twice"
    assert asked(site) == ["j3"]
    assert sign(site, "j3", record, "approve").outcome == "approved"
    again = ask(site)
    sign(site, "j1", again, "approve")
    assert sign(site, "j2", again, "reject", "不").outcome == "rejected"


@pytest.mark.parametrize(
    ("percent", "yes", "no", "outcome"),
    [
        (60, 1, 0, None),
        (60, 2, 0, "approved"),
        (60, 0, 1, None),
        (60, 0, 2, "rejected"),
        (66, 2, 0, "approved"),
        (67, 2, 0, None),
        (67, 0, 1, "rejected"),
        (33, 1, 0, "approved"),
        (34, 1, 0, None),
        (34, 1, 1, None),
        (34, 0, 2, "rejected"),
        (1, 0, 2, None),
        (1, 0, 3, "rejected"),
        (100, 3, 0, "approved"),
        (100, 2, 1, "rejected"),
    ],
)
def test_so_many_of_a_hundred_have_to_agree(crm, percent, yes, no, outcome):
    site = crm(approval(step("one", {"role": "judge"}, {"percent": percent})))
    record, judges = ask(site), iter(("j1", "j2", "j3"))
    for _ in range(yes):
        sign(site, next(judges), record, "approve")
    for _ in range(no):
        sign(site, next(judges), record, "reject", "不")
    assert standing(site, record).outcome == outcome


def test_one_after_the_other(crm):
    site = crm(approval(step("one", {"role": "judge"}, "sequence")))
    record = ask(site)
    for name in ("j1", "j2", "j3"):
        assert asked(site) == [name]
        for later in {"j1": ("j2", "j3"), "j2": ("j3",), "j3": ()}[name]:
            assert refusal(site, later, record, "approve") == ["FLOW-040"], "not yet their turn"
        sign(site, name, record, "approve")
    assert where(site, record) == "good"
    again = ask(site)
    sign(site, "j1", again, "approve")
    assert sign(site, "j2", again, "reject", "不").outcome == "rejected"
    assert asked(site) == [], "the last one is not asked any more"


def test_somebody_of_each_party(crm):
    site = crm(approval(step("one", [{"role": "judge"}, {"role": "legal"}], "each")))
    record = ask(site)
    sign(site, "j3", record, "approve")
    assert asked(site) == ["j1", "j2", "law"]
    assert sign(site, "law", record, "approve").outcome == "approved"


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, ["lead", "head", "boss"]), ({"levels": 2}, ["lead", "head"]), ({"up_to": "judge"}, ["lead", "head"])],
)
def test_up_the_chain_of_superiors(crm, more, expected):
    site = crm(approval(step("one", {"manager_chain": "owner"}, "sequence", **more)))
    site.services.directory.grant("head", "crm", "judge")
    record = ask(site)
    for name in expected:
        assert name in asked(site)
        sign(site, name, record, "approve")
    assert where(site, record) == "good"


def test_steps_whose_condition_does_not_hold_are_left_out(crm):
    steps = step("small", {"role": "judge"}), step("large", {"role": "legal"}, when="amount > 100")
    site = crm(approval(*steps))
    small, large = ask(site, amount="100"), ask(site, amount="101")
    for record in (small, large):
        sign(site, "j1", record, "approve")
    assert (where(site, small), where(site, large)) == ("good", "asking")
    sign(site, "law", large, "approve")
    assert where(site, large) == "good"


def test_without_any_step_it_is_approved_at_once(crm):
    site = crm(approval(step("large", {"role": "legal"}, when="amount > 100")))
    assert where(site, ask(site, amount="1")) == "good"


def test_nobody_approves_their_own(crm):
    site = crm(approval(step("one", {"role": "judge"}, "all")))
    record = ask(site, "j1")
    assert asked(site) == ["j2", "j3"]
    assert refusal(site, "j1", record, "approve") == ["FLOW-042"]
    for_them = site.services.records.create(site.viewer("j2"), "crm", "deal", {"owner": site.people["j3"]}, "ask")
    assert refusal(site, "j2", for_them, "approve") == ["FLOW-042"], "nor what they applied for somebody"
    assert refusal(site, "j3", for_them, "approve") == ["FLOW-042"]
    assert sign(site, "j1", for_them, "approve").outcome == "approved"


def test_where_all_who_are_named_may_not_decide_the_nearest_superior_does(crm):
    site = crm(approval(step("one", {"role": "legal"})))
    record = ask(site, "law")
    assert asked(site) == ["boss"]
    assert sign(site, "boss", record, "approve").outcome == "approved"


def test_where_nobody_at_all_can_decide_it_does_not_begin(crm):
    site = crm(approval(step("one", {"role": "nobody"})))
    site.person("alone", ("crm", "nobody"))
    with pytest.raises(EngineError) as refused:
        ask(site, "alone")
    assert [problem.code for problem in refused.value.problems] == ["FLOW-049"]
    assert site.count("youju_approval") == 0


def test_who_stands_for_two_parties_decides_for_both_and_no_party_is_forgotten(crm):
    site = crm(approval(step("one", [{"role": "legal"}, {"role": "judge"}], "each")))
    site.services.directory.grant("law", "crm", "judge")
    for name in ("j1", "j2", "j3"):
        site.services.directory.grant(name, "crm", "legal")
    record = ask(site)
    assert sign(site, "j2", record, "approve").outcome == "approved"


def test_a_party_of_which_only_somebody_of_the_other_is_there_still_counts(crm):
    site = crm(approval(step("one", [{"role": "judge"}, {"role": "nobody"}], "each")))
    site.services.directory.grant("j1", "crm", "nobody")
    record = ask(site)
    assert sign(site, "j2", record, "approve").outcome is None
    assert sign(site, "j1", record, "approve").outcome == "approved"
