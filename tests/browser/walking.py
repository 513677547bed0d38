"""A site with the demo on it, and every page of it as the people who see it: what the walks through all pages share."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.homes import furnish_with_the_demo, open_demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from engine.boot import Instance
    from engine.catalog.documents import Documents
    from engine.kernel.canonical import Json
    from engine.runtime.views import AppView, FormView, Viewer

NOBODY = ""
ROOMS = ("forms", "workflows", "rules")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Stop:
    """A page to look at: a name for the picture's file, who looks (``NOBODY``: not signed in), and the address.

    Of pages of one ``kind`` a few tell as much as all; where there is none, the page has no like.
    """

    name: str
    who: str
    path: str
    kind: str = ""


@contextmanager
def demo_instance(made: Path | None = None) -> Iterator[Instance]:
    """Open an installation of its own with all packs and their demo, on the test clock; it is gone afterwards.

    ``made`` is the home of one that has them already, to be copied.
    """
    with tempfile.TemporaryDirectory(prefix="youju-walk-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        if made is None:
            furnish_with_the_demo(home)
        else:
            shutil.copytree(made, home)
        opened = open_demo(home)
        try:
            yield opened
        finally:
            opened.close()


@dataclass(frozen=True)
class Person:
    """Somebody of the demo, with a session to look with."""

    viewer: Viewer
    session: str


def people(instance: Instance) -> dict[str, Person]:
    """Sign in everybody of the demo who has a password there, by name."""
    kept = json.loads(instance.settings.demo_users.read_text(encoding="utf-8"))
    found = {}
    for user in kept["users"]:
        session = instance.directory.sign_in(user["name"], user["password"])
        viewer = instance.directory.viewer_of_session(session)
        assert viewer is not None
        found[user["name"]] = Person(viewer, session)
    return found


def stops(instance: Instance, everybody: Mapping[str, Person]) -> list[Stop]:
    """Return every page that there is to see: of each form once, by the first who may; of each app each one's home."""
    found = [Stop("sign-in", NOBODY, "/sign-in"), Stop("secure", NOBODY, "/secure"), Stop("phone", NOBODY, "/phone")]
    first = next(iter(everybody))
    admin = next((name for name, one in everybody.items() if instance.apps.may_export(one.viewer)), first)
    found += [
        Stop("design", admin, "/design"),
        Stop("not-found", first, "/nowhere"),
        Stop("search", first, "/search"),
        Stop("search-nothing", first, "/search?q=%E4%9A%BB%E4%9A%BB"),
        Stop("me", first, "/me"),
        Stop("apps", admin, "/apps"),
        Stop("jobs", admin, "/jobs"),
        Stop("studio-new-app", admin, "/studio/new"),
    ]
    for name, one in everybody.items():
        found.append(Stop(f"inbox-{name}", name, "/inbox", "inbox"))
        for app in instance.apps.installed(one.viewer):
            found += _of_app(instance, name, one.viewer, app)
    return list({stop.name: stop for stop in reversed(found)}.values())[::-1]


def _of_app(instance: Instance, name: str, viewer: Viewer, app: AppView) -> Iterator[Stop]:
    at = f"/a/{app.key}"
    yield Stop(f"{app.key}-home-{name}", name, f"{at}/")
    for tab in instance.services.pages.tab_bar(viewer, app.key):
        if tab.kind == "page" and not tab.home:
            yield Stop(f"{app.key}-page-{tab.page}", name, f"{at}/pages/{tab.page}")
    for action in instance.services.quick_actions.standing(viewer, app.key):
        if action.finds:
            yield Stop(f"{app.key}-find-{action.key}", name, f"{at}/actions/{action.key}")
    if app.sets_parameters:
        yield Stop(f"{app.key}-parameters", name, f"{at}/parameters/")
        for changed in _changed_parameters(instance, viewer, app):
            yield Stop(f"{app.key}-past", name, f"{at}/parameters/past?to.{changed}", "past")
    if instance.apps.may_export(viewer):
        yield Stop("revisions", name, f"{at}/revisions/")
        yield Stop("revision", name, f"{at}/revisions/1")
        for part, path in _of_studio(instance.services.studio.design(viewer, app.key).documents):
            yield Stop(f"{app.key}-studio-{part}", name, f"{at}/studio/{path}", f"studio-{part}")
    boards = instance.services.boards.list(viewer, app.key)
    if boards:
        yield Stop(f"{app.key}-boards", name, f"{at}/boards")
    for board in boards:
        yield Stop(f"{app.key}-board-{board.key}", name, f"{at}/boards/{board.key}")
    for form in app.forms:
        yield from _of_form(instance, name, viewer, form)


def _changed_parameters(instance: Instance, viewer: Viewer, app: AppView) -> Iterator[str]:
    """Find a number that rules read, and say it one higher, as an address has it."""
    numbers = ((one.key, str(one.value)) for one in instance.parameters.list(viewer, app.key))
    higher = ((key, str(int(value) + 1)) for key, value in numbers if value.isdecimal())
    tested = instance.services.backtests
    yield from (f"{key}={value}" for key, value in higher if tested.rules_reading(viewer, app.key, {key: value}))


