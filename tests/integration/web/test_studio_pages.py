"""The studio's pages: what they show is sent back without changing a byte, and what is refused is told and kept out."""

from __future__ import annotations

import re
from html import unescape

import pytest

APP = "/a/library/studio/"
FORM = f"{APP}forms/loan"
FORMS = re.compile(r'<form [^>]*data-live data-property="([a-z_]+)".*?</form>', re.S)
SEEN = re.compile(r'name="seen" value="([0-9.]+)"')


@pytest.fixture
def root(signed_in):
    return signed_in("root")


def design(instance):
    found = instance.directory.everybody()
    user = next(one.id for one in found if one.name == "root")
    return instance.services.studio.design(instance.directory.viewer(user), "library")


@pytest.fixture(autouse=True)
def _no_draft(instance):
    """End each test with the design that is in use."""
    yield
    found = design(instance)
    if found.is_draft:
        root = next(one.id for one in instance.directory.everybody() if one.name == "root")
        instance.services.drafts.discard(instance.directory.viewer(root), "library", found.seen.version)


def uids(document):
    fields = [*document["fields"], *(line for one in document["fields"] for line in one.get("fields", ()))]
    return [one["uid"] for one in (*fields, *document.get("sections", ()))]


def controls(page):
    """Go through the controls of a page as a browser sends them: where to, and what."""
    for found in re.finditer(r'<form class="field"(.*?)</form>', page, re.S):
        form = found[1]
        pairs = [
            (name, unescape(value))
            for name, value in re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form)
        ]
        area = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.S)
        line = re.search(r'<input id="[^"]*" name="value" type="text" value="([^"]*)"', form)
        chosen = re.search(r'<option value="([^"]*)" selected', form)
        checked = re.findall(r'name="value" value="([^"]*)" checked', form)
        values = [area[1]] if area else [line[1]] if line else [chosen[1]] if chosen else checked
        target = re.search(r'action="([^"]*)"', form)[1]
        yield (
            unescape(target),
            [pair for pair in pairs if pair[0] != "_csrf"] + [("value", unescape(one)) for one in values],
        )


def test_what_is_shown_and_sent_back_changes_no_byte_whatever_the_element(instance, root):
    sent = 0
    for path, document in design(instance).documents.items():
        if not path.startswith("forms/"):
            continue
        for at in ("", *uids(document)):
            page = root.get(f"{APP}forms/{document['key']}?at={at}")
            assert page.status_code == 200
            for to, pairs in list(controls(page.get_data(as_text=True))):
                answer = root.post(to, pairs)
                assert answer.status_code == 303, (to, pairs, answer.get_data(as_text=True)[-600:])
                sent += 1
                assert not design(instance).is_draft, (to, pairs)
    assert sent > 300


def seen(root):
    return SEEN.search(root.get(FORM).get_data(as_text=True))[1]


def test_a_validation_is_added_said_otherwise_and_removed_and_sent_back_as_shown_changes_nothing(instance, root):
    def checks():
        return design(instance).documents["forms/loan.json"]["fields"][2].get("validations", [])

    field = design(instance).documents["forms/loan.json"]["fields"][2]
    to, [before] = f"{FORM}/fields/{field['uid']}/validations", checks()
    page = unescape(root.get(f"{FORM}?at={field['uid']}").get_data(as_text=True))
    assert "应还日期 ≥" in page or "应还日期 >= " in page
    shown = re.search(rf'id="holds-{before["uid"]}"[^>]*>([^<]*)<', page)[1]
    root.post(to, {"seen": seen(root), "act": "holds", "validation": before["uid"], "value": shown})
    assert not design(instance).is_draft
    root.post(to, {"seen": seen(root), "act": "add"})
    new = checks()[1]
    assert (new["holds"], new["message"]["zh"]) == ("due_date is not empty", "请检查“应还日期”")
    one = {"validation": new["uid"]}
    root.post(to, {"seen": seen(root), "act": "holds", "value": "应还日期 > 今天()", **one})
    root.post(to, {"seen": seen(root), "act": "message", "value": "要晚于今天", **one})
    assert (checks()[1]["holds"], checks()[1]["message"]["zh"]) == ("应还日期 > 今天()", "要晚于今天")
    root.post(to, {"seen": seen(root), "act": "remove", **one})
    assert checks() == [before]
    assert root.post(to, {"seen": seen(root), "act": "burn", **one}).status_code == 400


