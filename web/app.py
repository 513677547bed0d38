"""The application factory: wires blueprints, entrance, errors and templates around one instance."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined

from engine.runtime.settings import read_key
from web import (
    answers,
    api_exports,
    compressing,
    display,
    display_capture,
    display_evidence,
    display_moments,
    doors,
    entrance,
    errors,
    files,
    frame,
    health,
    hooks,
    live,
    security,
    texts,
)
from web.pages import (
    absences,
    account,
    actions,
    approvals,
    backtests,
    bin,
    boards,
    calendar,
    design,
    envelopes,
    exports,
    forms,
    home,
    imports,
    inbox,
    jobs,
    lists,
    market,
    moves,
    parameters,
    phone,
    records,
    revisions,
    rules,
    runs,
    search,
    signing,
)
from web.studio import approvals as studio_approvals
from web.studio import apps as studio_apps
from web.studio import boards as studio_boards
from web.studio import duties as studio_duties
from web.studio import forms as studio_forms
from web.studio import home as studio_home
from web.studio import lists as studio_lists
from web.studio import parameters as studio_parameters
from web.studio import people as studio_people
from web.studio import preview as studio_preview
from web.studio import roles as studio_roles
from web.studio import rules as studio_rules
from web.studio import sheets as studio_sheets
from web.studio import states as studio_states

if TYPE_CHECKING:
    from engine.boot import Instance

BODY_LIMIT: Final = 1024 * 1024
STATIC: Final = Path(__file__).parent / "static"
BLUEPRINTS: Final = (
    health.blueprint,
    hooks.blueprint,
    api_exports.blueprint,
    files.blueprint,
    account.blueprint,
    absences.blueprint,
    search.blueprint,
    design.blueprint,
    inbox.blueprint,
    approvals.blueprint,
    home.blueprint,
    actions.blueprint,
    market.blueprint,
    moves.blueprint,
    imports.blueprint,
    envelopes.blueprint,
    exports.blueprint,
    signing.blueprint,
    jobs.blueprint,
    parameters.blueprint,
    backtests.blueprint,
    revisions.blueprint,
    studio_apps.blueprint,
    studio_home.blueprint,
    studio_preview.blueprint,
    studio_forms.blueprint,
    studio_lists.blueprint,
    studio_states.blueprint,
    studio_approvals.blueprint,
    studio_duties.blueprint,
    studio_boards.blueprint,
    studio_roles.blueprint,
    studio_people.blueprint,
    studio_sheets.blueprint,
    studio_parameters.blueprint,
    studio_rules.blueprint,
    phone.blueprint,
    live.blueprint,
    boards.blueprint,
    calendar.blueprint,
    bin.blueprint,
    lists.blueprint,
    forms.blueprint,
    records.blueprint,
    rules.blueprint,
    runs.blueprint,
)


def create_app(instance: Instance) -> Flask:
    """Return the WSGI application that serves the instance."""
    return give(bare_app(), instance)


def give(app: Flask, instance: Instance) -> Flask:
    """Let an application serve an instance from now on; return it."""
    app.secret_key = read_key(instance.settings.session_key)
    doors.install(app, instance)
    return app


def bare_app() -> Flask:
    """Return the application with all its addresses, before it serves any instance."""
    app = Flask("web", static_folder=str(STATIC), template_folder=str(Path(__file__).parent / "templates"))
    app.config.update(
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT,
        MAX_FORM_PARTS=5_000,
        SEND_FILE_MAX_AGE_DEFAULT=security.YEAR_SECONDS,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = False
    app.before_request(live.remember)
    app.before_request(files.widen)
    app.before_request(entrance.identify)
    app.before_request(entrance.admit)
    app.after_request(frame.keep_app)
    app.after_request(compressing.squeeze)
    app.after_request(entrance.finish)
    errors.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _dress(app, _fingerprints(STATIC))
    return app


def _fingerprints(folder: Path) -> Mapping[str, str]:
    """Return a mark of every static file's content, so that browsers may keep each version for ever."""
    files = (path for path in sorted(folder.iterdir()) if path.is_file())
    return MappingProxyType({path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in files})


def _asset(marks: Mapping[str, str]) -> Callable[[str], str]:
    def asset(name: str) -> str:
        return url_for("static", filename=name, v=marks[name])

    return asset


def _dress(app: Flask, marks: Mapping[str, str]) -> None:
    """Give the templates their words and tools; an undefined name in a template is an error, never a blank."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(label=display.text_of, moment=display_moments.moment_words, shown=display.shown_text)
    environment.filters.update(
        until=display_moments.until_words, from_day=display_moments.from_words, waited=display_moments.waited_words
    )
    environment.filters.update(around_figures=display_moments.around_figures, day=display_moments.day_words)
    environment.globals.update(
        words=display.words, change_words=display.change_words, asset=_asset(marks), blank=display.BLANK
    )
    environment.globals.update(
        captures=display_evidence.captures,
        captured=display_evidence.CAPTURED,
        held_files=display_evidence.held,
        capture_words=display_capture.capture_words,
    )
    app.context_processor(_context)


def _context() -> dict[str, object]:
    """Return what every page knows: who looks at it, in which language, and how much waits in the inbox."""
    asking = doors.signed_in()
    return {
        "asking": asking,
        "language": texts.current_language(),
        "csrf": lambda: security.csrf_token(doors.secret()),
        "waiting": inbox.unread_count if asking is not None else lambda: 0,
        "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        "done": request.args.get("done", "") if request.method == "GET" else "",
        "answered": answers.answered,
        "fresh_key": approvals.fresh_key,
        "request_id": g.get("request_id", ""),
        "live": live.place,
        **frame.context(),
    }
