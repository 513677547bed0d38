"""The commands ``lang check``, ``fmt`` and ``explain``: what an expression says, and what is wrong with it."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

import click

from engine.kernel.canonical import Json, pretty
from engine.kernel.clocks import real_moment
from engine.kernel.problems import EngineError, Problem
from engine.kernel.strict_json import Unread, read_json
from engine.language.cases import Case, read_case
from engine.language.compiling import compile_expression
from engine.language.explaining import explain
from engine.language.printing.formatting import format_source, print_expression
from engine.language.printing.reasons import Teller, sentences
from engine.language.printing.reports import SPEECHES, place_of, report_lines
from engine.language.printing.spelling import SPEECHES as SPELLED
from engine.language.printing.spelling import Speech
from engine.language.printing.templating import print_template
from engine.language.printing.trees import VERDICTS, tree_json, tree_lines
from engine.language.printing.values import Shower
from engine.language.scope import EMPTY_SCOPE, Scope
from engine.language.templates import compile_template
from engine.language.types import BooleanType, type_key
from engine.rules.problems import NOT_A_TEXT
from engine.runtime.commands import services
from engine.runtime.commands_rules import part_lines
from engine.runtime.explanations import PartView
from engine.runtime.problems import NO_APP, NO_USER

SPEECH = click.Choice(["zh", "en", "both"])
REFUSED = 1


def _document(_: click.Context, parameter: click.Parameter, value: str | None) -> dict[str, Json] | None:
    """Read an option that is a JSON object, or ``@`` and the file it is in."""
    if value is None:
        return None
    raw = Path(value[1:]).read_bytes() if value.startswith("@") else value.encode()
    found = read_json(raw)
    if isinstance(found, Unread) or not isinstance(found, dict):
        message = f"{parameter.name}: a JSON object is needed / 要写一个 JSON 对象"
        raise click.BadParameter(message)
    return found


@dataclass(frozen=True)
class _Asked:
    """What every command takes: where the expression is, what it may name, and in which language one is answered."""

    expression: str | None
    file: str | None
    app: str | None
    form: str | None
    fields: dict[str, Json] | None
    speech: str

    @property
    def source(self) -> str:
        """The expression: the argument, the file or what comes on standard input; EngineError where it is no text."""
        if self.expression is not None and self.file is not None:
            message = "give the expression or a file, not both / 表达式与文件只能给一个"
            raise click.UsageError(message)
        if self.file is not None:
            return _text(Path(self.file).read_bytes(), Path(self.file).name).strip("\r\n")
        if self.expression is not None:
            return _text(self.expression.encode("utf8", "surrogatepass"), "EXPRESSION")
        return _text(sys.stdin.buffer.read(), "stdin").strip("\r\n")

    @property
    def speeches(self) -> tuple[str, ...]:
        """The languages of the answer."""
        return SPEECHES[self.speech]

    def refuse(self, source: str, problems: Iterable[Problem]) -> None:
        """Tell the problems of a source and end."""
        for line in report_lines(source, problems, self.speech):
            click.echo(line)
        sys.exit(REFUSED)


def _text(raw: bytes, name: str) -> str:
    """Return what bytes say; EngineError where they are no text."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EngineError(NOT_A_TEXT.at(name, name=name)) from None


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument and the options that make an ``_Asked``."""

    @functools.wraps(command)
    def gathered(**given: Any) -> None:  # noqa: ANN401 - what click has read
        common = {item.name: given.pop(item.name) for item in dataclass_fields(_Asked)}
        command(_Asked(**common), **given)

    options = (
        click.argument("expression", required=False),
        click.option("--file", type=click.Path(exists=True, dir_okay=False), help="Read it from a file. 从文件读入。"),
        click.option("--app", help="An installed app. 已安装的应用。"),
        click.option("--form", help="A form of that app: its fields may be named. 该应用的表单。"),
        click.option("--fields", callback=_document, metavar="JSON", help=_FIELDS_HELP),
        click.option("--lang", "speech", type=SPEECH, default="both", help="Language of what is told. 提示语言。"),
    )
    for option in reversed(options):
        gathered = option(gathered)
    return gathered


_FIELDS_HELP = (
    'Fields as in "lang eval", or a whole case with "fields", "related", "params" …; @FILE reads a file. '
    "字段,或带 related、params 的整个用例。"
)


def _case(fields: dict[str, Json], more: Mapping[str, Json]) -> Case:
    whole = fields if isinstance(fields.get("fields"), dict) and "type" not in fields["fields"] else {"fields": fields}
    return read_case({"expr": "", **whole, **more}, real_moment())


def _known(asked: _Asked) -> Scope | None:
    """Return what an expression may name; None where nothing was told of it."""
    app, form, fields = asked.app, asked.form, asked.fields
    if (app is None) != (form is None) or (app is not None and fields is not None):
        message = "give --app with --form, or --fields / --app 与 --form 要一起给,不能同时给 --fields"
        raise click.UsageError(message)
    if fields is not None:
        return _case(fields, {}).scope
    if app is None or form is None:
        return None
    opened = services()
    with opened.execution.database.read() as connection:
        catalog = opened.execution.catalogs.current(connection).catalog
    found = catalog.apps.get(app)
    if found is None or form not in found.forms:
        known = ", ".join(f"{item.key}.{key}" for item in catalog.apps.values() for key in item.forms)
        raise EngineError(NO_APP.at("app", app=f"{app}.{form}", known=known))
    return catalog.scope(app, form)


@click.command("check", short_help="Look for every problem of an expression. 检查表达式。")
@_asking
@click.option("--template", is_flag=True, help="It is a text with places {{ … }}. 是带 {{ … }} 的模板。")
@click.option("--condition", is_flag=True, help="It must be a condition. 必须是条件。")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 输出 JSON。")
def check(asked: _Asked, template: bool, condition: bool, as_json: bool) -> None:
    """Look for every problem of an EXPRESSION. 检查表达式。

    It is the argument, a file or standard input. Without --form or --fields it may name no field. The exit code is 1
    where there are problems. 不给 --form 或 --fields 时不能用字段;有问题时退出码为 1。
    """  # noqa: D415
    source, scope = asked.source, _known(asked) or EMPTY_SCOPE
    kind = "template"
    try:
        if template:
            compile_template(source, scope)
        else:
            kind = type_key(compile_expression(source, scope, expects=BooleanType if condition else None).type)
    except EngineError as error:
        if not as_json:
            asked.refuse(source, error.problems)
        listed = [_problem_json(source, problem) for problem in error.problems]
        click.echo(pretty({"ok": False, "problems": listed}), nl=False)
        sys.exit(REFUSED)
    click.echo(pretty({"ok": True, "type": kind}) if as_json else f"✓ {kind}", nl=not as_json)


def _problem_json(source: str, problem: Problem) -> Json:
    line, column = place_of(source, problem.start or 0)
    return {**problem.as_json(), "line": line, "column": column}


@click.command("fmt", short_help="Write an expression in the canonical style. 按标准写法重写表达式。")
@_asking
@click.option("--to", type=click.Choice(SPELLED), default="keys", help="By labels, or by keys. 用标签或键来写。")
@click.option("--template", is_flag=True, help="It is a text with places {{ … }}. 是带 {{ … }} 的模板。")
@click.option("--check", "only_check", is_flag=True, help="Exit with 1 if it is written otherwise. 只检查写法。")
def format_(asked: _Asked, to: Speech, template: bool, only_check: bool) -> None:
    """Write an EXPRESSION in the canonical style. 按标准写法重写表达式。

    Names are translated where --form or --fields tells what they stand for; else they stay as they are written.
    给出 --form 或 --fields 时名称随之翻译,否则保持原样。
    """  # noqa: D415
    source, scope = asked.source, _known(asked)
    try:
        if template:
            printed = print_template(source, scope or EMPTY_SCOPE, to)
        else:
            printed = format_source(source, to) if scope is None else print_expression(source, scope, to)
    except EngineError as error:
        asked.refuse(source, error.problems)
    click.echo(printed)
    if only_check and printed != source:
        sys.exit(REFUSED)


@click.command("explain", short_help="Tell why an expression holds for a record. 说明表达式为什么成立或不成立。")
@_asking
@click.option("--record", callback=_document, metavar="JSON", help='The record, as in "lang eval"; or @FILE. 记录。')
@click.option("--id", "record_id", help="A stored record of the form. 已保存记录的编号。")
@click.option("--as", "name", help="The user with whose rights a stored record is read. 以谁的权限读取。")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 输出 JSON。")
def explain_(
    asked: _Asked, record: dict[str, Json] | None, record_id: str | None, name: str | None, as_json: bool
) -> None:
    """Tell why an EXPRESSION holds for a record, part by part. 逐项说明表达式对一条记录为什么成立或不成立。

    The record is JSON (--fields with --record), or a stored one (--app, --form, --id and --as).
    记录可以是 JSON(--fields 与 --record),也可以是已保存的(--app、--form、--id 与 --as)。
    """  # noqa: D415
    source = asked.source
    try:
        if record is not None and asked.fields is not None and record_id is None:
            _tell_case(_case(asked.fields, {"record": record, "expr": source}), asked, as_json)
        elif None not in (asked.app, asked.form, record_id, name) and record is None:
            _tell_stored(source, (str(asked.app), str(asked.form), str(record_id)), str(name), asked, as_json)
        else:
            message = "give --fields and --record, or --app, --form, --id and --as / 给 --fields 与 --record,或后四项"
            raise click.UsageError(message)
    except EngineError as error:
        if all(problem.start is None for problem in error.problems):
            raise
        asked.refuse(source, error.problems)


def _tell_case(case: Case, asked: _Asked, as_json: bool) -> None:
    expression = compile_expression(case.source, case.scope)
    whole = explain(expression, case.row, case.surroundings)
    shown = Shower(case.surroundings.zone).text
    teller = Teller.of(expression, case.scope, {}, lambda part: shown(part.value, part.type))
    told = sentences(whole, teller) if whole.holds is not None else ()
    if as_json:
        because = [text.as_json() for text in told]
        click.echo(pretty({"because": because, "whole": tree_json(whole, teller, case.source)}), nl=False)
        return
    for one in asked.speeches:
        if whole.holds is not None:
            click.echo(f"{VERDICTS[whole.holds].in_language(one)}:")
        for text in told:
            click.echo(f"  {text.in_language(one)}")
        for line in tree_lines(whole, teller, one):
            click.echo(line)


def _tell_stored(source: str, place: tuple[str, str, str], name: str, asked: _Asked, as_json: bool) -> None:
    opened = services()
    person = next((item.id for item in opened.directory.everybody() if item.name == name), None)
    if person is None:
        raise EngineError(NO_USER.at("as", name=name))
    view, because = opened.explaining.expression(opened.directory.viewer(person), *place, source)
    if as_json:
        click.echo(pretty({"because": [text.as_json() for text in because], "whole": _view_json(view)}), nl=False)
        return
    for one in asked.speeches:
        if view.holds is not None:
            click.echo(f"{VERDICTS[view.holds].in_language(one)}:")
        for text in because:
            click.echo(f"  {text.in_language(one)}")
        for line in part_lines(view, one):
            click.echo(line)


def _view_json(view: PartView) -> Json:
    return {
        "words": view.words.as_json(),
        "joins": view.joins,
        "holds": view.holds,
        "shown": view.shown.as_json(),
        "closed": view.closed,
        "parts": [_view_json(inner) for inner in view.parts],
    }
