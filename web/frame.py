"""What stands round every page: places, tab bar, what waits, theme and density; it knows no page's content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never, cast

from flask import g, request, url_for

from engine.kernel.problems import Text
from web import security
from web.display import shown_text, text_of
from web.doors import instance, signed_in, viewer
from web.texts import gettext

if TYPE_CHECKING:
    from flask import Response

    from engine.runtime.boards_views import BoardSummary
    from engine.runtime.pages_views import TabBarEntry
    from engine.runtime.views import AppView

THEMES: Final = ("system", "light", "dark")
DENSITIES: Final = ("comfortable", "compact", "touch")
THEME_COOKIE: Final = "youju_theme"
DENSITY_COOKIE: Final = "youju_density"
SIDE_COOKIE: Final = "youju_side"
"""Whether the sidebar is put away; pages' own script writes this one, so that the server draws it right at once."""

APP_COOKIE: Final = "youju_app"
OPENED: Final = 200
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


@dataclass(frozen=True)
class Place:
    """Somewhere to go: what it is called in the viewer's language, its address, its icon in the sprite."""

    label: str
    href: str
    icon: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class AppPlaces:
    """The places of one app; ``open`` says that the page being drawn is one of its own, or that it is the only app."""

    key: str
    label: str
    home: Place
    boards: tuple[Place, ...]
    forms: tuple[Place, ...]
    settings: tuple[Place, ...]
    open: bool


@dataclass(frozen=True)
class Look:
    """How pages look in this browser."""

    theme: str
    density: str
    side: str


def look() -> Look:
    """Return what this browser's cookies ask for; what they do not know of is as if they did not ask."""

    def chosen(cookie: str, known: tuple[str, ...]) -> str:
        value = request.cookies.get(cookie, "")
        return value if value in known else known[0]

    return Look(
        chosen(THEME_COOKIE, THEMES), chosen(DENSITY_COOKIE, DENSITIES), chosen(SIDE_COOKIE, ("open", "closed"))
    )


def installed() -> tuple[AppView, ...]:
    """Return the apps of whoever asks, read once for each request."""
    asking = signed_in()
    if asking is None:
        return ()
    if "frame_apps" not in g:
        g.frame_apps = instance().apps.installed(asking)
    return cast("tuple[AppView, ...]", g.frame_apps)


def approves() -> bool:
    """Tell whether an app in reach has approvals."""
    return any(app.approves for app in installed())


def counts() -> Mapping[str, int]:
    """Return how many ``tasks`` wait for whoever asks and how many messages are ``unread``, read once a request."""
    asking = signed_in()
    if asking is None:
        return {"tasks": 0, "unread": 0}
    if "frame_counts" not in g:
        g.frame_counts = instance().inbox.counts(asking)
    return cast("Mapping[str, int]", g.frame_counts)


def boards_of(app: AppView, *, others: bool = False) -> tuple[BoardSummary, ...]:
    """Return the boards of an app that stand in front for whoever asks; with ``others`` all that may be opened."""
    asking = signed_in()
    found = () if asking is None else instance().services.boards.list(asking, app.key)
    return tuple(board for board in found if board.mine or others)


def _here() -> tuple[str, str]:
    """Return the address and the app of the page; an error's page is nowhere, so that it tells of no address."""
    if g.get("nowhere"):
        return "", ""
    return request.path, str((request.view_args or {}).get("app", ""))


def places() -> tuple[AppPlaces, ...]:
    """Return the places of every app, as the sidebar and the search show them."""
    apps = installed()
    _, here = _here()
    return tuple(_places_of(app, is_open=len(apps) == 1 or app.key == here) for app in apps)


def _places_of(app: AppView, *, is_open: bool) -> AppPlaces:
    home = _place(app.labels, url_for("home.app_home", app=app.key), "home", exact=True)
    boards = tuple(
        _place(board.labels, url_for("boards.board", app=app.key, key=board.key), "board") for board in boards_of(app)
    )
    forms = (_place(form.labels, url_for("lists.records", app=app.key, form=form.key), "list") for form in app.forms)
    settings = []
    if app.sets_parameters:
        settings.append(_place(gettext("Parameters"), url_for("parameters.show", app=app.key), "settings"))
    if instance().apps.may_export(viewer()):
        settings.append(_place(gettext("Studio"), url_for("studio.home", app=app.key), "edit"))
        settings.append(_place(gettext("Design and revisions"), url_for("revisions.show", app=app.key), "history"))
        settings.append(_place(gettext("Runs of rules"), url_for("runs.home", app=app.key), "bolt"))
        settings.append(_place(gettext("Records by state"), url_for("moves.home", app=app.key), "box"))
    return AppPlaces(app.key, text_of(app.labels), home, boards, tuple(forms), tuple(settings), is_open)


