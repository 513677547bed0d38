"""Whoever comes to own a record does not decide on it, and nobody is told a title that they may not read."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.decision.changeset import Actor
from engine.decision.commands import Delete, Press
from engine.kernel.problems import EngineError
from engine.runtime.directory import ADMIN_ROLE
from tests.support.approving import approval, ask, asked, refusal, sign, standing, step, told, where
from tests.support.apps import rule

HOUR = 3_600_000


def own(site, record, name, by="boss"):
    fields = {"owner": site.people[name]}
    return site.services.records.update(site.viewer(by), "crm", "deal", record.id, fields, None)


def acts(site, record):
    return [(act.act, act.instead_of or act.by, act.to) for act in standing(site, record).acts]


def test_who_comes_to_own_the_record_makes_way_for_their_superior(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    own(site, record, "law")
    assert asked(site) == ["boss"]
    assert any(text.startswith("请审批") for text in told(site, "boss"))
    assert refusal(site, "law", record, "approve") == ["FLOW-042"]
    assert sign(site, "boss", record, "approve").outcome == "approved"


def test_without_a_superior_an_administrator_is_asked(crm):
    site = crm(approval(step("first", {"person": "owner"})))
    site.person("root", ADMIN_ROLE, ("crm", "staff"))
    record = ask(site, "law")
    assert asked(site) == ["boss"]
    own(site, record, "boss", "head")
    tasks = site.services.inbox.open_tasks(site.viewer("root"))
    assert [task.record["id"] for task in tasks] == [record.id]
    assert sign(site, "root", record, "approve").outcome == "approved"


def test_the_owner_is_not_changed_where_nobody_would_be_left_to_decide(crm):
    site = crm(approval(step("first", {"person": "owner"})))
    record = ask(site, "law")
    with pytest.raises(EngineError) as refused:
        own(site, record, "boss", "head")
    assert [problem.code for problem in refused.value.problems] == ["FLOW-049"]
    assert asked(site) == ["boss"]


@pytest.mark.parametrize("need", ["all", "sequence", {"percent": 100}])
def test_a_step_goes_without_them_where_their_superior_sits_there_already(crm, need):
    site = crm(approval(step("first", [{"role": "legal"}, {"manager_of": "owner"}], need)))
    record = ask(site, "head")
    own(site, record, "law")
    assert asked(site) == ["boss"]
    assert sign(site, "boss", record, "approve").outcome == "approved"


def test_of_each_entry_somebody_else_decides(crm):
    site = crm(approval(step("first", [{"role": "legal"}, {"manager_of": "owner"}], "each")))
    record = ask(site, "head")
    own(site, record, "law")
    assert asked(site) == ["boss"]
    assert sign(site, "boss", record, "approve").outcome == "approved"


def test_whose_turn_comes_later_makes_way_then(crm):
    site = crm(approval(step("first", [{"role": "judge"}, {"role": "legal"}], "sequence")))
    record = ask(site)
    own(site, record, "law")
    assert asked(site) == ["j1"]
    for name in ("j1", "j2", "j3"):
        sign(site, name, record, "approve")
    assert asked(site) == ["boss"]


def test_an_owner_who_is_not_asked_changes_nothing(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    before = acts(site, record)
    own(site, record, "j1")
    assert (asked(site), acts(site, record)) == (["law"], before)


def test_who_may_not_read_the_record_is_not_told_its_title(crm):
    site = crm(approval(step("first", {"manager_of": "owner"}, due={"hours": 2})))
    site.person("guest")
    site.person("new", ("crm", "staff"), manager="guest")
    record = ask(site, "new", amount="12345")
    name = site.services.records.read(site.viewer("new"), "crm", "deal", record.id).title
    [task] = site.services.inbox.open_tasks(site.viewer("guest"))
    assert task.title.zh == "请审批:deal的中文(price的中文 · first的中文)"
    site.business.moment += HOUR
    sign(site, "new", record, "urge", "急")
    heard = told(site, "guest")
    assert len(heard) == 3
    assert all("deal的中文" in text and name not in text for text in heard)
    assert sign(site, "guest", record, "approve").outcome == "approved"
    assert any(text.startswith(name) for text in told(site, "new")), "whoever applied reads it"


def test_labels_with_braces_are_said_as_they_are(crm):
    odd = {"zh": "{0.__class__} {{amount}} {x", "en": "{y} %(z)s %s"}
    site = crm({**approval(step("first", {"role": "legal"}, labels=odd, due={"hours": 2})), "labels": odd})
    record = ask(site)
    site.business.moment += HOUR
    sign(site, "rep", record, "urge", "{q}")
    heard = told(site, "law")
    assert len(heard) == 3
    assert all("{0.__class__} {{amount}} {x · {0.__class__} {{amount}} {x" in text for text in heard)
    assert any(text.endswith(":{q}") for text in heard)
    assert sign(site, "law", record, "reject", "{}").outcome == "rejected"
    assert any("{x被驳回" in text for text in told(site, "rep"))


@pytest.mark.parametrize(
    "wanted", [{"fields": ["opinion"]}, {"score": {"least": 0, "most": 10}}], ids=["fields", "score"]
)
def test_nothing_passes_by_time_that_wants_what_nobody_gave(crm, wanted):
    site = crm(approval(step("first", {"role": "legal"}, due={"hours": 2, "late": "approve"}, **wanted)))
    record = ask(site)
    site.business.moment += 2 * HOUR
    told(site, "law")
    assert (asked(site), standing(site, record).outcome, where(site, record)) == (["boss"], None, "asking")


def test_what_is_filled_already_passes_by_time(crm):
    due = {"hours": 2, "late": "approve"}
    site = crm(approval(step("first", {"role": "legal"}, fields=["opinion"], due=due)))
    record = ask(site, opinion="同意")
    site.business.moment += 2 * HOUR
    told(site, "law")
    assert standing(site, record).outcome == "approved"


LOOK = rule(
    "look",
    "deal",
    {"button": {"key": "look", "labels": {"zh": "看", "en": "Look"}}},
    {"start_approval": {"approval": "look"}},
)


@pytest.mark.parametrize("first", ["start", "delete"])
def test_a_record_is_not_deleted_beside_the_start_of_an_approval(crm, first):
    site = crm(approval(step("first", {"role": "legal"}), key="look", state=None), rules=[LOOK])
    record = site.services.records.create(site.viewer("boss"), "crm", "deal", {})
    execution, boss = site.services.execution, Actor(site.people["boss"])
    bodies = {
        "start": Press("crm", "deal", record.id, "look"),
        "delete": Delete("crm", "deal", record.id, record.version),
    }
    [second] = bodies.keys() - {first}

    def beside():
        try:
            execution.execute(execution.command(boss, bodies[second]))
        except EngineError as error:
            return [problem.code for problem in error.problems]
        return []

    with ThreadPoolExecutor(1) as pool:
        with site.database.write() as connection:
            execution.within(connection, execution.command(boss, bodies[first]))
            waiting = pool.submit(beside)
            time.sleep(0.5)  # the other one has decided, where it can, and waits for this transaction
        waiting.result(20)
    with pytest.raises(EngineError):
        site.services.records.read(site.viewer("boss"), "crm", "deal", record.id)
    assert site.query("SELECT count(*) FROM youju_approval WHERE ended_at IS NULL")[0][0] == 0
    assert site.count("youju_approval") == (1 if first == "start" else 0)
