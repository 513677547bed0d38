"""A page keeps a form in step as the server would: the same fields, the same errors, for whatever is typed in."""

from __future__ import annotations

import random

import pytest
from flask import g

from tests.integration.web.conftest import PASSWORD
from tests.support.orders import APP, publish_orders
from tests.support.page_form import page
from web.filling.posted import Posted
from web.pages.desk import Desk, without_hidden
from web.pages.forms import opening_transition

DECIDED = {f"FORM-{number:03d}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 13)}
"""The problems that a page finds; others are found when the form is sent."""

JUDGED = """
  const judge = form.judgeOf(given.live);
  return given.posts.map((fields) => {
    const { standings, now, ahead } = judge.judge(fields, {});
    return { standings, now: now.found, ahead: ahead.found };
  });
"""
VALUES = {
    "buyer": ["丁", "李四", "a long buyer’s name", None, "\U0001f600" * 12, "\ud83d", " x "],
    "kind": ["normal", "rush", "gift", None, "none"],
    "amount": ["1", "12.5", "12.345", "1.2345", "-6", "5001", "99999", "x", None, "60"],
    "discount": ["5", "10.01", "12", None, "a"],
    "reason": ["why", None],
    "phone": ["138 0013 8000", "12", None],
    "mail": ["a@b.cn", "a@b", None],
    "code": ["91350100M000100Y43", "91350100M000100Y44", None],
    "due": ["2030-01-01", "2020-01-01", "2030-02-30", "soon", None],
    "at": ["2030-01-01T08:00:00Z", "2030-01-01T08:00", None],
    "paid": [True, False, None],
    "wishes": [["wrap"], ["soon", "card"], ["nothing"], None],
    "score": ["3", "6", "1.5", None],
    "sponsor": ["王", None],
    "thanks": ["谢谢", None],
    "greeting": ["好", None],
    "wrapping": ["纸", None],
    "outcome": ["ok", None],
    "stamp": ["y", None],
    "ceiling": ["z", None],
}
LINE = {
    "name": ["笔", None],
    "qty": ["1", "0", "11", "1000", "1.5", None],
    "price": ["2", "9.999", "-1", None, "80"],
    "remark": ["加急", None],
}


def typed(rng):
    """Return a form as somebody might have filled it."""
    fields = {key: rng.choice(values) for key, values in VALUES.items() if rng.random() < 0.6}
    if rng.random() < 0.6:
        lines = [
            {key: rng.choice(values) for key, values in LINE.items() if rng.random() < 0.8}
            for _ in range(rng.randrange(4))
        ]
        fields["items"] = [line for line in lines if any(line.values())] or None
    return fields


@pytest.fixture(scope="module")
def orders(instance):
    publish_orders(instance, PASSWORD)
    return instance


@pytest.fixture
def at_desk(app, orders):
    """Return the form on its desk as a person sees it, with what the page is sent."""

    def desk_of(name, record=None):
        viewer = orders.directory.viewer_of_session(orders.directory.sign_in(name, PASSWORD))
        view = orders.apps.form(viewer, APP, "order")
        record = orders.records.create(viewer, APP, "order", record) if record else None
        opening = opening_transition(view, record)
        live = orders.records.live(viewer, APP, "order", record.id if record else None, opening)
        g.viewer = viewer
        return Desk(view, record, opening), live

    with app.test_request_context():
        yield desk_of


def _said(code, message):
    """Return the message, but for that of an option that no control has: it names what was sent."""
    return "" if code == "FORM-004" else message


def compared(desk, live, posts):
    """Compare the page's answers with the server's; return how much of the standings the page decided."""
    posted = [Posted(fields, defaults=dict.fromkeys(("due", "paid"), "")) for fields in posts]
    answers = page(JUDGED, {"live": live, "posts": [desk.given(one) for one in posted]})
    decided = asked = 0
    for one, answer in zip(posted, answers, strict=True):
        state = desk.state(one)
        for key, standing in answer["standings"].items():
            asked += 1
            if "visible" not in standing:
                continue
            decided += 1
            expected = state.states[key]
            assert standing["visible"] == expected.visible, (key, one.fields)
            if expected.visible and "required" in standing:
                assert standing["required"] == expected.required, (key, one.fields)
        found = [problem for problem in without_hidden(state.problems, state) if problem.code in DECIDED]
        server = {(one.code, one.path.removeprefix("fields.")): _said(one.code, one.message.zh) for one in found}
        shown = {key for key, standing in state.states.items() if standing.visible}
        ours = {(p["code"], p["path"]): _said(p["code"], p["message"]["zh"]) for p in answer["ahead"]}
        ours = {at: text for at, text in ours.items() if at[1].partition("[")[0] in shown}
        assert ours == server, one.fields
    return decided / asked


@pytest.mark.parametrize("name", ["clerk", "chief"])
def test_a_new_form_stands_as_on_the_server_when_anything_is_typed_in(at_desk, name):
    rng = random.Random(20)  # noqa: S311 - the same forms in every run
    decided = compared(*at_desk(name), [typed(rng) for _ in range(60)])
    assert decided > 0.8


def test_a_record_stands_as_on_the_server_when_anything_is_changed(at_desk):
    rng = random.Random(21)  # noqa: S311 - the same forms in every run
    first = {"buyer": "丁", "kind": "rush", "discount": "12", "items": [{"name": "笔", "qty": "3"}]}
    compared(*at_desk("chief", first), [typed(rng) for _ in range(40)])


def test_what_is_hidden_from_the_viewer_is_not_told_when_conditions_read_it(at_desk):
    _, live = at_desk("clerk")
    assert "margin" not in str(live)
    sent = {field["key"]: field for field in live["fields"]}
    assert sent["warning"]["visible"] == 0
    assert sent["ceiling"]["visible"] == 0, "parameters are for those who may set them"
    assert "param" not in str(live["world"]["parameters"])
    assert {"first", "amount"} <= set(live["asks"])


def test_parameters_are_sent_when_the_viewer_may_set_them(at_desk):
    _, live = at_desk("chief")
    sent = {field["key"]: field for field in live["fields"]}
    assert live["world"]["parameters"] == {"most": ["20", ["number", 0, 15]]}
    assert sent["ceiling"]["visible"]
    assert sent["warning"]["visible"]


def test_what_a_rule_fills_or_another_record_says_stays_with_the_server(at_desk):
    _, live = at_desk("chief")
    sent = {field["key"]: field for field in live["fields"]}
    assert sent["stamp"]["unknown"]
    assert sent["stamped"]["visible"] == 0
    assert sent["again"]["visible"] == 0
