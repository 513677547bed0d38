"""A story of a document that is signed: by hand and by a rule, by mail, sealed, and one that nobody signs in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.boot import Instance
from engine.runtime.signing.keyring import Keyring
from tests.fault.story import DAY, HOUR, Pass, Send, Signs, Story
from tests.support.apps import element, field, rule
from tests.support.library import NOON

PAPERS = field("papers", "attachment", uid="kpq2storypap")
SIGNED = {
    "format": 1,
    "kind": "document",
    **element("terms", uid="kpq2storydoc"),
    "form": "book",
    "content": [{"title": {"zh": "借阅约定 {{title}}", "en": "Terms {{title}}"}}],
    "signing": {
        "field": "papers",
        "days": 1,
        "signers": [{"labels": {"zh": "读者", "en": "Reader"}, "name": '"约翰"', "mail": '"john@example.com"'}],
    },
}
HAVE_SIGNED = rule(
    "have_signed",
    "book",
    {"button": {"key": "have_signed", "labels": {"zh": "请签", "en": "Have signed"}}},
    {"send_for_signing": {"document": "terms"}},
    uid="kpq2storysig",
)


def furnish(instance: Instance) -> None:
    """Let an installation have its keys: to make them takes longer than a story."""
    execution = instance.services.execution
    Keyring(execution.outside.secrets, execution.randomness).authority(execution.clocks.real())


def add(documents: dict[str, Any]) -> None:
    """Let books have a document that is signed."""
    documents["forms/book.json"]["fields"].append(PAPERS)
    documents["documents/terms.json"] = SIGNED
    documents["rules/have_signed.json"] = HAVE_SIGNED


def signed_by_mail(refs: Mapping[str, str]) -> Story:
    """A document goes to a reader, who has a code sent and signs; a rule sends another one, whose time passes."""
    steps = (
        Send("librarian", "/library/book/{dream}/envelopes", {"document": "terms"}, "envelope", 201),
        Signs("envelope"),
        Send("librarian", "/library/book/{west}/buttons/have_signed", {}, "west"),
        Pass(NOON + 4 * HOUR + DAY),
    )
    return Story(NOON + HOUR, steps, refs)
