"""The command ``doctor``: what was found, a line each, with the mend where there is one."""

from __future__ import annotations

import os
import sys

import click

from engine.doctor.examining import examine
from engine.doctor.findings import Finding, Level, exit_code
from engine.kernel.canonical import pretty
from engine.runtime.settings import read_settings

MARKS = {Level.GOOD: "✓", Level.WARNING: "!", Level.WRONG: "✗", Level.GONE: "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Look the installation over: what is wrong (exit code 1), what is out of reach (3), and the mend of each."""
    found: list[Finding] = []
    for finding in examine(read_settings(), os.environ):
        found.append(finding)
        if not as_json:
            click.echo(words(finding))
    code = exit_code(found)
    if as_json:
        click.echo(pretty({"healthy": code == 0, "checks": [finding.as_json() for finding in found]}), nl=False)
    sys.exit(code)


def words(finding: Finding) -> str:
    """Return a finding as one line in both languages, and its mend as a second one."""
    same = finding.said.zh == finding.said.en
    said = finding.said.zh if same else f"{finding.said.zh} · {finding.said.en}"
    line = f"{MARKS[finding.level]} {finding.title.zh} {finding.title.en}: {said}"
    return line if finding.mend is None else f"{line}\n    → {finding.mend.zh} · {finding.mend.en}"
