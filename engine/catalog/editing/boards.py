"""Editing boards: their parts in order, what each shows and how, and new metrics made out of three answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Final

from engine.boards.periods import BUCKET_OF
from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import problems
from engine.catalog.editing.elements import Mint, at, keys_of, of, shifted, text
from engine.catalog.editing.forms import renamed
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

BOARDS: Final = "boards/"
METRICS: Final = "metrics/"
RECORDS: Final = ("list", "gantt", "map")

_NUMBERS: Final = ("number", "money", "percent", "rating")
_TIMES: Final = ("date", "datetime")
_GROUPS: Final = ("text", "choice", "boolean", "reference", "person", *_TIMES)
_COLUMNS: Final = 4
"""So many fields a new list shows beside the record."""

_OF_ONE: Final = ("bar", "pie", "funnel", "leaders", "words", "radar", "scatter", "table")
_OF_TIME: Final = ("line", "bar", "pie", "radar", "table")


def boards_in(documents: Documents) -> list[Json]:
    """Return the boards of a design in their order."""
    found = [item for path, item in documents.items() if path.startswith(BOARDS)]
    return sorted(found, key=lambda item: (item.get("order", 1_000), item["key"]))


def metrics_in(documents: Documents) -> list[Json]:
    """Return the metrics of a design."""
    return [item for path, item in documents.items() if path.startswith(METRICS)]


def board_path(documents: Documents, uid: str) -> str:
    """Return where the board of a uid is; EngineError (APP-040) where it is gone."""
    return _path(documents, BOARDS, uid)


def _path(documents: Documents, folder: str, uid: str) -> str:
    found = next((path for path, item in documents.items() if path.startswith(folder) and item["uid"] == uid), None)
    if found is None:
        raise EngineError(problems.GONE.at(folder))
    return found


def with_board(documents: Documents, labels: Json, mint: Mint) -> Documents:
    """Return the documents with one more board, of a single text; its own uid is the one told."""
    key = mint.key(labels, {item["key"] for item in boards_in(documents)})
    uid = mint.main or mint.uid()
    said = text("这块看板的说明", "What this board is for")
    first = {"uid": mint.uid(), "key": "about", "labels": text("说明", "About"), "kind": "text", "text": said}
    board = {"format": 1, "kind": "board", "uid": uid, "key": key, "labels": dict(labels), "widgets": [first]}
    return {**documents, f"{BOARDS}{key}.json": board}


def without_board(documents: Documents, uid: str) -> Documents:
    """Return the documents without a board."""
    gone = board_path(documents, uid)
    return {path: item for path, item in documents.items() if path != gone}


def with_board_named(documents: Documents, uid: str, given: str, language: str) -> Documents:
    """Return the documents with a board called otherwise in one language."""
    path = board_path(documents, uid)
    return {**documents, path: renamed(documents[path], given, language)}


def with_board_property(documents: Documents, uid: str, key: str, value: Json | Absent) -> Documents:
    """Return the documents with a property of a board set or taken away."""
    path = board_path(documents, uid)
    return {**documents, path: _with(documents[path], key, value)}


def _with(item: Json, key: str, value: Json | Absent) -> Json:
    made = deepcopy(item)
    if value is ABSENT:
        made.pop(key, None)
    else:
        made[key] = value
    return made


def with_widgets(documents: Documents, uid: str, change: Callable[[list[Json]], None]) -> Documents:
    """Return the documents with the widgets of a board as ``change`` leaves them."""
    path = board_path(documents, uid)
    made = deepcopy(documents[path])
    change(made["widgets"])
    return {**documents, path: made}


def with_widget(documents: Documents, uid: str, made: Json) -> Documents:
    """Return the documents with a widget behind those of a board."""
    return with_widgets(documents, uid, lambda widgets: widgets.append(made))


def without_widget(documents: Documents, uid: str, widget: str) -> Documents:
    """Return the documents without a widget; EngineError (APP-041) where it is the last one."""

    def change(widgets: list[Json]) -> None:
        place = at(widgets, widget)
        if len(widgets) == 1:
            raise EngineError(problems.LAST_ONE.at(BOARDS))
        widgets.pop(place)

    return with_widgets(documents, uid, change)


def with_widget_moved(documents: Documents, uid: str, widget: str, before: str | None) -> Documents:
    """Return the documents with a widget in front of another (uids), or at the end."""
    return with_widgets(documents, uid, lambda widgets: shifted(widgets, widget, before))


def with_widget_stepped(documents: Documents, uid: str, widget: str, step: int) -> Documents:
    """Return the documents with a widget one place up (-1) or down (1); at the ends it stays."""

    def change(widgets: list[Json]) -> None:
        place = at(widgets, widget)
        item = widgets.pop(place)
        widgets.insert(max(0, place + step), item)

    return with_widgets(documents, uid, change)


def with_widget_changed(documents: Documents, uid: str, widget: str, change: Callable[[Json], Json]) -> Documents:
    """Return the documents with a widget as ``change`` makes it."""

    def within(widgets: list[Json]) -> None:
        place = at(widgets, widget)
        widgets[place] = change(widgets[place])

    return with_widgets(documents, uid, within)


def with_widget_property(documents: Documents, uid: str, widget: str, key: str, value: Json | Absent) -> Documents:
    """Return the documents with a property of a widget set or taken away."""
    return with_widget_changed(documents, uid, widget, lambda item: _with(item, key, value))


def metric_widget(metric: Json, taken: Sequence[Json], mint: Mint) -> Json:
    """Return a widget that shows a metric in the way that fits it best."""
    key = mint.key(metric["labels"], keys_of(taken))
    labels, uid = dict(metric["labels"]), mint.main or mint.uid()
    return {"uid": uid, "key": key, "labels": labels, "kind": kinds_of(metric)[0], "metric": metric["key"]}


def kinds_of(metric: Json, *, is_trend: bool = False) -> tuple[str, ...]:
    """Return the kinds of widgets that can show a metric, or what was kept of it, the usual one first."""
    groups = metric.get("dimensions", ())
    if is_trend and metric.get("snapshot") in BUCKET_OF:
        groups = ({"bucket": BUCKET_OF[metric["snapshot"]]}, *groups)
    measures = metric["measures"]
    if not groups:
        radar = ("radar",) if len(measures) > 2 else ()  # noqa: PLR2004 - a radar has three axes at least
        return ("number", "text", "table", *radar)
    if len(groups) > 1:
        return ("heat", "table") if len(groups) == 2 else ("table",)  # noqa: PLR2004 - a heat map has two sides
    bucket = groups[0].get("bucket")
    if bucket is not None:
        return (*_OF_TIME, "calendar") if bucket == "day" else _OF_TIME
    return tuple(kind for kind in _OF_ONE if kind != "scatter" or len(measures) > 1)


def kinds_over(form: Json) -> tuple[str, ...]:
    """Return the kinds of widgets that can show records of a form."""
    days = [field for field in form["fields"] if field["type"] in _TIMES]
    places = places_of(form)
    return ("list", *(("gantt",) if days else ()), *(("map",) if places else ()))


def days_of(form: Json) -> list[Json]:
    """Return the fields of a form that hold days or moments."""
    return [field for field in form["fields"] if field["type"] in _TIMES and not field.get("retired")]


def places_of(form: Json) -> list[Json]:
    """Return the fields of a form that hold positions."""
    return [field for field in form["fields"] if field["type"] == "location" and not field.get("retired")]


def numbers_of(form: Json) -> list[Json]:
    """Return the fields of a form that can be added up."""
    return [field for field in form["fields"] if field["type"] in _NUMBERS and not field.get("retired")]


def groups_of(form: Json) -> list[Json]:
    """Return the fields of a form by which can be grouped."""
    return [field for field in form["fields"] if field["type"] in _GROUPS and not field.get("retired")]


def records_widget(form: Json, taken: Sequence[Json], mint: Mint) -> Json:
    """Return a list of the records of a form with its first fields."""
    key = mint.key(form["labels"], keys_of(taken))
    listed = [field["key"] for field in form["fields"] if field["type"] in (*_GROUPS, *_NUMBERS)][:_COLUMNS]
    record = "record" if form["key"] in listed else form["key"]
    columns: list[Json] = [{"key": record, "record": True}, *({"key": one} for one in listed)]
    uid, labels = mint.main or mint.uid(), dict(form["labels"])
    return {"uid": uid, "key": key, "labels": labels, "kind": "list", "form": form["key"], "columns": columns}


def text_widget(labels: Json, taken: Sequence[Json], mint: Mint) -> Json:
    """Return a text that says its own name."""
    key, uid = mint.key(labels, keys_of(taken)), mint.main or mint.uid()
    return {"uid": uid, "key": key, "labels": dict(labels), "kind": "text", "text": dict(labels)}


def with_kind(widget: Json, kind: str, form: Json | None) -> Json:
    """Return a widget of another kind, with what that kind needs: ``form`` is the one of its records.

    EngineError (APP-047) where there is nothing that it could show.
    """
    made = {key: value for key, value in widget.items() if key not in ("start", "end", "place", "text")}
    made["kind"] = kind
    if kind == "text":
        made.pop("measures", None)
        made.pop("trend", None)
        made["text"] = dict(widget["labels"])
    if form is None:
        return made
    if kind == "gantt":
        days = [field["key"] for field in days_of(form)]
        made |= {"start": days[0], "end": days[min(1, len(days) - 1)]} if days else _unfit()
    if kind == "map":
        places = [field["key"] for field in places_of(form)]
        made |= {"place": places[0]} if places else _unfit()
    return with_columns(made, [made[key] for key in ("start", "end", "place") if key in made])


def with_trend(widget: Json, metric: Json, *, is_trend: bool) -> Json:
    """Return a widget that shows what was kept of its metric, or the figures of now; of a kind that can show them."""
    made = _with(widget, "trend", True if is_trend else ABSENT)
    fitting = kinds_of(metric, is_trend=is_trend)
    return made if made["kind"] in fitting else {**made, "kind": fitting[0]}


def with_light(item: Json, name: str, value: Json | Absent) -> Json:
    """Return a metric or a widget of records whose light is ``red`` or ``yellow`` under another condition."""
    return _with(item, "light", _with(item.get("light", {}), name, value) or ABSENT)


def _unfit() -> Json:
    raise EngineError(problems.UNFIT.at("kind"))


def with_columns(widget: Json, wanted: Sequence[str]) -> Json:
    """Return a widget of records that has columns of these fields, too."""
    known = {column["key"] for column in widget["columns"]}
    more = [{"key": key} for key in dict.fromkeys(wanted) if key not in known]
    return {**widget, "columns": [*widget["columns"], *more]}


def with_chosen_columns(widget: Json, form: Json, chosen: Sequence[str]) -> Json:
    """Return a widget of records with columns of the chosen fields, in their order; others than fields stay."""
    fields = {field["key"] for field in form["fields"]}
    held = [one for one in widget["columns"] if one["key"] in chosen or not _is_plain(one, fields)]
    known = {one["key"] for one in held}
    needed = [widget[key] for key in ("start", "end", "place") if key in widget]
    columns = [*held, *({"key": key} for key in chosen if key in fields and key not in known)]
    return with_columns({**widget, "columns": columns}, needed)


def _is_plain(column: Json, fields: set[str]) -> bool:
    return set(column) == {"key"} and column["key"] in fields


def with_metric(
    documents: Documents, labels: Json, form: Json, asked: tuple[str, str, str], mint: Mint
) -> tuple[Documents, Json]:
    """Return the documents with a new metric, and it; ``asked`` are a function, a field and what it is grouped by.

    Days are grouped by months. EngineError (APP-047) where a field cannot be used so.
    """
    function, field, by = asked
    if function == "count":
        measure: Json = {"uid": mint.uid(), "key": "count", "labels": text("数量", "Count"), "function": "count"}
    else:
        counted = next((one for one in numbers_of(form) if one["key"] == field), None) or _unfit()
        own = {"uid": mint.uid(), "key": "value", "labels": counted["labels"]}
        measure = {**own, "function": function, "of": _name(field)}
    key = mint.key(labels, {item["key"] for item in metrics_in(documents)})
    metric: Json = {
        "format": 1,
        "kind": "metric",
        "uid": mint.uid(),
        "key": key,
        "labels": dict(labels),
        "form": form["key"],
        "measures": [measure],
    }
    if by:
        grouped = next((one for one in groups_of(form) if one["key"] == by), None) or _unfit()
        bucket = {"bucket": "month"} if grouped["type"] in _TIMES else {}
        metric["dimensions"] = [{"uid": mint.uid(), "key": by, "by": _name(by), **bucket}]
    return {**documents, f"{METRICS}{key}.json": metric}, metric


def _name(key: str) -> str:
    return f"`{key}`"


def with_metric_property(documents: Documents, key: str, name: str, value: Json | Absent) -> Documents:
    """Return the documents with a property of a metric set or taken away.

    ``red`` and ``yellow`` are conditions of its light, ``bucket`` is how long the times are that it is grouped by.
    """
    path = f"{METRICS}{key}.json"
    if path not in documents:
        raise EngineError(problems.GONE.at(path))
    metric = documents[path]
    match name:
        case "red" | "yellow":
            made = with_light(metric, name, value)
        case "bucket" if isinstance(value, str):
            groups = [{**one, name: value} if name in one else one for one in metric.get("dimensions", ())]
            made = {**metric, "dimensions": groups}
        case "bucket":
            made = _unfit()
        case _:
            made = _with(metric, name, value)
    return {**documents, path: made}


def with_metric_named(documents: Documents, key: str, given: str, language: str) -> Documents:
    """Return the documents with a metric called otherwise in one language."""
    path = f"{METRICS}{key}.json"
    if path not in documents:
        raise EngineError(problems.GONE.at(path))
    return {**documents, path: renamed(documents[path], given, language)}


def widget_of(board: Json, uid: str) -> Json:
    """Return a widget of a board; EngineError (APP-040) where it is gone."""
    return of(board["widgets"], uid)
