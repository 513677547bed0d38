"""``youju records export``: a user's records in a file that is there only when it is whole."""

from __future__ import annotations

import json

from click.testing import CliRunner

from engine.runtime.exports.commands import records


def _run(library, *words):
    return CliRunner().invoke(records, ["export", *words], obj=lambda: library.site.services)


def test_a_file_holds_the_records_when_somebody_may_export_them(library, tmp_path):
    for title in "ba":
        library.book(title=title)
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "books.csv"
    done = _run(library, "library", "book", str(file), "--as", "anna", "--field", "title", "--field", "version")
    assert (done.exit_code, done.exception) == (0, None)
    assert file.read_text(encoding="utf-8-sig").splitlines() == ["书名,版本", "a,1", "b,1"]
    words = ("--as", "anna", "--format", "ndjson", "--filter", 'title = "b"', "--sort", "-title")
    (line,) = _run(library, "library", "book", "-", *words).stdout.splitlines()
    assert json.loads(line)["fields"]["title"] == "b"
    assert [one.name for one in file.parent.iterdir()] == ["books.csv"]


def test_no_file_is_left_when_an_export_is_refused(library, tmp_path):
    (tmp_path / "out").mkdir()

    def refused(*words):
        return [problem.code for problem in _run(library, "library", "book", *words).exception.problems]

    file = str(tmp_path / "out" / "books.csv")
    assert refused(file, "--as", "john") == ["EXPORT-001"]
    assert refused(file, "--as", "nobody") == ["RUN-012"]
    assert refused(str(tmp_path / "out" / "books.doc"), "--as", "anna") == ["EXPORT-005"]
    assert refused(file, "--as", "anna", "--filter", "title =") == ["LANG-009"]
    assert list((tmp_path / "out").iterdir()) == []
