# SPDX-License-Identifier: Apache-2.0
"""What the document about public data says is what its commands print, in both languages, to the last figure."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest
from bench.public_data import FINDINGS, lines_of, main, printed
from bench.public_findings.lines import Line, share, times
from bench.public_findings.residents import RESIDENTS_2010
from bench.public_findings.uncertainty import bootstrap, bounds, dispersion, wilson

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
PAGES = {"en": "what_the_public_data_says.md", "es": "what_the_public_data_says.es.md"}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# Years, the level of every interval, ages the law draws a line at, and "for every 100,000".
_PLAIN = {"95", "18", "100,000"} | {str(year) for year in range(2000, 2030)}


def sections(language: str) -> dict[str, tuple[str, str, list[Path]]]:
    """Finding -> what the page says of it, what the page shows of its output, its files."""
    text = (ROOT / "docs" / "explain" / PAGES[language]).read_text(encoding="utf-8")
    found = {}
    for section in text.split("\n## ")[1:]:
        block = re.search(r"```\n\./run python -m bench\.public_data (.*)\n((?:.*\n)*?)```", section)
        if block:
            finding, *files = shlex.split(block[1])
            prose = section.replace(block[0], "").partition("\n")[2]
            found[finding] = (prose, block[2].strip(), [path for name in files for path in DATA.glob(f"*/{name}")])
    return found


@cache
def lines(finding: str, files: tuple[Path, ...]) -> list[Line]:
    return lines_of(finding, files)


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("finding", FINDINGS)
def test_the_page_shows_what_the_command_prints_and_says_no_other_number(finding: str, language: str) -> None:
    prose, shown, files = sections(language)[finding]
    numbers = set(_NUMBER.findall(re.sub(r"`[^`]*`|\([^)]*\.md\)", "", prose)))
    assert numbers - _PLAIN <= set(_NUMBER.findall(shown))
    if len(files) != FINDINGS[finding][0]:
        pytest.skip("the public files are not here")
    assert printed(lines(finding, tuple(files)), language) == shown


def test_intervals_are_those_of_the_books() -> None:
    assert share(12, 40) == "12 / 40 = 30.0% [18.1%, 45.4%]"
    assert wilson(0, 10)[0] == 0
    assert wilson(0, 10)[1] == pytest.approx(0.2775, abs=1e-4)
    assert bounds(3, 5, 10) == (0.3, 0.8)
    assert times(20, 20).endswith("x 1.00 [0.54, 1.84]")
    assert dispersion([9, 11], [10, 10], 1) == pytest.approx(0.2)
    assert bootstrap(lambda drawn: float(drawn.mean()), 1) == (0, 0)


def test_residents_are_those_of_the_census() -> None:
    assert len(RESIDENTS_2010) == 51
    assert sum(RESIDENTS_2010.values()) == 308_745_538


def test_a_file_that_is_another_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for finding, (files, _) in FINDINGS.items():
        with pytest.raises(SystemExit, match=r"other\.csv") as refused:
            main([finding, *[str(tmp_path / "other.csv")] * files])
        assert "\n" not in str(refused.value)
    with pytest.raises(SystemExit, match="takes 2 files"):
        main(["calls", str(tmp_path / "other.csv")])
    with pytest.raises(SystemExit, match=r"none\.csv"):
        main(["unknown", str(tmp_path / "none.csv")])
