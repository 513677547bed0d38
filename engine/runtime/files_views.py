"""Files and capture tokens as the runtime tells of them: plain data, for whoever may see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileView:
    """One file. ``size`` is in bytes, ``width`` and ``height`` of a picture in pixels; ``at`` is when it came.

    ``open`` is False where a viewer who sees that it is there may not open it: it is an envelope's.
    """

    id: str
    name: str
    type: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    at: str
    open: bool = True


@dataclass(frozen=True)
class TokenView:
    """A capture token: until when a photo may be taken with it, and until when it may be handed in; both in UTC."""

    token: str
    capture_until: str
    submit_until: str
