"""Whole approvals at random on a real database: designs, superiors, absences, decisions and clocks.

Whatever happens, an approval ends once people decide, nobody decides what is their own, and every act is journalled.
"""

from __future__ import annotations

import random

import pytest

from engine.decision.commands import Sign
from engine.kernel.problems import EngineError
from tests.support.approving import DEAL, approval, flow, step
from tests.support.apps import access, app, role
from tests.support.sites import Site

ROLES = ("judge", "legal", "money")
PEOPLE = tuple(f"p{number}" for number in range(9))
DAY = 86_400_000
PATIENCE = 300
REFUSED = {"FLOW-040", "FLOW-041", "FLOW-042", "FLOW-045", "FLOW-046", "FLOW-047", "FLOW-048", "FLOW-049", "DECIDE-006"}


def design(chance, key):
    """Return an approval of up to four steps."""
    whom = [{"role": one} for one in ROLES] + [{"manager_of": "owner"}, {"manager_chain": "owner"}]
    steps = []
    for number in range(chance.randint(1, 4)):
        who = chance.sample(whom, chance.randint(1, 3))
        need = chance.choice(["any", "all", "each", "sequence", {"percent": chance.randint(1, 100)}])
        due = {"due": {"hours": 5, "late": chance.choice(["remind", "superior", "approve", "reject"])}}
        steps.append(step(f"s{number}", who, need, **(due if chance.random() < 0.3 else {})))
    return approval(*steps, key=key, withdraw=chance.choice(["always", "before_first", "never"]))


def people(site, chance):
    """Let people in, each with roles and a superior at random; one of them is the administrator."""
    for number, name in enumerate(PEOPLE):
        above = chance.choice(PEOPLE[:number]) if number and chance.random() < 0.8 else None
        held = [("crm", one) for one in ROLES if chance.random() < 0.4]
        site.person(name, ("crm", "staff"), *held, manager=above)
    for name in chance.sample(PEOPLE, 2):
        site.services.directory.grant(name, "youju", "admin")


def leave(site, chance):
    """Send somebody away for some days, with a deputy or without."""
    who, deputy = chance.sample(PEOPLE, 2)
    now, named = site.business.moment, site.people[deputy] if chance.random() < 0.7 else None
    site.services.absences.add(site.viewer(who), now - 1, now + chance.randint(1, 3) * DAY, named)


def refused(do):
    """Do something; return the codes by which it is refused."""
    try:
        do()
    except EngineError as error:
        return {problem.code for problem in error.problems}
    return set()


def try_something(site, chance, view):
    """Let somebody do something at random; what is not theirs to do is refused.

    Return the codes by which it is.
    """
    name, other = chance.choice(PEOPLE), chance.choice(PEOPLE)
    act = chance.choice(
        ["approve"] * 4 + ["reject", "return", "transfer", "add_before", "add_after", "withdraw", "urge"]
    )
    to = site.people[other] if act in ("transfer", "add_before", "add_after") else None
    if act == "return" and view.steps:
        to = chance.choice([None, *(one.key for one in view.steps)])
    return refused(lambda: site.services.approvals.sign(site.viewer(name), Sign(view.id, act, "因为", to)))


def agree(site, view):
    """Let whoever may decide agree."""
    for name in PEOPLE:
        viewer = site.viewer(name)
        may = site.services.approvals.look(viewer, view.id).may
        if may is not None and "approve" in may.acts:
            site.services.approvals.sign(viewer, Sign(view.id, "approve"))
            return True
    return False


def under_way(site, viewer, record):
    """Return the approvals of a record that have not ended."""
    views = site.services.approvals.of_record(viewer, "crm", "deal", record.id)
    return [view for view in views if view.outcome is None]


@pytest.mark.parametrize("seed", range(16))
def test_every_approval_ends_and_nobody_decides_their_own(database, seed):
    chance, site = random.Random(seed), Site(database)  # noqa: S311 - repeatable on purpose
    roles = [role(key, access("deal")) for key in ("staff", *ROLES)]
    site.publish(
        app(DEAL, flow(*(design(chance, f"region{number}") for number in range(1 + seed % 3))), key="crm", roles=roles)
    )
    people(site, chance)
    owner = chance.choice(PEOPLE)
    made = []
    wrong = refused(lambda: made.append(site.services.records.create(site.viewer(owner), "crm", "deal", {}, "ask")))
    if wrong:
        assert wrong == {"FLOW-049"}
        return
    [record] = made
    viewer = site.viewer(owner)
    for turn in range(PATIENCE):
        views = under_way(site, viewer, record)
        if not views:
            break
        view = chance.choice(views)
        if chance.random() < 0.1:
            leave(site, chance)
        if chance.random() < 0.2:
            site.business.moment += chance.randint(1, 30) * 3_600_000
            site.jobs().run_until_quiet()
            continue
        if turn < 25:
            assert try_something(site, chance, view) <= REFUSED
        elif not agree(site, view):
            site.business.moment += DAY  # all who may are away: some day they are back
    assert_the_end_fits(site, viewer, record)
    own = site.people[owner]
    assert_all_is_journalled(site, own)


def assert_the_end_fits(site, viewer, record):
    """Check that all are over, and that the record has gone where they led it together."""
    assert not under_way(site, viewer, record)
    ends = {view.outcome for view in site.services.approvals.of_record(viewer, "crm", "deal", record.id)}
    state = site.services.records.read(viewer, "crm", "deal", record.id).state
    assert (state == "good") == (ends == {"approved"}), "the record goes on when all are approved"
    assert state != "asking"
    assert len(ends - {"approved", "overtaken"}) <= 1, "one no is enough"


def assert_all_is_journalled(site, own):
    """Check that nobody decided their own, that every act is in the journal, and that no task is left."""
    acts = site.query("SELECT act, actor FROM youju_approval_act")
    assert not [row for row in acts if row[1] == own and row[0] in ("approve", "reject", "return", "transfer")]
    noted = site.query("SELECT action, actor FROM youju_journal WHERE subject = 'approval'")
    assert sorted(map(str, noted)) == sorted(map(str, acts)), "every act is in the journal"
    assert site.query("SELECT count(*) FROM youju_task WHERE closed_at IS NULL AND approval IS NOT NULL")[0][0] == 0
