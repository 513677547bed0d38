"""Reads pages out of their document: from valid JSON to definitions, with what is usual where nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.catalog.pages.definitions import (
    USUAL_CARDS,
    USUAL_ENTRIES,
    USUAL_ROWS,
    ActionButtonDef,
    ActionsBlockDef,
    BlockDef,
    BoardBlockDef,
    BoardsBlockDef,
    ButtonDef,
    CallButtonDef,
    CardsBlockDef,
    CreateBlockDef,
    CreateButtonDef,
    EventDef,
    FactsBlockDef,
    FigureDef,
    FiguresBlockDef,
    InboxBlockDef,
    LightDef,
    ListBlockDef,
    OpenButtonDef,
    PageDef,
    RelatedBlockDef,
    RowsDef,
    SourceDef,
    TabBarDef,
    TabDef,
    TextBlockDef,
    TimelineBlockDef,
    TransitionButtonDef,
)
from engine.kernel.canonical import Json
from engine.kernel.problems import Text

HOME = "home"
"""The key of a page that is a home page without being told."""


def page_defs(document: Json) -> tuple[PageDef, ...]:
    """Return the pages that a valid ``pages.json`` states."""
    return tuple(map(_page, document.get("pages", ())))


def tab_bar_defs(document: Json) -> tuple[TabBarDef, ...]:
    """Return the tab bars that a valid ``pages.json`` states."""
    return tuple(
        TabBarDef(item["uid"], item["key"], tuple(map(_tab, item["entries"])), frozenset(item.get("for_roles", ())))
        for item in document.get("tab_bars", ())
    )


def _page(item: Json) -> PageDef:
    return PageDef(
        uid=item["uid"],
        key=item["key"],
        labels=_text(item, "labels"),
        blocks=tuple(_BLOCKS[block["kind"]](block) for block in item["blocks"]),
        home=item.get("home", item["key"] == HOME),
        for_roles=frozenset(item.get("for_roles", ())),
        record=item.get("record"),
        summary=_text(item, "summary"),
        light=_light(item.get("light")),
        personal=item.get("personal", False),
    )


def _tab(item: Json) -> TabDef:
    named = {key: item.get(key) for key in ("page", "form", "filter", "icon")}
    return TabDef(item["kind"], _text(item, "labels"), **named)


def _text(item: Json, key: str) -> Text | None:
    return Text.from_json(item[key]) if key in item else None


def _light(item: Json) -> LightDef | None:
    return None if item is None else LightDef(item.get("red"), item.get("yellow"))


def _named(item: Json) -> Text:
    return Text.from_json(item["labels"])


def _button(item: Json) -> ButtonDef:
    match item["kind"]:
        case "create":
            return CreateButtonDef(_named(item), item["form"], MappingProxyType(dict(item.get("values", {}))))
        case "open":
            return OpenButtonDef(_named(item), item["record"], item.get("form"))
        case "call":
            return CallButtonDef(_named(item), item["phone"], item.get("who"))
        case "transition":
            return TransitionButtonDef(_text(item, "labels"), item["transition"])
        case _:
            return ActionButtonDef(_text(item, "labels"), item["action"])


def _source(item: Json) -> SourceDef:
    return SourceDef(
        form=item["form"],
        rows=_rows(item["rows"]) if "rows" in item else None,
        most=item.get("most"),
        filter=item.get("filter"),
        rank=item.get("rank"),
        sentence=_text(item, "sentence"),
        light=_light(item.get("light")),
        buttons=tuple(map(_button, item.get("buttons", ()))),
        labels=_text(item, "labels"),
    )


def _rows(item: Json) -> RowsDef:
    return RowsDef(item["board"], item["widget"], item.get("rank"), item.get("sentence"))


def _figure(item: Json) -> FigureDef:
    return FigureDef(
        labels=_named(item),
        form=item["form"],
        filter=item.get("filter"),
        measure=item.get("measure", "count"),
        of=item.get("of"),
        unit=_text(item, "unit"),
    )


def _event(item: Json) -> EventDef:
    at = item.get("at", "created_at")
    return EventDef(item["relation"], at, _text(item, "sentence"), item.get("icon"), item.get("filter"))


def _list(item: Json) -> BlockDef:
    limit, quiet = item.get("limit", USUAL_ROWS), item.get("quiet", False)
    return ListBlockDef(_named(item), item["form"], item.get("filter"), item.get("sort"), limit, quiet)


def _cards(item: Json) -> BlockDef:
    sources = tuple(map(_source, item["sources"]))
    return CardsBlockDef(_named(item), sources, item.get("limit", USUAL_CARDS), _text(item, "closing"))


def _related(item: Json) -> BlockDef:
    return RelatedBlockDef(_named(item), tuple(item["relations"]) if "relations" in item else None)


def _timeline(item: Json) -> BlockDef:
    events = tuple(map(_event, item.get("events", ())))
    return TimelineBlockDef(_named(item), events, item.get("limit", USUAL_ENTRIES), item.get("rules", True))


_BLOCKS: Mapping[str, Callable[[Json], BlockDef]] = MappingProxyType(
    {
        "create": lambda item: CreateBlockDef(_named(item), item["form"]),
        "list": _list,
        "inbox": lambda item: InboxBlockDef(_named(item)),
        "text": lambda item: TextBlockDef(_named(item), Text.from_json(item["text"])),
        "cards": _cards,
        "figures": lambda item: FiguresBlockDef(_named(item), tuple(map(_figure, item["figures"]))),
        "boards": lambda item: BoardsBlockDef(_named(item)),
        "board": lambda item: BoardBlockDef(_named(item), item["board"], item["widget"]),
        "facts": lambda item: FactsBlockDef(_named(item), tuple(item["fields"])),
        "related": _related,
        "timeline": _timeline,
        "actions": lambda item: ActionsBlockDef(_named(item), tuple(map(_button, item["buttons"]))),
    }
)
