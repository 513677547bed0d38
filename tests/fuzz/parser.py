"""A coverage-guided fuzz target: whatever is written ends in something that works or in problems with a place.

    python -m tests.fuzz.parser FOLDER [-max_total_time=600 …]

The folder keeps the corpus, so that the next run goes on where this one ended; the options are those of libFuzzer. An
input that breaks the law is kept in the folder as crash-….
"""

import resource
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["engine.language", "engine.kernel"], enable_loader_override=False):
    from engine.kernel.problems import EngineError
    from engine.language.compiling import compile_expression
    from engine.language.expressions import Expression
    from engine.language.functions.catalogue import function_names
    from engine.language.reading.vocabulary import KEYWORDS, SIGNS
    from engine.language.templates import Template, compile_template
    from tests.unit.language.deals import ROW, SCOPE, WORLD

SEEDS = (
    '阶段 = "谈判" 且 距今天数(更新时间) >= 15 且 客户预算确认 为空',
    'stage in ["won", "lost"] and not (amount > 1.5 or note contains "a\\u0041")',
    "count(visits where score >= 3 and day >= today() - 7) < 3",
    "if(amount >= 100000, round(amount / 3, 2), coalesce(empty, -0.5))",
    "customer.region.name & ' ' & left(name, 2) != ”x”",
    "{% if amount > 1 %}{{ name }}{% else %}-{% end %}",
    "{% each visits where score >= 3 %}{{ `编号` }}, {% end %}{{ “}}” & 'it”s' }}",
)
LONGEST = 400
MEMORY = 2 * 1024**3


def check(source: str) -> None:
    """Raise ``AssertionError`` where the source, as an expression or as a template, does anything but what it may."""
    for read in (compile_expression, compile_template):
        try:
            compiled = read(source, SCOPE)
        except EngineError as error:
            for problem in error.problems:
                assert problem.code.startswith("LANG-"), problem
                assert problem.start is not None, problem
                assert problem.end is not None, problem
                assert 0 <= problem.start <= problem.end <= len(source), problem
                assert problem.message.zh, problem
                assert problem.message.en, problem
        else:
            use(compiled)


def use(compiled: Expression | Template) -> None:
    """Do with what compiles what is done with it later: look through it, and make its value or its text."""
    if isinstance(compiled, Expression):
        assert compiled.holds(ROW, WORLD) in {True, False}
        return
    assert all(isinstance(one, Expression) for each in compiled.each for one in each.expressions)
    assert all(isinstance(one, Expression) for one in compiled.expressions)
    assert isinstance(compiled.render(ROW, WORLD, lambda value, _: str(value)), str)


def test_one_input(data: bytes) -> None:
    """Take the bytes for UTF-8 where they are, else for code points of any kind."""
    try:
        source = data.decode()
    except UnicodeDecodeError:
        source = atheris.FuzzedDataProvider(data).ConsumeUnicode(LONGEST)
    check(source)


def _dictionary(folder: Path) -> Path:
    """Write the language's words for the fuzzer to build from."""
    words = sorted(
        {*KEYWORDS, *SIGNS, *function_names(), "{{", "}}", "{%", "%}", "“", "”", "`", "\\u", "param.", "old."}
    )
    file = folder / "words.dict"
    file.write_text("".join(f'"{_escaped(word)}"\n' for word in words))
    return file


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


def main() -> None:
    """Run the fuzzer with the folder and the options of the command line."""
    folder, *options = sys.argv[1:]
    # The fuzzer's own limit goes by a peak that a process inherits from who started it, so a large one would end it.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (corpus / f"seed-{number}").write_text(seed)
    own = [
        f"-dict={_dictionary(Path(folder))}",
        f"-max_len={LONGEST * 3}",
        "-timeout=10",
        "-rss_limit_mb=0",
        f"-artifact_prefix={folder}/",
    ]
    atheris.Setup([sys.argv[0], *own, *options, str(corpus)], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
