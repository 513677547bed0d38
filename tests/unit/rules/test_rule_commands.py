"""The commands that need no installation: a text of rules as JSON, and laid out."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine.kernel.problems import EngineError
from engine.rules.text.reading import read_rules
from engine.rules.text.syntax import tidied
from engine.runtime.commands_rule_texts import format_rules, parse_rules

MESSY = '规则 "标" 针对 f 触发于 新建 # 说明\r\n当 a>1 且(b=2)\r\n则设置(c = (1+2) )'
NEAT = '规则 "标"\n触发于\n  # 说明\n  新建\n针对 f\n当 {when}\n则\n  设置(c = {value})\n'


@pytest.fixture
def file(tmp_path):
    """Writes a file and returns its path."""

    def write(text: str | bytes):
        path = tmp_path / "r.rule"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def run(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words])


def test_a_text_is_json_when_it_is_parsed_a_list_where_it_has_several_rules(file):
    one = run(parse_rules, file(MESSY))
    assert (one.exit_code, json.loads(one.output)["when"]) == (0, "a>1 且(b=2)")
    two = run(parse_rules, file(MESSY + "\n" + MESSY))
    assert [document["form"] for document in json.loads(two.output)] == ["f", "f"]


def test_a_file_is_laid_out_when_it_is_formatted_and_then_stays(file):
    path = file(MESSY)
    assert run(format_rules, path, "--check").exit_code == 1
    assert path.read_bytes() == MESSY.encode(), "checking writes nothing"
    assert run(format_rules, path).exit_code == 0
    written = path.read_text(encoding="utf-8")
    expressions = tidied(read_rules(MESSY)[0])
    assert written == NEAT.format(when=expressions["when"], value=expressions["then"][0]["set"]["c"])
    assert "a > 1" in written
    assert run(format_rules, path, "--check").exit_code == 0


def test_words_are_those_of_the_file_when_no_language_is_asked_for(file):
    path = file(MESSY)
    run(format_rules, path, "--lang", "en")
    assert path.read_text(encoding="utf-8").startswith('rule "标"\non\n')
    run(format_rules, path)
    assert path.read_text(encoding="utf-8").startswith("rule")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('rule "r" on created for f\nwhen a and\nthen release', ("LANG-009", "r.rule:2:11")),
        ('rule "r" on created for f then fly', ("RULE-020", "r.rule:1:32")),
        (b"\xff\xfe", ("RULE-046", "r.rule")),
    ],
)
def test_a_file_is_refused_with_its_place_when_it_does_not_read(file, text, problem):
    with pytest.raises(EngineError) as caught:
        parse_rules.callback(file(text), None)
    assert [(one.code, one.path) for one in caught.value.problems] == [problem]


def test_an_expression_that_is_none_stays_when_the_rest_is_tidied():
    (found,) = read_rules('rule "r" on created for f when a and and b then set(a = x+1)')
    assert tidied(found) == {**found.document, "then": [{"set": {"a": "x + 1"}}]}
