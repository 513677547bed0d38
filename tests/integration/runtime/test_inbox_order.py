"""What comes first in an inbox: what is held, what is due, what is new."""

from __future__ import annotations

from tests.support import apps
from tests.support.apps import field, form, rule, state, transition, workflow


def _documents():
    to = {"zh": "{{name}}", "en": "{{name}}"}
    ask = {"open_task": {"key": "look", "to": [{"owner": True}], "title": to, "due": "due"}}
    hold = {"hold": {"reason": to, "released_by": [{"persons": [{"owner": True}]}]}}
    release = transition("release", "*", "open", releases=True)
    del release["to"]
    return apps.app(
        form("thing", field("name"), field("due", "datetime")),
        workflow("thing", [state("open"), state("done", "won")], [transition("end", ["open"], "done"), release]),
        rule("ask", "thing", {"created": True}, ask),
        rule("stop", "thing", {"created": True}, hold, when='name = "held"', order=2),
    )


def test_held_then_due_then_new_comes_first_when_an_inbox_is_read(site):
    site.publish(_documents())
    me, inbox = site.person("me", ("shop", "staff")), site.services.inbox
    dues = {"old": None, "far": "2030-01-01T00:00:00Z", "held": None, "due": "2026-01-01T00:00:00Z", "new": None}
    for name, due in dues.items():
        site.services.records.create(me, "shop", "thing", {"name": name, "due": due})
        site.jobs().run_until_quiet()
        site.business.moment += 1
    assert [task.title.zh for task in inbox.open_tasks(me)] == ["held", "due", "new", "far", "old"]
    assert [task.title.zh for task in inbox.open_tasks(me, 2)] == ["held", "due"], "the first of the same order"
    assert inbox.open_tasks(me, 0) == ()
