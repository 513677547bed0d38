"""Whatever a program has made the draft, the studio shows it or says what is wrong with it, and the way out is open."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.designs_shaken import shaken

DRAFT = "/library/revisions/draft"
STUDIO = "/a/library/studio/"
SHOWN = (200, 404, 409, 422)
FORM = "forms/loan"
ALL = ("", FORM, f"{FORM}/preview", f"{FORM}/names", f"{FORM}/states", "lists/", "roles/", "people/", "parameters/")
FLOWS = ("states/loan", "approvals/loan", "duties/loan")
PAGES = (*ALL, *FLOWS, "rules/", "rules/fine_booked", "sheet", "checks")
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def draft(admin_api):
    """Make documents the draft in place of the one before; return what sending it was answered."""

    def made(documents):
        there = admin_api("GET", DRAFT)
        if there.status_code == 200:
            assert admin_api("DELETE", DRAFT, If_Match=there.headers["ETag"]).status_code == 204
        return admin_api("PUT", DRAFT, {"documents": documents}) if documents else there

    yield made
    made(None)


@pytest.fixture
def documents(admin_api):
    return admin_api("GET", "/library/revisions/1").get_json()["documents"]


@pytest.mark.parametrize(
    ("path", "document"),
    [("forms/loan.json", {}), ("roles.json", {"roles": "x"}), ("rules/x.json", {}), ("parameters.json", {"x": [3]})],
)
def test_a_draft_that_is_no_design_is_told_and_can_be_thrown_away(root, draft, documents, path, document):
    assert draft({**documents, path: document}).status_code == 201
    answers = {page: root.get(STUDIO + page).status_code for page in PAGES}
    assert answers[""] == answers["roles/"] == answers[FORM] == 409
    assert set(answers.values()) <= set(SHOWN)
    told = root.get(STUDIO).get_data(as_text=True)
    assert path in told
    assert "设计与版本" in told
    page = root.get("/a/library/revisions/").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert root.post("/a/library/revisions/discard", {"seen": seen}).status_code == 303
    assert root.get(STUDIO).status_code == 200


@SOME
@given(st.data())
def test_every_page_of_the_studio_answers_when_a_document_is_shaken(root, draft, documents, data):
    path = data.draw(st.sampled_from(sorted(documents)))
    document = shaken(copy.deepcopy(documents[path]), data.draw)
    if draft({**documents, path: document}).status_code == 201:
        page = data.draw(st.sampled_from(PAGES))
        assert root.get(STUDIO + page).status_code in SHOWN
