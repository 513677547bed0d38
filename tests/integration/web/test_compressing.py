"""Answers are packed for browsers that unpack them; what is streamed, small or a picture is not."""

from __future__ import annotations

import gzip
import re

PACKED = {"Accept-Encoding": "gzip, deflate, br"}
TOKEN = re.compile(rb'name="_csrf" value="([0-9a-f]{128})"')


def test_a_page_says_the_same_when_it_is_packed(librarian):
    plain, packed = librarian.client.get("/me"), librarian.client.get("/me", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    unpacked = gzip.decompress(packed.data)
    assert TOKEN.sub(b"", unpacked) == TOKEN.sub(b"", plain.data)
    assert all("Accept-Encoding" in answer.headers.getlist("Vary") for answer in (plain, packed))


def test_the_token_is_another_text_in_every_answer_and_each_of_them_holds(librarian):
    tokens = {TOKEN.search(librarian.client.get("/me").data)[1].decode() for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        answer = librarian.client.post("/language", data={"_csrf": token, "language": "zh", "next": "/me"})
        assert answer.status_code == 303


def test_a_token_is_refused_when_it_is_changed_or_cut(librarian):
    token = TOKEN.search(librarian.client.get("/me").data)[1].decode()
    flipped = f"{int(token[-1], 16) ^ 1:x}"
    for wrong in (token[:-1] + flipped, token[:64], token[64:], token + "00", "zz" * 64, ""):
        assert librarian.client.post("/language", data={"_csrf": wrong, "language": "zh"}).status_code == 403


def fetched(visitor, name, **headers):
    """Return the headers, the body and the status of a static file."""
    with visitor.client.get(
        f"/static/{name}", headers={key.replace("_", "-"): text for key, text in headers.items()}
    ) as found:
        return found.headers, found.data, found.status_code


def test_files_are_packed_and_pictures_are_not(librarian):
    headers, style, _ = fetched(librarian, "app.css", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(style) == fetched(librarian, "app.css")[1]
    assert "Content-Encoding" not in fetched(librarian, "icon-192.png", Accept_Encoding="gzip")[0]


def test_a_browser_that_asks_for_no_packing_gets_none(librarian):
    for accepted in ("identity", "gzip;q=0", ""):
        headers, style, _ = fetched(librarian, "app.css", Accept_Encoding=accepted)
        assert "Content-Encoding" not in headers
        assert style.startswith(b"@layer")


def test_nothing_is_sent_again_when_a_file_has_not_changed(librarian):
    tag = fetched(librarian, "app.css")[0]["ETag"]
    _, body, status = fetched(librarian, "app.css", Accept_Encoding="gzip", If_None_Match=tag)
    assert (status, body) == (304, b"")


def test_the_version_of_a_record_stays_when_its_answer_is_packed(api, librarian):
    made = api("POST", "/library/book", {"fields": {"title": "长" * 180, "isbn": "packed-1"}}).get_json()
    path = f"/api/v1/library/book/{made['id']}"
    plain, packed = librarian.client.get(path), librarian.client.get(path, headers=PACKED)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == plain.headers["ETag"]
