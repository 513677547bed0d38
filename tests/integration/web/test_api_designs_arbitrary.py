"""Whatever is sent as a design is answered as described, and whatever became a draft can be looked over."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.designs_shaken import shaken

DRAFT = "/library/revisions/draft"
SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KNOWN = ("app.json", "forms/book.json", "roles.json", "option_lists.json", "rules/x.json", "forms/../x.json")
FINITE = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | st.integers() | FINITE | st.text(max_size=8)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


@pytest.fixture
def draft(admin_api):
    """Begin without a draft, whatever the example before has left."""

    def empty():
        there = admin_api("GET", DRAFT)
        if there.status_code == 200:
            assert admin_api("DELETE", DRAFT, If_Match=there.headers["ETag"]).status_code == 204
        return admin_api

    return empty


def looked_over(caller, answer):
    """Look a draft over where one was made; whatever it is, that is answered."""
    assert answer.status_code in (201, 409, 422), answer.get_data(as_text=True)
    if answer.status_code == 201:
        look = caller("GET", f"{DRAFT}/check")
        assert look.status_code == 200
        if not look.get_json()["publishable"]:
            refused = caller("POST", f"{DRAFT}/publish", {}, If_Match=answer.headers["ETag"])
            assert refused.status_code in (409, 422)


@SOME
@given(st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=12), ANYTHING, max_size=3))
def test_any_documents_are_answered_when_they_are_sent(draft, documents):
    caller = draft()
    looked_over(caller, caller("PATCH", DRAFT, {"documents": documents}))


@SOME
@given(st.data())
def test_a_design_that_is_shaken_is_answered_when_it_is_sent(draft, data):
    caller = draft()
    documents = caller("GET", "/library/revisions/1").get_json()["documents"]
    path = data.draw(st.sampled_from(sorted(documents)))
    document = shaken(copy.deepcopy(documents[path]), data.draw)
    looked_over(caller, caller("PATCH", DRAFT, {"documents": {path: document}}))


@SOME
@given(ANYTHING, st.sampled_from(("items", "documents", "wait", "x")))
def test_anything_else_is_answered_when_it_is_sent(draft, value, key):
    caller = draft()
    for method, path in (
        ("PUT", DRAFT),
        ("PATCH", DRAFT),
        ("POST", f"{DRAFT}/publish"),
        ("POST", f"{DRAFT}/renew"),
        ("POST", "/library/revisions/1/draft"),
        ("POST", "/library/revisions/purge"),
    ):
        answer = caller(method, path, {key: value}, **({"If_Match": "1"} if "draft/" in path else {}))
        assert answer.status_code in (200, 201, 409, 422), (method, path, answer.get_data(as_text=True))
        draft()
