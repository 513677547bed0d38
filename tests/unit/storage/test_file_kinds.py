"""What a content is: told from its bytes, its name cleaned, and nothing of it believed that its sender says."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.kernel.problems import EngineError
from engine.packs.capturing import picture
from engine.storage.contents.kinds import LARGEST_IMAGE, LONGEST_NAME, clean_name, kind_of


def jpeg(width, height, before=b""):
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8" + before + b"\xff\xe0" + struct.pack(">H", 4) + b"JF" + frame


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


def kind(content, name="x", size=None):
    return kind_of(content, len(content) if size is None else size, name)


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (b"%PDF-1.7\n", "a.exe", "application/pdf"),
        (b"OggS\0\x02", "a", "audio/ogg"),
        (b"ID3\x04", "a", "audio/mpeg"),
        (b"\xff\xfb\x90\x44", "a", "audio/mpeg"),
        (b"#!AMR\n", "a", "audio/amr"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a", "audio/wav"),
        (b"\x1a\x45\xdf\xa3\x01", "a", "audio/webm"),
        (b"\0\0\0\x1cftypiso5", "a", "audio/mp4"),
        (b"\0\0\0\x1cftypM4A \0\0\2\0", "a", "audio/mp4"),
        (b"\0\0\0\x1cftypmp42", "a.m4a", "audio/mp4"),
        (zipped("a.txt"), "a", "application/zip"),
        (
            zipped("[Content_Types].xml", "word/document.xml"),
            "a.zip",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            zipped("[Content_Types].xml", "xl/workbook.xml"),
            "a",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (zipped("word/document.xml"), "a.docx", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "A.XLS", "application/vnd.ms-excel"),
        ("姓名,电话\n".encode(), "a.csv", "text/csv"),
        ("姓名,电话\n".encode("gb18030"), "a.csv", "text/csv"),
        (b"<svg onload='x'/>", "a.svg", "text/plain"),
    ],
)
def test_a_content_is_what_it_begins_with_when_it_is_looked_at(content, name, media):
    assert kind(content, name).type == media


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (picture("a"), (160, 120)),
        (b"GIF89a" + struct.pack("<HH", 3, 4), (3, 4)),
        (jpeg(1600, 1200), (1600, 1200)),
        (jpeg(7, 9, b"\xff\xe1" + struct.pack(">H", 60_002) + b"E" * 60_000), (7, 9)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x0f\0\0\x1f\0\0", (16, 32)),
        (b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 9 | 19 << 14), (10, 20)),
        (b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 40, 30), (40, 30)),
    ],
)
def test_a_picture_has_its_size_when_its_header_states_it(content, size):
    found = kind(content)
    assert (found.width, found.height) == size


@pytest.mark.parametrize(
    ("content", "size", "code"),
    [
        (b"", 0, "FILE-003"),
        (b"MZ\x90\0", 4, "FILE-002"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "FILE-002"),
        (jpeg(60_000, 60_000), 100, "FILE-004"),
        (jpeg(0, 10), 100, "FILE-004"),
        (b"GIF89a", 6, "FILE-004"),
        (b"RIFF\0\0\0\0WEBPNOPE", 16, "FILE-004"),
        (picture("a"), LARGEST_IMAGE + 1, "FILE-001"),
    ],
)
def test_a_content_is_refused_when_it_is_not_taken(content, size, code):
    with pytest.raises(EngineError) as raised:
        kind(content, size=size)
    assert [problem.code for problem in raised.value.problems] == [code]


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"qt  ", b""])
def test_a_picture_or_a_film_is_no_recording_when_it_comes_in_the_same_box(brand):
    with pytest.raises(EngineError) as raised:
        kind(b"\0\0\0\x1cftyp" + brand, "IMG_0001.m4a")
    (problem,) = raised.value.problems
    assert problem.code == "FILE-002"
    assert "JPEG、PNG" in problem.hint.zh


BEGINNINGS = [
    b"\0\0\0\x1cftyp",
    b"",
    b"\xff\xd8",
    b"\xff\xd8\xff\xe1",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\0\0\0\0WEBP",
    b"PK\x03\x04",
]


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=60))
def test_any_bytes_are_told_or_refused_when_they_come(begins, rest):
    codes = set()
    try:
        kind(begins + rest)
    except EngineError as error:
        codes = {problem.code for problem in error.problems}
    assert codes <= {"FILE-001", "FILE-002", "FILE-003", "FILE-004"}


@pytest.mark.parametrize(
    ("raw", "media", "name"),
    [
        (None, "image/png", "file.png"),
        ("", "text/plain", "file.txt"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\photos\\现场.JPG", "image/jpeg", "现场.JPG"),
        ("gpj.\u202eexe.jpg", "image/jpeg", "gpj.exe.jpg"),
        ("a\r\nSet-Cookie: x.pdf", "application/pdf", "aSet-Cookie x.pdf"),
        ("...", "application/pdf", "file.pdf"),
        ("page.html", "text/plain", "page.html.txt"),
    ],
)
def test_a_name_is_harmless_when_it_is_kept(raw, media, name):
    assert clean_name(raw, media) == name


@given(st.text(max_size=300))
def test_a_name_is_short_and_plain_when_anything_is_sent(raw):
    name = clean_name(raw, "application/pdf")
    assert name.lower().endswith(".pdf")
    assert len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\\r\n\0"')
