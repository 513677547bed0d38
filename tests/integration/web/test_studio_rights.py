"""Every address of the studio and of designs is absent for who does not design, changes nothing, and asks for proof."""

from __future__ import annotations

import pytest

KINDS = ("studio", "revisions")
FILLED = {
    "app": "library", "form": "book", "uid": "aaaaaaaaaaaa", "key": "fine_booked", "number": "1", "part": "states",
    "role": "aaaaaaaaaaaa", "list": "aaaaaaaaaaaa", "field": "aaaaaaaaaaaa", "step": "aaaaaaaaaaaa",
}  # fmt: skip
OF_DUTIES = {"part": "late"}
SENT = {"seen": "1.0", "key": "name", "value": "x", "name": "x", "act": "add", "role": "librarian", "user": "x"}


@pytest.fixture
def addresses(app):
    """Return the method and path of every address of the studio and of the pages of designs."""
    urls = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0].startswith(KINDS):
            known = FILLED | (OF_DUTIES if rule.endpoint.startswith("studio_duties") else {})
            values = {name: known[name] for name in rule.arguments}
            found += [(method, urls.build(rule.endpoint, values)) for method in sorted(rule.methods & {"GET", "POST"})]
    return found


def drafts(instance):
    root = next(one.id for one in instance.directory.everybody() if one.name == "root")
    viewer = instance.directory.viewer(root)
    return [instance.services.studio.design(viewer, "library").is_draft, len(instance.apps.installed(viewer))]


@pytest.mark.parametrize("name", ["librarian", "reader"])
def test_every_address_is_absent_and_changes_nothing_when_somebody_else_asks(addresses, signed_in, instance, name):
    visitor, before = signed_in(name), drafts(instance)
    assert len(addresses) > 60
    for method, path in addresses:
        visitor.get("/me")
        answer = visitor.get(path) if method == "GET" else visitor.post(path, SENT)
        assert answer.status_code == 404, (method, path, answer.status_code)
    assert drafts(instance) == before


def test_nothing_is_told_or_done_when_nobody_is_signed_in(addresses, visitor, instance):
    before = drafts(instance)
    for method, path in addresses:
        answer = visitor.client.open(path, method=method, data=SENT if method == "POST" else None)
        assert answer.status_code in (303, 401, 403)
        assert answer.status_code != 303 or answer.location.startswith("/sign-in")
    assert drafts(instance) == before


def test_nothing_is_done_when_our_own_page_did_not_send_it(addresses, root, instance):
    before = drafts(instance)
    for method, path in addresses:
        if method == "POST":
            assert root.client.post(path, data=SENT).status_code == 403, path
    assert drafts(instance) == before


def test_no_page_of_the_studio_may_be_framed_but_the_form_that_is_tried(addresses, root):
    for method, path in addresses:
        if method == "GET":
            answer = root.get(path)
            policy, ours = answer.headers["Content-Security-Policy"], path.endswith("/preview")
            assert ("frame-ancestors 'self'" if ours else "frame-ancestors 'none'") in policy
            assert answer.headers["X-Frame-Options"] == ("SAMEORIGIN" if ours else "DENY")
            assert "script-src 'self';" in policy
