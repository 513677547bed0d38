"""Documents of records: made by rules through the outbox and by hand, read again as another program reads them."""

from __future__ import annotations

import io
import json

import pytest
from pypdf import PdfReader

from engine.decision.changeset import Actor
from engine.kernel.problems import EngineError
from engine.packs.capturing import picture
from engine.runtime.exporting import export_app, import_app
from engine.storage import outbox
from tests.support import office
from tests.support.apps import access, app, element, field, form, role, rule

QUOTE = form(
    "quote",
    field("code"),
    field("customer"),
    field("cost", "money"),
    field("ready", "boolean"),
    field("shots", "image"),
    field("papers", "attachment", max_count=1),
    field("items", "lines", fields=[field("name"), field("count", "number"), field("price", "money")]),
    title="{{code}}",
)


def text(written):
    return {"zh": written, "en": written}


def document(key, **more):
    return {"format": 1, "kind": "document", **element(key), "form": "quote", **more}


OFFER = document(
    "offer",
    file_name=text("报价单 {{code}}"),
    page={"header": text("有据科技"), "footer": text("{{code}}")},
    content=[
        {"title": text("报价单 {{customer}}")},
        {"paragraph": text("尊敬的{{customer}}:{% if ready %}可以发货。{% end %}")},
        {"fields": {"keys": ["code", "cost"], "columns": 2}},
        {"lines": {
            "of": "items", "where": "count > 0",
            "columns": [{"field": "name"}, {"field": "count"}, {"labels": text("小计"), "value": "count * price"}],
            "totals": [{"labels": text("合计"), "value": "sum(items.price)"}],
        }},
        {"pictures": {"of": "shots", "width": 40}},
        {"code": {"text": "code"}},
    ],
)  # fmt: skip
WORD = document("word", template={"file": office.written(office.docx(
    office.paragraph("客户:", "{{cust", "omer}}"),
    office.paragraph("成本:{{cost}}"),
    office.table(
        ("品名", "数量"),
        ("{% each items where count > 0 %}{{name}}", "{{count}}{% end %}"),
        ("合计", "{{sum(items.count)}}"),
    ),
))})  # fmt: skip
SHEET = document("sheet", template={"file": office.written(office.xlsx(
    [
        ["客户", "{{customer}}"],
        ["{% each items %}{{name}}", "{{count * price}}{% end %}"],
        ["合计", "{{sum(items.price)}}"],
        ["注", None],
    ],
    merged=["A4:B4"],
))})  # fmt: skip
MAKE = {"make_document": {"document": "offer", "field": "papers", "retry": {"attempts": 1}}}
ITEMS = [
    {"name": "螺丝 & <垫片>", "count": "2", "price": "1.5"},
    {"name": "=1+1", "count": "1", "price": "10"},
    {"name": "没有的", "count": "0", "price": "9"},
]


@pytest.fixture
def shop(site):
    def start(*rules, documents=(OFFER, WORD, SHEET), **more):
        parts = [QUOTE, *rules]
        roles = [role("staff", access("quote")), role("clerk", access("quote", "read", hidden_fields=["cost"]))]
        site.publish(app(*parts, *documents, roles=roles, **more))
        site.person("me", ("shop", "staff"))
        site.person("clerk", ("shop", "clerk"))
        site.person("stranger")
        return site

    return start


def make(site, **fields):
    given = {"code": "Q-7", "customer": "上海喆科技", "cost": "88.80", "ready": True, "items": ITEMS, **fields}
    return site.services.records.create(site.viewer("me"), "shop", "quote", given)


def by_hand(site, record, key, name="me"):
    return site.services.printouts.make(site.viewer(name), "shop", "quote", record.id, key)


def read(content):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def papers(site, record):
    return site.services.records.read(site.viewer("me"), "shop", "quote", record.id).fields["papers"]


def test_a_pdf_holds_what_was_put_in_when_it_is_read_again(shop):
    site = shop()
    shot = site.services.files.receive(site.viewer("me"), io.BytesIO(picture("shot")), "a.png").id
    record = make(site, shots=[shot])
    made = by_hand(site, record, "offer")
    assert (made.name, made.media) == ("报价单 Q-7.pdf", "application/pdf")
    found = read(made.content)
    for wanted in (
        "有据科技",
        "报价单 上海喆科技",
        "可以发货。",
        "Q-7",
        "88.8",
        "螺丝 & <垫片>",
        "=1+1",
        "合计",
        "20.5",
        "第 1 页",
    ):
        assert wanted in found, wanted
    assert "没有的" not in found
    [page] = PdfReader(io.BytesIO(made.content)).pages
    assert len(page.images) == 2, "the picture and the code"
    fonts = [one.get_object() for one in page["/Resources"]["/Font"].values()]
    embedded = [one for one in fonts if "/FontDescriptor" in one]
    assert embedded
    assert all("/FontFile2" in one["/FontDescriptor"] for one in embedded)
    assert len(made.content) < 60_000
    assert by_hand(site, record, "offer").content == made.content


def test_fields_that_the_viewer_may_not_read_stay_blank_by_hand(shop):
    site = shop()
    record = make(site)
    for key in ("offer", "word"):
        mine, theirs = by_hand(site, record, key), by_hand(site, record, key, "clerk")
        shown = [read(one.content) if key == "offer" else word(one.content) for one in (mine, theirs)]
        assert ["88.8" in one for one in shown] == [True, False]
        assert all("上海喆科技" in one for one in shown)
    with pytest.raises(EngineError) as refused:
        by_hand(site, record, "offer", "stranger")
    assert [one.code for one in refused.value.problems] == ["DECIDE-001"]


