"""A design on its way: drafted by a file or an earlier revision, looked over, published, and taken back."""

from __future__ import annotations

import copy

import pytest

from engine.kernel.canonical import pretty
from engine.runtime.directory import ADMIN_ROLE
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, item, labels, role

FILE = "shop.json"
STAFF = ("shop", "staff")


def design(*fields, name="thing"):
    return app(form(name, field("title"), *fields), roles=[role("staff", access(name))])


@pytest.fixture
def shop(site):
    """An app in its first revision, an administrator, and somebody who is none."""
    site.first = design(field("colour"))
    site.publish(site.first)
    site.person("root", ADMIN_ROLE)
    site.person("anna", STAFF)
    return site


def changed(documents, change):
    made = copy.deepcopy(documents)
    change(made["forms/thing.json"])
    return made


def relabelled(text):
    return lambda thing: item(thing["fields"], "title").update(labels=labels(text))


def without_colour(thing):
    thing["fields"] = [one for one in thing["fields"] if one["key"] != "colour"]


def file_of(documents, key="shop"):
    return pretty({"format": 1, "kind": "app_export", "app": key, "version": None, "documents": documents}).encode()


def sent(shop, documents, seen=None, who="root"):
    return shop.services.drafts.send(shop.viewer(who), "shop", file_of(documents), FILE, seen)


def shown(shop):
    return shop.services.drafts.show(shop.viewer("root"), "shop")


def codes(problems):
    return [problem.code for problem in problems]


def told(action, *arguments):
    """Do what must be refused; return the codes of its problems."""
    return [code for code, _ in refused(action, *arguments)]


def test_a_file_is_looked_over_and_changes_nothing_when_it_is_drafted(shop):
    anna = shop.viewer("anna")
    shop.services.records.create(anna, "shop", "thing", {"title": "x", "colour": "red"})
    assert sent(shop, changed(shop.first, without_colour)) == 1
    draft = shown(shop)
    assert (draft.version, draft.base, draft.by, draft.behind) == (1, 1, "root", None)
    assert [one.what.zh for one in draft.look.changes] == ["移除字段“colour的中文”"]
    assert [(one.records, one.exact) for one in draft.look.touched] == [(1, True)]
    assert shop.services.apps.form(anna, "shop", "thing").fields["colour"]


def test_what_was_seen_is_published_and_the_draft_is_gone(shop):
    sent(shop, changed(shop.first, without_colour))
    assert shop.services.drafts.publish(shop.viewer("root"), "shop", 1) == 2
    assert shown(shop) is None
    assert "colour" not in shop.services.apps.form(shop.viewer("anna"), "shop", "thing").fields
    listed = shop.services.drafts.history(shop.viewer("root"), "shop")
    assert [(one.number, one.by, one.is_current) for one in listed] == [(2, "root", True), (1, None, False)]
    said = shop.services.drafts.changes(shop.viewer("root"), "shop", 2)
    assert [one.kind for one in said] == ["removed"]


def test_the_way_back_is_one_step_when_it_was_published_just_now(shop):
    anna, root, drafts = shop.viewer("anna"), shop.viewer("root"), shop.services.drafts
    id = shop.services.records.create(anna, "shop", "thing", {"title": "x", "colour": "red"}).id
    sent(shop, changed(shop.first, without_colour))
    drafts.publish(root, "shop", 1)
    assert told(drafts.roll_back, root, "shop", 1, 1) == ["DRAFT-003"]
    assert drafts.roll_back(root, "shop", 1, 2) == 3
    assert shop.services.records.read(anna, "shop", "thing", id).fields["colour"] == "red"


def test_an_earlier_revision_is_looked_over_when_it_is_to_come_back(shop):
    root, drafts = shop.viewer("root"), shop.services.drafts
    sent(shop, changed(shop.first, without_colour))
    drafts.publish(root, "shop", 1)
    assert drafts.take_back(root, "shop", 1, None) == 2
    assert [one.what.zh for one in shown(shop).look.changes] == ["新增字段“colour的中文”"]


