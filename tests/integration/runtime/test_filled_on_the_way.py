"""A transition asks for what is missing, and for nothing that a rule fills on the way."""

from __future__ import annotations

import pytest

from tests.support.apps import app, field, form, rule, state, transition, workflow

FILL = {"set": {"result": "coalesce(result, note)"}}
OLD = {"set": {"result": 'if(changed(note), "x", "y")'}}


def asked(site, *rules, **fields):
    """Return what a finished job would be asked for, of its rules and the fields it holds."""
    job = form("job", field("result"), field("note"), field("day", "date"), workflow="job")
    flow = workflow(
        "job",
        [state("open"), state("done", "won")],
        [transition("finish", ["open"], "done", fields=["result", "note", "day"])],
    )
    site.publish(app(job, flow, *rules))
    anna = site.person("anna", ("shop", "staff"))
    made = site.services.records.create(anna, "shop", "job", fields)
    (view,) = made.transitions
    return view.needs


def filling(then=FILL, **more):
    return rule("fill", "job", {"before": ["finish"]}, then, **more)


def test_it_is_not_asked_for_when_a_rule_fills_it(site):
    assert asked(site, filling(), note="n", day="2026-03-18") == ()


def test_it_is_asked_for_when_the_rule_would_leave_it_blank(site):
    assert asked(site, filling()) == ("result", "note", "day")


@pytest.mark.parametrize(
    "other",
    [
        filling(enabled=False),
        filling(when="day is not empty"),
        filling(valid_to="2020-01-01"),
        filling(OLD),
        rule("fill", "job", {"before": ["save"]}, {"refuse": {"message": {"zh": "不", "en": "no"}}}, when="false"),
        rule("fill", "job", {"entered": "done"}, {"set": {"result": '"x"'}}),
    ],
    ids=["disabled", "with a condition", "over", "of what was before", "sets nothing", "afterwards"],
)
def test_it_is_asked_for_when_no_rule_is_sure_to_fill_it(site, other):
    assert asked(site, other, note="n", day="2026-03-18") == ("result",)


def test_what_a_rule_fills_is_kept_when_the_transition_fires_without_it(site):
    asked(site, filling(), note="n", day="2026-03-18")
    anna = site.viewer("anna")
    (made,) = site.services.records.list(anna, "shop", "job").items
    done = site.services.records.transition(anna, "shop", "job", made.id, "finish", {})
    assert (done.state, done.fields["result"]) == ("done", "n")
