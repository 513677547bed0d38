"""A small partner for tests: boxes with what is in them, and the people they go to."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.kernel.clocks import Moment, day_number, moment_read
from engine.standin.definitions import partner_def
from engine.standin.failing import Failures
from engine.standin.service import Asked, Reply, Service
from engine.standin.shelf import open_shelf

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "a-token-of-the-test"
ANCHOR = day_number(date(2026, 3, 18))


def labels() -> dict[str, str]:
    return {"zh": "名", "en": "name"}


def field(key: str, type: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": key, "labels": labels(), "type": type, **more}


def box(number: int, **fields: Any) -> dict[str, Any]:
    """Return a row of a box, changed on the day before the anchor."""
    return {"at": -1, "fields": {"no": f"B-{number:03d}", "size": "small", **fields}}


def document(*boxes: Any, **more: Any) -> dict[str, Any]:
    """Return the document of the partner; ``more`` goes to its resource ``boxes``."""
    things = [field("name", required=True), field("count", "number", scale=1)]
    fields = [
        field("no", required=True),
        field("size", "choice", options=["small", "large"], required=True),
        field("owner", "reference", resource="owners"),
        field("price", "money"),
        field("day", "date"),
        field("month"),
        field("seen", "datetime"),
        field("sealed", "boolean"),
        field("things", "lines", fields=things),
    ]
    owners = [field("code", required=True), field("name")]
    stated = {"id": "no", "serial": "B-{:03d}", "allow": ["create", "change"], "fields": fields, "rows": list(boxes)}
    return {
        "format": 1,
        "kind": "partner",
        "key": "store",
        "labels": labels(),
        "resources": [
            {"key": "boxes", "labels": labels(), **stated, **more},
            {
                "key": "owners",
                "labels": labels(),
                "id": "code",
                "fields": owners,
                "rows": [{"at": -9, "fields": {"code": "anna"}}],
            },
        ],
    }


class Played:
    """The partner, played over a file, with a clock that every write moves on by a second."""

    def __init__(self, path: Path, written: Any = None, **failing: Any) -> None:
        self.moment: Moment = moment_read("2026-03-18T04:00:00Z")
        partner = partner_def(document() if written is None else written, "store.json")
        self.shelf = open_shelf(path, partner, ANCHOR, self._tick)
        self.service = Service(self.shelf, TOKEN, Failures(**failing))

    def _tick(self) -> Moment:
        self.moment += 1_000
        return self.moment

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None, **more: Any) -> Reply:
        """Ask for a path with its query; ``key`` is the idempotency key."""
        where, _, query = path.partition("?")
        pairs = tuple((name, value) for name, _, value in (one.partition("=") for one in query.split("&") if one))
        headers = {"authorization": f"Bearer {TOKEN}", **({} if key is None else {"idempotency-key": key})}
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.service.answer(Asked(method, tuple(where.split("/")), pairs, headers, raw, **more))

    def ids(self, path: str) -> list[str]:
        """Return the ids of the boxes that a list holds, in its order."""
        return [item["no"] for item in self.ask("GET", path).body["items"]]


def codes(reply: Reply) -> list[tuple[str, str]]:
    """Return the codes and places of what a reply says is wrong."""
    return [(one["code"], one["path"]) for one in reply.body["errors"]]
