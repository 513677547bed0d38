"""Whatever is sent, the answer is never a failure of ours, and nothing half-done stays behind."""

from __future__ import annotations

import json
import string
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = st.sampled_from(["title", "isbn", "price", "copies", "subjects", "owner", "id", "state", "fields", "", "book"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.fixed_dictionaries({"fields": VALUES | st.dictionaries(KEYS, VALUES)}, optional={"transition": VALUES})
WORDS = st.text(st.sampled_from(string.printable + "书=“”且\u0000\ud7ff😀"), max_size=24)
PLACES = st.sampled_from(["book", "member", "loan", "nothing", "apps", "inbox", "%00", "..", "书"])
NAMES = st.sampled_from(["f.title", "f.isbn", "f.price", "f.subjects", "f.published", "f.x"])
NAMES |= st.sampled_from(["f.copies", "f.copies.a.barcode", "f.copies.a.id", "f.copies."])
NAMES |= st.sampled_from(["_do", "_key", "_version", "_parked", "_tried", "_d.title"])
ACTIONS = st.sampled_from(["save", "add:copies", "remove:copies:a", "transition:lend"])


@FEW
@given(PLACES, BODIES | VALUES)
def test_a_write_is_answered_when_its_body_is_arbitrary(api, place, body):
    answer = api("POST", f"/library/{place}", body)
    assert answer.status_code in (201, 404, 405, 422), (place, body, answer.data)
    if answer.status_code != 201:
        assert json.loads(answer.data)["errors"]


@FEW
@given(PLACES, st.dictionaries(st.sampled_from(["filter", "sort", "limit", "after"]), WORDS))
def test_a_list_is_answered_when_its_query_is_arbitrary(api, librarian, place, query):
    asked = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())
    for path in (f"/api/v1/library/{place}?{asked}", f"/a/library/{place}/?{asked}"):
        answer = librarian.client.get(path)
        assert answer.status_code < 500, (path, answer.data)


@FEW
@given(st.sampled_from(["PATCH", "DELETE", "POST"]), WORDS, WORDS, VALUES)
def test_a_change_is_answered_when_its_headers_are_arbitrary(api, method, version, key, body):
    clean = {"If_Match": version, "Idempotency_Key": key}
    sent = {name: "".join(c for c in value if c.isprintable() and ord(c) < 256) for name, value in clean.items()}
    made = api("POST", "/library/book", {"fields": {"title": "a", "isbn": None}})
    assert made.status_code == 422
    answer = api(method, "/library/book/01a200e2-0000-7000-8000-000000000000", body, **sent)
    assert answer.status_code < 500, answer.data


@FEW
@given(st.lists(st.tuples(NAMES, WORDS | ACTIONS), max_size=10))
def test_a_form_is_answered_when_its_post_is_arbitrary(librarian, pairs):
    answer = librarian.post("/a/library/book/new", pairs)
    assert answer.status_code < 500, (pairs, answer.data)
