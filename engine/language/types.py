"""The types of the rule language; they know nothing of forms, databases or how a value is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.kernel.clocks import FIRST_MOMENT, LAST_MOMENT
from engine.kernel.problems import Text

MAX_DIGITS = 480
"""No number may become longer than this: beyond it PostgreSQL could no longer divide exactly."""

DIVISION_SCALE = 6
"""Decimals that a division keeps, rounded half away from zero."""

LONGEST_DURATION = LAST_MOMENT - FIRST_MOMENT
"""Milliseconds from the calendar's first moment to its last; no duration is longer."""

FIELD_DIGITS = 15
"""Digits of a number field that states none."""

LONGEST_TEXT = 1_000_000
"""Code points of the longest text there is; what would be longer is blank."""

LONGEST_STORED = 100_000
"""Code points of the longest text that a record is given."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice: what records store, and the words for it."""

    key: str
    labels: Text


@dataclass(frozen=True, slots=True)
class TextType:
    """A text: never empty, since the empty text is blank.

    A value that is read, not worked out, has at most ``longest`` code points (else see ``engine.language.lengths``);
    texts are of one type whatever their lengths.
    """

    longest: int = field(default=LONGEST_STORED, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TextsType:
    """Several texts: the departments below somebody's, each by the text that people's records carry."""


@dataclass(frozen=True, slots=True)
class NumberType:
    """An exact decimal: a whole number of at most ``digits`` digits, scaled by ten to the power of ``scale``."""

    scale: int = 0
    digits: int = FIELD_DIGITS


@dataclass(frozen=True, slots=True)
class BooleanType:
    """True or false."""


@dataclass(frozen=True, slots=True)
class DateType:
    """A calendar day, as the number of days since 1970-01-01."""


@dataclass(frozen=True, slots=True)
class DateTimeType:
    """A moment, in milliseconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class DurationType:
    """The time between two moments, in milliseconds; negative backwards."""


@dataclass(frozen=True, slots=True)
class ChoiceType:
    """The key of one of the options."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ChoicesType:
    """The keys of several of the options."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ReferenceType:
    """The id of a record of one form."""

    app: str
    form: str


@dataclass(frozen=True, slots=True)
class ReferencesType:
    """The ids of several records of one form."""

    app: str
    form: str


@dataclass(frozen=True, slots=True)
class PersonType:
    """The id of a user."""


@dataclass(frozen=True, slots=True)
class PersonsType:
    """The ids of several users."""


@dataclass(frozen=True, slots=True)
class CapturedType:
    """What was captured: files, photos, recordings, a signature, a place; of those that are ``several`` each counts.

    Expressions ask whether it is there and how many there are; ``kind`` keeps photos from standing for files.
    """

    kind: str
    several: bool = False


@dataclass(frozen=True, slots=True)
class BlankType:
    """The type of a blank that nothing around it has given a type; it fits every other type."""


Type = (
    TextType
    | TextsType
    | NumberType
    | BooleanType
    | DateType
    | DateTimeType
    | DurationType
    | ChoiceType
    | ChoicesType
    | ReferenceType
    | ReferencesType
    | PersonType
    | PersonsType
    | CapturedType
    | BlankType
)

SEVERAL = (ChoicesType, ReferencesType, PersonsType, TextsType)
"""Types whose values are tuples."""


def is_several(kind: Type) -> bool:
    """Tell whether values of the type are several things, of which there is a number."""
    return isinstance(kind, SEVERAL) or (isinstance(kind, CapturedType) and kind.several)


ORDERED = (NumberType, DateType, DateTimeType, DurationType)
"""Types that ``<`` compares."""

_NAMES: dict[type[Type], tuple[str, Text]] = {
    TextType: ("text", Text("文本", "a text")),
    TextsType: ("texts", Text("多个文本", "several texts")),
    NumberType: ("number", Text("数字", "a number")),
    BooleanType: ("boolean", Text("是非值", "a true-or-false value")),
    DateType: ("date", Text("日期", "a date")),
    DateTimeType: ("datetime", Text("时刻", "a date with time")),
    DurationType: ("duration", Text("时长", "a duration")),
    ChoiceType: ("choice", Text("选项", "a choice")),
    ChoicesType: ("choices", Text("多个选项", "several choices")),
    ReferenceType: ("reference", Text("关联记录", "a linked record")),
    ReferencesType: ("references", Text("多个关联记录", "several linked records")),
    PersonType: ("person", Text("人员", "a person")),
    PersonsType: ("persons", Text("多个人员", "several people")),
    CapturedType: ("captured", Text("采集的内容", "what was captured")),
    BlankType: ("blank", Text("空值", "a blank")),
}


def type_key(kind: Type | type[Type]) -> str:
    """Return the word by which documents and the command line name the type: ``number``, ``choices`` …."""
    return _NAMES[kind if isinstance(kind, type) else type(kind)][0]


def type_words(kind: Type | type[Type]) -> Text:
    """Return the words by which messages name the type."""
    return _NAMES[kind if isinstance(kind, type) else type(kind)][1]
