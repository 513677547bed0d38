"""What a rule does beyond the words to tap, told at a glance: which records it writes and what of them; no details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.kernel.canonical import Json
from engine.language.scope import FormScope
from engine.language.types import ReferenceType
from engine.runtime.studio.rules.speaker import Speaker


def told_at_a_glance(speaker: Speaker, action: Json) -> str | None:
    """Return an action in a few words; None for one that is as well read in the text of the rule."""
    return _told(speaker, speaker.ground.scope.form, action)


def _told(speaker: Speaker, form: FormScope | None, action: Json) -> str | None:
    if form is None:
        return None
    kind, body = next(iter(action.items()))
    match kind:
        case "update":
            return _updated(speaker, form, body)
        case "create":
            return _created(speaker, form, body)
        case "for_each":
            return _each(speaker, form, body)
        case "post":
            who, much = speaker.in_words(body["account"]), speaker.in_words(body["delta"])
            return speaker.pick(f"给{who}记账:{much}", f"post to the account of {who}: {much}")
        case "reverse":
            return speaker.pick("冲销先前的记账", "reverse what was posted before")
        case _:
            return None


def _updated(speaker: Speaker, form: FormScope, body: Json) -> str | None:
    names, target = [], form
    for key in str(body["record"]).split("."):
        field = target.fields.get(key)
        if field is None or not isinstance(field.type, ReferenceType):
            return None
        names.append(key if field.labels is None else speaker.of(field.labels))
        found = speaker.ground.scope.forms.get((field.type.app, field.type.form))
        if found is None:
            return None
        target = found
    fields = _names(speaker, target, body["fields"])
    return speaker.pick(f"更新{'的'.join(names)}的{fields}", f"update {fields} of {'’s '.join(names)}")


def _created(speaker: Speaker, form: FormScope, body: Json) -> str:
    document: Mapping[str, Json] = speaker.ground.documents.get(f"forms/{body['form']}.json", {})
    app, _, key = str(body["form"]).rpartition(".")
    target = speaker.ground.scope.forms.get((app or form.app, key))
    name = document["labels"][speaker.language] if document else speaker.pick("一条记录", "a record")
    fields = "" if target is None else _names(speaker, target, body["fields"])
    made = speaker.pick(f"新建{name}", f"create {name}")
    return made + (speaker.pick(f",填{fields}", f" with {fields}") if fields else "")


def _each(speaker: Speaker, form: FormScope, body: Json) -> str | None:
    field = form.fields.get(body["lines"]) or form.relations.get(body["lines"])
    lines = speaker.ground.scope.forms.get((form.app, f"{form.key}.{body['lines']}"))
    if field is None or field.labels is None or lines is None:
        return None
    done = [_told(speaker, lines, one) for one in body["do"]]
    if not all(done):
        return None
    name, words = speaker.of(field.labels), speaker.pick(";", "; ").join(one for one in done if one)
    some = speaker.pick("中符合条件的每一条", " that fits") if "where" in body else speaker.pick("的每一条", "")
    return speaker.pick(f"对{name}{some},{words}", f"for each line of {name}{some}: {words}")


def _names(speaker: Speaker, form: FormScope, keys: Iterable[str]) -> str:
    found = ((key, form.fields.get(key)) for key in keys)
    return speaker.listed([key if one is None or one.labels is None else speaker.of(one.labels) for key, one in found])
