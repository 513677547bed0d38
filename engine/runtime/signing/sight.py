"""What a viewer who may read a record sees of its envelopes: all, what the document prints, or how far they are.

The document is theirs who may read everything that it prints, who answer for it, or sign it; addresses and browsers of
signers, and with them the report, are theirs who answer for it alone, and the administrators'.
"""

from __future__ import annotations

from enum import IntEnum

from engine.catalog.printouts.sieves import leaves_out
from engine.decision.envelopes.people import in_charge
from engine.decision.standing import StandingEnvelope
from engine.forms.forms import Form
from engine.kernel.values import Row
from engine.runtime.directory import is_admin
from engine.runtime.reading import Reading
from engine.runtime.record_sight import sieve_of
from engine.storage import envelopes as stored


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
    for one in stored.of_record(reading.connection, form.app, form.key, str(row["id"])):
        if file == one.report_file:
            return seen_of(reading, form, row, one) is Seen.EVERYTHING
        marks = {signer.mark_file for signer in one.envelope.signers}
        if file in (one.file, one.signed_file) or file in marks:
            return seen_of(reading, form, row, one) >= Seen.DOCUMENT
    return True


def hinted(mail: str) -> str:
    """Return a mail address as one recognises one's own, and learns nobody else's."""
    local, at, domain = mail.partition("@")
    return f"{local[:1]}***{at}{domain}" if mail else ""
