"""Making a stand-in anew deletes the file of a stand-in, and nothing else."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from engine.kernel.problems import EngineError
from engine.standin.shelf import discard

if TYPE_CHECKING:
    from pathlib import Path


def file_with(path: Path, statement: str) -> Path:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.close()
    return path


def test_the_file_of_a_stand_in_goes(tmp_path: Path) -> None:
    path = file_with(tmp_path / "own.sqlite3", "CREATE TABLE made_of (name TEXT PRIMARY KEY, value TEXT)")
    discard(path)
    discard(path)
    assert not path.exists()


@pytest.mark.parametrize("content", [None, b"", b"a letter"])
def test_what_is_none_of_a_stand_in_stays(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other"
    if content is None:
        file_with(path, "CREATE TABLE journal (id TEXT)")
    else:
        path.write_bytes(content)
    with pytest.raises(EngineError) as refused:
        discard(path)
    assert refused.value.problems[0].code == "STAND-023"
    assert path.exists()
