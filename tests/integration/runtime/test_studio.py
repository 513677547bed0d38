"""Designing step by step: several at once, undone and redone, and never one over the other."""

from __future__ import annotations

import copy
import json

import pytest

from engine.runtime.apps import Apps
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.exporting import export_app
from engine.runtime.records import Records
from engine.runtime.studio.edits import (
    GONE_PROPERTY,
    AddField,
    AddForm,
    MoveField,
    RemoveField,
    RemoveForm,
    RenameField,
    SetField,
    form_in,
)
from engine.runtime.studio.studio import Seen
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, labels, role, rule, state, transition, workflow

NEW = "abcdefghijkl"
NAMED = {"zh": "数量", "en": "Quantity"}


@pytest.fixture
def shop(site):
    documents = app(form("thing", field("title"), field("colour")), roles=[role("staff", access("thing"))])
    site.publish(documents)
    site.person("root", ADMIN_ROLE)
    site.person("other", ADMIN_ROLE)
    site.person("anna", ("shop", "staff"))
    site.studio = site.services.studio
    return site


def design(shop):
    return shop.studio.design(shop.viewer("root"), "shop")


def edit(shop, change, who="root", seen=None):
    return shop.studio.edit(shop.viewer(who), "shop", seen or design(shop).seen, change)


def fields(shop):
    return [one["key"] for one in form_in(design(shop).documents, "thing")["fields"]]


def uid(shop, key):
    return next(one["uid"] for one in form_in(design(shop).documents, "thing")["fields"] if one["key"] == key)


def codes(action, *arguments):
    return [code for code, _ in refused(action, *arguments)]


def test_a_change_is_a_step_of_the_draft_and_nothing_holds_before_it_is_published(shop):
    assert not design(shop).is_draft
    seen = edit(shop, AddField("thing", NEW, "number", NAMED))
    assert seen == Seen(1, 1)
    assert fields(shop) == ["title", "colour", "quantity"]
    assert (design(shop).by, design(shop).changed, design(shop).may_undo) == ("root", 1, True)
    anna = shop.viewer("anna")
    assert "quantity" not in shop.services.apps.form(anna, "shop", "thing").fields
    shop.services.drafts.publish(shop.viewer("root"), "shop", seen.version)
    assert "quantity" in shop.services.apps.form(anna, "shop", "thing").fields
    assert not design(shop).is_draft


def test_nothing_is_written_when_nothing_changes(shop):
    name = form_in(design(shop).documents, "thing")["fields"][0]["labels"]["zh"]
    assert edit(shop, RenameField("thing", uid(shop, "title"), name, "zh")) == Seen(1, 0)
    assert not design(shop).is_draft


def test_two_who_change_different_things_both_have_their_change(shop):
    both = design(shop).seen
    edit(shop, RenameField("thing", uid(shop, "title"), "标题", "zh"), "root", both)
    edit(shop, SetField("thing", uid(shop, "colour"), "required", "submit"), "other", both)
    edit(shop, AddField("thing", NEW, "number", NAMED), "other", both)
    title, colour, _ = form_in(design(shop).documents, "thing")["fields"]
    assert (title["labels"]["zh"], colour["required"], fields(shop)[-1]) == ("标题", "submit", "quantity")


def test_whoever_comes_second_to_the_same_place_is_told_and_overwrites_nothing(shop):
    both = design(shop).seen
    edit(shop, RenameField("thing", uid(shop, "title"), "标题", "zh"), "root", both)
    late = RenameField("thing", uid(shop, "title"), "名字", "zh")
    assert codes(edit, shop, late, "other", both) == ["DRAFT-005"]
    assert form_in(design(shop).documents, "thing")["fields"][0]["labels"]["zh"] == "标题"
    edit(shop, late, "other")
    assert form_in(design(shop).documents, "thing")["fields"][0]["labels"]["zh"] == "名字"


def test_a_change_of_what_somebody_removed_is_told(shop):
    both, colour = design(shop).seen, uid(shop, "colour")
    edit(shop, RemoveField("thing", colour), "root", both)
    assert codes(edit, shop, RenameField("thing", colour, "色", "zh"), "other", both) == ["APP-040"]


