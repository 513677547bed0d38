"""What a form needs to be a ledger: fields of the right kinds; it knows no posting."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.forms import problems
from engine.forms.definitions import FieldDef, FormDef, scale_of, target_of
from engine.kernel.problems import Problem
from engine.language.scope import LedgerScope

NUMBERS = ("number", "money")

Fits = Callable[[FieldDef], bool]


def ledger_scope(form: FormDef) -> LedgerScope | None:
    """Return what rules see of a ledger; None for a form that is none, or whose ledger names fields that are not."""
    keys, ledger = {item.key for item in form.fields}, form.ledger
    if ledger is None or not {ledger.account, ledger.delta, ledger.reference} <= keys:
        return None
    return LedgerScope(ledger.account, ledger.delta, ledger.reference)


def ledger_problems(app: str, form: FormDef) -> Iterator[Problem]:
    """Go through the fields of a ledger that cannot be what it says they are."""
    if form.ledger is None:
        return
    fields = {item.key: item for item in form.fields if not item.retired}
    for part, fits, zh, en in _wanted(app, form, fields):
        key = getattr(form.ledger, part)
        if key is not None and (key not in fields or not fits(fields[key])):
            yield problems.BAD_LEDGER_FIELD.at(f"ledger.{part}", part=part, key=key, wanted_zh=zh, wanted_en=en)


def _wanted(app: str, form: FormDef, fields: dict[str, FieldDef]) -> Iterator[tuple[str, Fits, str, str]]:
    delta = fields.get(form.ledger.delta) if form.ledger else None

    def account(item: FieldDef) -> bool:
        return item.type in ("person", "reference", "text") and item.required == "create"

    def change(item: FieldDef) -> bool:
        return item.type in NUMBERS and item.required == "create" and item.computed is None

    def reference(item: FieldDef) -> bool:
        return item.type == "text" and item.unique and item.required == "create"

    def balance(item: FieldDef) -> bool:
        return (
            delta is not None and item.set_by_system and item.type == delta.type and scale_of(item) == scale_of(delta)
        )

    def reversing(item: FieldDef) -> bool:
        return item.type == "reference" and item.set_by_system and target_of(item, app) == (app, form.key)

    yield "account", account, "新建时必填的人员、引用或文本", "a person, reference or text that is required at creation"
    yield "delta", change, "新建时必填的数字或金额", "a number or amount that is required at creation"
    yield "reference", reference, "新建时必填、不重复的文本", "a unique text that is required at creation"
    yield "balance", balance, "系统填写、与增减同类的数字", "a system field of the very kind of the delta"
    yield "reversed_by", reversing, "系统填写、指向本台账的引用", "a system reference to the ledger itself"
