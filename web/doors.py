"""What a request stands in: the instance it is served by and the person who sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, current_app, g

from web.problems import UNSIGNED, RequestRefused

if TYPE_CHECKING:
    from engine.boot import Instance
    from engine.runtime.views import Viewer

_EXTENSION = "youju"


def install(app: Flask, instance: Instance) -> None:
    """Give the app the instance that it serves."""
    app.extensions[_EXTENSION] = instance


def secret() -> bytes:
    """Return the key of this installation's CSRF tokens."""
    key = current_app.secret_key
    return key if isinstance(key, bytes) else str(key).encode()


def instance() -> Instance:
    """Return the instance that serves this request."""
    return cast("Instance", current_app.extensions[_EXTENSION])


def signed_in() -> Viewer | None:
    """Return who is signed in, if anybody is."""
    return cast("Viewer | None", g.get("viewer"))


def viewer() -> Viewer:
    """Return who asks; nobody is answered with 401."""
    asking = signed_in()
    if asking is None:
        raise RequestRefused(401, UNSIGNED.at())
    return asking
