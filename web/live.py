"""Live pages: a stream of server-sent events that says when to look again, and how much waits; never what changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, g, request

from engine.kernel.problems import EngineError
from engine.runtime.live import STREAMS, Topic
from web.doors import instance, signed_in, viewer

if TYPE_CHECKING:
    from engine.boot import Instance
    from engine.runtime.live import Stream
    from engine.runtime.views import Viewer

blueprint = Blueprint("live", __name__)

THREADS: Final = STREAMS
"""Each stream keeps a thread of the server's for itself."""

LIFE_SECONDS: Final = 600.0
BEAT_SECONDS: Final = 15.0
GLANCE_SECONDS: Final = 1.0
"""How often a silent stream looks whether its page is still there."""

RETRY_SECONDS: Final = 15
MOST_TOPICS: Final = 12
INBOX: Final = "inbox"
REFRESHED: Final = frozenset(
    {"home.app_home", "lists.records", "records.record", "inbox.inbox", "approvals.approvals", "boards.board"}
)
"""Pages that are drawn again when something changes; a form that is being filled in is none."""


@dataclass(frozen=True)
class Place:
    """What the page that is being drawn shows, and how far this process had heard before it was drawn."""

    topic: str
    since: str


def remember() -> None:
    """Note how far this process has heard before the page reads anything: it misses no change while it is drawn."""
    if request.method == "GET" and request.endpoint in REFRESHED:
        g.heard = instance().live.position


def place() -> Place | None:
    """Return the place of the page that is being drawn, None where it is not one that is drawn again."""
    if "heard" not in g or signed_in() is None:
        return None
    parts = request.view_args or {}
    named = (parts.get("app"), parts.get("form"), parts.get("record_id"))
    return Place(".".join(str(part) for part in named if part) or INBOX, g.heard)


@blueprint.get("/live")
def stream() -> Response:
    """Stream events to a page until it is left, for ten minutes at most."""
    asking, served = viewer(), instance()
    since = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    named = request.args.getlist("topic")[:MOST_TOPICS]
    topics = [topic for topic in map(_topic, named) if topic is not None and _is_open(served, asking, topic)]
    opened = served.live.open(asking.id, topics, since)
    if opened is None:
        return Response("", 503, {"Retry-After": str(RETRY_SECONDS)})
    gone = request.environ.get("waitress.client_disconnected", lambda: False)
    answer = Response(_events(served, asking, opened, gone), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _topic(text: str) -> Topic | None:
    parts = text.split(".")
    return Topic(*parts) if len(parts) <= len(Topic._fields) and all(parts) and parts != [INBOX] else None


def _is_open(served: Instance, asking: Viewer, topic: Topic) -> bool:
    """Tell whether the viewer may see what the topic is about; who may not, is not told when it changes either."""
    try:
        if topic.record:
            served.records.read(asking, *topic)
        elif topic.form:
            served.apps.form(asking, topic.app, topic.form)
        else:
            served.apps.app(asking, topic.app)
    except EngineError:
        return False
    return True


def _events(served: Instance, asking: Viewer, opened: Stream, gone: Callable[[], bool]) -> Iterator[str]:
    """Yield what the page is to know: that it changed, what waits in the inbox, and a beat that keeps it open."""
    ends = monotonic() + LIFE_SECONDS
    beat: float | None = None
    waiting: dict[str, int] | None = None
    try:
        yield f"retry: {RETRY_SECONDS * 1000}\n\n"
        while monotonic() < ends and not opened.is_closed and not gone():
            ticked, changed = opened.wait(GLANCE_SECONDS)
            if ticked:
                counts = served.inbox.counts(asking)
                if counts != waiting:
                    waiting = counts
                    yield _event(served, "inbox", counts)
            if changed:
                yield _event(served, "changed", {})
            if ticked or beat is None or monotonic() > beat + BEAT_SECONDS:
                beat = monotonic()
                yield ":\n\n"
    finally:
        served.live.leave(opened)


def _event(served: Instance, name: str, content: dict[str, int]) -> str:
    return f"id: {served.live.position}\nevent: {name}\ndata: {json.dumps(content)}\n\n"
