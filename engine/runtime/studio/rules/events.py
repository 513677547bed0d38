"""What a rule looks on, as words to tap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.catalog.editing import rules_events as events
from engine.kernel.canonical import Json, compact
from engine.runtime.studio.rules import words as said
from engine.runtime.studio.rules.details import detail_parts
from engine.runtime.studio.rules.kept import as_text
from engine.runtime.studio.rules.parts import Word
from engine.runtime.studio.rules.speaker import Piece, Speaker

_HOURS = re.compile(r"(?P<minute>\d{1,2}) (?P<hours>\d{1,2}(?:,\d{1,2})+) \* \* \*")


def event_parts(speaker: Speaker, at: str, event: Json, kept: Json) -> Iterator[Piece]:
    """Go through the words of one event; ``kept`` is the same by the names that people use."""
    kind = events.kind_of(event)
    name = speaker.of(speaker.ground.name)
    if kind not in events.KINDS:
        written = as_text({"on": [kept]}, speaker.language)
        yield speaker.pick(f"当{name}:", f"When {name}: ")
        yield Word(f"{at}/kind", speaker.pick("时机", "When"), written.split("\n")[0], "words", (written,))
        return
    choices = tuple((one, speaker.of(said.EVENTS[one])) for one in events.offered(speaker.ground))
    word = Word(f"{at}/kind", speaker.pick("时机", "When"), speaker.of(said.EVENTS[kind]), "choice", (kind,), choices)
    match kind:
        case "schedule":
            yield from _schedule(speaker, at, event["schedule"], word, name)
        case "deadline":
            yield from _deadline(speaker, at, event["deadline"], word, name)
        case "before":
            yield from _before(speaker, at, event["before"], word, name)
        case _:
            yield from _happened(speaker, at, event, word, name)


def _happened(speaker: Speaker, at: str, event: Json, word: Word, name: str) -> Iterator[Piece]:
    kind = events.kind_of(event)
    body = event[kind]
    yield speaker.pick(f"当{name}", f"When {name} ")
    yield word
    if kind in ("entered", "left"):
        states = speaker.ground.states
        yield speaker.pick("", " ")
        shown = speaker.labelled(states, body)
        yield Word(f"{at}/state", speaker.pick("状态", "State"), shown, "choice", (body,), speaker.choices(states))
    if kind == "changed":
        held = body if isinstance(body, list) else []
        names = [speaker.of(speaker.ground.label(key)) for key in held]
        shown = speaker.listed(names) or speaker.of(said.ANY_FIELD)
        listed = speaker.fields(speaker.ground.settable)
        yield speaker.pick("了", ": ")
        yield Word(f"{at}/fields", speaker.pick("哪些字段", "Which fields"), shown, "several", tuple(held), listed)
    yield speaker.pick("后", "")


def _before(speaker: Speaker, at: str, names: list[str], word: Word, name: str) -> Iterator[Piece]:
    moves = {events.SAVE: said.SAVE, **speaker.ground.transitions}
    shown = speaker.listed([speaker.labelled(moves, one) for one in names])
    before = Word(
        *(f"{at}/before", speaker.pick("哪些操作之前", "Before what"), shown, "several", tuple(names)),
        speaker.choices(moves),
    )
    yield from (
        (f"在{name}", word, "(", before, ")")
        if speaker.language == "zh"
        else (*(f"When {name} ", word, " (", before, ")"),)
    )


def _deadline(speaker: Speaker, at: str, body: Json, word: Word, name: str) -> Iterator[Piece]:
    whole: Mapping[str, Json] = {"at": body} if isinstance(body, str) else body
    moment = _moment(speaker, at, whole["at"])
    yield speaker.pick(f"当{name}", f"When {name} ")
    yield word
    yield speaker.pick(":", ": ")
    if "percent" in whole or "since" in whole:
        more = compact({key: item for key, item in whole.items() if key != "at"})
        yield from (moment, " ", Word(f"{at}/more", speaker.pick("时限", "Date"), more, "words", (more,)))
        return
    unit, count = next(iter(whole.get("offset", {"days": 0}).items()))
    side = "before" if count < 0 else "after" if count else "at"
    turned = Word(
        *(
            f"{at}/side",
            speaker.pick("之前还是之后", "Before or after"),
            speaker.of(said.SIDES[side]),
            "choice",
            (side,),
        ),
        speaker.choices(said.SIDES),
    )
    amount = str(abs(count))
    units = {key: text for key, text in said.UNITS.items() if key in (*events.UNITS, unit)}
    far = Word(f"{at}/count", speaker.pick("多久", "How long"), amount, "number", (amount,))
    kind = Word(
        *(f"{at}/unit", speaker.pick("单位", "Unit"), speaker.of(said.UNITS[unit]), "choice", (unit,)),
        speaker.choices(units),
    )
    if speaker.language == "zh":
        yield from (moment, turned, far, kind) if count else (moment, turned)
    else:
        yield from (far, " ", kind, " ", turned, " ", moment) if count else (turned, " ", moment)


def _moment(speaker: Speaker, at: str, source: str) -> Word:
    label = speaker.pick("哪个日期", "Which date")
    if source in speaker.ground.moments:
        shown = speaker.of(speaker.ground.label(source))
        return Word(f"{at}/at", label, shown, "choice", (source,), speaker.fields(speaker.ground.moments))
    return Word(f"{at}/at", label, speaker.in_words(source), "code", (speaker.written(source),))


def _schedule(speaker: Speaker, at: str, body: Json, word: Word, name: str) -> Iterator[Piece]:
    plan = events.plan_of(body["cron"])
    label = speaker.pick("多久一次", "How often")
    if plan is None:
        yield Word(f"{at}/cron", label, _in_words(speaker, body["cron"]), "code", (body["cron"],))
    else:
        every = plan["every"]
        yield Word(f"{at}/every", label, speaker.of(said.EVERY[every]), "choice", (every,), speaker.choices(said.EVERY))
        yield from _slot(speaker, at, plan)
    yield from detail_parts(speaker, at, body)
    yield speaker.pick(",", ", ")
    yield word
    yield speaker.pick(f"每条{name}", f", for each {name}")


def _in_words(speaker: Speaker, cron: str) -> str:
    """Return a schedule of several hours of each day as people say it; any other as it is written."""
    found = _HOURS.fullmatch(cron)
    if found is None:
        return cron
    times = [f"{int(hour):02d}:{int(found['minute']):02d}" for hour in found["hours"].split(",")]
    return speaker.pick(f"每天{'、'.join(times)}", f"Every day at {', '.join(times[:-1])} and {times[-1]}")


def _slot(speaker: Speaker, at: str, plan: Mapping[str, str]) -> Iterator[Piece]:
    if "weekday" in plan:
        day = plan["weekday"]
        weekday = Word(
            *(f"{at}/weekday", speaker.pick("星期几", "Weekday"), speaker.of(said.WEEKDAYS[day]), "choice", (day,)),
            speaker.choices(said.WEEKDAYS),
        )
        yield from (speaker.pick("", " on "), weekday)
    if "monthday" in plan:
        day = plan["monthday"]
        label = speaker.pick("几号", "Day of the month")
        yield speaker.pick("", " on day ")
        yield Word(f"{at}/monthday", label, speaker.pick(f"{day}日", day), "number", (day,))
    if "time" in plan:
        yield speaker.pick("", " at ")
        yield Word(f"{at}/time", speaker.pick("几点", "Time"), plan["time"], "time", (plan["time"],))
