"""The columns that records and lines have without anybody declaring them; knows their kinds and labels only."""

from __future__ import annotations

from engine.catalog.tables import ColumnSpec
from engine.kernel.problems import Text
from engine.kernel.values import StorageKind


def _system(key: str, kind: StorageKind, zh: str, en: str) -> ColumnSpec:
    return ColumnSpec(key, kind, Text(zh, en), digits=9)


SYSTEM_COLUMNS = (
    _system("id", StorageKind.TEXT, "编号", "Id"),
    _system("version", StorageKind.NUMBER, "版本", "Version"),
    _system("state", StorageKind.TEXT, "状态", "State"),
    _system("state_since", StorageKind.DATETIME, "进入状态时间", "In this state since"),
    _system("held", StorageKind.JSON, "冻结", "Held"),
    _system("owner", StorageKind.TEXT, "负责人", "Owner"),
    _system("department", StorageKind.TEXT, "部门", "Department"),
    _system("created_at", StorageKind.DATETIME, "创建时间", "Created at"),
    _system("created_by", StorageKind.TEXT, "创建人", "Created by"),
    _system("updated_at", StorageKind.DATETIME, "更新时间", "Updated at"),
    _system("updated_by", StorageKind.TEXT, "更新人", "Updated by"),
    _system("deleted_at", StorageKind.DATETIME, "删除时间", "Deleted at"),
)
"""The columns that every record has, in the order of ``SYSTEM_FIELDS``."""

CONVERTED = ColumnSpec("_converted", StorageKind.NUMBER, Text("转换标记", "Converted"), digits=18)
"""The column that a table gets with the first change of a field's type: at which version a row was converted last."""

LINE_COLUMNS = (
    _system("id", StorageKind.TEXT, "编号", "Id"),
    _system("parent", StorageKind.TEXT, "所属记录", "Record"),
    _system("position", StorageKind.NUMBER, "序号", "Position"),
)
"""The columns that every line has beside its fields."""

OWN_INTEGERS = frozenset(column for column in SYSTEM_COLUMNS + LINE_COLUMNS if column.kind is StorageKind.NUMBER)
"""Numbers of the engine's own: plain integers on both databases."""
