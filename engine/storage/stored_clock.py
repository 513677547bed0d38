"""The test clock: business time as one number that all processes read and that only whoever travels in time moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import update

from engine.kernel.clocks import Moment
from engine.storage import settings, system_tables
from engine.storage.database import Database
from engine.storage.upserts import insert_or_ignore

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY = "clock.business"
_SETTING = system_tables.setting


@dataclass(frozen=True)
class StoredClock:
    """The clock that an installation keeps in its database."""

    database: Database

    def __call__(self) -> Moment:
        """Return the business moment, as it is committed now."""
        with self.database.read() as connection:
            kept = settings.read(connection, KEY)
        if kept is None:
            message = "the clock was not begun"
            raise RuntimeError(message)
        return int(kept)

    def begin(self, moment: Moment) -> None:
        """Let the clock begin, unless it has begun already."""
        with self.database.read() as connection:
            if settings.read(connection, KEY) is not None:
                return
        with self.database.write() as connection:
            connection.execute(insert_or_ignore(connection, _SETTING, ("key",)).values(key=KEY, value=str(moment)))

    def set(self, moment: Moment) -> None:
        """Put the clock at a moment, wherever it stood; for an installation in which nothing has happened yet."""
        with self.database.write() as connection:
            settings.write(connection, KEY, str(moment))

    def move(self, connection: Connection, seen: Moment, moment: Moment) -> bool:
        """Move the clock on from where it was seen; False where somebody else has moved it since."""
        as_seen = update(_SETTING).where(_SETTING.c.key == KEY, _SETTING.c.value == str(seen))
        return connection.execute(as_seen.values(value=str(moment))).rowcount == 1
