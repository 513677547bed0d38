"""The fourteenth schema: for boards that people want sent; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_subscriptions(operations: Operations, _dialect: Dialect) -> None:
    """Make the table of boards that people want by mail; a person has one for a board.

    ``message`` is the outbox message that sends it next: any other that may still wait is not its own any more.
    """
    operations.create_table(
        "youju_board_subscription",
        Column("id", _WORDS, primary_key=True, nullable=False),
        *(Column(name, _WORDS, nullable=False) for name in ("user_id", "app", "board", "period")),
        Column("hour", Integer(), nullable=False),
        Column("message", _WORDS, nullable=False),
        Column("at", BigInteger(), nullable=False),
    )
    whose = ["app", "board", "user_id"]
    operations.create_index("ux_youju_board_subscription", "youju_board_subscription", whose, unique=True)
