"""Deals that are approved: an app for tests of approvals, its people, and short words for what they do."""

from __future__ import annotations

import pytest

from engine.decision.commands import Sign
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, element, field, form, role, state, transition, workflow

DEAL = form("deal", field("amount", "number"), field("opinion"), field("mark", "number"), workflow="deal")
ROLES = [role(key, access("deal")) for key in ("staff", "judge", "legal", "nobody")]
SYSTEM = {"by": "system"}
ENDS = {"approved": "accept", "rejected": "refuse", "returned": "back", "withdrawn": "back", "apart": "again"}
PEOPLE = ("boss", "head", "lead", "rep", "j1", "j2", "j3", "law")


def step(key, who, need="any", **more):
    return element(key, who=who if isinstance(who, list) else [who], need=need, **more)


def approval(*steps, key="price", state="asking", ends=ENDS, **more):
    bound = {} if state is None else {"state": state, "ends": ends}
    return element(key, steps=list(steps), **bound, **more)


STATES = [state("draft", "draft"), state("asking"), state("good", "won"), state("bad", "lost"), state("review")]
TRANSITIONS = [
    transition("ask", ["draft"], "asking", by=[{"owner": True}, {"creator": True}]),
    transition("accept", ["asking"], "good", **SYSTEM),
    transition("refuse", ["asking"], "bad", **SYSTEM),
    transition("back", ["asking"], "draft", **SYSTEM),
    transition("again", ["asking"], "review", **SYSTEM),
    transition("drop", ["asking"], "bad"),
]
FLOW = workflow("deal", STATES, TRANSITIONS)


def flow(*approvals):
    return {**FLOW, "approvals": list(approvals)}


def begin(site, *approvals, rules=(), more=()):
    """Publish the app with these approvals and rules, and ``more`` transitions, and let its people in."""
    states = {**flow(*approvals), "transitions": [*TRANSITIONS, *more]}
    site.publish(app(DEAL, states, *rules, key="crm", roles=ROLES))
    site.person("boss", ("crm", "staff"))
    for name, above in (("head", "boss"), ("lead", "head"), ("rep", "lead")):
        site.person(name, ("crm", "staff"), manager=above)
    for name in ("j1", "j2", "j3"):
        site.person(name, ("crm", "judge"), manager="head")
    site.person("law", ("crm", "legal"), manager="boss")
    return site


def ask(site, name="rep", **fields):
    return site.services.records.create(site.viewer(name), "crm", "deal", fields, "ask")


def standing(site, record, name="rep"):
    return site.services.approvals.of_record(site.viewer(name), "crm", "deal", record.id)[0]


def sign(site, name, record, act, comment=None, **more):
    if "to" in more and more["to"] in site.people:
        more["to"] = site.people[more["to"]]
    body = Sign(standing(site, record).id, act, comment, **more)
    return site.services.approvals.sign(site.viewer(name), body)


def where(site, record):
    return site.services.records.read(site.viewer("boss"), "crm", "deal", record.id).state


def asked(site):
    """Return whose inbox has a task, in order of name."""
    return [name for name in PEOPLE if site.services.inbox.open_tasks(site.viewer(name))]


def refusal(site, name, record, act, comment=None, **more):
    with pytest.raises(EngineError) as refused:
        sign(site, name, record, act, comment, **more)
    return [problem.code for problem in refused.value.problems]


def told(site, name):
    """Return what somebody was told, the latest first, once everything that is due has been delivered."""
    site.jobs().run_until_quiet()
    return [item.text.zh for item in site.services.inbox.notifications(site.viewer(name))]
