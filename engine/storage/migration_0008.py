"""The eighth schema: for what comes in from partners; frozen as those before it are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, Text
from sqlalchemy.dialects import postgresql

from engine.storage.database import Dialect

if TYPE_CHECKING:
    from alembic.operations import Operations

_WORDS = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def make_intakes(operations: Operations, _dialect: Dialect) -> None:
    """Make the tables of deliveries that came in, of pulls, and of items that were refused.

    The table of deliveries is made anew: nothing has ever written to the one before.
    """
    operations.drop_table("youju_hook_delivery")
    operations.create_table(
        "youju_hook_delivery",
        *(_words(name, key=True) for name in ("app", "connector", "hook", "delivery")),
        _words("digest"),
        Column("at", BigInteger(), nullable=False),
        *(Column(name, Integer(), nullable=False) for name in ("items", "taken", "refused")),
    )
    operations.create_index("ix_youju_hook_delivery_at", "youju_hook_delivery", ["at"])
    operations.create_index(
        "ux_youju_hook_delivery_digest", "youju_hook_delivery", ["app", "connector", "hook", "digest"], unique=True
    )
    operations.create_table(
        "youju_pull",
        *(_words(name, key=True) for name in ("app", "connector", "pull")),
        _words("message"),
        Column("begun_at", BigInteger(), nullable=False),
        *(Column(name, BigInteger()) for name in ("ended_at", "since")),
        *(Column(name, Integer(), nullable=False) for name in ("pages", "items", "taken", "refused")),
        Column("error", _WORDS),
    )
    operations.create_table(
        "youju_intake_refusal",
        _words("id", key=True),
        *(_words(name) for name in ("app", "connector", "intake", "item", "source")),
        Column("hook", _WORDS),
        *(_words(name) for name in ("content", "problems")),
        Column("at", BigInteger(), nullable=False),
        Column("times", Integer(), nullable=False),
    )
    operations.create_index(
        "ux_youju_intake_refusal_item", "youju_intake_refusal", ["app", "connector", "intake", "item"], unique=True
    )
    operations.create_index("ix_youju_intake_refusal_at", "youju_intake_refusal", ["at"])


def _words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, _WORDS, primary_key=key, nullable=False)
