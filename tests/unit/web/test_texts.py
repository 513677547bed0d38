"""Every text of the interface is there in Chinese, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from web import texts

WEB = Path(texts.__file__).parent
PLACES = re.compile(r"%\((\w+)\)s")


def used():
    """Return every message id in the sources, singular first."""
    found = extract_from_dir(
        WEB,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")],
        options_map={"templates/**.html": {"silent": "false"}},
        keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message if isinstance(message, tuple) else (message,) for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def catalogue():
    with texts.ZH_PO.open("rb") as source:
        return {m.id if isinstance(m.id, tuple) else (m.id,): m for m in read_po(source, locale="zh") if m.id}


def test_no_text_is_missing_or_left_over_when_the_catalogue_is_compared_with_the_sources(catalogue):
    assert set(catalogue) == used()


def test_every_text_is_translated_with_its_places_when_read(catalogue):
    for ids, message in catalogue.items():
        text = message.string[0] if isinstance(message.string, tuple | list) else message.string
        assert text, ids
        assert not message.fuzzy, ids
        assert set(PLACES.findall(text)) == set(PLACES.findall(ids[-1])), ids


def test_a_text_is_chinese_when_no_language_was_chosen():
    assert texts.gettext("Sign in") == "登录"
    assert texts.ngettext("%(num)s record", "%(num)s records", 3) == "共 3 条"
