# SPDX-License-Identifier: Apache-2.0
"""Sizes, licences, names and places: what a reader may rely on before opening a file."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from tests.rules.source import ROOT, SOURCE, WEB, python_files

LONGEST_FILE, LONGEST_FUNCTION = 600, 60
FORBIDDEN_NAMES = {"utils", "util", "helpers", "misc", "manager", "base", "common"}


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _ids(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [p for p in python_files() if "migrations" not in p.parts], ids=_ids)
def test_no_file_or_function_is_too_long_to_hold_in_the_head(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name}: {length} lines"


def test_every_file_says_its_licence():
    endings = (".py", ".yaml", ".yml", ".html", ".css", ".js", ".typ", ".po", ".sh")
    silent = []
    for name in _tracked():
        if name.endswith(endings) and "migrations" not in name and not name.startswith("tests/library/crypto/vectors"):
            head = (ROOT / name).read_text(encoding="utf-8", errors="replace")[:400]
            wanted = "AGPL-3.0-or-later" if name.startswith("src/tejido/web/") else "Apache-2.0"
            if f"SPDX-License-Identifier: {wanted}" not in head:
                silent.append(name)
    assert silent == []


def test_no_file_is_named_after_nothing():
    vague = [name for name in _tracked() if name.startswith("src/") and name.rsplit("/", 1)[-1].split(".")[0] in
             FORBIDDEN_NAMES and not name.endswith(".html")]  # fmt: skip
    assert vague == []


def test_nothing_names_the_machine_it_was_written_on():
    roots = ("work", "root", "farm")
    # Written in halves, so that the rule does not find itself.
    hosts = ("pyp" + "i.org", "python" + "hosted", "registry.npm" + "js")
    pattern = re.compile("/(?:" + "|".join(roots) + ")/|" + "|".join(map(re.escape, hosts)))
    found = []
    for name in _tracked():
        if name.endswith((".py", ".md", ".yaml", ".toml", ".html", ".css", ".js", ".typ", "run", ".lock", ".txt")):
            text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_public_functions_and_classes_of_the_source_say_what_they_are_for():
    silent = []
    for path in SOURCE.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree) and tree.body:
            silent.append(f"{path.relative_to(ROOT)}: module")
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert silent == []


def test_screens_never_say_the_words_we_do_not_say():
    # words.md: what must never be read on a screen or a sheet, in either language.
    never = re.compile(r"\b(rescu\w*|prostitut\w+|padrot\w*|tr[aá]fico de personas|menores de edad|nodos?)\b", re.I)
    found = []
    for path in [*WEB.rglob("*.po"), *WEB.rglob("*.html"), *(SOURCE / "reports").rglob("*.typ")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#") and never.search(line):
                found.append(f"{path.relative_to(ROOT)}: {line.strip()[:90]}")
    assert found == []
