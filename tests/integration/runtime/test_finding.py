"""Type-ahead finds records by name, alias and pinyin, and only what its viewer may read."""

from __future__ import annotations

from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role


def found(library, viewer, text, *, form="member", limit=20):
    return [title for _, title in library.records.choices(viewer, "library", form, text, limit)]


def member(library, name, **more):
    number = f"K{len(found(library, library.anna, '', limit=200))}"
    return library.records.create(library.anna, "library", "member", {"name": name, "card_no": number, **more})


def test_a_record_is_found_by_pinyin_when_letters_begin_its_signs(library):
    for name in ("张三", "张思远", "李四", "Zsolt"):
        member(library, name)
    assert found(library, library.anna, "zs") == ["Zsolt (K3)", "张思远 (K1)", "张三 (K0)"], "what contains it first"
    assert found(library, library.anna, "zhangsan") == ["张三 (K0)"]
    assert found(library, library.anna, "Zhang S") == ["张思远 (K1)", "张三 (K0)"]
    assert found(library, library.anna, "xyz") == []


def test_a_record_is_found_by_the_fields_that_its_form_names(library):
    book = library.book(title="红楼梦")
    assert found(library, library.anna, book.fields["isbn"][:9], form="book") == ["红楼梦"]
    assert found(library, library.anna, "hlm", form="book") == ["红楼梦"]


def test_no_more_are_found_than_were_asked_for(library):
    for name in ("张三", "张思", "赵四"):
        member(library, name)
    assert len(found(library, library.anna, "zs", limit=2)) == 2


def test_pinyin_finds_nothing_that_the_viewer_may_not_read(library):
    member(library, "张三")
    member(library, "张思", account=library.john.id)
    assert found(library, library.john, "zs") == ["张思 (K1)"]
    assert refused(library.records.choices, library.anna, "library", "nothing", "zs")


def test_what_must_fit_narrows_what_is_found_by_name_and_by_pinyin(site):
    customer = field("customer", "reference", form="customer")
    title = {"title": "{{name}}"}
    forms = (form("customer", field("name"), **title), form("deal", field("name"), customer, field("secret"), **title))
    roles = [
        role("staff", access("customer"), access("deal")),
        role("guest", access("customer", "read"), access("deal", "read", hidden_fields=["customer"])),
    ]
    site.publish(app(*forms, roles=roles))
    anna, gast = site.person("anna", ("shop", "staff")), site.person("gast", ("shop", "guest"))
    records = site.services.records
    one, two = (records.create(anna, "shop", "customer", {"name": name}).id for name in "ab")
    for name, id in (("二期扩产", one), ("二号产线", two)):
        records.create(anna, "shop", "deal", {"name": name, "customer": id})

    def fits(viewer, text, id):
        return [title for _, title in records.choices(viewer, "shop", "deal", text, fitting={"customer": id})]

    for text in ("", "二", "er"):
        assert fits(anna, text, one) == ["二期扩产"]
    assert fits(anna, "二", "nobody") == []
    assert len(fits(gast, "二", one)) == 2, "what is hidden narrows nothing: the list would tell it"
