"""Ledgers: postings that are booked once for their reference, taken back by their opposite, and never changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from engine.decision.beginning import new_saving
from engine.decision.changeset import Actor
from engine.decision.facts import BalanceQuery, SameQuery
from engine.decision.pending import Saving
from engine.decision.work import Around, Work
from engine.forms import problems
from engine.forms.definitions import LedgerDef, scale_of
from engine.forms.forms import Form
from engine.kernel.problems import EngineError
from engine.kernel.values import Row, Value, decimal_text
from engine.rules.actions import Post, Reverse


@dataclass(frozen=True)
class Booking:
    """Who books from where: ``depth`` is that of the record whose rule it is."""

    work: Work
    around: Around
    actor: Actor
    depth: int


def book(booking: Booking, action: Post | Reverse, row: Row, save: Callable[[Saving], object]) -> None:
    """Book what a rule books for a row, unless that is booked already, or there is nothing to take back.

    What is taken back says by what. EngineError where the ledger does not take it; ``save`` decides each save.
    """
    made = _posting(booking, action, row)
    if made is None:
        return
    mark = _mark(booking, action, row, made) if isinstance(action, Reverse) else None
    save(made)
    if mark is not None:
        save(mark)


def _posting(booking: Booking, action: Post | Reverse, row: Row) -> Saving | None:
    """Return the save of a new posting; None where it is booked already, or there is nothing to take back."""
    work, form = booking.work, booking.work.form(action.app, action.form)
    ledger = cast("LedgerDef", form.definition.ledger)
    reference = action.reference.evaluate(row, booking.around)
    if reference is not None and _found(work, form, ledger, reference) is not None:
        return None
    values: dict[str, Value] = {key: source.evaluate(row, booking.around) for key, source in action.fields.items()}
    if isinstance(action, Reverse):
        back = _to_reverse(booking, action, row)
        if back is None:
            return None
        values |= {ledger.account: back[ledger.account], ledger.delta: -int(back[ledger.delta])}
    else:
        values[ledger.account] = action.account.evaluate(row, booking.around)
        values[ledger.delta] = action.delta.evaluate(row, booking.around)
    values[ledger.reference] = reference
    app = work.app(action.app)
    saving = new_saving(work, app, form, values, booking.actor, typed=False, depth=booking.depth + 1)
    saving.takes_back = isinstance(action, Reverse)
    return saving


def _mark(booking: Booking, action: Reverse, row: Row, made: Saving) -> Saving | None:
    """Return the save by which a posting that is taken back says so; None where its ledger keeps no such mark."""
    ledger = cast("LedgerDef", made.form.definition.ledger)
    back = _to_reverse(booking, action, row)
    if back is None or ledger.reversed_by is None:
        return None
    mark: Mapping[str, Value] = {ledger.reversed_by: made.key[2]}
    return replace(made, before=back, row={**back, **mark}, given=mark, found=[], plain=True, takes_back=False)


def _to_reverse(booking: Booking, action: Reverse, row: Row) -> Row | None:
    """Return the posting that a reversal takes back; None where there is none, or it has been taken back."""
    work, form = booking.work, booking.work.form(action.app, action.form)
    ledger = cast("LedgerDef", form.definition.ledger)
    of = action.of.evaluate(row, booking.around)
    id = None if of is None else _found(work, form, ledger, of)
    back = None if id is None else work.record(form.app, form.key, id)
    if back is None or (ledger.reversed_by is not None and back.get(ledger.reversed_by) is not None):
        return None
    return back


def _found(work: Work, form: Form, ledger: LedgerDef, reference: Value) -> str | None:
    """Return the id of the posting with a reference, stored or booked by this very decision."""
    for (app, key, id), row in work.rows.items():
        if (app, key) == (form.app, form.key) and row is not None and row.get(ledger.reference) == reference:
            return id
    query = SameQuery(form.app, form.key, (ledger.reference,), (reference,), "")
    return next(iter(cast("tuple[str, ...]", work.fact(query))), None)


def keep_account(saving: Saving) -> None:
    """Fill the balance of a new posting, and gather that it would leave less than the ledger's minimum."""
    ledger = saving.form.definition.ledger
    if ledger is None or saving.before is not None:
        return
    account, delta = saving.row.get(ledger.account), saving.row.get(ledger.delta)
    if account is None or delta is None:
        return
    held = _held(saving, ledger, account)
    if ledger.balance is not None:
        saving.settle({**saving.row, ledger.balance: held + int(delta)})
    scale = scale_of(saving.form.fields[ledger.delta].definition)
    if ledger.minimum is None or int(delta) >= 0 or saving.takes_back:
        return
    if held + int(delta) < _scaled(ledger.minimum, scale):
        left, needed = decimal_text(held, scale), decimal_text(-int(delta), scale)
        saving.found.append(problems.OVERDRAWN.at(ledger.delta, balance=left, needed=needed))


def _held(saving: Saving, ledger: LedgerDef, account: Value) -> int:
    """Return the sum of what is booked to an account, with what this decision has booked so far."""
    work, (app, form, own) = saving.work, saving.key
    stored = cast("int", work.fact(BalanceQuery(app, form, ledger.account, ledger.delta, account)))
    made = (work.rows[key] for key in work.new if key[:2] == (app, form) and key[2] != own)
    return stored + sum(int(row[ledger.delta]) for row in made if row is not None and row[ledger.account] == account)


def _scaled(decimal: str, scale: int) -> int:
    whole, _, rest = decimal.partition(".")
    return int(whole + rest[:scale].ljust(scale, "0"))


def refuse_rewriting(saving: Saving) -> None:
    """Raise where a posting would become another one, or vanish; only its reversal marks it."""
    ledger, before = saving.form.definition.ledger, saving.before
    if ledger is None or before is None:
        return
    changed = {key for key in saving.row if saving.row[key] != before.get(key)}
    if changed and not (saving.plain and changed == {ledger.reversed_by}):
        labels = saving.form.definition.labels
        raise EngineError(problems.BOOKED.at("", form_zh=labels.zh, form_en=labels.en))
