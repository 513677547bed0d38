"""The examination as a whole: the machine first, then the database where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.doctor import instance, machine
from engine.doctor.findings import Finding, Level
from engine.doctor.instance import DATABASE
from engine.kernel.problems import EngineError, Text
from engine.runtime.settings import Settings
from engine.storage.database import file_of, open_database

if TYPE_CHECKING:
    from pathlib import Path


def examine(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Go through everything there is to look at, each finding as soon as it is made."""
    try:
        file = file_of(settings.database_url)
    except EngineError as error:
        yield from machine.look(settings, environment, (settings.home,))
        yield _unopened(error)
        return
    yield from machine.look(settings, environment, (settings.home, *((file.parent,) if file else ())))
    if file is not None and not file.is_file():
        yield _no_file(file)
        return
    try:
        database = open_database(settings.database_url)
    except EngineError as error:
        yield _unopened(error)
        return
    try:
        yield from instance.look(settings, database, environment)
    finally:
        database.close()


def _unopened(error: EngineError) -> Finding:
    return replace(DATABASE.refused(error), level=Level.GONE)


def _no_file(file: Path) -> Finding:
    """Return that there is no database; opening it would make an empty one."""
    said = Text(f"{file} 不存在", f"{file} is not there")
    mend = Text("运行 youju init,或改 YOUJU_DATABASE_URL", "Run youju init, or change YOUJU_DATABASE_URL")
    return DATABASE.gone(said, mend)
