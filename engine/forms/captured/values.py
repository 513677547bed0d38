"""What the values of captured fields are made of: their files, how many they are, and in words; it reads no content."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from engine.forms.captured import problems
from engine.forms.definitions import FieldDef
from engine.forms.parsing import problem
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem, Text
from engine.kernel.values import Value

FILES: Final = frozenset(("attachment", "image", "photo", "audio", "signature"))
"""The types of fields whose values name files."""

CAPTURED: Final = FILES | {"location"}

_TAKES: Final[Mapping[str, tuple[str, Text]]] = {
    "image": ("image/", Text("图片", "pictures")),
    "photo": ("image/", Text("照片", "photos")),
    "signature": ("image/", Text("签名图片", "a picture of a signature")),
    "audio": ("audio/", Text("录音", "recordings")),
}
EARTH_METRES: Final = 6_371_000


def files_in(definition: FieldDef, value: Value) -> tuple[str, ...]:
    """Return the ids of the files that a field's value names, in order."""
    if value is None or definition.type not in FILES:
        return ()
    if isinstance(value, dict):
        return (str(value["file"]),)
    return tuple(str(item["file"] if isinstance(item, dict) else item) for item in value)


def wrong_file(definition: FieldDef, content: str, name: str) -> Problem | None:
    """Return why a field does not take a file of that type of content, or None where it does."""
    begins, wanted = _TAKES.get(definition.type, ("", Text("", "")))
    if content.startswith(begins):
        return None
    return problem(problems.WRONG_FILE, definition, name=name, wanted_zh=wanted.zh, wanted_en=wanted.en)


def too_few(definition: FieldDef, value: Value) -> Problem | None:
    """Return the problem of a field that holds fewer than it asks for, or None."""
    least = int(definition.properties.get("min_count", 1)) if definition.type in CAPTURED else 1
    count = len(value) if isinstance(value, list | tuple) else 1
    return None if count >= least else problem(problems.TOO_FEW, definition, least=least, got=count)


def position_of(value: Value) -> tuple[float, float] | None:
    """Return the latitude and longitude of a place or a photo in degrees, or None where it has none."""
    if not isinstance(value, dict) or value.get("lat") is None or value.get("lng") is None:
        return None
    return float(value["lat"]), float(value["lng"])


def metres_between(here: tuple[float, float], there: tuple[float, float]) -> int:
    """Return the distance of two positions on the ground, in whole metres."""
    (lat, lng), (other_lat, other_lng) = (tuple(map(math.radians, position)) for position in (here, there))
    chord = math.sin((lat - other_lat) / 2) ** 2
    chord += math.cos(lat) * math.cos(other_lat) * math.sin((lng - other_lng) / 2) ** 2
    return round(2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, chord))))


def in_words(kind: str, value: Json, names: Mapping[str, str]) -> Text:
    """Return one captured thing in words; ``names`` are those of files by id, as far as they are known."""
    match kind:
        case "location":
            return _place(value)
        case "signature":
            return Text(value["name"], value["name"]) if value["name"] else Text("已签名", "signed")
        case "audio":
            return Text(f"录音{value['seconds']}秒", f"recording of {value['seconds']} s")
        case "photo":
            place = _place(value)
            return Text(_joined("照片", place.zh), _joined("photo", place.en))
        case _:
            name = names.get(str(value))
            return Text(name, name) if name else Text("文件", "file")


def _place(value: Mapping[str, Json]) -> Text:
    """Return a position as people read it: the address, else degrees with how exact they are."""
    if value.get("address"):
        return Text(str(value["address"]), str(value["address"]))
    if value.get("lat") is None:
        return Text("没有定位", "no position")
    exact = f" ±{value['accuracy_m']}" if value.get("accuracy_m") else ""
    degrees = f"{value['lat']}, {value['lng']}{exact}"
    return Text(f"{degrees}米", f"{degrees} m") if exact else Text(degrees, degrees)


def _joined(first: str, second: str) -> str:
    return f"{first} {second}"
