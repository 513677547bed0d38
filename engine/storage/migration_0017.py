"""The seventeenth schema: for how often people are interrupted a day; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_interruptions(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of what interrupted whom on which day, and say of what is gathered what is at stake.

    Another one says who does not want a board that an app sends.

    ``told`` is the outbox message that told it inside, or the one that sends a digest. What was gathered before is of
    the digests that rules state, whose standing is ``morning``: it goes out as it would have.
    """
    operations.create_table(
        "youju_interruption",
        Column("told", _WORDS, primary_key=True, nullable=False),
        Column("person", _WORDS, primary_key=True, nullable=False),
        Column("day", Integer(), nullable=False),
        Column("standing", _WORDS, nullable=False),
    )
    operations.create_table(
        "youju_board_refusal",
        *(Column(name, _WORDS, primary_key=True, nullable=False) for name in ("user_id", "app", "board")),
    )
    operations.create_index("ix_youju_interruption_day", "youju_interruption", ["person", "day", "standing"])
    operations.add_column("youju_gathered", Column("amount", BigInteger()))
    operations.add_column("youju_gathered", Column("quiet", _WORDS))
    operations.add_column("youju_gathered", Column("standing", _WORDS, nullable=False, server_default="morning"))
