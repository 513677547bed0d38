"""Makes the gallery: a picture of every page, as the people who see it, on phone and desk, light and dark, zh and en.

Run it with ``make gallery`` or ``python -m tests.browser.gallery [--only TEXT] [--out FOLDER]``.
"""

from __future__ import annotations

import argparse
import html
import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.conftest import chromium
from tests.browser.walking import DESK, PHONE, Person, Stop, demo_instance, looking, people, stops
from tests.support.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SIZES = {"phone": PHONE, "desk": DESK}
THEMES = ("light", "dark")
LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
OUT = Path("build") / "gallery"
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:24px;background:#eee}"
    "ul{display:flex;flex-wrap:wrap;gap:12px;padding:0;list-style:none}li{width:240px}"
    "img{width:100%;height:240px;object-fit:cover;object-position:top;border:1px solid #bbb}"
)


@dataclass(frozen=True)
class View:
    """How a page is looked at."""

    size: str
    theme: str
    language: str

    @property
    def name(self) -> str:
        """Return what the files of this view end in."""
        return f"{self.size}-{self.theme}-{self.language}"


def views() -> list[View]:
    """Return all ways to look at a page, one language after the other: it is the person's, not the browser's."""
    return [View(size, theme, language) for language, size, theme in itertools.product(LANGUAGES, SIZES, THEMES)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures and an index of them; returns how many pages could not be opened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only pages whose name has this text")
    parser.add_argument("--views", default="", help="only views whose name has this text: phone, dark, en …")
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args(arguments)
    wanted.out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with demo_instance() as instance, serving(instance) as base, sync_playwright() as playwright:
        everybody = people(instance)
        walk = [stop for stop in stops(instance, everybody) if wanted.only in stop.name]
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        taken: list[tuple[Stop, View, int]] = []
        for language in LANGUAGES:
            for person in everybody.values():
                instance.directory.set_language(person.viewer, language)
            for view in (one for one in views() if one.language == language and wanted.views in one.name):
                taken += _pictures(browser, base, everybody, walk, view, wanted.out)
        browser.close()
    (wanted.out / "index.html").write_text(_index(taken), encoding="utf-8")
    failed = [(stop, view, status) for stop, view, status in taken if status >= 500]
    lines = [f"{status} {stop.name} {view.name}" for stop, view, status in failed]
    words = f"{len(taken)} pictures of {len(walk)} pages in {time.monotonic() - began:.0f} s: {wanted.out}/index.html"
    sys.stdout.write("\n".join([*lines, words, ""]))
    return len(failed)


def _pictures(
    browser: Browser, base: str, everybody: dict[str, Person], walk: list[Stop], view: View, out: Path
) -> Iterator[tuple[Stop, View, int]]:
    """Take the pictures of one view, person by person."""
    for who, theirs in itertools.groupby(sorted(walk, key=lambda stop: stop.who), key=lambda stop: stop.who):
        options = {"viewport": SIZES[view.size], "color_scheme": view.theme, "locale": LOCALES[view.language]}
        with looking(browser, base, everybody.get(who), **options) as context:
            context.add_cookies([{"name": "youju_language", "value": view.language, "url": base}])
            page = context.new_page()
            for stop in theirs:
                answer = page.goto(stop.path, wait_until="load")
                page.screenshot(path=out / f"{stop.name}-{view.name}.png", full_page=True)
                yield stop, view, answer.status if answer else 0


def _index(taken: list[tuple[Stop, View, int]]) -> str:
    """Return the page of all pictures, a row for each page."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Youju</title><style>{STYLE}</style>"]
    for name, shots in itertools.groupby(sorted(taken, key=lambda one: one[0].name), key=lambda one: one[0].name):
        listed = list(shots)
        stop = listed[0][0]
        parts.append(
            f"<h2>{html.escape(name)}</h2><p>{html.escape(stop.who or 'nobody')} · {html.escape(stop.path)}</p>"
        )
        cells = (
            f'<li><a href="{stop.name}-{view.name}.png"><img loading=lazy src="{stop.name}-{view.name}.png" alt=""></a>'
            f"{view.name} · {status}</li>"
            for stop, view, status in listed
        )
        parts.append(f"<ul>{''.join(cells)}</ul>")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
