"""The search over everything in reach: places, what one may make, records by title, and how pages look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template, request, url_for

from engine.kernel.problems import Text
from engine.runtime.pinyin import may_mean, typed_letters
from web import security
from web.display import text_of
from web.doors import instance, viewer
from web.entrance import is_fragment
from web.frame import boards_of, installed, look, secure_here
from web.texts import chinese, current_language, gettext

if TYPE_CHECKING:
    from engine.runtime.views import AppView, Viewer

blueprint = Blueprint("search", __name__)

LONGEST: Final = 100
RECORDS: Final = 20
OF_ONE_FORM: Final = 5
PLACES: Final = 8


@dataclass(frozen=True)
class Found:
    """Something that the search offers: an address to go to, or with ``name`` a post of one value to it."""

    label: str
    href: str
    icon: str
    hint: str = ""
    name: str = ""
    value: str = ""


@blueprint.get("/search")
def search() -> str:
    """Show what is found; the palette asks for the list alone."""
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    asking = viewer()
    groups = [(title, items) for title, items in _groups(asking, text) if items]
    back = security.local_path(request.headers.get("HX-Current-URL"), "/me")
    template = "found.html" if is_fragment() else "search.html"
    return render_template(template, text=text, groups=groups, back=back)


@blueprint.get("/search/people")
def people() -> list[str]:
    """Return the ids of the people whose names have a text or may be spelled by it."""
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST]
    return [key for key, name in instance().directory.people() if text and _meets(text, name)]


@blueprint.get("/secure")
def secure() -> str:
    """Say how camera and position are opened where the address is not a secure one."""
    return render_template("secure.html", secure=secure_here(), host=request.host)


def _groups(asking: Viewer, text: str) -> Iterator[tuple[str, list[Found]]]:
    apps = installed()
    yield gettext("Make"), [found for app in apps for found in _making(app, text)][:PLACES]
    yield gettext("Records"), _records(asking, apps, text) if text else []
    yield gettext("Go to"), [found for app in apps for found in _places(app, text)][: PLACES if text else None]
    yield gettext("Settings"), [found for found, words in _settings() if not text or _meets(text, found.label, words)]


def _meets(text: str, *words: Text | str) -> bool:
    """Tell whether the text stands in any of these, in either language, whatever its case, or spells one in pinyin."""
    wanted, letters = text.casefold(), typed_letters(text)
    said = [one for word in words for one in _said(word)]
    return any(wanted in one.casefold() for one in said) or (
        letters is not None and any(may_mean(letters, one) for one in said if not one.isascii())
    )


def _said(word: Text | str) -> tuple[str, ...]:
    return (word.zh, word.en) if isinstance(word, Text) else (word, chinese().get(word, ""))


def _making(app: AppView, text: str) -> Iterator[Found]:
    for form in app.forms:
        label = gettext("New %(form)s", form=text_of(form.labels))
        if form.may_create and (not text or _meets(text, form.labels, "New", label)):
            yield Found(label, url_for("forms.new", app=app.key, form=form.key), "plus", text_of(app.labels))


def _places(app: AppView, text: str) -> Iterator[Found]:
    if not text or _meets(text, app.labels):
        yield Found(text_of(app.labels), url_for("home.app_home", app=app.key), "apps")
    for board in boards_of(app, others=bool(text)):
        if not text or _meets(text, board.labels):
            href = url_for("boards.board", app=app.key, key=board.key)
            yield Found(text_of(board.labels), href, "board", text_of(app.labels))
    for form in app.forms:
        if not text or _meets(text, form.labels):
            href = url_for("lists.records", app=app.key, form=form.key)
            yield Found(text_of(form.labels), href, "list", text_of(app.labels))
    if app.sets_parameters and (not text or _meets(text, "Parameters")):
        yield Found(gettext("Parameters"), url_for("parameters.show", app=app.key), "settings", text_of(app.labels))


def _records(asking: Viewer, apps: tuple[AppView, ...], text: str) -> list[Found]:
    """Return the first records whose title has the text, a few of each form."""
    found: list[Found] = []
    for app in apps:
        for form in app.forms:
            for id_, title in instance().records.choices(asking, app.key, form.key, text, OF_ONE_FORM):
                href = url_for("records.record", app=app.key, form=form.key, record_id=id_)
                found.append(Found(title or gettext("(no title)"), href, "file", text_of(form.labels)))
            if len(found) >= RECORDS:
                return found[:RECORDS]
    return found


def _settings() -> Iterator[tuple[Found, str]]:
    """Return what changes how pages look and what is one's own, each with another word by which it is found."""
    themes = (
        Found(gettext("Light theme"), url_for("account.choose_look"), "sun", "", "theme", "light"),
        Found(gettext("Dark theme"), url_for("account.choose_look"), "moon", "", "theme", "dark"),
        Found(gettext("Theme of the system"), url_for("account.choose_look"), "system", "", "theme", "system"),
    )
    yield from ((found, "Theme") for found in themes if found.value != look().theme)
    other, name = ("en", "English") if current_language() == "zh" else ("zh", "中文")
    language = url_for("account.choose_language")
    yield Found(name, language, "language", gettext("Language"), "language", other), "Language"
    yield Found(gettext("Inbox"), url_for("inbox.inbox"), "inbox"), "Messages"
    yield Found(gettext("Me"), url_for("account.me"), "me"), "Sign out"