def house() -> tuple[Place, ...]:
    """Return the places of the installation itself for whoever asks."""
    asking = signed_in()
    found = [_place(gettext("On the phone"), url_for("phone.show"), "mobile")]
    if asking is not None and instance().apps.may_export(asking):
        found.insert(0, _place(gettext("Market"), url_for("market.shelf"), "box"))
        found.insert(1, _place(gettext("Background work"), url_for("jobs.show"), "refresh"))
        found.insert(2, _place(gettext("Work calendar"), url_for("calendar.show"), "calendar"))
    return tuple(found)


def _place(label: Text | str, href: str, icon: str, *, exact: bool = False, count: int = 0) -> Place:
    bare, (path, _) = href.partition("?")[0], _here()
    current = path.rstrip("/") == bare.rstrip("/") or (not exact and path.startswith(bare))
    return Place(shown_text(label), href, icon, current, count)


def _in_front() -> Iterator[str]:
    """Name the apps in whose name the tab bar may stand: the page's own, the one in front so far, the only one left.

    An app that others share need not have a bar; whoever comes to its pages keeps the one that they came with.
    """
    _, here = _here()
    apps = [app.key for app in installed()]
    named = [key for key in (here, request.cookies.get(APP_COOKIE, "")) if key in apps]
    yield from named
    asking = viewer()
    declaring = [key for key in apps if key not in named and instance().services.pages.tab_bar(asking, key)]
    if len(declaring) == 1:
        yield declaring[0]


def keep_app(response: Response) -> Response:
    """Remember in which app's name the tab bar stood, for pages whose app has none and those that are no app's."""
    front = g.get("front")
    if front and response.status_code == OPENED and front != request.cookies.get(APP_COOKIE):
        security.set_cookie(response, APP_COOKIE, front, max_age=security.SESSION_SECONDS)
    return response


def tab_bar() -> tuple[Place, ...]:
    """Return the entries of the phone's tab bar: those that the app's documents declare, else the usual three."""
    asking = signed_in()
    if asking is None:
        return ()
    for key in _in_front():
        declared = instance().services.pages.tab_bar(asking, key)
        if declared:
            g.front = key
            return tuple(_tab(entry) for entry in declared)
    path, _ = _here()
    inside = path in ("/", "/apps") or path.startswith("/a/")
    home = Place(gettext("Home"), "/", "home", inside)
    own = (_place(gettext("Approvals"), url_for("approvals.approvals"), "signature"),) if approves() else ()
    return (home, _inbox(gettext("Inbox")), *own, _me(gettext("Me")))


def _tab(entry: TabBarEntry) -> Place:
    label = text_of(entry.labels)
    match entry.kind:
        case "inbox":
            return _inbox(label or gettext("Inbox"), entry.icon)
        case "me":
            return _me(label or gettext("Me"), entry.icon)
        case "page":
            if entry.home:
                return _place(label, url_for("home.app_home", app=entry.app), entry.icon or "home", exact=True)
            return _place(label, url_for("home.app_page", app=entry.app, key=entry.page), entry.icon or "board")
        case "create":
            return _place(label, url_for("forms.new", app=entry.app, form=entry.form), entry.icon or "plus")
        case "list":
            href = url_for("lists.records", app=entry.app, form=entry.form, filter=entry.filter)
            return _place(label, href, entry.icon or "list")
        case _:
            assert_never(entry.kind)


def _inbox(label: str, icon: str | None = None) -> Place:
    return _place(label, url_for("inbox.inbox"), icon or "inbox", count=counts()["tasks"])


def _me(label: str, icon: str | None = None) -> Place:
    return _place(label, url_for("account.me"), icon or "me")


def secure_here() -> bool:
    """Tell whether browsers open camera, microphone and position to this page: TLS, or the machine itself."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    return request.is_secure or host in LOCAL_HOSTS or host.endswith(".localhost")


def context() -> dict[str, object]:
    """Return what ``base.html`` knows beyond the page's own: functions, so that a fragment of a page asks nothing."""
    return {
        "look": look,
        "places": places,
        "house": house,
        "tab_bar": tab_bar,
        "counts": counts,
        "approves": approves,
        "secure_here": secure_here,
        "nowhere": lambda: g.get("nowhere", False),
    }