def test_everybody_undoes_their_own_and_redoes_it(shop):
    edit(shop, AddField("thing", NEW, "number", NAMED), "root")
    edit(shop, RenameField("thing", uid(shop, "title"), "标题", "zh"), "other")
    root = shop.viewer("root")
    shop.studio.undo(root, "shop", design(shop).seen)
    assert fields(shop) == ["title", "colour"]
    assert form_in(design(shop).documents, "thing")["fields"][0]["labels"]["zh"] == "标题"
    assert (design(shop).may_undo, design(shop).may_redo) == (False, True)
    assert codes(shop.studio.undo, root, "shop", design(shop).seen) == ["DRAFT-007"]
    shop.studio.redo(root, "shop", design(shop).seen)
    assert fields(shop) == ["title", "colour", "quantity"]
    shop.studio.undo(root, "shop", design(shop).seen)
    edit(shop, MoveField("thing", uid(shop, "colour"), None, uid(shop, "title")))
    assert design(shop).may_redo is False


def test_what_others_built_on_is_not_undone_under_them(shop):
    edit(shop, AddField("thing", NEW, "number", NAMED), "root")
    edit(shop, RenameField("thing", NEW, "件数", "zh"), "other")
    assert codes(shop.studio.undo, shop.viewer("root"), "shop", design(shop).seen) == ["APP-023"]
    assert fields(shop)[-1] == "quantity"


def test_a_draft_that_was_published_or_thrown_away_is_not_gone_on_with(shop):
    seen = edit(shop, AddField("thing", NEW, "number", NAMED))
    drafts, root = shop.services.drafts, shop.viewer("root")
    drafts.discard(root, "shop", seen.version)
    rename = RenameField("thing", uid(shop, "title"), "标题", "zh")
    assert codes(edit, shop, rename, "root", seen) == ["DRAFT-006"]
    seen = edit(shop, rename)
    drafts.publish(root, "shop", seen.version)
    assert codes(edit, shop, rename, "root", seen) == ["DRAFT-006"]


def test_what_would_be_no_design_any_more_is_refused_whole(shop):
    before = design(shop)
    found = codes(edit, shop, SetField("thing", uid(shop, "title"), "max_length", "many"))
    assert found
    assert design(shop) == before


def test_what_has_a_mistake_in_it_is_a_draft_and_is_told_with_its_place(shop):
    edit(shop, SetField("thing", uid(shop, "title"), "visible_when", "nothing_of_that_name"))
    look = shop.services.drafts.show(shop.viewer("root"), "shop").look
    assert [problem.path for problem in look.problems] == ["forms/thing.json#fields.title.visible_when"]
    edit(shop, SetField("thing", uid(shop, "title"), "visible_when", GONE_PROPERTY))
    assert shop.services.drafts.show(shop.viewer("root"), "shop").look.problems == ()
    assert design(shop).changed == 0


def test_every_step_is_in_the_journal_with_what_it_changed(shop):
    edit(shop, RenameField("thing", uid(shop, "title"), "标题", "zh"))
    shop.studio.undo(shop.viewer("root"), "shop", design(shop).seen)
    rows = shop.query("SELECT action, actor, payload FROM youju_journal WHERE subject = 'draft' ORDER BY id")
    assert [(action, actor) for action, actor, _ in rows] == [("draft", shop.viewer("root").id)] * 2
    changes = [json.loads(payload)["changes"][1] for _, _, payload in rows]
    place = ["forms/thing.json", "fields", f"#{uid(shop, 'title')}", "labels", "zh"]
    assert [(one["put"], one["old"], one["new"]) for [one] in changes] == [
        (place, "title的中文", "标题"),
        (place, "标题", "title的中文"),
    ]


