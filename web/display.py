"""Values in words: how people read what records hold; it knows zones and languages, and no templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.views import ChangeView, FieldView, FormView
from web.display_evidence import CAPTURED, evidence_words
from web.display_moments import USUAL_ZONE, moment_words
from web.texts import current_language, gettext

JOINTS: Final = {"zh": "、", "en": ", "}
BLANK: Final = "—"
_AS_WRITTEN: Final = 2
"""Up to so many decimals a number is read with all of them, so that a column of them stands in line."""

NUMBER_WIDGETS: Final = frozenset({"number", "money", "percent", "rating"})


def text_of(text: Text | None) -> str:
    """Return the text in the current language; no text is an empty one."""
    return text.in_language(current_language()) if text is not None else ""


def joined(parts: Iterable[str]) -> str:
    """Return the parts as a list in the current language."""
    return JOINTS[current_language()].join(part for part in parts if part)


def shown_text(shown: object) -> str:
    """Return what the runtime gives people to read, in the current language; nothing is an empty text."""
    match shown:
        case Text():
            return text_of(shown)
        case {"zh": str(zh), "en": str(en)}:
            return text_of(Text(zh, en))
        case bool():
            return gettext("Yes") if shown else gettext("No")
        case list() | tuple():
            return joined(shown_text(part) for part in shown)
        case Mapping():
            return joined(shown_text(part) for part in shown.values())
    return "" if shown is None else str(shown)


def words(field: FieldView, value: Json, shown: object = None, zone: str = USUAL_ZONE) -> str:
    """Return a field's value as people read it; ``shown`` is the runtime's reading, blank is an empty text."""
    if value is None or value in ("", []):
        return ""
    match field.widget:
        case "number" | "money" | "percent" | "rating":
            return number_words(field, value)
        case "choice" | "multi_choice":
            return joined(option_words(field, key) for key in (value if isinstance(value, list) else [value]))
        case "datetime":
            return moment_words(str(value), zone)
        case "reference" | "references" | "person" | "persons":
            return shown_text(shown) or gettext("(not visible to you)")
    if field.widget in CAPTURED:
        return evidence_words(field.widget, value, shown)
    if field.widget == "lines":
        shown = gettext("%(count)s lines", count=len(value))
    return shown_text(value if isinstance(value, bool) else shown) or str(value)


def system_field(form: FormView, key: str) -> FieldView | None:
    """Return a field of the system as a list draws it, or None where there is none of that key."""
    labels = form.labels_of_system.get(key)
    return FieldView(key, "datetime" if key.endswith(("_at", "_since")) else "text", labels) if labels else None


def change_words(form: FormView, change: ChangeView) -> tuple[str, str]:
    """Return what a field held before and after a change, as people read it."""
    view = form.fields.get(change.key)
    if view is None:
        return shown_text(change.before_shown), shown_text(change.after_shown)
    before = words(view, change.before, change.before_shown, form.zone)
    return before, words(view, change.after, change.after_shown, form.zone)


def option_words(field: FieldView, key: Json) -> str:
    """Return the label of an option; a key that has none any more is said to be so, never shown."""
    return next((text_of(option.labels) for option in field.options if option.key == key), gettext("(removed option)"))


def number_words(field: FieldView, value: Json) -> str:
    """Return a number with grouped thousands; money with its sign, a percentage with ``%``."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    digits = f"{number:,f}"
    match field.widget:
        case "money":
            return f"¥{digits}" if number >= 0 else f"-¥{digits[1:]}"
        case "percent":
            return f"{trimmed(digits)}%"
        case "rating":
            return gettext("%(score)s of 5", score=digits)
        case _:
            return trimmed(digits) if field.scale > _AS_WRITTEN else digits


def number_in_box(field: FieldView, digits: str) -> str:
    """Return a plain number as it stands in a control, where it can be typed over."""
    return trimmed(digits) if field.scale > _AS_WRITTEN else digits


def trimmed(digits: str) -> str:
    """Return decimal digits without zeros that say nothing."""
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def number_of_input(typed: str) -> str:
    """Return a typed number as plain decimal text: full-width digits, spaces, separators and signs of units removed."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(c for c in plain if c not in ",、 ¥¥%'_\u00a0\u3000" and not c.isspace())
