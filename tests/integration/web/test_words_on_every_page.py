"""Every page in Chinese and in English: no word of the other language, no code, no id, no null; what is data may be."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser

import pytest

from engine.kernel.problems import Text
from tests.browser.walking import NOBODY, demo_instance, people, sample, stops
from web.app import create_app

SPOKEN = frozenset({"aria-label", "placeholder", "title", "alt"})
SILENT = frozenset({"script", "style", "template", "svg", "kbd", "code", "noscript"})
VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "use", "source"})
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]+")
CODES = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\b[a-z]+_[a-z_]+\b|\b[A-Z]{3,8}-\d{3}\b|\b(?:null|undefined|NaN)\b")
PROPER = frozenset(
    {
        "Youju",
        "English",
        "GPS",
        "QR",
        "https",
        "http",
        "URL",
        "ID",
        "PDF",
        "JSON",
        "PO",
        "ERP",
        "CRM",
        "Excel",
        "CSV",
        "NDJSON",
        "BP",
        "HRBP",
        "SaaS",
    }
)
"""Names that stand as they are on a Chinese page."""
ITSELF = frozenset({"中文"})
"""What stands in Chinese on an English page: the name of that language."""
FAULT = 500
"""A page that could not be made counts as one on which nothing but a code stands."""
PAGES_OF_BUILDERS = re.compile(r"design|\w+-studio-(field-.*|board-.*|people|preview|rule|rule-tried|rules|sheet)")
"""Where conditions, formulas, rules as text, names to sign in with and files stand as they are used."""


class Words(HTMLParser):
    """What people read on a page and what is read to them, piece by piece."""

    def __init__(self) -> None:
        """Begin outside of everything."""
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append("script" if ("hidden", None) in attrs else tag)
        if not SILENT & set(self.open):
            self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data):
        if data.strip() and not SILENT & set(self.open):
            self.found.append(" ".join(data.split()))


def spoken(page):
    words = Words()
    words.feed(page)
    return words.found


def texts_in(value):
    """Yield every text in a value, however deep."""
    match value:
        case str():
            yield value
        case Text():
            yield from (value.zh, value.en)
        case dict():
            for inner in value.values():
                yield from texts_in(inner)
        case list() | tuple():
            for inner in value:
                yield from texts_in(inner)


def file_names(database):
    """Return what people called the files that they sent."""
    return [name for (name,) in database.execute("select name from youju_file").fetchall()]


def chinese_of(instance):
    """Return every text in the tables of records, whoever may read it: in Chinese none of it is a word of ours."""
    found = [user.display_name for user in instance.directory.everybody()]
    with closing(sqlite3.connect(instance.settings.home / "youju.sqlite3")) as database:
        tables = database.execute("select name from sqlite_master where type = 'table' and name not like 'youju_%'")
        found += file_names(database)
        for (table,) in tables.fetchall():
            rows = database.execute(f'select * from "{table}"')  # noqa: S608 - names of our own tables
            found += {value for row in rows for value in row if isinstance(value, str) and CHINESE.search(value)}
    return "\n".join(found)


def latin_of(instance, everybody):
    """Return what people typed into records: names, numbers of papers, codes; no key of an option or a state."""
    found = set(everybody)
    with closing(sqlite3.connect(instance.settings.home / "youju.sqlite3")) as database:
        found.update(file_names(database))
    for person in everybody.values():
        for app in instance.apps.installed(person.viewer):
            for form in app.forms:
                asked = {"filter": None, "sort": None, "limit": 100, "after": None}
                page = instance.records.list(person.viewer, form.app, form.key, **asked)
                typed = {key for key, field in form.fields.items() if field.widget not in ("choice", "multi_choice")}
                for record in page.items:
                    found.update(texts_in([value for key, value in record.fields.items() if key in typed]))
                    found.update(texts_in([record.held or ""]))
    return "\n".join(found)


@pytest.fixture(scope="module")
def demo(demo_home):
    with demo_instance(demo_home) as instance:
        everybody = people(instance)
        client = create_app(instance).test_client()
        walk = sample(stops(instance, everybody), 4)
        read = {language: list(pages(instance, everybody, walk, client, language)) for language in ("zh", "en")}
        yield read, chinese_of(instance), latin_of(instance, everybody)


def pages(instance, everybody, walk, client, language):
    """Yield every page's name and what is read on it."""
    for person in everybody.values():
        instance.directory.set_language(person.viewer, language)
    for stop in walk:
        client.delete_cookie("youju_session")
        client.set_cookie("youju_language", language)
        if stop.who != NOBODY:
            client.set_cookie("youju_session", everybody[stop.who].session)
        answer = client.get(stop.path)
        if answer.status_code >= FAULT:
            yield stop.name, [f"{stop.path}: null"]
        elif not PAGES_OF_BUILDERS.fullmatch(stop.name):
            yield stop.name, spoken(answer.get_data(as_text=True))


def strange(words, wanted, allowed, data):
    """Return the pieces in which something stands that is neither allowed nor data."""
    return [
        (piece, found)
        for piece in words
        for found in wanted.findall(piece)
        if found not in allowed and found not in data and piece not in data
    ]


def test_a_chinese_page_has_no_english_word_when_it_is_read(demo):
    found = {(one, *why) for one, words in demo[0]["zh"] for why in strange(words, ENGLISH, PROPER, demo[2])}
    assert not found, "\n".join(map(str, sorted(found)))


def test_an_english_page_has_no_chinese_when_it_is_no_data(demo):
    found = {(one, *why) for one, words in demo[0]["en"] for why in strange(words, CHINESE, ITSELF, demo[1])}
    assert not found, "\n".join(map(str, sorted(found)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_shows_no_code_when_it_is_read(demo, language):
    found = {(one, *why) for one, words in demo[0][language] for why in strange(words, CODES, (), demo[2])}
    assert not found, "\n".join(map(str, sorted(found)))


def test_what_is_read_is_found_when_a_page_has_text_labels_and_code():
    page = '<p>读 <b>this</b></p><input placeholder="type"><script>never()</script><svg><title>no</title></svg>'
    page += "<div hidden><p>{field}</p></div>"
    assert spoken(page) == ["读", "this", "type"]
    assert strange(["读 this"], ENGLISH, PROPER, "") == [("读 this", "this")]
    assert strange(["sold_to 01a19b1c-8520-7001"], CODES, (), "")
