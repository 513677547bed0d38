"""Every table of the engine's own moves with its app, or is known to belong to the instance: none is forgotten."""

from __future__ import annotations

import pytest

from engine.storage import app_rows, system_tables
from tests.support.moving import OF_THE_INSTANCE

AS_DOCUMENTS = {"youju_app", "youju_revision"}
TABLES = system_tables.metadata.tables


def test_a_table_moves_or_is_known_to_stay_when_it_is_added():
    moving = {kept.table.name for kept in (*app_rows.KEPT, app_rows.FILES)}
    assert not moving & OF_THE_INSTANCE
    assert set(TABLES) - moving - OF_THE_INSTANCE - AS_DOCUMENTS == set()


@pytest.mark.parametrize("kept", [*app_rows.KEPT, app_rows.FILES], ids=lambda kept: kept.name)
def test_a_column_moves_or_is_left_out_by_name_when_it_is_added(kept):
    columns = {column.name for column in kept.table.columns}
    assert set(kept.columns) | kept.left_out | {"app"} >= columns
    assert kept.left_out | kept.json | set(kept.order) <= columns
    assert not kept.left_out & set(kept.columns)