def test_nobody_overwrites_a_draft_that_they_have_not_seen(shop):
    root, drafts = shop.viewer("root"), shop.services.drafts
    mine, other = (changed(shop.first, relabelled(text)) for text in ("mine", "other"))
    assert sent(shop, mine) == 1
    assert told(sent, shop, other) == ["DRAFT-001"]
    assert sent(shop, other, seen=1) == 2
    for step in (drafts.publish, drafts.discard, drafts.renew):
        assert told(step, root, "shop", 1) == ["DRAFT-001"]
    drafts.discard(root, "shop", 2)
    assert shown(shop) is None
    assert told(drafts.publish, root, "shop", 2) == ["DRAFT-002"]


def test_a_draft_that_was_begun_anew_is_not_the_one_that_was_seen(shop):
    root, drafts = shop.viewer("root"), shop.services.drafts
    assert sent(shop, changed(shop.first, relabelled("mine"))) == 1
    drafts.discard(root, "shop", 1)
    assert sent(shop, changed(shop.first, relabelled("other"))) == 2
    assert told(drafts.publish, root, "shop", 1) == ["DRAFT-001"]


def test_what_was_published_meanwhile_is_taken_in_before_the_draft_is_published(shop):
    root, drafts = shop.viewer("root"), shop.services.drafts
    sent(shop, changed(shop.first, relabelled("名称")))
    shop.publish(changed(shop.first, without_colour))
    assert shown(shop).behind == 2
    assert told(drafts.publish, root, "shop", 1) == ["DRAFT-003"]
    assert drafts.renew(root, "shop", 1) == 2
    assert [one.kind for one in shown(shop).look.changes] == ["changed", "changed"]
    drafts.publish(root, "shop", 2)
    fields = shop.services.apps.form(shop.viewer("anna"), "shop", "thing").fields
    assert list(fields) == ["title"]
    assert fields["title"].labels.zh == "名称的中文"


def test_it_is_told_where_both_have_changed_the_same(shop):
    sent(shop, changed(shop.first, relabelled("mine")))
    shop.publish(changed(shop.first, relabelled("theirs")))
    assert told(shop.services.drafts.renew, shop.viewer("root"), "shop", 1) == ["APP-023"]
    assert shown(shop).version == 1


def test_a_draft_may_be_wrong_and_cannot_be_published_then(shop):
    root, drafts = shop.viewer("root"), shop.services.drafts
    sent(shop, changed(shop.first, lambda thing: thing.update(title="{{nothing}}")))
    assert codes(shown(shop).look.problems) == ["LANG-020"]
    assert told(drafts.publish, root, "shop", 1) == ["LANG-020"]
    assert sent(shop, {**shop.first, "forms/thing.json": {"kind": "form"}}, seen=1) == 2
    assert codes(shown(shop).look.problems) == ["APP-003"]
    assert shop.count("youju_revision") == 1


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "RUN-017"),
        (b"[]", "APP-006"),
        (file_of(app(key="library"), "library"), "DRAFT-004"),
    ],
)
def test_a_file_that_is_no_design_of_the_app_is_refused(shop, raw, code):
    found = refused(shop.services.drafts.send, shop.viewer("root"), "shop", raw, FILE, None)
    assert [one for one, _ in found] == [code]
    assert shown(shop) is None


def test_drafts_and_revisions_are_absent_for_who_does_not_design(shop):
    anna, drafts = shop.viewer("anna"), shop.services.drafts
    sent(shop, shop.first)
    steps = [
        (drafts.show, ()), (drafts.history, ()), (drafts.changes, (1,)), (drafts.labels, ()), (drafts.publish, (1,)),
        (drafts.discard, (1,)), (drafts.renew, (1,)), (drafts.take_back, (1, 1)), (drafts.roll_back, (1, 1)),
        (drafts.send, (file_of(shop.first), FILE, 1)),
    ]  # fmt: skip
    assert {told(step, anna, "shop", *more)[0] for step, more in steps} == {"DECIDE-001"}
    assert shown(shop).version == 1


def test_every_step_is_in_the_journal(shop):
    root = shop.viewer("root")
    sent(shop, shop.first)
    shop.services.drafts.discard(root, "shop", 1)
    rows = shop.query("SELECT action, actor, payload FROM youju_journal WHERE subject = 'draft' ORDER BY action")
    assert [(row[0], row[1]) for row in rows] == [("discard", root.id), ("draft", root.id)]
    assert '"version"' in rows[1][2]
