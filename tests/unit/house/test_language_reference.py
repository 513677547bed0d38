"""The reference of the language says what the language is now."""

from __future__ import annotations

import re

import pytest

from docs import generate_language
from engine.language.functions.catalogue import AGGREGATES, FUNCTIONS


@pytest.mark.parametrize("speech", ["zh", "en"])
def test_page_is_current_when_the_language_has_changed(speech):
    written = (generate_language.HERE / "reference" / generate_language.PAGES[speech]).read_text(encoding="utf-8")
    assert written == generate_language.page(speech), "run: python docs/generate_language.py"


def test_every_function_stands_in_one_group_when_the_page_is_made():
    listed = [function.name for _, group in generate_language.groups() for function in group]
    assert sorted(listed) == sorted(FUNCTIONS)


@pytest.mark.parametrize("speech", ["zh", "en"])
def test_every_name_is_told_when_it_can_be_called(speech):
    page = generate_language.page(speech)
    names = [*AGGREGATES, *(alias for function in FUNCTIONS.values() for alias in function.aliases)]
    assert [name for name in names if f"`{name}`" not in page] == []
    assert not re.search(r"(?<!\{)\{(types|operators|words|aggregates|functions|limits|hops|digits)\}", page)
