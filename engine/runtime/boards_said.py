"""Values of boards in words of one language, as they stand on paper, in mails and beside axes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from engine.decision.words import trimmed
from engine.kernel.canonical import Json
from engine.kernel.clocks import zone
from engine.kernel.problems import Text
from engine.runtime.boards_views import ColumnView, RowView, WidgetView

Speech = Literal["zh", "en"]
DASH: Final = "—"
NUMBERS: Final = frozenset(("number", "money", "percent", "rating"))
"""How columns of numbers are drawn."""

_WAN: Final = 10_000
_YI: Final = 100_000_000
_AS_WRITTEN: Final = 2
_THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000
_YES_NO: Final = {True: Text("是", "Yes"), False: Text("否", "No")}
_BLANK: Final = Text("(空)", "(blank)")
_HIDDEN: Final = Text("(您看不到)", "(not visible to you)")
_REMOVED: Final = Text("(已删除的选项)", "(removed option)")
_OF_FIVE: Final = Text("{score} 分(满分5分)", "{score} of 5")


def number(value: Json) -> Decimal | None:
    """Return the number of a decimal text, None for anything else."""
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def amount_words(amount: Decimal, speech: str) -> str:
    """Return an amount as it is spoken of: ¥9,350 to the yuan, 7.35万, 1.86亿; English counts in yuan alone."""
    if speech != "zh" or abs(amount) < _WAN:
        return f"{'-' if amount < 0 else ''}¥{abs(amount):,.0f}"
    unit, sign = (_YI, "亿") if abs(amount) >= _YI else (_WAN, "万")
    return f"{trimmed(f'{amount / unit:,.2f}')}{sign}"


def bucket_words(first: str, bucket: str, speech: str) -> str:
    """Return a day, week or month by its first day: 11月16日–22日, Nov 2026."""
    day = date.fromisoformat(first)
    match bucket:
        case "month":
            return f"{day.year}年{day.month}月" if speech == "zh" else f"{day:%b} {day.year}"
        case "week":
            last = day + min(timedelta(days=6), date.max - day)
            return f"{day.month}/{day.day}–{last.month}/{last.day}"
        case _:
            return first


def short_bucket(first: str, bucket: str, speech: str) -> str:
    """Return a bucket as it stands beside an axis: a week and a day by day and month, a month without its year."""
    day = date.fromisoformat(first)
    if bucket == "month":
        return f"{day.month}月" if speech == "zh" else f"{day:%b}"
    return f"{day.month}/{day.day}"


def axis_words(value: float, widget: str, speech: str) -> str:
    """Return a number beside an axis, as short as it can be told: 1.5万, 20%, 1.2k."""
    mark = "¥" if widget == "money" else ""
    if widget == "percent":
        return f"{value:g}%"
    if speech == "zh" and abs(value) >= _WAN:
        unit, sign = (_YI, "亿") if abs(value) >= _YI else (_WAN, "万")
        return f"{value / unit:g}{sign}"
    if speech != "zh" and abs(value) >= _THOUSAND:
        unit, sign = (_MILLION, "M") if abs(value) >= _MILLION else (_THOUSAND, "k")
        return f"{mark}{value / unit:g}{sign}"
    return f"{mark}{value:,g}" if value >= 0 else f"-{mark}{-value:,g}"


@dataclass(frozen=True)
class Saying:
    """Puts the values of a board into words of one language, moments in one zone."""

    speech: Speech
    zone: str

    def text(self, text: Text | None) -> str:
        """Return a text; none is an empty one."""
        return "" if text is None else text.in_language(self.speech)

    def name(self, widget: WidgetView, row: RowView) -> str:
        """Return what a row is called: by the record that it is, or by what it is grouped by."""
        columns = [column for column in widget.columns if column.is_record]
        columns = columns or [column for column in widget.columns if not column.is_measure]
        if row.drill.id is not None:
            columns = columns[:1]
        return " · ".join(self.value(column, row) for column in columns)

    def value(self, column: ColumnView, row: RowView) -> str:
        """Return one value as people read it; a blank one is a dash, in a group it is said to be blank."""
        value, shown = row.values.get(column.key), row.shown.get(column.key)
        if value is None or value in ("", []):
            if column.missing is not None:
                return self.text(column.missing)
            return DASH if column.is_measure or row.drill.id is not None else self.text(_BLANK)
        found = number(value) if column.field.widget in NUMBERS else None
        if found is not None:
            return self._number(column, found)
        if column.bucket is not None:
            return bucket_words(str(value), column.bucket, self.speech)
        match column.field.widget:
            case "choice" | "multi_choice":
                keys = value if isinstance(value, list) else [value]
                return self._joined(self._option(column, key) for key in keys)
            case "datetime":
                return self.moment(str(value))
            case "reference" | "references" | "person" | "persons":
                return self._shown(shown) or self.text(_HIDDEN)
        return self._shown(value if isinstance(value, bool) else shown) or str(value)

    def moment(self, written: str) -> str:
        """Return an ISO moment as local day and time, to the minute."""
        at = datetime.fromisoformat(written).astimezone(zone(self.zone))
        return at.strftime("%Y-%m-%d %H:%M")

    def _number(self, column: ColumnView, found: Decimal) -> str:
        widget = column.field.widget
        if widget == "money" and column.is_measure:
            return amount_words(found, self.speech)
        digits = f"{found:,f}"
        match widget:
            case "money":
                return f"¥{digits}" if found >= 0 else f"-¥{digits[1:]}"
            case "percent":
                return f"{trimmed(digits)}%"
            case "rating":
                return self.text(_OF_FIVE).format(score=digits)
            case _:
                return trimmed(digits) if column.field.scale > _AS_WRITTEN else digits

    def _option(self, column: ColumnView, key: Json) -> str:
        return next((self.text(one.labels) for one in column.field.options if one.key == key), self.text(_REMOVED))

    def _shown(self, shown: object) -> str:
        match shown:
            case Text():
                return self.text(shown)
            case bool():
                return self.text(_YES_NO[shown])
            case list() | tuple():
                return self._joined(self._shown(part) for part in shown)
            case dict():
                return self._joined(self._shown(part) for part in shown.values())
        return "" if shown is None else str(shown)

    def _joined(self, parts: Iterable[str]) -> str:
        return ("、" if self.speech == "zh" else ", ").join(part for part in parts if part)
