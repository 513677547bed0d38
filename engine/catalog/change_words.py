"""Says in Chinese and English what differs between two designs, a sentence a change; it knows what parts are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard, assert_never

from engine.catalog.comparing import ABSENT, Absent, Change, Inserted, Path, Put, Removed, Reordered, place_of
from engine.catalog.documents import FOLDERS
from engine.catalog.part_names import KINDS, PARTS, VALUES
from engine.kernel.canonical import Json
from engine.kernel.problems import Text

Kind = Literal["added", "removed", "changed", "moved"]
SHOWN = 80
NOTHING = Text("空", "nothing")


@dataclass(frozen=True, slots=True)
class Said:
    """One difference in words: in which element of the design, and what became of it."""

    kind: Kind
    where: Text
    what: Text
    place: str


def say(changes: Iterable[Change], old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[Said, ...]:
    """Return the changes between two designs in words, in the order in which they are given."""
    return tuple(_said(change, old, new) for change in changes)


def _said(change: Change, old: Mapping[str, Json], new: Mapping[str, Json]) -> Said:
    crumbs = list(_crumbs(change.path, new)) or list(_crumbs(change.path, old))
    where = _joined(" › ", crumbs or [_app()])
    place = place_of(change.path)
    match change:
        case Inserted(path, element):
            what = _framed("新增", "New: ", named(path[-1], element))
            return Said("added", where, what, f"{place}/#{element['uid']}")
        case Removed(path, element):
            what = _framed("移除", "Removed: ", named(path[-1], element))
            return Said("removed", where, what, f"{place}/#{element['uid']}")
        case Reordered(path):
            part = _part(path[-1])
            return Said("moved", where, Text(f"{part.zh}换了顺序", f"{part.en}: another order"), place)
        case Put(path, before, after):
            return _put(path, before, after, where, place, (new, old))
        case _:
            assert_never(change)


def _put(
    path: Path,
    before: Json | Absent,
    after: Json | Absent,
    where: Text,
    place: str,
    designs: Sequence[Mapping[str, Json]],
) -> Said:
    if len(path) == 1:
        gone = after is ABSENT
        name = named(_document_kind(path[0]), before if gone else after)
        what = _framed("移除", "Removed: ", name) if gone else _framed("新增", "New: ", name)
        return Said("removed" if gone else "added", where, what, place)
    part = _property(path)
    was, now = _shown(before), _shown(after)
    if _is_of_words(before) and _is_of_words(after):
        what = _framed(f"“{part.zh}”", f"“{part.en}”: ", _difference(before, after, _labels(path[0], designs)))
    elif before is ABSENT:
        what = Text(f"加上“{part.zh}”:{now.zh}", f"“{part.en}” set: {now.en}")
    elif after is ABSENT:
        what = Text(f"去掉“{part.zh}”(原为{was.zh})", f"“{part.en}” taken away (it was {was.en})")
    elif was == now:
        what = Text(f"“{part.zh}”改了", f"“{part.en}” is another")
    else:
        what = Text(f"“{part.zh}”由{was.zh}改为{now.zh}", f"“{part.en}” from {was.en} to {now.en}")
    return Said("changed", where, what, place)


def _is_of_words(value: Json | Absent) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _difference(old: Sequence[str], new: Sequence[str], labels: Mapping[str, Text]) -> Text:
    """Return what left a list of words and what came, each by its label where it has one."""

    def listed(words: Sequence[str]) -> Text:
        return _joined("、", [labels.get(word) or _shown(word) for word in words], ", ")

    gone, come = [word for word in old if word not in new], [word for word in new if word not in old]
    said = [_framed("去掉", "without ", listed(gone))] if gone else []
    said += [_framed("加上", "with ", listed(come))] if come else []
    return _joined(",", said, ", ") if said else Text("换了顺序", "another order")


def _labels(path: str, designs: Iterable[Mapping[str, Json]]) -> dict[str, Text]:
    """Return what the fields of a document are called, by key."""
    fields = [item for design in designs for item in (design.get(path) or {}).get("fields", ())]
    named_ones = (item for item in fields if isinstance(item, dict) and "key" in item and "labels" in item)
    return {str(item["key"]): _shown(item["labels"]) for item in named_ones}


def _crumbs(path: Path, design: Mapping[str, Json]) -> Iterator[Text]:
    """Go through the elements on the way to a place, each by what it is and what it is called; none where it is not."""
    node: Json = design
    found: list[Text] = []
    for number, step in enumerate(path[:-1] if len(path) > 1 else ()):
        if step.startswith("#") and isinstance(node, list):
            node = next((item for item in node if item.get("uid") == step[1:]), None)
            kind = path[number - 1]
        else:
            node = node.get(step) if isinstance(node, dict) else None
            kind = _document_kind(step) if number == 0 else ""
        if node is None:
            return
        if kind and (number == 0 or step.startswith("#")):
            found.append(named(kind, node) if number or _is_named(node) else KINDS[kind])
    yield from found


def _is_named(document: Json) -> bool:
    return isinstance(document, dict) and ("labels" in document or "key" in document)


def _document_kind(path: str) -> str:
    folder, slash, _ = path.partition("/")
    return FOLDERS.get(folder, folder) if slash else folder.removesuffix(".json")


def named(kind: str, element: Json) -> Text:
    """Return an element by what it is and what it is called: 字段“招标文件编号”."""
    name = KINDS.get(kind, _part(kind))
    labels = element.get("labels") or element.get("message") or {} if isinstance(element, dict) else {}
    key = str(element.get("key", "")) if isinstance(element, dict) else ""
    zh, en = labels.get("zh") or key, labels.get("en") or key
    return Text(f"{name.zh}“{zh}”", f"{name.en} “{en}”") if zh or en else name


def _property(path: Path) -> Text:
    """Return what a property is called; within a text, in which language too."""
    names = [step for step in path[1:] if not step.startswith("#")]
    if names[-1] in ("zh", "en") and len(names) > 1:
        part = _part(names[-2])
        return (
            Text(f"{part.zh}(中文)", f"{part.en} (Chinese)")
            if names[-1] == "zh"
            else Text(f"{part.zh}(英文)", f"{part.en} (English)")
        )
    return _part(names[-1] if names else path[-1])


def _part(key: str) -> Text:
    return PARTS.get(key) or Text(key, key)


def _shown(value: Json | Absent) -> Text:
    """Return a value as people read it, cut where it is long."""
    match value:
        case Absent() | None | "" | []:
            return NOTHING
        case bool():
            return VALUES["true" if value else "false"]
        case {"zh": str(zh), "en": str(en)}:
            return Text(_quoted(zh), _quoted(en))
        case str():
            return VALUES.get(value) or Text(_quoted(value), _quoted(value))
        case int() | float():
            return Text(str(value), str(value))
        case list() if all(isinstance(item, str) for item in value):
            return _joined("、", [_shown(item) for item in value], ", ")
        case list():
            return Text(f"{len(value)}项", f"{len(value)} entries" if len(value) > 1 else "1 entry")
        case _:
            return Text("一组设置", "a set of settings")


def _quoted(text: str) -> str:
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return f"“{cut}”"


def _joined(between: str, texts: Sequence[Text], english: str | None = None) -> Text:
    return Text(between.join(text.zh for text in texts), (english or between).join(text.en for text in texts))


def _framed(zh: str, en: str, text: Text) -> Text:
    return Text(zh + text.zh, en + text.en)


def _app() -> Text:
    return KINDS["app"]
