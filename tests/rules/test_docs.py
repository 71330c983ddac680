# SPDX-License-Identifier: Apache-2.0
"""The documents: links lead somewhere, commands do what they say, decisions have numbers of their own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    targets = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    missing = [target for target in targets if target and not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("name", ["threat_model.md", "threat_model.es.md"])
def test_the_tests_the_threat_model_names_exist(name):
    named = set(re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "explain" / name).read_text(encoding="utf-8")))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_no_two_decisions_share_a_number():
    numbers = [path.name.split("-")[0] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


def _commands(page: Path) -> list[list[str]]:
    lines = [line for block in _BLOCK.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if re.match(r"(\./run )?tejido ", line)]


def test_the_commands_of_the_readme_run_as_written(tmp_path):
    commands = [words[words.index("tejido") + 1 :] for words in _commands(ROOT / "README.md")]
    said = [" ".join(words[:2]) for words in commands]
    assert said == ["world make", "factsheet build", "factsheet audit", "release attack"]
    published = ROOT.parent / "shared" / "data" / "fact_sheet_2015_2017.yaml"
    for words in commands:
        if words[:2] == ["factsheet", "audit"]:
            if not published.is_file():
                continue
            (tmp_path / words[2]).write_bytes(published.read_bytes())
        done = subprocess.run(
            [sys.executable, "-m", "tejido.cli", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        # The sheet of 2017 has findings: the answer of the audit is 1.
        assert done.returncode == (1 if words[1] == "audit" else 0), done.stderr
    assert (tmp_path / "out" / "sheet" / "sheet.pdf").is_file()


def test_every_command_shown_in_a_document_exists():
    from tejido.cli.entrance import tejido

    unknown = []
    for page in PAGES:
        for words in _commands(page):
            group, command = words[words.index("tejido") + 1 :][:2]
            found = tejido.get_command(None, group)  # type: ignore[arg-type]
            if found is None or (hasattr(found, "commands") and command not in found.commands):
                unknown.append(f"{page.name}: {group} {command}")
    assert unknown == []
