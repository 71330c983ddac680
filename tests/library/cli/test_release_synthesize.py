# SPDX-License-Identifier: Apache-2.0
"""`tejido release synthesize`: what it writes, what it refuses, and that nothing stays half-written."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tests.library.cli.conftest import Run

DOMAIN = "columns: {gender: [woman, man], age: {values: [a, b, c], missing: false}, work: [farm, home]}\nperson: id\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    chance = random.Random(1)
    lines = [f"{n},{chance.choice(['woman', 'man', ''])},{chance.choice('aab')},farm" for n in range(400)]
    (tmp_path / "rows.csv").write_text("\n".join(["id,gender,age,work", *lines]) + "\n")
    (tmp_path / "domain.yaml").write_text(DOMAIN)
    return tmp_path / "rows.csv"


def test_an_edition_its_ledger_and_its_seed(tejido: Run, rows: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    asked = ("release", "synthesize", rows, "--epsilon", 4, "--domain", tmp_path / "domain.yaml",
             "--ledger", tmp_path / "ledger.json")  # fmt: skip
    out = tmp_path / "out" / "edition.csv"
    code, said, told = tejido(*asked, "-o", out, "--budget", 8, "--keep-seed", tmp_path / "seed", "--json")
    assert code == 0, told
    about = json.loads(said)
    assert json.loads((tmp_path / "out" / "edition.csv.json").read_text("utf-8")) == about
    assert about["ledger"]["spent"] == json.loads((tmp_path / "ledger.json").read_text("utf-8"))["spent"]
    assert (tmp_path / "seed").stat().st_mode & 0o777 == 0o600
    written = list(csv.DictReader(out.open(encoding="utf-8")))
    assert (list(written[0]), len(written)) == (["gender", "age", "work"], about["rows"])
    assert about["epsilon"] <= 4
    assert sorted(path.name for path in out.parent.iterdir()) == ["edition.csv", "edition.csv.json"]

    # The seed makes the same rows again, inside the house.
    again = tmp_path / "again.csv"
    seed = (tmp_path / "seed").read_text().strip()
    code, _, told = tejido(*asked[:-2], "-o", again, "--seed", seed, "--internal")
    assert (code, again.read_bytes()) == (0, out.read_bytes()), told

    code, said, _ = tejido(*asked, "-o", tmp_path / "out" / "second.csv", "--language", "es")
    assert (code, said.splitlines()[1]) == (0, "las 2 ediciones juntas: épsilon 5.82641 de 8.0")
    code, _, told = tejido(*asked, "-o", tmp_path / "out" / "third.csv", "--edition", "third", "--epsilon", 6)
    assert (code, "the budget is 8" in told, told.count("\n")) == (2, True, 1)
    assert not (tmp_path / "out" / "third.csv").exists()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--seed", "7"], "use it with --internal only"),
        (["--domain-from-rows"], "no code list has this name"),
        (["--internal", "--ledger", "x.json"], "not charged"),
        (["--epsilon", "-1"], "expected more than 0"),
        (["--epsilon", "nan"], "expected more than 0"),
        (["--delta", "1"], "expected between 0 and 1"),
        (["--domain", "absent.yaml"], "no such file"),
        (["-o", "absent/out.csv"], "nothing was published"),
        (["-o", "."], "nothing was published"),
        (["-o", "rows.csv"], "over the persons' own"),
        (["--ledger", "new.json"], "--budget begins one"),
    ],
)
def test_what_is_refused_is_said_in_one_line(
    tejido: Run, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    domain = [] if "--domain-from-rows" in more else ["--domain", "domain.yaml"]
    before = rows.read_bytes()
    code, said, told = tejido("release", "synthesize", rows, "--epsilon", 4, *domain, "-o", "out.csv", *more,
                              "--language", "en")  # fmt: skip
    assert (code, said, told.count("\n")) == (2, "", 1), told
    assert expected in told or ("domain-from-rows" in str(more) and "--internal only" in told)
    assert rows.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")} == {"rows.csv", "domain.yaml"}


def test_columns_named_as_code_lists_need_no_domain(tejido: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("gender,country\nfemale,MX\n,US\n")
    code, said, told = tejido("release", "synthesize", tmp_path / "rows.csv", "--epsilon", 1, "-o", tmp_path / "o.csv",
                              "--json")  # fmt: skip
    assert code == 0, told
    assert json.loads(said)["columns"]["gender"] == 5


_SMALL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
from tejido.cli import main
sys.argv = ["tejido", *sys.argv[1:]]
main()
"""


def test_a_full_disk_leaves_nothing_half_written(rows: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    out = tmp_path / "out"
    arguments = ["release", "synthesize", rows, "--epsilon", "4", "--domain", tmp_path / "domain.yaml",
                 "--language", "en", "-o", out / "edition.csv", "--keep-seed", out / "seed"]  # fmt: skip
    done = subprocess.run([sys.executable, "-c", _SMALL_DISK, *map(str, arguments)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "nothing was published" in done.stderr
    assert list(out.iterdir()) == []
