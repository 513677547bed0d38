"""A small world with hostile rows: one form of every type, with what it refers to and what refers to it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from engine.kernel.clocks import DAY_MS, FIRST_DAY, FIRST_MOMENT, LAST_DAY, LAST_MOMENT, date_of, datetime_of
from engine.kernel.problems import Text
from engine.language.backends.sql import sqlite_functions
from engine.language.backends.sql.people import PEOPLE as PERSONS
from engine.language.backends.sql.people import ROLES as ROLES_HELD
from engine.language.backends.sql.postgresql import decimal_of
from engine.language.backends.sql.queries import SqlContext
from engine.language.calendars import calendar_of
from engine.language.expressions import Plain
from engine.language.plain import PlainPerson
from engine.language.scope import FieldScope, FormScope, RelationScope, RoleScope, Scope
from engine.language.types import (
    LONGEST_DURATION,
    SEVERAL,
    BooleanType,
    ChoicesType,
    ChoiceType,
    DateTimeType,
    DateType,
    DurationType,
    NumberType,
    Option,
    PersonType,
    ReferenceType,
    TextType,
)
from tests.property.language.world_tables import made_tables

APP = "world"
NOW = 1_790_000_000_000
TODAY = 20_717
ZONES = ("Asia/Shanghai", "UTC", "America/St_Johns", "America/Sao_Paulo", "Pacific/Apia", "Europe/London")
OPTIONS = (
    Option("negotiation", Text("谈判", "Negotiation")),
    Option("won", Text("成交", "Won")),
    Option("lost", Text("丢单", "Lost")),
)
PARAMETERS = {"days": NumberType(0), "rate": NumberType(4), "word": TextType(), "nothing": NumberType(2)}
PARAMETER_VALUES = {"days": 15, "rate": 12_345, "word": "a", "nothing": None}


def _fields(**kinds):
    return {key: FieldScope(key, key, kind) for key, kind in kinds.items()}


REGION = FormScope(APP, "region", _fields(id=TextType(), rate=NumberType(3)))
CUSTOMER = FormScope(
    APP,
    "customer",
    _fields(
        id=TextType(),
        level=NumberType(1),
        name=TextType(),
        since=DateType(),
        vip=BooleanType(),
        region=ReferenceType(APP, "region"),
    ),
)
VISIT = FormScope(
    APP,
    "visit",
    _fields(
        id=TextType(),
        deal=ReferenceType(APP, "deal"),
        score=NumberType(1),
        outcome=TextType(),
        day=DateType(),
        good=BooleanType(),
        took=DurationType(),
        stage=ChoiceType(OPTIONS),
        created_at=DateTimeType(),
    ),
)
DEAL = FormScope(
    APP,
    "deal",
    {
        **_fields(
            id=TextType(),
            whole=NumberType(0),
            amount=NumberType(2),
            rate=NumberType(6, 18),
            name=TextType(),
            note=TextType(),
            hot=BooleanType(),
            cold=BooleanType(),
            due=DateType(),
            start=DateType(),
            seen=DateTimeType(),
            made=DateTimeType(),
            spent=DurationType(),
            stage=ChoiceType(OPTIONS),
            tags=ChoicesType(OPTIONS),
            owner=PersonType(),
            customer=ReferenceType(APP, "customer"),
        ),
        "zero": FieldScope("zero", "zero", NumberType(1), blank_as_zero=True),
    },
    {"visits": RelationScope("visits", None, APP, "visit", "deal")},
)
FORMS = {form.key: form for form in (REGION, CUSTOMER, VISIT, DEAL)}
ROLES = {key: RoleScope(APP, key) for key in ("chief", "seller")}
TABLES = made_tables(OPTIONS, PARAMETERS)
SCOPE = Scope(DEAL, {(APP, key): form for key, form in FORMS.items()}, PARAMETERS, roles=ROLES, tables=TABLES)
PEOPLE = {
    "u1": PlainPerson("甲", "a", "u2", frozenset({(APP, "seller")})),
    "u2": PlainPerson("A", None, "u3", frozenset({(APP, "chief"), (APP, "seller"), ("other", "chief")})),
    "u3": PlainPerson("'", "中文", "u4", frozenset({(APP, "chief")}), active=False),
    "u4": PlainPerson("ß", "a", "gone", frozenset({("other", "seller")})),
}

_TEXTS = (
    None, "a", "A", "ab", "aba", " ", " a ", "\u3000a\u00a0", "\u200b", "ß", "ǅ", "İ", "é", "中文", "🐱😀", "%", "_",
    "'", '"', "\\", "a'b--", "12.50", "-7", "1e3", "+1", "007", "1.23456789", "999999999999999",
    "1234567890123456", "１２", "12\n", "\x1f", "\x85x", "Straße", "a" * 300,
    "li.wei+1@mail.example.com", "a@b.c1", "a@b..cn", "a" * 64 + "@example.com", "a" * 65 + "@example.com",
    "13800138000", "+86 138-0013-8000", "010-62345678-12", "(0571)87654321", "400-800-8000", "1380013800\n",
    "2026-01-31", "2026-02-29", "2024-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "2026-13-01", "2026-1-31",
    "2026-01-31\n", "２０２６-01-31",
    "91350100M000100Y43", "91350100M000100Y4", "91350100m000100Y43", "*[a]?", "\uffff", "\ufffd",
)  # fmt: skip
CALENDAR = calendar_of(
    (FIRST_DAY, FIRST_DAY + 1, 0, 1, *range(TODAY - 6, TODAY + 1), TODAY + 30, TODAY + 32, LAST_DAY - 1, LAST_DAY),
    (FIRST_DAY + 5, 2, 3, TODAY - 14, TODAY - 15, TODAY + 10, TODAY + 11, LAST_DAY - 5, LAST_DAY - 6),
)
_MIDNIGHT = 20_717 * DAY_MS - 8 * 3_600_000
_MOMENTS = (
    None, 0, -1, 1, NOW, NOW - 1, NOW + 1, _MIDNIGHT, _MIDNIGHT - 1, _MIDNIGHT + 1, _MIDNIGHT - 15 * DAY_MS,
    FIRST_MOMENT, FIRST_MOMENT + 3_600_000, FIRST_MOMENT + 30 * 3_600_000, LAST_MOMENT, LAST_MOMENT - 7_200_000,
    LAST_MOMENT - 30 * 3_600_000, -2_177_481_943_000, -2_177_481_943_001, 1_194_157_860_000, 1_194_157_799_999,
    1_194_154_200_000, 552_668_400_000, 1_350_788_400_000, 1_350_788_399_999, 1_325_260_800_000, 1_325_239_200_000,
)  # fmt: skip
_DAYS = (
    None, 0, -1, TODAY, TODAY - 1, TODAY + 1, TODAY - 15, TODAY - 7, FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 31,
    LAST_DAY, LAST_DAY - 1, LAST_DAY - 45, 11_016, 11_017, 19_782, 19_783, 20_147, 20_512,
)  # fmt: skip


_DURATIONS = (
    None, 0, 1, -1, 999, 3_600_000, -3_600_000, DAY_MS, DAY_MS + 1, 15 * DAY_MS, 400 * DAY_MS, LONGEST_DURATION,
    -LONGEST_DURATION, LONGEST_DURATION - 1, NOW, -NOW, LAST_MOMENT - NOW, FIRST_MOMENT - NOW,
)  # fmt: skip


def _numbers(kind):
    most = 10**kind.digits - 1
    return (
        None,
        0,
        1,
        -1,
        2,
        3,
        -3,
        5,
        -5,
        7,
        10,
        15,
        49,
        50,
        51,
        -50,
        100,
        101,
        999,
        12_345,
        -98_765,
        most,
        -most,
        most - 1,
    )


def _values(kind, ids=()):
    match kind:
        case NumberType():
            return _numbers(kind)
        case BooleanType():
            return (None, True, False)
        case DateType():
            return _DAYS
        case DateTimeType():
            return _MOMENTS
        case DurationType():
            return _DURATIONS
        case ChoiceType():
            return (None, "negotiation", "won", "lost")
        case ChoicesType():
            return (None, ("won",), ("negotiation", "lost"), ("negotiation", "won", "lost"))
        case PersonType():
            return (None, "u1", "u2", "u3", "u4", "gone")
        case ReferenceType():
            return (None, *ids, "gone")
        case _:
            return _TEXTS


def _rows(form, count, ids, chance, *, plain=False):
    rows = []
    for number in range(1, count + 1):
        row = {
            key: chance.choice(_values(field.type, ids.get(getattr(field.type, "form", ""), ())))
            for key, field in form.fields.items()
        }
        rows.append(row | {"id": f"{form.key[0]}{number:02}", "deleted_at": None if plain or number % 5 else NOW})
    return tuple(rows)


def made_rows(seed=1, deals=48):
    """The rows of every form; some are deleted, some references lead nowhere."""
    chance = random.Random(seed)  # noqa: S311
    ids = {}
    rows = {}
    for form, count in ((REGION, 4), (CUSTOMER, 8), (DEAL, deals), (VISIT, deals * 5 // 2)):
        rows[APP, form.key] = _rows(form, count, ids, chance, plain=form is DEAL)
        ids[form.key] = tuple(row["id"] for row in rows[APP, form.key])
    every = itertools.count()
    for key, field in DEAL.fields.items():
        if key != "id":
            for value in _values(field.type, ids.get(getattr(field.type, "form", ""), ())):
                rows[APP, "deal"][next(every) % len(rows[APP, "deal"])][key] = value
    return rows


def plain(rows, zone):
    """The surroundings of a run in that zone; its calendar differs at both ends of time too."""
    return replace(
        Plain.at(NOW, zone), calendar=CALENDAR, me="u1", parameters=PARAMETER_VALUES, rows=rows, people=PEOPLE
    )


def _column_type(kind, dialect):
    native = dialect == "postgresql"
    match kind:
        case NumberType(scale, digits):
            return sa.Numeric(digits, scale) if native else sa.BigInteger()
        case BooleanType():
            return sa.Boolean() if native else sa.Integer()
        case DateType():
            return sa.Date() if native else sa.Integer()
        case DateTimeType():
            return sa.DateTime(timezone=True) if native else sa.BigInteger()
        case DurationType():
            return sa.Numeric() if native else sa.BigInteger()
        case _ if isinstance(kind, SEVERAL):
            return JSONB() if native else sa.Text()
        case _:
            return sa.Text(collation="C") if native else sa.Text()


def _physical(value, kind, dialect):
    if value is None:
        return None
    match kind:
        case NumberType(scale):
            return decimal_of(value, scale) if dialect == "postgresql" else value
        case DateType() if dialect == "postgresql":
            return date_of(value)
        case DateTimeType() if dialect == "postgresql":
            return datetime_of(value)
        case BooleanType() if dialect == "sqlite":
            return int(value)
        case _ if isinstance(kind, SEVERAL):
            return list(value) if dialect == "postgresql" else sqlite_functions.several_to_sqlite(value)
        case _:
            return value


def _people():
    return [
        {"id": id, "name": one.display_name, "department": one.department, "manager": one.manager}
        for id, one in PEOPLE.items()
    ]


def _roles():
    return [
        {"person": id, "app": app, "role": role} for id, one in PEOPLE.items() for app, role in sorted(one.held_roles)
    ]


class Database:
    """The world in real tables of one database."""

    def __init__(self, url: str, rows: Mapping) -> None:
        engine = sa.create_engine(url)
        self.dialect = engine.dialect.name
        self.connection = engine.connect()
        if self.dialect == "sqlite":
            sqlite_functions.register(self.connection.connection.dbapi_connection)
        else:
            self.connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        metadata = sa.MetaData()
        self.tables = {
            key: sa.Table(
                key,
                metadata,
                *(sa.Column(field.key, _column_type(field.type, self.dialect)) for field in form.fields.values()),
                sa.Column("deleted_at", _column_type(DateTimeType(), self.dialect)),
            )
            for key, form in FORMS.items()
        }
        text = _column_type(TextType(), self.dialect)
        for name, keys in {
            PERSONS: ("id", "name", "department", "manager"),
            ROLES_HELD: ("person", "app", "role"),
        }.items():
            self.tables[name] = sa.Table(f"directory_{name}", metadata, *(sa.Column(key, text) for key in keys))
        metadata.create_all(self.connection)
        self.connection.execute(sa.insert(self.tables[PERSONS]), _people())
        self.connection.execute(sa.insert(self.tables[ROLES_HELD]), _roles())
        for (_, key), listed in rows.items():
            kinds = {name: field.type for name, field in FORMS[key].fields.items()} | {"deleted_at": DateTimeType()}
            stored = [
                {name: _physical(row[name], kind, self.dialect) for name, kind in kinds.items()} for row in listed
            ]
            self.connection.execute(sa.insert(self.tables[key]), stored)
        self.connection.commit()

    def scope(self, zone: str, run: Plain | None = None) -> SqlContext:
        around = plain({}, zone) if run is None else run
        return SqlContext(self.dialect, self.tables["deal"], lambda _, form: self.tables[form].alias(), around)

    def close(self) -> None:
        self.connection.close()
        self.connection.engine.dispose()
