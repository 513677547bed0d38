"""A site on a free port, served beside the test, and ended so that nothing of it runs on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import waitress

from web.app import create_app
from web.live import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.boot import Instance

PATIENCE = 10.0


@contextmanager
def serving(instance: Instance) -> Iterator[str]:
    """Serve the instance on a free port of this machine; yields the address."""
    options = {"threads": 4 + THREADS, "channel_request_lookahead": 1}
    server = waitress.create_server(create_app(instance), host="127.0.0.1", port=0, **options)
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
