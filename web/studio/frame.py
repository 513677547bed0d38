"""What every page of the studio shares: the design it shows, what was seen of it, and how a change is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from flask import make_response, redirect, request

from engine.kernel.problems import EngineError, Nature
from engine.runtime.studio.studio import Seen
from web.doors import instance, viewer
from web.errors import told
from web.problems import TOO_LONG, RequestRefused, status_of
from web.texts import current_language

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from engine.kernel.problems import Problem
    from engine.runtime.studio.edits import Language
    from engine.runtime.studio.studio import Design, Edit

Page = Callable[[tuple["Problem", ...]], str]
"""Draws a page as the design stands now, with what was refused, if anything was."""

_SEEN: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)
LONGEST: Final = 4_000
"""Characters of one value that is typed; expressions may have as many."""


def design(app: str) -> Design:
    """Return the design of an app as it stands now; who designs nothing is answered as if there were none."""
    return instance().services.studio.design(viewer(), app)


def seen() -> Seen:
    """Return what the page that sends this had seen of the design."""
    found = _SEEN.fullmatch(request.form.get("seen", ""))
    return Seen(int(found[1]), int(found[2])) if found else Seen(0)


def posted(name: str, most: int = LONGEST) -> str:
    """Return a posted value; one of more than ``most`` characters is refused, for no part of it is what was meant."""
    return within(request.form.get(name, ""), name, most)


def within(value: str, name: str, most: int) -> str:
    """Return a value that is not too long; another is refused (422)."""
    if len(value) > most:
        raise RequestRefused(422, TOO_LONG.at(name, got=len(value), limit=most))
    return value


def named(name: str) -> str | None:
    """Return a posted value, None where it is blank: a uid that need not be given."""
    return posted(name) or None


def language() -> Language:
    """Return the language in which a name was typed."""
    given = request.form.get("language", "") or current_language()
    return "en" if given == "en" else "zh"


def change(app: str, edit: Edit, to: str, page: Page) -> BaseResponse:
    """Make a change and go on ``to`` an address; what is refused is told on the page, and nothing has changed."""
    return done(lambda: instance().services.studio.edit(viewer(), app, seen(), edit), to, page)


def done(work: Callable[[], object], to: str, page: Page) -> BaseResponse:
    """Do something with the draft and go on ``to`` an address; what is refused is told on the page."""
    try:
        work()
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            raise
        return make_response(page(told(error)), status_of(error))
    return redirect(to, 303)