def test_a_title_is_shown_by_the_names_of_fields_and_sent_back_as_shown_changes_nothing(instance, root):
    before = design(instance).documents["forms/loan.json"]
    name = before["fields"][0]["key"]
    seen = SEEN.search(root.get(FORM).get_data(as_text=True))[1]
    root.post(FORM, {"key": "title", "seen": seen, "value": f"{{{{{name}}}}} ✓"})
    page = root.get(FORM).get_data(as_text=True)
    shown = unescape(re.search(r'id="set-title-[^"]*" name="value" type="text" value="([^"]*)"', page)[1])
    label = before["fields"][0]["labels"]["zh"]
    assert shown == f"{{{{{label}}}}} ✓"
    root.post(FORM, {"key": "title", "seen": SEEN.search(page)[1], "value": shown})
    assert design(instance).documents["forms/loan.json"]["title"] == f"{{{{{name}}}}} ✓"


def test_a_change_is_made_without_any_script_and_leads_back_to_the_page(instance, root):
    field = design(instance).documents["forms/loan.json"]["fields"][0]["uid"]
    answer = root.post(f"{FORM}/fields/{field}", {"seen": seen(root), "key": "name", "value": "借书人"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{FORM}?at={field}")
    assert design(instance).documents["forms/loan.json"]["fields"][0]["labels"]["zh"] == "借书人"
    page = root.get(f"{FORM}?at={field}").get_data(as_text=True)
    assert "借书人" in page
    answer = root.post(f"{APP}undo", {"seen": seen(root), "to": f"{FORM}?at={field}"})
    assert answer.headers["Location"] == f"{FORM}?at={field}"
    assert design(instance).changed == 0


def test_what_is_refused_is_told_on_the_page_with_what_to_do(instance, root):
    field = design(instance).documents["forms/loan.json"]["fields"][6]["uid"]
    answer = root.post(f"{FORM}/fields/{field}", {"seen": seen(root), "key": "scale", "value": "viele"})
    assert answer.status_code == 422
    assert "不能用在这里" in answer.get_data(as_text=True)
    answer = root.post(f"{FORM}/fields/{field}", {"seen": "7.3", "key": "name", "value": "天数"})
    assert answer.status_code == 409
    assert "请从这里继续" in answer.get_data(as_text=True)
    assert not design(instance).is_draft


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/me", "/a/library/studiox"])
def test_undoing_leads_nowhere_else(instance, root, to):
    field = design(instance).documents["forms/loan.json"]["fields"][0]["uid"]
    root.post(f"{FORM}/fields/{field}", {"seen": seen(root), "key": "name", "value": "借书人"})
    answer = root.post(f"{APP}undo", {"seen": seen(root), "to": to})
    assert (answer.status_code, answer.headers["Location"]) == (303, APP)


def test_the_form_that_is_tried_may_be_framed_by_our_own_pages_and_no_other_may(root):
    preview = root.get(f"{FORM}/preview?role=reader")
    assert preview.status_code == 200
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]
    assert preview.headers["X-Frame-Options"] == "SAMEORIGIN"
    designer = root.get(FORM)
    assert "frame-ancestors 'none'" in designer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in designer.headers["Content-Security-Policy"]
    assert "frame-src" not in root.get("/apps").headers["Content-Security-Policy"]


def test_the_form_is_tried_as_each_role_fills_it_and_nothing_is_kept(instance, root):
    reader = root.get(f"{FORM}/preview?role=reader").get_data(as_text=True)
    assert "借阅" in reader
    librarian = next(one.id for one in instance.directory.everybody() if one.name == "librarian")
    asking = instance.directory.viewer(librarian)
    before = instance.records.list(asking, "library", "loan").count.value
    answer = root.post(f"{FORM}/preview?role=reader", {"_do": "transition:lend", "f.note": "x"})
    assert answer.status_code == 200
    assert instance.records.list(asking, "library", "loan").count.value == before


def test_who_designs_nothing_finds_nothing(reader):
    for address in (APP, FORM, f"{FORM}/names", f"{FORM}/preview", f"{APP}checks"):
        assert reader.get(address).status_code == 404, address
    for address in (f"{APP}forms", f"{APP}undo", f"{FORM}/fields", f"{FORM}/remove"):
        assert reader.post(address, {"seen": "1.0"}).status_code == 404, address


def test_a_number_of_the_system_is_added_and_its_pattern_said(instance, root):
    def last():
        return design(instance).documents["forms/loan.json"]["fields"][-1]

    root.post(f"{FORM}/fields", {"seen": seen(root), "type": "auto_number"})
    field = last()
    assert field["type"] == "auto_number"
    page = root.get(f"{FORM}?at={field['uid']}").get_data(as_text=True)
    assert "编号样式" in page
    assert f'id="holds-{field["uid"]}"' not in page
    assert f'id="set-default-{field["uid"]}"' not in page
    for pattern, wrong in (("JY{yyyy}-{nnnn}", False), ("JY{nn", True)):
        root.post(f"{FORM}/fields/{field['uid']}", {"seen": seen(root), "key": "pattern", "value": pattern})
        assert last()["pattern"] == pattern
        assert ("里有不认识的部分" in root.get(f"{APP}checks").get_data(as_text=True)) == wrong