def test_a_document_is_offered_and_made_while_its_condition_holds(shop):
    site = shop(documents=[{**OFFER, "when": "ready"}])
    ready, waits = make(site), make(site, ready=False)

    def offered(record):
        return [one.key for one in site.services.printouts.offered(site.viewer("me"), "shop", "quote", record.id)]

    assert (offered(ready), offered(waits)) == (["offer"], [])
    with pytest.raises(EngineError) as refused:
        by_hand(site, waits, "offer")
    assert [one.code for one in refused.value.problems] == ["DOC-021"]


def word(content):
    return office.parts_of(content)["word/document.xml"].decode()


def test_a_word_file_is_filled_with_a_row_for_every_line(shop):
    site = shop()
    made = by_hand(site, make(site), "word")
    document = word(made.content)
    assert made.name.endswith(".docx")
    assert "上海喆科技" in document
    assert "{{" not in document
    assert "{%" not in document
    assert "螺丝 &amp; &lt;垫片&gt;" in document
    assert "没有的" not in document
    assert document.count("<w:tr>") == 4
    assert by_hand(site, make(site), "word").content == made.content


def test_a_sheet_is_filled_and_a_value_never_becomes_a_formula(shop):
    site = shop()
    made = by_hand(site, make(site, customer='=HYPERLINK("http://evil")'), "sheet")
    assert office.cells(made.content) == [
        ["客户", '=HYPERLINK("http://evil")'],
        ["螺丝 & <垫片>", 3],
        ["=1+1", 10],
        ["没有的", 0],
        ["合计", 20.5],
        ["注", None],
    ]
    sheet = office.parts_of(made.content)["xl/worksheets/sheet1.xml"].decode()
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet
    assert 'ref="A6:B6"' in sheet, "what is merged below moves along"


def test_a_rule_makes_a_document_once_and_the_journal_says_which_rule(shop):
    site = shop(rule("print", "quote", {"created": True}, MAKE))
    record = make(site)
    assert papers(site, record) is None
    site.jobs().run_until_quiet()
    [file] = papers(site, record)
    found, content = site.services.files.open(site.viewer("me"), file)
    with content:
        raw = content.read()
    assert (found.name, found.type) == ("报价单 Q-7.pdf", "application/pdf")
    assert "88.8" in read(raw), "with the app's rights"
    first = site.services.records.history(site.viewer("me"), "shop", "quote", record.id)[0]
    assert (first.rule, [change.key for change in first.changes]) == ("print", ["papers"])
    assert site.count("youju_file") == 1


def test_a_delivery_that_comes_twice_leaves_one_file(shop, monkeypatch):
    site = shop(rule("print", "quote", {"created": True}, {"make_document": {"document": "offer", "field": "papers"}}))
    record = make(site)
    finish, failed = outbox.finish, []

    def cut(connection, message, now):
        finish(connection, message, now)
        if message.kind == "document" and not failed:
            failed.append(message.id)
            raise ConnectionError

    monkeypatch.setattr(outbox, "finish", cut)
    site.jobs().run_until_quiet()
    assert failed
    assert papers(site, record) is None
    site.real.moment += 3_600_000
    site.jobs().run_until_quiet()
    assert len(papers(site, record)) == 1
    assert site.count("youju_file") == 1


def test_a_document_whose_content_is_swept_before_it_is_kept_is_drawn_once_more(shop, monkeypatch):
    site = shop(rule("print", "quote", {"created": True}, {"make_document": {"document": "offer", "field": "papers"}}))
    record, contents = make(site), site.services.execution.contents
    place, swept = contents.place, []

    def placed(received):
        place(received)
        if not swept:
            # An earlier file of the same bytes is swept right now, and its content with it.
            swept.append(received.sha256)
            site.services.execution.contents.remove(received.sha256)

    monkeypatch.setattr(type(contents), "place", lambda _, received: placed(received))
    site.jobs().run_until_quiet()
    assert swept
    assert papers(site, record) is None
    assert site.count("youju_file") == 0, "no file without a content"
    site.real.moment += 3_600_000
    site.jobs().run_until_quiet()
    [file] = papers(site, record)
    _, content = site.services.files.open(site.viewer("me"), file)
    with content:
        assert "88.8" in read(content.read())


def test_a_document_that_cannot_be_made_is_a_dead_letter_with_its_reason(shop):
    site = shop(rule("print", "quote", {"created": True}, MAKE), documents=[{**OFFER, "when": "ready"}])
    record = make(site, ready=False)
    site.jobs().run_until_quiet()
    assert papers(site, record) is None
    [(kind, error)] = site.query("SELECT kind, error FROM youju_outbox WHERE dead_at IS NOT NULL")
    assert kind == "document"
    assert "DOC-021" in error


def test_documents_travel_with_an_export_byte_by_byte(shop):
    site = shop(rule("print", "quote", {"created": True}, MAKE))
    execution = site.services.execution
    first = export_app(execution, "shop")
    assert not import_app(execution, first, "shop.json", Actor(None)).changed
    changed = json.loads(first)
    changed["documents"]["documents/offer.json"]["labels"]["en"] = "Another offer"
    del changed["digest"]
    assert import_app(execution, json.dumps(changed).encode(), "shop.json", Actor(None)).changed
    assert import_app(execution, first, "shop.json", Actor(None)).changed
    assert export_app(execution, "shop") == first
