"""A form of an .xlsx file: what is read is shown before it is made, and what cannot be read is refused."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from html import unescape
from io import BytesIO

import pytest
from openpyxl import Workbook

from engine.decision.changeset import Actor
from engine.runtime.publishing import publish
from tests.support.apps import access, app, field, form, role

STUDIO = "/a/shed/studio/"


@pytest.fixture(scope="module", autouse=True)
def _shed(instance):
    made = app(form("thing", field("name")), key="shed", roles=[role("staff", access("thing"))])
    publish(instance.services.execution, made, Actor(None))


def text(answer):
    return answer.get_data(as_text=True)


def sheet(*rows):
    book, packed = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(packed)
    return packed.getvalue()


SAMPLES = sheet(
    ["样品名称", "客户", "金额", "寄出日", "急", "去向", "合计"],
    ["杯子", "甲", 12.5, dt.datetime(2026, 1, 2), "是", "客户", "=1+1"],  # noqa: DTZ001 - as a table has it
    ["盘子", "乙", 3, dt.datetime(2026, 1, 3), "否", "展会", "=2+2"],  # noqa: DTZ001
    ["碗", "丙", 4, dt.datetime(2026, 1, 4), "否", "客户", "=3+3"],  # noqa: DTZ001
    ["勺", "丁", 4, dt.datetime(2026, 1, 5), "否", "展会", "=4+4"],  # noqa: DTZ001
)


@pytest.fixture
def send(root):
    def post(content, name="样品申请.xlsx"):
        page = text(root.get(f"{STUDIO}sheet"))
        parts = [("_csrf", "", root.token.encode()), ("seen", "", seen(page).encode()), ("file", name, content)]
        head = '--part\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
        body = b"".join(
            head.format(key, f'; filename="{file}"' if file else "").encode() + value + b"\r\n"
            for key, file, value in parts
        )
        kind = "multipart/form-data; boundary=part"
        answer = root.client.post(f"{STUDIO}sheet", data=body + b"--part--\r\n", content_type=kind)
        return answer.status_code, text(answer)

    return post


def seen(page):
    return page.split('name="seen" value="')[1].split('"')[0]


def posted(page):
    """Return what a browser would send of the page's columns as they stand."""
    inputs = re.findall(r'<input type="(?:text|hidden)"[^>]*name="((?:name|options|scale)\.\d+)" value="([^"]*)"', page)
    found = {name: unescape(value) for name, value in inputs}
    for at, options in re.findall(r'name="type\.(\d+)">(.*?)</select>', page, re.DOTALL):
        found[f"type.{at}"] = re.search(r'value="(\w+)" selected', options)[1]
    return found


def design(instance):
    admin = next(user.id for user in instance.directory.everybody() if user.name == "root")
    return instance.services.studio.design(instance.directory.viewer(admin), "shed").documents


def test_a_table_is_shown_and_becomes_a_form(send, root, instance):
    assert "sheet" in text(root.get(STUDIO))
    status, page = send(SAMPLES)
    assert status == 200
    assert 'value="样品申请"' in page
    found = posted(page)
    assert [found[f"type.{at}"] for at in range(7)] == [
        *("text", "text", "money", "date", "boolean", "choice"),
        "text",
    ]
    assert "1+1" not in page
    pairs = [*found.items(), *(("keep", str(at)) for at in (0, 2, 3, 5)), ("seen", seen(page)), ("language", "zh")]
    pairs += [("name", "样品申请")]
    pairs = [(key, "寄出日期" if key == "name.3" else value) for key, value in pairs]
    answer = root.post(f"{STUDIO}sheet/form", pairs)
    assert answer.location == f"{STUDIO}forms/yang_pin_shen_qing"
    made = design(instance)["forms/yang_pin_shen_qing.json"]
    assert [(one["labels"]["zh"], one["type"]) for one in made["fields"]] == [
        ("样品名称", "text"),
        ("金额", "money"),
        ("寄出日期", "date"),
        ("去向", "choice"),
    ]
    assert [option["labels"]["zh"] for option in made["fields"][3]["options"]] == ["客户", "展会"]
    assert "可以发布" in text(root.get(f"{STUDIO}checks"))


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("这不是能读的", b"name,size"),
        ("这不是能读的", b""),
        ("这不是能读的", SAMPLES[:2_000]),
        ("第一行没有列名", sheet([None, ""], ["a", "b"])),
        ("第一行没有列名", sheet()),
        ("文件太大", b"x" * (5 * 1024 * 1024 + 1)),
        ("列太多", sheet([f"c{number}" for number in range(201)])),
    ],
)
def test_what_cannot_be_read_is_refused_on_the_page(send, code, content):
    status, page = send(content)
    assert status == 422
    assert code in page


def test_names_that_are_doubled_are_told_with_their_cells(send):
    status, page = send(sheet(["a", "b", "a"]))
    assert status == 422
    assert "列名“a”" in page


def test_a_file_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(send):
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(SAMPLES)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part.filename))
        new.writestr("xl/media/large.bin", b"0" * (60 * 1024 * 1024))
    assert len(packed.getvalue()) < 1024 * 1024
    status, page = send(packed.getvalue())
    assert status == 422
    assert "文件太大" in page


def test_a_form_of_no_column_or_of_made_up_types_is_refused(root):
    page = text(root.get(f"{STUDIO}sheet"))
    data = {"seen": seen(page), "name": "x", "language": "zh"}
    assert root.post(f"{STUDIO}sheet/form", data).status_code == 422
    wrong = {**data, "keep": "0", "name.0": "a", "type.0": "lines"}
    assert root.post(f"{STUDIO}sheet/form", wrong).status_code == 400
    broken = {**data, "keep": "0", "name.0": "a", "type.0": "choice", "options.0": "{"}
    assert root.post(f"{STUDIO}sheet/form", broken).status_code == 400


def test_the_page_is_absent_for_who_is_no_administrator(librarian):
    assert librarian.get(f"{STUDIO}sheet").status_code == 404
    assert librarian.post(f"{STUDIO}sheet", {"seen": "1.0"}).status_code == 404
