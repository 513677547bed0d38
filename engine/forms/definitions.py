"""The design of forms and fields as a JSON document states it; it knows neither records nor compiled expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.forms.numbers import TYPE as NUMBERED
from engine.kernel.canonical import Json
from engine.kernel.problems import Text

Requirement = Literal["create", "submit"]
"""When a field must be filled: from the first save on, or from the moment the record is no longer a draft."""


@dataclass(frozen=True, slots=True)
class OptionDef:
    """One option of a choice; records store its key. ``aliases`` are other words that people and files use for it."""

    uid: str
    key: str
    labels: Text
    retired: bool = False
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidationDef:
    """A condition that a filled form must meet, with the message shown where it does not."""

    uid: str
    holds: str
    message: Text


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field. ``properties`` are those of its type (``scale``, ``form``, ``max`` …), checked by its schema."""

    uid: str
    key: str
    type: str
    labels: Text
    help: Text | None = None
    required: Requirement | None = None
    required_when: str | None = None
    visible_when: str | None = None
    read_only_when: str | None = None
    default: str | None = None
    computed: str | None = None
    validations: tuple[ValidationDef, ...] = ()
    set_by_system: bool = False
    unique: bool = False
    indexed: bool = False
    read_only_after_create: bool = False
    default_line: bool = False
    retired: bool = False
    options: tuple[OptionDef, ...] = ()
    lines: tuple[FieldDef, ...] = ()
    properties: Mapping[str, Json] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Hash by identity of design: the uid."""
        return hash(self.uid)


@dataclass(frozen=True, slots=True)
class SectionDef:
    """A titled group of fields that may be hidden as a whole."""

    uid: str
    key: str
    labels: Text
    fields: tuple[str, ...]
    visible_when: str | None = None


@dataclass(frozen=True, slots=True)
class RelationDef:
    """Related records by the inverse of a reference: ``contacts`` are those whose ``customer`` is this record.

    With ``lines`` the reference stands in the lines of that field: the relation is over lines of other records.
    """

    uid: str
    key: str
    labels: Text
    form: str
    reference: str
    lines: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerDef:
    """What makes a form a ledger: its records are postings, each booked once for its reference and never changed.

    ``balance`` is filled with what the account holds after the posting. A posting that takes away is refused where it
    would leave less than ``minimum``, a decimal number. ``reversed_by`` names what took a posting back.
    """

    account: str
    delta: str
    reference: str
    balance: str | None = None
    minimum: str | None = None
    reversed_by: str | None = None


@dataclass(frozen=True, slots=True)
class FormDef:
    """One form. ``title`` is a template that names a record; ``choose_first`` a choice made before the form opens.

    ``answer`` is told to whoever makes a record; ``find_by`` are fields by which one is found, besides its title.
    """

    uid: str
    key: str
    labels: Text
    title: str
    fields: tuple[FieldDef, ...]
    sections: tuple[SectionDef, ...]
    relations: tuple[RelationDef, ...] = ()
    workflow: str | None = None
    choose_first: str | None = None
    list_fields: tuple[str, ...] = ()
    list_sort: str = "-created_at"
    answer: Text | None = None
    find_by: tuple[str, ...] = ()
    ledger: LedgerDef | None = None


MONEY_SCALE = 2
PERCENT_SCALE = 2
NUMBER_DIGITS = 15


def scale_of(field: FieldDef) -> int:
    """Return how many decimals a field keeps: stated for numbers, fixed for money and percent, none for the rest."""
    fixed = {"money": MONEY_SCALE, "percent": PERCENT_SCALE, "rating": 0}.get(field.type)
    return int(field.properties.get("scale", 0)) if fixed is None else fixed


def digits_of(field: FieldDef) -> int:
    """Return how many digits a number may have in all."""
    return int(field.properties.get("digits", NUMBER_DIGITS))


def target_of(field: FieldDef, app: str) -> tuple[str, str]:
    """Return the app and form that a reference of ``app`` points at; ``form`` alone means a form of the same app."""
    form = str(field.properties["form"])
    other, dot, key = form.partition(".")
    return (other, key) if dot else (app, form)


FIELD_KEYS = frozenset(
    (
        *("uid", "key", "type", "labels", "help", "required", "required_when", "visible_when", "read_only_when"),
        *("default", "computed", "validations", "set_by", "unique", "read_only_after_create", "retired"),
        *("default_line", "indexed"),
        *("options", "option_list", "fields"),
    )
)
"""The keys that a field of any type may have; what else it states are properties of its type."""


def field_def(document: Json, option_lists: Mapping[str, tuple[OptionDef, ...]]) -> FieldDef:
    """Return the field that a valid document states, with the options of its list, if it names one."""
    listed = document.get("option_list")
    options = option_lists.get(listed, ()) if listed else tuple(map(option_def, document.get("options", ())))
    return FieldDef(
        uid=document["uid"],
        key=document["key"],
        type=document["type"],
        labels=Text.from_json(document["labels"]),
        help=Text.from_json(document["help"]) if "help" in document else None,
        required=document.get("required"),
        required_when=document.get("required_when"),
        visible_when=document.get("visible_when"),
        read_only_when=document.get("read_only_when"),
        default=document.get("default"),
        computed=document.get("computed"),
        validations=tuple(
            ValidationDef(item["uid"], item["holds"], Text.from_json(item["message"]))
            for item in document.get("validations", ())
        ),
        set_by_system=document.get("set_by") == "system" or document["type"] == NUMBERED,
        unique=document.get("unique", False) or document["type"] == NUMBERED,
        indexed=document.get("indexed", False),
        read_only_after_create=document.get("read_only_after_create", False),
        default_line=document.get("default_line", False),
        retired=document.get("retired", False),
        options=options,
        lines=tuple(field_def(item, option_lists) for item in document.get("fields", ())),
        properties={key: value for key, value in document.items() if key not in FIELD_KEYS},
    )


def option_def(document: Json) -> OptionDef:
    """Return the option that a valid document states."""
    return OptionDef(
        document["uid"],
        document["key"],
        Text.from_json(document["labels"]),
        document.get("retired", False),
        tuple(document.get("aliases", ())),
    )


def _section_def(document: Json) -> SectionDef:
    labels = Text.from_json(document["labels"])
    shown = document.get("visible_when")
    return SectionDef(document["uid"], document["key"], labels, tuple(document["fields"]), shown)


def form_def(document: Json, option_lists: Mapping[str, tuple[OptionDef, ...]]) -> FormDef:
    """Return the form that a valid document states; fields in no section are gathered in a first one without a name."""
    fields = tuple(field_def(item, option_lists) for item in document["fields"])
    sections = tuple(
        SectionDef(
            item["uid"], item["key"], Text.from_json(item["labels"]), tuple(item["fields"]), item.get("visible_when")
        )
        for item in document.get("sections", ())
    )
    placed = {key for section in sections for key in section.fields}
    loose = tuple(field.key for field in fields if field.key not in placed and not field.retired)
    if loose:
        sections = (SectionDef("", "", Text("", ""), loose), *sections)
    listing = document.get("list", {})
    return FormDef(
        uid=document["uid"],
        key=document["key"],
        labels=Text.from_json(document["labels"]),
        title=document["title"],
        fields=fields,
        sections=sections,
        relations=tuple(
            RelationDef(
                item["uid"],
                item["key"],
                Text.from_json(item["labels"]),
                item["form"],
                item["reference"],
                item.get("lines"),
            )
            for item in document.get("relations", ())
        ),
        workflow=document.get("workflow"),
        choose_first=document.get("choose_first"),
        list_fields=tuple(listing.get("fields", ())) or tuple(field.key for field in fields[:4]),
        list_sort=listing.get("sort", "-created_at"),
        answer=Text.from_json(document["answer"]) if "answer" in document else None,
        find_by=tuple(document.get("find_by", ())),
        ledger=LedgerDef(**document["ledger"]) if "ledger" in document else None,
    )
