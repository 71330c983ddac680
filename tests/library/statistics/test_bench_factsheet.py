# SPDX-License-Identifier: Apache-2.0
"""The benchmark compares like with like: its three contenders come to the same figures. No times here."""

from __future__ import annotations

import importlib

import pytest
from bench.factsheet import CONTENDERS, first_difference

from tejido.synthetic import make_large_world


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    pytest.importorskip("pandas")
    world = tmp_path_factory.mktemp("bench") / "world"
    make_large_world(cases=2_000, seed=1, folder=world)
    modules = {name: importlib.import_module(f"bench.factsheet_contenders.with_{name}") for name in CONTENDERS}
    return {name: module.figures(world) for name, module in modules.items()}


def test_the_contenders_agree(figures: dict[str, dict[str, int]]) -> None:
    assert first_difference(figures) is None


def test_they_count_the_whole_sheet(figures: dict[str, dict[str, int]]) -> None:
    parts = {"/".join(key.split("/")[:2]) for key in figures["duckdb"]}
    assert parts >= {
        "contacts",
        "cases",
        "victims",
        "traffickers",
        "cases/state_of_potential_trafficking",
        *(f"victims/{by}" for by in ("gender", "age_at_contact", "nationality", "type_of_trafficking")),
        *(f"victims/{by}" for by in ("labor_industry", "sex_trafficking_type")),
        *(f"traffickers/{by}" for by in ("gender", "age_at_contact", "nationality")),
    }


def test_a_difference_is_found(figures: dict[str, dict[str, int]]) -> None:
    wrong = {**figures, "pandas": {**figures["pandas"], "cases": figures["pandas"]["cases"] + 1}}
    said = first_difference(wrong)
    assert said is not None
    assert said.startswith("1 figures differ; cases: ours ")
    assert str(figures["ours"]["cases"]) in said
