"""What comes in, as documents state it: items become records, pushed to us (hooks) or fetched by us (pulls)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.catalog.connectors.rates import RateDef
from engine.catalog.connectors.values import ValueDef, value_def
from engine.kernel.canonical import Json
from engine.kernel.problems import Text

Missing = Literal["create", "skip", "refuse"]
Paged = Literal["cursor", "page", "link"]

USUAL_WINDOW, USUAL_RATE, USUAL_PAGES, USUAL_OVERLAP = 300, RateDef(600, 60), 100, 10


@dataclass(frozen=True, slots=True)
class IntakeDef:
    """How an item becomes a record of ``form``: the one whose fields ``by`` are what these expressions say of the item.

    ``sets`` are expressions over the values; ``links`` lead references to the records whose fields are as stated. Of
    ``newest`` the field keeps how new the item was that was taken last: one that is not newer changes nothing.
    """

    uid: str
    key: str
    labels: Text
    form: str
    values: tuple[ValueDef, ...]
    by: Mapping[str, str]
    sets: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    when: str | None = None
    newest: Mapping[str, str] = field(default_factory=dict)
    missing: Missing = "create"


@dataclass(frozen=True, slots=True)
class SignatureDef:
    """How a delivery shows who sent it: HMAC-SHA-256 of ``content``, with the secret, in a header."""

    header: str
    secret: str
    content: str
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    timestamp: str | None = None
    window: int = USUAL_WINDOW


@dataclass(frozen=True, slots=True)
class HookDef:
    """What partners send us by themselves; ``id_header`` or the pointer ``id_at`` says which delivery it is."""

    uid: str
    key: str
    labels: Text
    intake: str
    signature: SignatureDef
    items: str = ""
    id_header: str | None = None
    id_at: str | None = None
    rate: RateDef = USUAL_RATE


@dataclass(frozen=True, slots=True)
class PagingDef:
    """How the next page is asked for: by a cursor or a link that the answer gives ``at``, or by the next number."""

    kind: Paged
    at: str = ""
    argument: str = ""
    first: int = 1
    size: int = 0


@dataclass(frozen=True, slots=True)
class PullDef:
    """What we fetch from partners by the clock: the items of one operation, page by page.

    The argument ``since`` is given when the last pull that came to its end began, ``overlap`` minutes before.
    """

    uid: str
    key: str
    labels: Text
    operation: str
    intake: str
    items: str = ""
    paging: PagingDef | None = None
    most: int = USUAL_PAGES
    cron: str | None = None
    zone: str | None = None
    since: str | None = None
    overlap: int = USUAL_OVERLAP


def intake_def(document: Json) -> IntakeDef:
    """Return the intake of a valid document."""
    stated: dict[str, Json] = document.get("set", {})
    return IntakeDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        form=document["form"],
        values=tuple(map(value_def, document["values"])),
        by=document["by"],
        sets={key: one for key, one in stated.items() if isinstance(one, str)},
        links={key: one for key, one in stated.items() if not isinstance(one, str)},
        when=document.get("when"),
        newest=document.get("newest", {}),
        missing=document.get("missing", "create"),
    )


def hook_def(document: Json) -> HookDef:
    """Return the hook of a valid document."""
    named = document.get("id", {})
    rate = document.get("rate")
    return HookDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        intake=document["intake"],
        signature=_signature_def(document["signature"]),
        items=document.get("items", ""),
        id_header=named.get("header"),
        id_at=named.get("at"),
        rate=RateDef(rate["count"], rate["seconds"]) if rate else USUAL_RATE,
    )


def _signature_def(document: Json) -> SignatureDef:
    timestamp = document.get("timestamp")
    usual = "{body}" if timestamp is None else "{timestamp}.{body}"
    return SignatureDef(
        header=document["header"],
        secret=document["secret"]["secret"],
        content=document.get("content", usual),
        encoding=document.get("encoding", "hex"),
        prefix=document.get("prefix", ""),
        timestamp=timestamp,
        window=document.get("window_seconds", USUAL_WINDOW),
    )


def pull_def(document: Json) -> PullDef:
    """Return the pull of a valid document."""
    schedule, since = document.get("schedule", {}), document.get("since", {})
    return PullDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        operation=document["operation"],
        intake=document["intake"],
        items=document.get("items", ""),
        paging=_paging_def(document.get("paging")),
        most=document.get("most_pages", USUAL_PAGES),
        cron=schedule.get("cron"),
        zone=schedule.get("timezone"),
        since=since.get("argument"),
        overlap=since.get("overlap_minutes", USUAL_OVERLAP),
    )


def _paging_def(document: Json) -> PagingDef | None:
    if document is None:
        return None
    ((kind, body),) = document.items()
    match kind:
        case "cursor":
            return PagingDef("cursor", body["at"], body["argument"])
        case "page":
            return PagingDef("page", "", body["argument"], body.get("first", 1), body["size"])
        case _:
            return PagingDef("link", body["at"])


def acting_as(connector: str, intake: str) -> str:
    """Return the name under which an intake changes records; no rule has one like it."""
    return f"{connector}/{intake}"


def clocked_as(connector: str, pull: str) -> str:
    """Return the name under which the schedules of a pull are kept; no rule has one like it."""
    return f"{connector}/{pull}"


def is_pull(name: str) -> bool:
    """Tell whether a schedule is one of a pull, by the name under which it is kept."""
    return "/" in name
