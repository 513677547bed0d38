"""What has to be recorded in every period stands on the page of a record, with the way to record it."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.integration.web.conftest import PASSWORD, Api, Visitor
from tests.integration.web.test_held_pages import read
from tests.support.apps import access, app, element, field, form, role, state, transition, workflow

DUTY = element("note", records="notes", each="week", count=2)
JOB = form(
    "job", field("name"), workflow="job", title="{{name}}", relations=[element("notes", form="note", reference="job")]
)
NOTE = form("note", field("job", "reference", form="job"))
FLOW = workflow("job", [state("doing", duties=[DUTY]), state("done", "won")], [transition("end", ["doing"], "done")])


@pytest.fixture(scope="module")
def firm(instance):
    roles = [role("staff", access("job"), access("note")), role("guest", access("job"))]
    publish(instance.services.execution, app(JOB, NOTE, FLOW, key="firm", roles=roles), Actor(None))
    for name, key in (("ann", "staff"), ("gus", "guest")):
        instance.directory.add_user(name, name, PASSWORD)
        instance.directory.grant(name, "firm", key)
    return instance


def pages(app, firm, name, id):
    seen = Visitor(app.test_client())
    seen.sign_in(name)
    return seen.get(f"/a/firm/job/{id}")


def viewer(firm, name):
    return next(firm.directory.viewer(one.id) for one in firm.directory.everybody() if one.name == name)


def test_the_page_says_what_is_there_and_offers_the_rest(app, firm):
    ann = viewer(firm, "ann")
    job = firm.records.create(ann, "firm", "job", {"name": "a"})
    firm.records.create(ann, "firm", "note", {"job": job.id})
    page = pages(app, firm, "ann", job.id)
    assert "本周 · note的中文" in read(page)
    assert "1/2" in read(page)
    assert (
        f'href="/a/firm/note/new?job={job.id}"'
        in page.get_data(as_text=True).split("每期要有的记录")[1].split("</ul>")[0]
    )
    firm.records.create(ann, "firm", "note", {"job": job.id})
    page = pages(app, firm, "ann", job.id)
    assert "2/2" in read(page)
    assert "记一条" not in read(page)


def asked(app, firm, name, id):
    answer = Api(app.test_client(), firm.directory.issue_token(name, "test"))("GET", f"/firm/job/{id}")
    assert answer.status_code == 200
    return answer.get_json()["duties"]


def test_the_api_tells_the_duties_as_the_page_does(app, firm):
    ann = viewer(firm, "ann")
    job = firm.records.create(ann, "firm", "job", {"name": "c"})
    firm.records.create(ann, "firm", "note", {"job": job.id})
    [duty] = asked(app, firm, "ann", job.id)
    [shown] = firm.services.pages.record(ann, "firm", "job", job.id).duties
    assert duty == {
        "labels": {"zh": "note的中文", "en": "note in English"},
        "each": "week",
        "done": 1,
        "count": 2,
        "until": shown.until,
        "app": "firm",
        "form": "note",
        "through": "job",
    }
    assert asked(app, firm, "gus", job.id) == []
    firm.records.transition(ann, "firm", "job", job.id, "end", {})
    assert asked(app, firm, "ann", job.id) == []


def test_who_may_not_read_what_is_recorded_sees_nothing_of_it(app, firm):
    job = firm.records.create(viewer(firm, "ann"), "firm", "job", {"name": "b"})
    assert "note的中文" not in read(pages(app, firm, "gus", job.id))
