"""The tables of imports as queries see them: what was brought in from files, and its rows until they are taken."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, Table

from engine.storage.system_tables import PREFIX, WORDS, metadata

_ABOUT: Final = ("id", "app", "form", "user_id", "name", "kind", "sha256", "columns", "plan", "state", "problems")
_COUNTS: Final = ("last", "rows", "made", "changed", "unchanged", "refused")
_TIMES: Final = ("created_at", "started_at", "told_at")

import_ = Table(
    f"{PREFIX}import",
    metadata,
    *(Column(name, WORDS) for name in _ABOUT),
    *(Column(name, Integer()) for name in _COUNTS),
    *(Column(name, BigInteger()) for name in _TIMES),
)
import_row = Table(
    f"{PREFIX}import_row",
    metadata,
    Column("import_id", WORDS),
    Column("line", Integer()),
    Column("content", WORDS),
    Column("problems", WORDS),
)
