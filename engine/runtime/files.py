"""Files for a viewer: sending a content, reading it where a record that holds it may be read, and capture tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Final

from engine.decision.captures import CAPTURE_FOR, SUBMIT_FOR
from engine.decision.problems import ABSENT
from engine.forms.captured.parsing import DEVICES, LONGEST_WORD
from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid, uuid7
from engine.kernel.problems import EngineError
from engine.runtime.desk import Desk
from engine.runtime.files_seen import view_of
from engine.runtime.files_views import FileView, TokenView
from engine.runtime.reading import Reading
from engine.runtime.signing.sight import OF_ENVELOPES, may_open
from engine.runtime.views import Viewer
from engine.storage import capture_tokens, files
from engine.storage.contents import problems
from engine.storage.contents.kinds import LARGEST, MIB, Kind, clean_name, kind_of
from engine.storage.contents.store import Received
from engine.storage.files import FileRow, Use
from engine.storage.locks import lock_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_TOKENS: Final = 20
"""How many tokens a device keeps in its pool, and so how many are issued at once."""

MOST_UNUSED: Final = 400
"""How many tokens of a user may wait to be used: several devices, each with a pool and photos not yet handed in."""

MOST_WAITING: Final = 500 * MIB
"""How many bytes of a user may wait for a record to hold them: nobody fills the disk."""

TOKEN_BYTES: Final = 16


class Files:
    """What a viewer does with files."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution

    def receive(self, viewer: Viewer, source: IO[bytes], name: str | None) -> FileView:
        """Keep a content that the viewer sends; the same bytes again are the same file. EngineError (FILE-…) else.

        The content is on the disk before the row that tells of it: a process that dies between the two leaves a
        content that nobody knows, which is swept, and never a file without a content.
        """
        with self._execution.contents.received(source, LARGEST) as received:
            kind = kind_of(received.head, received.size, clean_name(name))
            kept = clean_name(name, kind.type)
            return view_of(self._execution.attempt(lambda open: self._keep(open, viewer, received, kind, kept)))

    def again(self, viewer: Viewer, sha256: str) -> FileView | None:
        """Return the file that the viewer sent with that content before, as if it came now, or None."""

        def touched(connection: Connection) -> FileRow | None:
            known = files.find_same(connection, viewer.id, sha256)
            if known is None or not files.touch(connection, known.id, self._execution.clocks.business()):
                return None
            return known

        known = self._execution.attempt(touched)
        return None if known is None else view_of(known)

    def _keep(self, connection: Connection, viewer: Viewer, received: Received, kind: Kind, name: str) -> FileRow:
        lock_name(connection, f"file/{received.sha256}")
        now = self._execution.clocks.business()
        known = files.find_same(connection, viewer.id, received.sha256)
        if known is not None and files.touch(connection, known.id, now):
            self._execution.contents.place(received)  # it mends a content that was lost
            return known
        if files.waiting(connection, viewer.id, now - files.SWEPT_AFTER) + received.size > MOST_WAITING:
            raise EngineError(problems.TOO_MUCH.at("file", most=MOST_WAITING // MIB))
        id = uuid7(now, self._execution.randomness(10))
        row = FileRow(id, received.sha256, name, kind.type, received.size, kind.width, kind.height, viewer.id, now)
        self._execution.contents.place(received)
        files.put(connection, row)
        return row

    def describe(self, viewer: Viewer, id: str) -> FileView:
        """Return what a file is; EngineError (absent) where the viewer may not read it."""
        with self._desk.reading(viewer) as reading:
            return view_of(_readable(reading, id))

    def open(self, viewer: Viewer, id: str) -> tuple[FileView, IO[bytes]]:
        """Return a file and its content, open for reading; EngineError (absent) where the viewer may not read it."""
        found = self.describe(viewer, id)
        return found, self._execution.contents.open(found.sha256)

    def issue_tokens(
        self, viewer: Viewer, count: Json, device: Json = None, kind: Json = None
    ) -> tuple[TokenView, ...]:
        """Issue capture tokens to the viewer, for the device if it is named; EngineError with all that is wrong."""
        self._check_request(count, device, kind)
        now = self._execution.clocks.business()
        tokens = [self._execution.randomness(TOKEN_BYTES).hex() for _ in range(count)]

        def put(connection: Connection) -> None:
            lock_name(connection, f"capture-tokens/{viewer.id}")
            if capture_tokens.unused(connection, viewer.id, now - SUBMIT_FOR) + count > MOST_UNUSED:
                raise EngineError(problems.TOO_MANY_TOKENS.at("count"))
            capture_tokens.put(connection, tokens, viewer.id, (device, kind), now)

        self._execution.attempt(put)
        until = (moment_text(now + CAPTURE_FOR), moment_text(now + SUBMIT_FOR))
        return tuple(TokenView(token, *until) for token in tokens)

    @staticmethod
    def _check_request(count: Json, device: Json, kind: Json) -> None:
        found = []
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_TOKENS:
            found.append(problems.BAD_COUNT.at("count", most=MOST_TOKENS))
        named = device is None or (isinstance(device, str) and 0 < len(device) <= LONGEST_WORD and device.isprintable())
        if not named or (kind is not None and (kind not in DEVICES or device is None)):
            found.append(problems.BAD_DEVICE.at("device_id", known=", ".join(DEVICES)))
        if found:
            raise EngineError(found)

    def of_records(self, reading: Reading, app: str, form: str, ids: Iterable[str]) -> tuple[tuple[Use, FileView], ...]:
        """Return the files of records with what holds them: what an export of them must take along."""
        return tuple((use, view_of(row)) for use, row in files.of_records(reading.connection, app, form, ids))


def _readable(reading: Reading, id: str) -> FileRow:
    """Return a file that the viewer may read: in a field of a record that holds it; their own where none does."""
    row = files.find(reading.connection, id) if is_uuid(id) else None
    if row is None:
        raise EngineError(ABSENT.at())
    held = files.uses(reading.connection, id)
    is_own = not held and row.user_id == reading.viewer.id
    if is_own or any(_may_see(reading, use, row) for use in held):
        return row
    raise EngineError(ABSENT.at())


def _may_see(reading: Reading, use: Use, file: FileRow) -> bool:
    form = reading.catalog.form(use.app, use.form)
    if form is None or not reading.access(form).grants:
        return False
    row = reading.record(use.app, use.form, use.record)
    if row is None or not reading.may_see(form, row):
        return False
    if use.field in reading.access(form).hidden(row, reading.surroundings(use.app)):
        return False
    return file.type not in OF_ENVELOPES or may_open(reading, form, row, file.id)
