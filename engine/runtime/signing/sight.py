"""What a viewer who may read a record sees of its envelopes: all, what the document prints, or how far they are.

The document is theirs who may read everything that it prints, who answer for it, or sign it; addresses and browsers of
signers, and with them the report, are theirs who answer for it alone, and the administrators'.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import IntEnum
from typing import Final

from engine.catalog.printouts.sieves import leaves_out
from engine.decision.envelopes.people import in_charge
from engine.decision.standing import StandingEnvelope
from engine.forms.forms import Form
from engine.kernel.values import Row
from engine.runtime.directory import is_admin
from engine.runtime.files_views import FileView
from engine.runtime.reading import Reading
from engine.runtime.record_sight import sieve_of
from engine.storage import envelopes as stored

OF_ENVELOPES: Final = ("application/pdf", "image/png")
"""What the files of envelopes are: documents, reports and drawn signatures."""


class Seen(IntEnum):
    """How much of an envelope somebody sees; each takes in what is before it."""

    COURSE = 0
    """How far it is: states, times and the names of users."""

    DOCUMENT = 1
    """The document, and what signers have said."""

    EVERYTHING = 2
    """Where signers are reached, from where they came, and the report."""


def seen_of(reading: Reading, form: Form, row: Row, standing: StandingEnvelope) -> Seen:
    """Return how much of an envelope the viewer sees, who may read its record."""
    me = reading.viewer
    if is_admin(me) or me.id in in_charge(reading, standing.sender, row):
        return Seen.EVERYTHING
    printout = reading.app(form.app).printouts.get(standing.document)
    signs = any(one.user == me.id for one in standing.envelope.signers)
    if signs or (printout is not None and not leaves_out(sieve_of(reading, form, row), form.app, printout)):
        return Seen.DOCUMENT
    return Seen.COURSE


def may_open(reading: Reading, form: Form, row: Row, file: str) -> bool:
    """Tell whether the viewer may open a file of a record that they may read, as far as envelopes are concerned."""
    return not _closed(reading, form, row, (file,))


def opened(reading: Reading, form: Form, row: Row, listed: Mapping[str, FileView]) -> Mapping[str, FileView]:
    """Return files of a record, each with whether the viewer may open it."""
    asked = [id for id, one in listed.items() if one.type in OF_ENVELOPES]
    return {**listed, **{id: replace(listed[id], open=False) for id in _closed(reading, form, row, asked)}}


def _closed(reading: Reading, form: Form, row: Row, files: Collection[str]) -> list[str]:
    """Return those of these files of a record that its envelopes keep from the viewer."""
    if not files:
        return []
    needed: dict[str, Seen] = {}
    for one in stored.of_record(reading.connection, form.app, form.key, str(row["id"])):
        papers = (one.file, one.signed_file, *(signer.mark_file for signer in one.envelope.signers))
        theirs = dict.fromkeys((file for file in papers if file), Seen.DOCUMENT)
        if one.report_file is not None:
            theirs[one.report_file] = Seen.EVERYTHING
        wanted = {file: seen for file, seen in theirs.items() if file in files}
        here = seen_of(reading, form, row, one) if wanted else Seen.EVERYTHING
        needed |= {file: seen for file, seen in wanted.items() if here < seen}
    return list(needed)


def hinted(mail: str) -> str:
    """Return a mail address as one recognises one's own, and learns nobody else's."""
    local, at, domain = mail.partition("@")
    return f"{local[:1]}***{at}{domain}" if mail else ""
