"""A site on a free port, served beside the test, and ended so that nothing of it runs on."""

from __future__ import annotations

import faulthandler
import sys
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import waitress

from web.app import create_app
from web.live import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from engine.boot import Instance

PATIENCE = 10.0
SLOW = 5.0
STREAM = "/live"
"""What stays open on purpose."""


class Watched:
    """A site whose slow answers tell in the test's output what every thread was at meanwhile."""

    def __init__(self, site: WSGIApplication) -> None:
        """Answer as ``site`` does."""
        self._site = site

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        if environ["PATH_INFO"] == STREAM:
            return self._site(environ, start)
        timer = threading.Timer(SLOW, _tell_all, [asked])
        timer.daemon = True
        timer.start()
        try:
            return self._site(environ, start)
        finally:
            timer.cancel()


def _tell_all(asked: str) -> None:
    """Tell what every thread is at; pytest's standard error has no descriptor, so a file takes it first."""
    with tempfile.TemporaryFile("w+") as told:
        faulthandler.dump_traceback(told)
        told.seek(0)
        sys.stderr.write(f"not answered after {SLOW} s: {asked}\n{told.read()}\n")


@contextmanager
def serving(instance: Instance) -> Iterator[str]:
    """Serve the instance on a free port of this machine; yields the address."""
    options = {"threads": 4 + THREADS, "channel_request_lookahead": 1}
    server = waitress.create_server(Watched(create_app(instance)), host="127.0.0.1", port=0, **options)
    thread = threading.Thread(target=server.run, name="site")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        instance.live.close()
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        server.trigger.pull_trigger(lambda: _let_go(server))
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _let_go(server: waitress.server.BaseWSGIServer) -> None:
    """Close all that the server's loop watches, which ends it.

    This runs in the loop's own thread: it would not bear that a socket is closed by another while it watches it.
    """
    for watched in [*server.active_channels.values(), server]:
        watched.close()