def test_the_key_of_a_new_field_tells_its_name_until_something_mentions_it(shop):
    edit(shop, AddField("thing", NEW, "text", {"zh": "文本", "en": "文本"}))
    edit(shop, RenameField("thing", NEW, "样品名称", "zh", new=True))
    assert fields(shop)[-1] == "yang_pin_ming_cheng"
    edit(shop, SetField("thing", uid(shop, "colour"), "visible_when", "yang_pin_ming_cheng is not empty"))
    edit(shop, RenameField("thing", NEW, "样品", "zh", new=True))
    assert fields(shop)[-1] == "yang_pin_ming_cheng"
    assert shop.services.drafts.show(shop.viewer("root"), "shop").look.problems == ()


def test_a_new_form_may_be_filled_by_every_role_in_the_preview_of_the_draft(shop):
    edit(shop, AddForm(NEW, "样品申请", "zh"))
    key = next(key for key in ("yang_pin_shen_qing",) if f"forms/{key}.json" in design(shop).documents)
    at = shop.services.trials.desk("shop", "staff")
    root = shop.viewer("root")
    assert Apps(at).form(root, "shop", key).may_create
    state = Records(at).preview(root, "shop", key, {"name": "x"})
    assert state.problems == ()
    edit(shop, RemoveForm(key))
    assert design(shop).changed == 0


def test_all_that_is_read_at_one_desk_is_of_one_version_when_the_draft_changes_meanwhile(shop):
    edit(shop, AddField("thing", NEW, "number", NAMED))
    at, root = shop.services.trials.desk("shop", "staff"), shop.viewer("root")
    drawn = set(Apps(at).form(root, "shop", "thing").fields)
    edit(shop, RemoveField("thing", NEW))
    assert "quantity" in drawn
    assert drawn <= set(Records(at).preview(root, "shop", "thing", {}).states)
    assert "quantity" not in Apps(shop.services.trials.desk("shop", "staff")).form(root, "shop", "thing").fields


def test_a_form_goes_with_its_states_and_the_rules_about_it(site):
    moves = workflow("thing", [state("new"), state("done")], [transition("finish", ["new"], "done")])
    tell = rule("tell", "thing", {"created": True}, {"notify": {"to": [{"owner": True}], "text": labels("x")}})
    site.publish(app(form("thing", field("title"), workflow="thing"), form("other", field("name")), moves, tell))
    site.person("root", ADMIN_ROLE)
    site.studio = site.services.studio
    edit(site, RemoveForm("thing"))
    assert [path for path in design(site).documents if "thing" in path or "tell" in path] == []
    assert site.services.drafts.show(site.viewer("root"), "shop").look.problems == ()


def test_who_designs_nothing_finds_no_design(shop):
    anna = shop.viewer("anna")
    assert codes(shop.studio.design, anna, "shop") == codes(shop.studio.design, anna, "nowhere")
    assert codes(shop.studio.edit, anna, "shop", Seen(1), RemoveForm("thing")) == codes(
        shop.studio.design, anna, "shop"
    )
    with shop.services.execution.database.read() as connection:
        assert codes(shop.services.trials.current, connection, anna, "shop") == codes(shop.studio.design, anna, "shop")


@pytest.mark.parametrize("way", ["renewed", "sent", "taken back"])
def test_what_another_revision_brought_into_a_draft_is_not_undone_with_ones_own_changes(shop, way):
    root, drafts = shop.viewer("root"), shop.services.drafts
    version = edit(shop, RenameField("thing", uid(shop, "title"), "标题", "zh")).version
    theirs = copy.deepcopy(dict(design(shop).published))
    theirs["forms/thing.json"]["fields"][1]["labels"] = {"zh": "颜色", "en": "Colour"}
    shop.publish(theirs)
    match way:
        case "renewed":
            drafts.renew(root, "shop", version)
        case "sent":
            drafts.send(root, "shop", export_app(shop.services.execution, "shop"), "shop.json", version)
        case _:
            drafts.take_back(root, "shop", 2, version)
    title = labels("title")["zh"]
    if way == "renewed":
        shop.studio.undo(root, "shop", design(shop).seen)
    else:
        assert codes(shop.studio.undo, root, "shop", design(shop).seen) == ["APP-023"]
    names = [one["labels"]["zh"] for one in form_in(design(shop).documents, "thing")["fields"]]
    assert names == [title, "颜色"]
