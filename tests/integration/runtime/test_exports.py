"""Exports: the rows and fields that their viewer may read and export, as NDJSON, CSV and Excel."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime

import pytest
from openpyxl import load_workbook

from engine.kernel.problems import EngineError
from engine.runtime.exports import exports, making
from engine.runtime.exports.asking import Asked, Origin
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, element, field, form, role
from tests.support.statements import recorded

COPIES = [{"barcode": "1", "pages": "10"}, {"barcode": "2"}]


def taken(site, viewer, ending, form="book", app="library", **more):
    made = site.services.exports.make(viewer, Asked(app, form, **more), ending)
    return b"".join(made.pieces)


def objects(site, viewer, **more):
    return [json.loads(line) for line in taken(site, viewer, "ndjson", **more).decode().splitlines()]


def table(site, viewer, **more):
    return list(csv.reader(io.StringIO(taken(site, viewer, "csv", **more).decode("utf-8-sig"))))


def test_a_line_is_what_the_api_answers_when_records_go_out_as_json(library):
    library.book(title="a", price="5.50", subjects=["novel"], published="1999-12-31", copies=COPIES)
    library.loan(transition="lend")
    for key in ("book", "loan"):
        listed = library.records.list(library.anna, "library", key).items
        wanted = [
            {"id": one.id, "version": one.version, "state": one.state, "fields": dict(one.fields)} for one in listed
        ]
        assert objects(library.site, library.anna, form=key) == wanted


def test_values_are_words_numbers_and_days_when_records_go_out_as_a_table(library):
    library.book(title="a", author="曹", price="1234.50", subjects=["novel"], published="1999-12-31", copies=COPIES)
    heads, row = table(library.site, library.anna)
    said = dict(zip(heads, row, strict=True))
    assert said["书名"] == "a"
    assert (said["价格"], said["册数"], said["主题"], said["不外借"]) == ("1234.50", "2", "小说", "否")
    assert (said["出版日期"], said["创建时间"]) == ("1999-12-31", "2026-09-21 16:13:20")
    assert said["馆藏"].startswith("1、")
    assert said["负责人"] == "anna"
    sheet, about = load_workbook(io.BytesIO(taken(library.site, library.anna, "xlsx"))).worksheets
    first = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
    assert (first["价格"].value, first["价格"].number_format) == (1234.5, '"¥"#,##0.00')
    assert (first["出版日期"].value, first["出版日期"].number_format) == (datetime(1999, 12, 31), "yyyy-mm-dd")  # noqa: DTZ001
    notes = [row[0].value for row in about]
    assert notes == ["2026-09-21 16:13:20(Europe/Berlin)· 按anna的权限", "图书馆,第1版", "1 条记录"]


def test_records_come_in_order_with_the_columns_that_are_asked_for(library):
    for title, author in (("b", "y"), ("a", None), ("c", "x"), ("d", None)):
        library.book(title=title, author=author)
    asked = {"filter": 'title != "d"', "sort": "-author", "columns": ("author", "title", "author")}
    assert table(library.site, library.anna, **asked) == [["作者", "书名"], ["y", "b"], ["x", "c"], ["", "a"]]
    found = objects(library.site, library.anna, **asked)
    assert [one["fields"] for one in found] == [
        {"author": "y", "title": "b"},
        {"author": "x", "title": "c"},
        {"author": None, "title": "a"},
    ]
    (row,) = table(library.site, library.anna, filter='title = "b"', columns=("id", "version", "updated_by"))[1:]
    assert row[1:] == ["1", "anna"]


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", '=cmd|"/c calc"!A0']


def test_texts_are_never_formulas_when_a_spreadsheet_opens_them(library):
    for text in FORMULAS:
        library.book(title=f"_{text}", note=text)
    library.book(title="harmless", note="1-1=0")
    stored = [
        one.fields["note"] for one in library.records.list(library.anna, "library", "book", sort="created_at").items
    ]
    found = table(library.site, library.anna, columns=("note",), sort="created_at")[1:]
    assert [row[0] for row in found] == [text if text == "1-1=0" else f"'{text}" for text in stored]
    book = load_workbook(io.BytesIO(taken(library.site, library.anna, "xlsx", columns=("note",), sort="created_at")))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    marked = [cell.value for cell in cells if cell.quotePrefix]
    assert {"=1+1", "+1", "-1", "@SUM(A1)", '=cmd|"/c calc"!A0'} <= set(marked)


def test_every_record_goes_out_once_when_there_are_more_than_a_portion(library, monkeypatch):
    monkeypatch.setattr(making, "PORTION", 3)
    for number in range(8):
        library.book(title=f"{number % 3}", author="x" if number % 2 else None, copies=COPIES)
    for sort in ("title", "-author", "id", "-updated_at"):
        found = objects(library.site, library.anna, sort=sort)
        listed = library.records.list(library.anna, "library", "book", sort=sort).items
        assert [one["id"] for one in found] == [one.id for one in listed], sort
        assert {len(one["fields"]["copies"]) for one in found} == {2}


def _statements(library):
    statements: list[str] = []
    with recorded(library.site.database, statements):
        table(library.site, library.anna, form="loan")
    return len(statements)


def test_statements_grow_by_portions_when_records_point_at_others(library, monkeypatch):
    monkeypatch.setattr(making, "PORTION", 5)
    for _ in range(10):
        library.loan()
    ten = _statements(library)
    for _ in range(10):
        library.loan()
    assert _statements(library) - ten <= 2 * 4, "of each portion: its lines, people, books and members"


def test_what_is_written_meanwhile_is_not_in_it_when_an_export_has_begun(library, monkeypatch):
    monkeypatch.setattr(making, "PORTION", 1)
    first, second = library.book(title="a"), library.book(title="b")
    made = library.site.services.exports.make(library.anna, Asked("library", "book"), "ndjson")
    begun = next(made.pieces)
    library.records.update(library.anna, "library", "book", second.id, {"title": "changed"}, 1)
    library.book(title="new")
    rest = b"".join(made.pieces)
    found = [json.loads(line)["fields"]["title"] for line in (begun + rest).decode().splitlines()]
    assert found == ["a", "b"]
    assert json.loads(begun)["id"] == first.id


def test_what_was_deleted_stays_behind_when_records_go_out(library):
    kept, gone = library.book(title="a"), library.book(title="b")
    library.records.delete(library.anna, "library", "book", gone.id, 1)
    for sort in ("title", "-author", "id"):
        assert [one["id"] for one in objects(library.site, library.anna, sort=sort)] == [kept.id], sort


def test_everything_wrong_is_told_before_anything_goes_out(library):
    def ask(viewer=library.anna, form="book", ending="csv", **more):
        return refused(taken, library.site, viewer, ending, form=form, **more)

    assert ask(filter="pages >", sort="nothing", columns=("title", "nothing", "held")) == [
        ("RUN-003", "sort"),
        *ask(filter="pages >"),
        ("EXPORT-002", "fields"),
        ("EXPORT-002", "fields"),
    ]
    assert ask(library.john) == [("EXPORT-001", "")]
    assert ask(form="nothing") == ask(ending="pdf") == [("DECIDE-001", "")]


@pytest.fixture
def shop(site):
    """Customers whose deals are exported by some people and read by others."""
    relation = {**element("deals"), "form": "deal", "reference": "customer"}
    customer = form("customer", field("name"), title="{{name}}", relations=[relation])
    deal = form(
        "deal",
        field("name"),
        field("customer", "reference", form="customer"),
        field("amount", "money"),
        title="{{name}}",
        list={"fields": ["name"], "sort": "name"},
    )
    roles = [
        role("staff", access("customer"), access("deal", "create read update delete export")),
        role(
            "seller", access("deal", "read", rows="owner = me"), access("deal", "read export", hidden_fields=["amount"])
        ),
        role("reader", access("deal", "read"), access("customer", "read", rows='name = "上饶"')),
        role("carrier", access("deal", "export", rows="amount > 1")),
    ]
    site.publish(app(customer, deal, roles=roles))
    for name, *held in (("anna", "staff"), ("sven", "seller"), ("rita", "reader"), ("carl", "reader", "carrier")):
        site.person(name, *(("shop", key) for key in held))
    records, anna = site.services.records, site.viewer("anna")
    ids = [records.create(anna, "shop", "customer", {"name": name}).id for name in ("九江", "上饶")]
    for number, id in enumerate((*ids, ids[0])):
        owner = {"owner": site.viewer("sven").id} if number == 1 else {}
        fields = {"name": f"{number}号", "customer": id, "amount": str(number), **owner}
        records.create(anna, "shop", "deal", fields)
    site.customer = ids[0]
    return site


def deals(shop, who, **more):
    found = objects(shop, shop.viewer(who), app="shop", form="deal", **more)
    return {one["fields"]["name"]: one["fields"].get("amount", "hidden") for one in found}


def test_only_rows_that_may_be_read_and_exported_go_out_when_roles_differ(shop):
    assert deals(shop, "anna") == {"0号": "0.00", "1号": "1.00", "2号": "2.00"}
    assert deals(shop, "sven") == {"0号": "hidden", "1号": "1.00", "2号": "hidden"}
    assert deals(shop, "carl") == {"2号": "2.00"}, "one role lets read, the other lets export some"
    assert refused(deals, shop, "rita") == [("EXPORT-001", "")]


def test_a_field_is_blank_in_the_rows_that_hide_it(shop):
    found = table(shop, shop.viewer("sven"), app="shop", form="deal", columns=("name", "amount"))
    assert found[1:] == [["0号", ""], ["1号", "1.00"], ["2号", ""]]
    assert refused(deals, shop, "sven", sort="amount") == [("RUN-013", "sort")]
    assert refused(deals, shop, "sven", filter="amount > 0") == [("RUN-013", "filter")]


def test_names_of_what_may_not_be_read_stay_behind_when_records_point_at_it(shop):
    found = table(shop, shop.viewer("carl"), app="shop", form="deal", columns=("name", "customer"))
    assert found[1:] == [["2号", "(您看不到)"]]


def test_an_export_is_narrowed_when_it_is_of_a_record(shop):
    of = Origin("shop", "customer", "deals", shop.customer)
    assert set(deals(shop, "anna", of=of)) == {"0号", "2号"}
    assert refused(deals, shop, "carl", of=of) == [("DECIDE-001", "")], "the record is not his to see"
    other = Origin("shop", "customer", "nothing", shop.customer)
    assert refused(deals, shop, "anna", of=other) == [("DECIDE-001", "")]


def test_the_journal_says_who_took_what_when_records_go_out(library):
    library.book(title="a")
    taken(library.site, library.anna, "csv", filter='title = "a"', columns=("title",))
    library.site.services.exports.make(library.anna, Asked("library", "book"), "ndjson").pieces.close()
    told = library.site.query("SELECT * FROM youju_journal WHERE subject = 'export' ORDER BY record, id")
    assert {one.actor for one in told} == {library.anna.id}
    said = [(one.action, {key: part[-1] for key, part in loaded(one.payload).items()}) for one in told]
    csv_first = said if said[0][1]["format"] == "csv" else said[2:] + said[:2]
    asked = {"form": "book", "format": "csv", "filter": 'title = "a"', "sort": None, "fields": ["title"]}
    assert csv_first == [
        ("begin", asked),
        ("end", {"rows": 1, "whole": True}),
        ("begin", {**asked, "format": "ndjson", "filter": None, "fields": []}),
        ("end", {"rows": 0, "whole": False}),
    ]


def loaded(payload):
    return json.loads(payload) if isinstance(payload, str) else payload


def test_an_excel_file_is_refused_when_there_are_too_many_records(library, monkeypatch):
    monkeypatch.setattr(exports, "MOST_IN_EXCEL", 2)
    for title in "abc":
        library.book(title=title)
    assert refused(taken, library.site, library.anna, "xlsx") == [("EXPORT-003", "")]
    assert taken(library.site, library.anna, "xlsx", filter='title != "c"')[:2] == b"PK"
    assert len(objects(library.site, library.anna)) == 3


def test_an_export_waits_when_others_are_being_made(library):
    library.book(title="a")
    service, asked = library.site.services.exports, Asked("library", "book")
    others = [service.make(library.anna, asked, "csv") for _ in range(exports.MOST_AT_ONCE)]
    with pytest.raises(EngineError) as raised:
        service.make(library.anna, asked, "csv")
    assert raised.value.problems[0].code == "EXPORT-004"
    others.pop().pieces.close()
    assert b"".join(service.make(library.anna, asked, "csv").pieces)
    for other in others:
        other.pieces.close()


def test_columns_are_offered_when_somebody_may_export(shop):
    offer = shop.services.exports.offer(shop.viewer("anna"), Asked("shop", "deal", filter='name = "0号"'))
    keys = [key for key, _ in offer.columns]
    assert keys[:4] == ["name", "customer", "amount", "id"]
    assert "state" not in keys
    assert offer.chosen == {"name", "customer", "amount", "owner", "created_at", "updated_at"}
    assert (offer.count.value, offer.count.exact) == (1, True)
