"""Looks at an installation's database: version, migrations, clocks, journal, designs, outbox; it writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from engine.catalog.compiling import Installed, compile_catalog
from engine.catalog.definitions import load_app
from engine.catalog.naming import assign_names
from engine.doctor.findings import Finding, Level, Subject
from engine.doctor.machine import TEST_CLOCK
from engine.forms.field_types import BUILT_IN
from engine.kernel.clocks import Moment, moment_text, real_moment
from engine.kernel.problems import EngineError, Text
from engine.packs.installing import market_packs, needed_packs
from engine.runtime.catalogs import CatalogSource
from engine.runtime.settings import Settings, read_key
from engine.storage import outbox, stored_clock, vitals
from engine.storage import settings as stored
from engine.storage.database import Database
from engine.storage.heads import newest_seal
from engine.storage.migrations import pending
from engine.storage.witness import NOTHING_SEALED, read_witness

SKEW_MS, FAR_MS = 2_000, 60_000
"""How far two clocks may stand apart before it is warned of, and before it is wrong."""
LAG_MS = 5 * 60_000

DATABASE: Final = Subject("database", Text("数据库", "Database"))
MIGRATIONS: Final = Subject("migrations", Text("系统表", "System tables"))
CLOCK: Final = Subject("clock", Text("时钟", "Clock"))
JOURNAL: Final = Subject("journal", Text("日志", "Journal"))
PACKS: Final = Subject("packs", Text("模板包", "Packs"))
APPS: Final = Subject("apps", Text("应用", "Apps"))
OUTBOX: Final = Subject("outbox", Text("发件箱", "Outbox"))


def look(settings: Settings, database: Database, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Go through what an open database shows; of one whose tables are behind, only that."""
    yield from _asked(DATABASE, lambda: _version(database))
    standing = next(_asked(MIGRATIONS, lambda: _migrations(database)))
    yield standing
    yield from _asked(CLOCK, lambda: _clock(database, environment))
    yield from _asked(PACKS, _packs)
    if standing.level is not Level.GOOD:
        return
    yield from _asked(JOURNAL, lambda: _journal(settings, database))
    yield from _asked(APPS, lambda: _apps(database))
    yield from _asked(OUTBOX, lambda: _outbox(settings, database))


def _asked(subject: Subject, look_at: Callable[[], Finding]) -> Iterator[Finding]:
    """Give what was found, or what the room in question answered instead."""
    try:
        yield look_at()
    except EngineError as error:
        yield subject.refused(error)
    except OSError as error:
        yield subject.failed(error)


def _version(database: Database) -> Finding:
    version = vitals.version(database)
    address = database.engine.url.render_as_string(hide_password=True)
    return DATABASE.good(f"{version},{address}", f"{version}, {address}")


def _migrations(database: Database) -> Finding:
    with database.read() as connection:
        unknown = vitals.unknown_migrations(connection)
    if unknown:
        names = ", ".join(unknown)
        return MIGRATIONS.wrong(
            Text(f"由更新的程序建立:{names}", f"A newer program made them: {names}"),
            Text("升级有据,或接回原来的数据库", "Upgrade Youju, or go back to the database that this one knows"),
        )
    behind = pending(database)
    if behind:
        names = ", ".join(behind)
        return MIGRATIONS.warning(
            Text(f"还没有执行:{names}", f"Still to be run: {names}"),
            Text("运行 youju migrate", "Run youju migrate"),
        )
    return MIGRATIONS.good("最新", "current")


def _clock(database: Database, environment: Mapping[str, str]) -> Finding:
    with database.read() as connection:
        theirs, ours = vitals.moment(connection), real_moment()
    apart = 0 if theirs is None else abs(theirs - ours)
    if apart > SKEW_MS:
        seconds = apart / 1000
        said = Text(f"与数据库相差 {seconds:.0f} 秒", f"{seconds:.0f} seconds apart from the database's")
        mend = Text("让两台机器都对时(NTP)", "Have both machines keep time (NTP)")
        return CLOCK.wrong(said, mend) if apart > FAR_MS else CLOCK.warning(said, mend)
    if environment.get(TEST_CLOCK):
        return CLOCK.warning(
            Text("测试时钟开着:业务时间由 youju tick 拨动", "The test clock is on: youju tick moves business time"),
            Text(f"正式使用时去掉 {TEST_CLOCK}", f"Take {TEST_CLOCK} away where people work"),
        )
    return CLOCK.good(moment_text(ours), moment_text(ours))


def _journal(settings: Settings, database: Database) -> Finding:
    has_key = settings.journal_key.is_file()
    key = read_key(settings.journal_key) if has_key else b""
    seen = read_witness(settings.journal_witness, key) if has_key else None
    with database.read() as connection:
        if not has_key and vitals.is_sealed(connection):
            return JOURNAL.wrong(
                Text(f"没有 {settings.journal_key}", f"{settings.journal_key} is missing"),
                Text("从备份恢复它:没有它,日志链无法验证", "Restore it: without it nobody can verify the journal"),
            )
        last = newest_seal(connection, key, seen)
        waiting, until = vitals.unsealed(connection), vitals.sealer_until(connection)
    if waiting and until < real_moment():
        return JOURNAL.warning(
            Text(f"{waiting} 条还没有封存,没有进程在封存", f"not sealed yet: {waiting}, and nobody seals"),
            Text("运行 youju serve 或 youju worker", "Run youju serve or youju worker"),
        )
    if last == NOTHING_SEALED:
        return JOURNAL.good("还没有封存", "nothing sealed yet")
    return JOURNAL.good(f"链头与见证一致,第 {last.number} 批", f"head and witness agree, batch {last.number}")


def _packs() -> Finding:
    """Compile every pack that ships, with what it needs and nothing else."""
    packs = market_packs()
    for pack in packs:
        definitions = [load_app(each.documents, BUILT_IN) for each in (*needed_packs(pack), pack)]
        compile_catalog([Installed(each, 1, assign_names(each, {}, ())) for each in definitions], BUILT_IN)
    return PACKS.good(f"{len(packs)} 个,都能编译", f"{len(packs)}, all compile")


def _apps(database: Database) -> Finding:
    with database.read() as connection:
        apps = CatalogSource(BUILT_IN, database.dialect).current(connection).catalog.apps
    listed = ", ".join(f"{key} r{app.revision}" for key, app in apps.items())
    return APPS.good(listed or "还没有安装", listed or "none installed yet")


def _outbox(settings: Settings, database: Database) -> Finding:
    with database.read() as connection:
        kept = stored.read(connection, stored_clock.KEY) if settings.test_clock else None
        now = real_moment() if kept is None else int(kept)
        depth = outbox.depth(connection, now)
    lag = 0 if depth.oldest_due is None else now - depth.oldest_due
    if depth.dead:
        dead = depth.dead
        return OUTBOX.warning(
            Text(f"{dead} 封投递不了", f"not delivered: {dead}"),
            Text("看它们的错误,改好后重放", "Look at their errors, mend the cause and replay them"),
        )
    if lag > LAG_MS:
        return OUTBOX.warning(
            Text(f"最早的一封等了 {_minutes(lag)} 分钟", f"the oldest has waited for {_minutes(lag)} min"),
            Text("运行 youju serve 或 youju worker", "Run youju serve or youju worker"),
        )
    return OUTBOX.good(f"{depth.waiting} 封待发", f"{depth.waiting} waiting")


def _minutes(milliseconds: Moment) -> int:
    return milliseconds // 60_000
