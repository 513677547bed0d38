"""Looks at the machine: settings, the home folder and its keys, the disk, the time zones; it opens no database."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.connectors.secrets import PREFIX as SECRETS
from engine.doctor.findings import Finding, Subject
from engine.kernel.problems import Text
from engine.runtime.settings import KEY_BYTES, SETTING_VARIABLES, Settings

if TYPE_CHECKING:
    from pathlib import Path

KNOWN_VARIABLES: Final = frozenset(
    ("YOUJU_HOME", "YOUJU_DATABASE_URL", "YOUJU_DEMO_PASSWORD", "YOUJU_CHROMIUM", *SETTING_VARIABLES)
)
TEST_CLOCK: Final = "YOUJU_TEST_CLOCK"
OTHERS: Final = 0o077
"""The bits of a file's mode that let others in."""
FULL, NARROW = 100 * 2**20, 2**30
"""Bytes that are too few to go on, and few enough to warn."""
ZONES: Final = ("Asia/Shanghai", "Europe/London", "UTC")

SETTINGS: Final = Subject("settings", Text("设置", "Settings"))
HOME: Final = Subject("home", Text("数据目录", "Home folder"))
KEYS: Final = Subject("keys", Text("密钥文件", "Key files"))
DISK: Final = Subject("disk", Text("磁盘", "Disk"))
ZONE: Final = Subject("zones", Text("时区数据", "Time zones"))


def look(settings: Settings, environment: Mapping[str, str], places: tuple[Path, ...]) -> Iterator[Finding]:
    """Go through what there is to see without a database; ``places`` are the folders that must not fill up."""
    yield _settings(environment)
    looks: tuple[tuple[Subject, Callable[[], Finding]], ...] = (
        (HOME, lambda: _home(settings.home)),
        (KEYS, lambda: _keys(settings)),
        (DISK, lambda: _disk(places)),
        (ZONE, lambda: zones(ZONES)),
    )
    for subject, look_at in looks:
        try:
            yield look_at()
        except OSError as error:
            yield subject.failed(error)


def _settings(environment: Mapping[str, str]) -> Finding:
    ours = {name for name, value in environment.items() if name.startswith("YOUJU_") and value}
    unknown = sorted(name for name in ours - KNOWN_VARIABLES if not name.startswith(SECRETS))
    python = platform.python_version()
    if unknown:
        names = ", ".join(unknown)
        return SETTINGS.warning(
            Text(f"不认识的环境变量:{names}", f"Variables that nothing reads: {names}"),
            Text("检查拼写,或去掉它们", "Check how they are spelt, or take them away"),
        )
    return SETTINGS.good(f"Python {python},{len(ours)} 个环境变量", f"Python {python}, {len(ours)} variables set")


def _home(home: Path) -> Finding:
    if not home.is_dir():
        return HOME.wrong(
            Text(f"{home} 不存在", f"{home} is not there"),
            Text(
                "运行 youju init,或改 YOUJU_HOME",
                "Run youju init, or point YOUJU_HOME elsewhere",
            ),
        )
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return HOME.wrong(
            Text(f"没有权限读写 {home}", f"{home} cannot be read and written"),
            Text("让运行有据的账号拥有它", "Give it to the account that runs Youju"),
        )
    if is_open(home):
        return HOME.wrong(
            Text(f"{home} 对其他账号开放", f"{home} is open to other accounts"),
            Text(f"运行 chmod 700 {home}", f"Run chmod 700 {home}"),
        )
    return HOME.good(str(home), str(home))


def is_open(path: Path) -> bool:
    """Tell whether accounts other than the owner's may get at a file or folder; systems without such modes say no."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & OTHERS)


def _keys(settings: Settings) -> Finding:
    kept = (settings.journal_key, settings.session_key, settings.journal_witness, settings.demo_users)
    there = [path for path in kept if path.is_file()]
    opened = [path.name for path in there if is_open(path)]
    if opened:
        names = " ".join(opened)
        return KEYS.wrong(
            Text(f"其他账号能读:{names}", f"Other accounts can read: {names}"),
            Text(f"在数据目录里运行 chmod 600 {names}", f"Run chmod 600 {names} in the home folder"),
        )
    short = [path.name for path in there if path.suffix == ".key" and path.stat().st_size != KEY_BYTES]
    if short:
        names = " ".join(short)
        return KEYS.wrong(
            Text(f"长度不对:{names}", f"Not {KEY_BYTES} bytes long: {names}"),
            Text(
                "从备份恢复:换一把密钥,日志链就无法验证",
                "Restore them: another key verifies nothing",
            ),
        )
    return KEYS.good(f"{len(there)} 个,只有所有者能读", f"{len(there)}, for their owner alone")


def _disk(places: tuple[Path, ...]) -> Finding:
    standing = {place for place in places if place.is_dir()}
    if not standing:
        return DISK.warning(
            Text("还没有可查看的目录", "There is no folder to look at yet"),
            Text("运行 youju init", "Run youju init"),
        )
    left = min(shutil.disk_usage(place).free for place in standing)
    words = f"{left / 2**30:.1f} GB"
    said = Text(f"剩余 {words}", f"{words} free")
    mend = Text("腾出空间:磁盘满了就什么都写不进去", "Make room: nothing can be written to a full disk")
    if left < FULL:
        return DISK.wrong(said, mend)
    return DISK.warning(said, mend) if left < NARROW else DISK.good(said.zh, said.en)


def zones(names: tuple[str, ...]) -> Finding:
    """Look whether these time zones are known here."""
    missing = [name for name in dict.fromkeys(names) if not _is_zone(name)]
    if missing:
        listed = ", ".join(missing)
        return ZONE.wrong(
            Text(f"没有:{listed}", f"Missing: {listed}"),
            Text("安装 Python 包 tzdata", "Install the Python package tzdata"),
        )
    return ZONE.good("齐全", "known")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
