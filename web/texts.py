"""Interface texts: English message ids, Chinese from ``locales/zh.po``; it knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po
from flask import g, has_request_context

LANGUAGES: Final = ("zh", "en")
FIRST_LANGUAGE: Final = "zh"
ZH_PO: Final = Path(__file__).parent / "locales" / "zh.po"


@lru_cache(maxsize=1)
def chinese() -> Mapping[str, str]:
    """Return the Chinese text of every message id; where there is a plural, Chinese has one form for all numbers."""
    with ZH_PO.open("rb") as source:
        catalogue = read_po(source, locale="zh")
    texts: dict[str, str] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        text = message.string[0] if isinstance(message.string, (tuple, list)) else message.string
        texts |= dict.fromkeys(ids, str(text or ""))
    return texts


def current_language() -> str:
    """Return the language of the answer being made."""
    return str(g.get("language", FIRST_LANGUAGE)) if has_request_context() else FIRST_LANGUAGE


def known_language(language: object) -> str | None:
    """Return the language if the interface speaks it."""
    return language if isinstance(language, str) and language in LANGUAGES else None


def gettext(message: str, /, **values: object) -> str:
    """Return the message in the current language, its ``%(name)s`` places filled."""
    text = chinese().get(message) or message if current_language() == "zh" else message
    return text % values if values else text


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Return the message for ``n`` things in the current language; ``%(num)s`` is ``n``."""
    text = chinese().get(one) or one if current_language() == "zh" else (one if n == 1 else many)
    return text % {"num": n, **values}