def _of_studio(documents: Documents) -> Iterator[tuple[str, str]]:
    """Go through the pages on which an app is designed: what each shows, and where it is below the studio."""
    yield from (("home", ""), ("rules", "rules/"), ("lists", "lists/"), ("roles", "roles/"), ("people", "people/"))
    yield "boards", "boards/"
    yield from (("parameters", "parameters/"), ("sheet", "sheet"))
    by_room = {room: [item for path, item in documents.items() if path.startswith(f"{room}/")] for room in ROOMS}
    forms, flows, rules = (by_room[room] for room in ROOMS)
    for form in _largest(forms):
        yield "form", f"forms/{form['key']}"
        yield "preview", f"forms/{form['key']}/preview"
        yield "rules-of-form", f"rules/?form={form['key']}"
        for kind, field in {one["type"]: one for one in form["fields"]}.items():
            yield f"field-{kind}", f"forms/{form['key']}?at={field['uid']}"
        for section in form.get("sections", ())[:1]:
            yield "section", f"forms/{form['key']}?at={section['uid']}"
    for board in _largest([item for path, item in documents.items() if path.startswith("boards/")]):
        yield "board", f"boards/{board['key']}"
        yield "board-preview", f"boards/{board['key']}/preview"
        for kind, widget in {one["kind"]: one for one in board["widgets"]}.items():
            yield f"board-{kind}", f"boards/{board['key']}?at={widget['uid']}"
    for flow in _largest(flows):
        yield "states", f"states/{flow['form']}"
    led = {flow["form"] for flow in flows}
    for form in [one for one in forms if one["key"] not in led][:1]:
        yield "no-states", f"states/{form['key']}"
    for rule in _largest(rules):
        yield "rule", f"rules/{rule['key']}"
        yield "rule-tried", f"rules/{rule['key']}?try=1"
    for item in documents.get("option_lists.json", {}).get("option_lists", ())[:1]:
        yield "list", f"lists/{item['key']}"
    for role in documents.get("roles.json", {}).get("roles", ())[:1]:
        yield "role", f"roles/{role['key']}"


def _largest(found: list[Json]) -> list[Json]:
    """Return the document that shows most, if there is one."""
    return [max(found, key=lambda one: len(str(one)))] if found else []


def _of_form(instance: Instance, name: str, viewer: Viewer, form: FormView) -> Iterator[Stop]:
    at, key = f"/a/{form.app}/{form.key}", f"{form.app}-{form.key}"
    yield Stop(f"{key}-list", name, f"{at}/", "list")
    if form.may_export:
        yield Stop(f"{key}-export", name, f"{at}/export", "export")
    if form.may_create:
        yield Stop(f"{key}-new", name, f"{at}/new", "new")
        choice = form.fields.get(form.choose_first or "")
        for option in choice.options if choice else ():
            yield Stop(f"{key}-new-{option.key}", name, f"{at}/new?{choice.key}={option.key}" if choice else at)
    page = instance.records.list(viewer, form.app, form.key, filter=None, sort=None, limit=20, after=None)
    for record in page.items:
        kind = "held" if record.held else record.state or "record"
        here = f"{at}/{record.id}"
        yield Stop(f"{key}-{kind}", name, here, "record")
        if record.may_update:
            yield Stop(f"{key}-edit", name, f"{here}/edit", "edit")
        if record.may_delete:
            yield Stop(f"{key}-delete", name, f"{here}/delete", "delete")
        for transition in record.transitions:
            if transition.asks:
                yield Stop(f"{key}-do-{transition.key}", name, f"{here}/do/{transition.key}", "do")
        for rule in instance.services.explaining.rules(viewer, form.app, form.key, record.id)[:1]:
            yield Stop(f"{key}-rules", name, f"{here}/rules", "rules")
            yield Stop(f"{key}-rule", name, f"{here}/rules/{rule.key}", "rule")


def sample(walk: Iterable[Stop], of_each: int = 3) -> list[Stop]:
    """Return the pages that have no like, and a few of each kind."""
    met: Counter[str] = Counter()
    kept = []
    for stop in walk:
        met[stop.kind] += 1
        if not stop.kind or met[stop.kind] <= of_each:
            kept.append(stop)
    return kept


@contextmanager
def looking(browser: Browser, base: str, person: Person | None, **more: Any) -> Iterator[BrowserContext]:
    """Open a browser profile in which a person is signed in, with the theme that ``color_scheme`` names."""
    options = {"base_url": base, "locale": "zh-CN", "viewport": PHONE, "reduced_motion": "reduce", **more}
    context = browser.new_context(**options)
    cookies = {"youju_theme": more.get("color_scheme", "light")}
    if person is not None:
        cookies["youju_session"] = person.session
    context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
    try:
        yield context
    finally:
        context.close()
