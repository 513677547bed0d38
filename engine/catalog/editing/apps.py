"""Making an app: the few documents with which a design begins; it knows no instance and publishes nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from engine.catalog.documents import Documents
from engine.catalog.editing.access import ROLES
from engine.catalog.editing.elements import Mint, text
from engine.kernel.canonical import Json

FORMAT: Final = 1
APP: Final = "app.json"
MEMBER: Final = "member"
MANAGER: Final = "manager"


def new_app(labels: Json, taken: Collection[str], mint: Mint) -> Documents:
    """Return the documents of an app without a form: those who fill it, and those who look after it."""
    member = {"uid": mint.uid(), "key": MEMBER, "labels": text("成员", "Member")}
    manager = {"uid": mint.uid(), "key": MANAGER, "labels": text("管理", "Manager"), "parameters": True}
    return {
        APP: {
            "format": FORMAT,
            "kind": "app",
            "uid": mint.uid(),
            "key": mint.key(labels, taken),
            "labels": dict(labels),
        },
        ROLES: {"format": FORMAT, "kind": "roles", "roles": [member, manager]},
    }
