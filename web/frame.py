"""What stands round every page: places, tab bar, what waits, theme and density; it knows no page's content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from flask import g, request, url_for

from engine.kernel.problems import Text
from web.display import shown_text, text_of
from web.doors import instance, signed_in
from web.texts import gettext

if TYPE_CHECKING:
    from engine.runtime.views import AppView

THEMES: Final = ("system", "light", "dark")
DENSITIES: Final = ("comfortable", "compact", "touch")
THEME_COOKIE: Final = "youju_theme"
DENSITY_COOKIE: Final = "youju_density"
SIDE_COOKIE: Final = "youju_side"
"""Whether the sidebar is put away; pages' own script writes this one, so that the server draws it right at once."""

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


def counts() -> Mapping[str, int]:
    """Return how many ``tasks`` wait for whoever asks and how many messages are ``unread``, read once a request."""
    asking = signed_in()
    if asking is None:
        return {"tasks": 0, "unread": 0}
    if "frame_counts" not in g:
        g.frame_counts = instance().inbox.counts(asking)
    return cast("Mapping[str, int]", g.frame_counts)


def places() -> tuple[AppPlaces, ...]:
    """Return the places of every app, as the sidebar and the search show them."""
    apps = installed()
    here = (request.view_args or {}).get("app")
    return tuple(_places_of(app, is_open=len(apps) == 1 or app.key == here) for app in apps)


def _places_of(app: AppView, *, is_open: bool) -> AppPlaces:
    home = _place(app.labels, url_for("home.app_home", app=app.key), "home", exact=True)
    forms = (_place(form.labels, url_for("lists.records", app=app.key, form=form.key), "list") for form in app.forms)
    settings = []
    if app.sets_parameters:
        settings.append(_place(gettext("Parameters"), url_for("parameters.show", app=app.key), "settings"))
    return AppPlaces(app.key, text_of(app.labels), home, (), tuple(forms), tuple(settings), is_open)


def _place(label: Text | str, href: str, icon: str, *, exact: bool = False, count: int = 0) -> Place:
    bare = href.partition("#")[0]
    current = request.path.rstrip("/") == bare.rstrip("/") or (not exact and request.path.startswith(bare))
    return Place(shown_text(label), href, icon, current, count)


def tab_bar() -> tuple[Place, ...]:
    """Return the entries of the phone's tab bar."""
    inside = request.path == "/" or request.path.startswith("/a/")
    return (
        Place(gettext("Home"), "/", "home", inside),
        _place(gettext("Inbox"), url_for("inbox.inbox"), "inbox", count=counts()["tasks"]),
        _place(gettext("Me"), url_for("account.me"), "me"),
    )


def secure_here() -> bool:
    """Tell whether browsers open camera, microphone and position to this page: TLS, or the machine itself."""
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    return request.is_secure or host in LOCAL_HOSTS or host.endswith(".localhost")


def context() -> dict[str, object]:
    """Return what ``base.html`` knows beyond the page's own: functions, so that a fragment of a page asks nothing."""
    return {
        "look": look,
        "places": places,
        "tab_bar": tab_bar,
        "counts": counts,
        "secure_here": secure_here,
    }
