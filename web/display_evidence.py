"""What was captured, in words: when and where photos were taken, how long somebody spoke, what files are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.views import FieldView, FormView
from web.display_moments import USUAL_ZONE, moment_words
from web.texts import current_language, gettext, ngettext

CAPTURED: Final = frozenset({"photo", "image", "attachment", "audio", "signature", "location"})
"""Widgets whose value is made by a control of its own and posted as JSON."""

SCANNED: Final = "scan"
PICTURES: Final = frozenset({"photo", "image", "signature"})
_PLACES: Final = Decimal("0.00001")


@dataclass(frozen=True)
class Held:
    """One file of a value: its id, its name where it has one, what is known of it, and what was said in it."""

    file: str
    name: str
    facts: str
    transcript: str = ""


def captures(form: FormView) -> bool:
    """Tell whether a form has a field that needs the scripts of the controls."""
    return any(_is_captured(view) for item in form.fields.values() for view in (item, *item.lines))


def _is_captured(view: FieldView) -> bool:
    return view.widget in CAPTURED or view.widget == SCANNED


def held(widget: str, value: Json, shown: object = None, zone: str = USUAL_ZONE) -> tuple[Held, ...]:
    """Return the files of a value; ``shown`` is the runtime's reading of them: their names."""
    entries = entries_of(value)
    names = _names(shown, len(entries))
    made = []
    for entry, named in zip(entries, names, strict=True):
        parts = entry if isinstance(entry, Mapping) else {"file": entry}
        file = parts.get("file")
        if not isinstance(file, str):
            continue
        name = named if widget == "attachment" else ""
        made.append(Held(file, name, _facts(widget, parts, zone), str(parts.get("transcript") or "")))
    return tuple(made)


def entries_of(value: Json) -> Sequence[Json]:
    """Return the entries of a value: a list's members, one thing alone, or none."""
    if isinstance(value, list):
        return value
    return [] if value in (None, "") else [value]


def _names(shown: object, count: int) -> list[str]:
    listed = list(shown) if isinstance(shown, list | tuple) else [shown]
    names = [name.in_language(current_language()) if isinstance(name, Text) else str(name or "") for name in listed]
    return names if len(names) == count else [""] * count


def _facts(widget: str, parts: Mapping[str, Json], zone: str) -> str:
    match widget:
        case "photo":
            return " · ".join(
                filter(None, (_moment(parts.get("captured_at"), zone), place_words(parts), _trust(parts)))
            )
        case "audio":
            return seconds_words(parts.get("seconds"))
        case "signature":
            return _moment(parts.get("signed_at"), zone)
    return ""


def _trust(parts: Mapping[str, Json]) -> str:
    """Return how a photo came: taken in the page it always is, but without a network it was sent later."""
    if parts.get("trust") == "offline":
        return gettext("taken on the spot, sent later")
    return gettext("taken on the spot")


def place_words(parts: Mapping[str, Json]) -> str:
    """Return a position as people read it: its address, else its degrees, and how sure they are."""
    address = parts.get("address")
    degrees = [_number(parts.get(key)) for key in ("lat", "lng")]
    known = [f"{degree.quantize(_PLACES).normalize():f}" for degree in degrees if degree is not None]
    where = str(address) if address else ", ".join(known) if len(known) == len(degrees) else ""
    accuracy = _number(parts.get("accuracy_m"))
    if not where:
        return gettext("without a position")
    return f"{where} {gettext('±%(metres)s m', metres=f'{accuracy:.0f}')}" if accuracy is not None else where


def seconds_words(seconds: Json) -> str:
    """Return seconds as minutes and seconds."""
    whole = int(_number(seconds) or 0)
    return f"{whole // 60}:{whole % 60:02}"


def _number(value: Json) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def evidence_words(widget: str, value: Json, shown: object = None) -> str:
    """Return what a value holds in a few words, for lists, histories and places without pictures."""
    entries = entries_of(value)
    match widget:
        case "photo":
            return ngettext("%(num)s photo", "%(num)s photos", len(entries))
        case "image":
            return ngettext("%(num)s picture", "%(num)s pictures", len(entries))
        case "attachment":
            names = [name for name in _names(shown, len(entries)) if name]
            return _joined(names) or ngettext("%(num)s file", "%(num)s files", len(entries))
        case "audio":
            return _joined(_said(entry) for entry in entries)
        case "signature":
            return gettext("signed")
    return _joined(place_words(entry) for entry in entries if isinstance(entry, Mapping))


def _said(entry: Json) -> str:
    """Return what a recording says, or that nobody has written it down yet."""
    parts = entry if isinstance(entry, Mapping) else {}
    length = gettext("voice note %(length)s", length=seconds_words(parts.get("seconds")))
    transcript = parts.get("transcript")
    return f"{length} · {transcript}" if transcript else length


def _joined(parts: Iterable[str]) -> str:
    return ("、" if current_language() == "zh" else ", ").join(parts)


def _moment(moment: Json, zone: str) -> str:
    return moment_words(str(moment), zone) if moment else ""
