"""Tells open pages that what they show has changed: one watcher for all streams of a process; it says no content."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from engine.storage.database import Database
from engine.storage.signals import Signal, Signals, watch

STREAMS = 20
"""So many streams a process serves; whoever comes later asks again from time to time."""

STREAMS_EACH = 4
"""So many one person keeps open; the oldest makes room."""

_KEPT = 1_000


class Topic(NamedTuple):
    """What a page shows: an app, a form of it, or one record; blank parts stand for all."""

    app: str
    form: str = ""
    record: str = ""

    def meets(self, signal: Signal) -> bool:
        """Tell whether what was written may be shown on the page."""
        pairs = zip(self, signal, strict=True)
        return all(not wanted or not written or wanted == written for wanted, written in pairs)


class Stream:
    """One open page: what has changed since it was last told."""

    def __init__(self, viewer: str, topics: frozenset[Topic], *, behind: bool) -> None:
        """Begin; ``behind`` says that something may have changed before."""
        self.viewer = viewer
        self._topics = topics
        self._changed, self._ticked, self._closed = behind and bool(topics), behind, False
        self._condition = threading.Condition()

    def told(self, written: Signals) -> None:
        """Note what was written."""
        with self._condition:
            self._ticked = True
            self._changed = self._changed or any(topic.meets(signal) for signal in written for topic in self._topics)
            self._condition.notify_all()

    def close(self) -> None:
        """End the stream."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @property
    def is_closed(self) -> bool:
        """Whether the stream has ended."""
        return self._closed

    def wait(self, seconds: float) -> tuple[bool, bool]:
        """Wait at most so long; return whether anything was written since, and whether the page shows any of it."""
        until = time.monotonic() + seconds
        with self._condition:
            while not (self._ticked or self._closed) and (left := until - time.monotonic()) > 0:
                self._condition.wait(left)
            found = self._ticked, self._changed
            self._ticked = self._changed = False
            return found


class Live:
    """The streams of this process and the watcher that feeds them; it starts with the first stream."""

    def __init__(self, database: Database) -> None:
        """Watch that database."""
        self._database = database
        self._begun = secrets.token_hex(6)
        self._lock = threading.Lock()
        self._streams: list[Stream] = []
        self._written: deque[tuple[int, Signals]] = deque(maxlen=_KEPT)
        self._count = 0
        self._stopped = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def position(self) -> str:
        """How far the watcher has come: what a stream says when it comes back; blank where it has not begun."""
        return f"{self._begun}-{self._count}" if self._watcher is not None else ""

    def open(self, viewer: str, topics: Iterable[Topic], since: str = "") -> Stream | None:
        """Return a new stream, None where there are too many; ``since`` is the position that its page knows."""
        wanted = frozenset(topics)
        with self._lock:
            own = [stream for stream in self._streams if stream.viewer == viewer]
            if len(own) >= STREAMS_EACH:
                self._leave(own[0])
            if self._stopped.is_set() or len(self._streams) >= STREAMS:
                return None
            missed = self._missed(since)
            # Where the watcher begins only now, it says by itself that anything may have changed.
            stream = Stream(viewer, wanted, behind=missed is None and self._watcher is not None)
            if missed:
                stream.told(missed)
            self._streams.append(stream)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="live-watcher", daemon=True)
                self._watcher.start()
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream."""
        with self._lock:
            self._leave(stream)

    def close(self) -> None:
        """End all streams and the watcher."""
        self._stopped.set()
        with self._lock:
            for stream in tuple(self._streams):
                self._leave(stream)
        if self._watcher is not None:
            self._watcher.join()

    def _leave(self, stream: Stream) -> None:
        stream.close()
        if stream in self._streams:
            self._streams.remove(stream)

    def _missed(self, since: str) -> Signals | None:
        """Return what was written since, None where nobody can say."""
        begun, _, number = since.partition("-")
        if begun != self._begun or not number.isdecimal() or int(number) > self._count:
            return None
        if int(number) < self._count - len(self._written):
            return None
        return frozenset(signal for count, written in self._written if count > int(number) for signal in written)

    def _watch(self) -> None:
        for written in watch(self._database, self._stopped):
            with self._lock:
                self._count += 1
                self._written.append((self._count, written))
                streams = tuple(self._streams)
            for stream in streams:
                stream.told(written)
