# SPDX-License-Identifier: Apache-2.0
"""How close invented rows come to the counts of persons, how long it takes, and what an attacker learns.

    ./run python bench/synthetic.py [--quick] [--people N] [--peer none|first|all] [--part N …] [--json]

1. Three generators of 200,000 persons by 20 columns (a latent-class mixture; a Bayesian network of skewed columns,
   which is none; a Gaussian copula, written after the method was settled and never tuned on), epsilon 4, delta n^-1.5,
   from a CSV file to a CSV file; beside pac-synth 0.0.8 on the same rows in the same run
   (`pip install pac-synth==0.0.8`; left out where it is not there), whose time begins with the rows in its memory.
2. The public files of CTDC, where they are.
3. An attacker who knows everyone but one person, and guesses from an edition whether she is in it.

Errors are medians of |rows - persons| / persons over cells of 100 persons and more without a missing value, which
pac-synth does not count.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pv

from tejido.statistics.microdata import (
    Domain,
    Effort,
    Terms,
    domain,
    domain_of_rows,
    read_codes,
    release,
    rho_for,
    synthesize,
)
from tejido.statistics.microdata.measuring import counted

DATA = Path(__file__).parents[2] / "shared" / "data" / "ctdc"
EPSILON, LEAST = 4.0, 100
SIZES = (3, 9, 51, 51, 7, 5, 4, *[2] * 13)  # gender, age, two countries, …, flags; missing comes on top
Rows = np.ndarray


def main() -> None:
    """Print every part's figures, and the worst of them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--people", type=int, default=200_000)
    options.add_argument("--peer", choices=("none", "first", "all"), default="first")
    options.add_argument("--part", type=int, choices=(1, 2, 3), action="append")
    asked = options.parse_args()
    parts = asked.part or [1, 2, 3]
    figures: dict[str, Any] = {}
    if 1 in parts:
        figures |= _generated(asked.quick, asked.people, asked.peer)
    if 2 in parts:
        figures["ctdc"] = [_told(_file(path)) for path in sorted(DATA.glob("*.csv"))]
    if 3 in parts:
        figures["membership"] = _membership(runs=20 if asked.quick else 200)
    print(json.dumps(figures) if asked.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


# Persons who do not exist


def latent_classes(people: int, sizes: tuple[int, ...], chance: np.random.Generator) -> Rows:
    """Twelve kinds of persons; within a kind columns are independent. Countries follow Zipf's law; 0 is missing."""
    kinds = 12
    kind = chance.choice(kinds, people, p=chance.dirichlet(np.ones(kinds) * 2))
    rows = np.empty((len(sizes), people), np.uint16)
    for place, size in enumerate(sizes):
        shares = np.empty((kinds, size + 1))
        for row in shares:
            missing = chance.uniform(0.02, 0.35)
            if size > 20:
                own = np.zeros(size)
                own[chance.permutation(size)] = _zipf(size, 1.3)
            elif size == 2:
                yes = chance.beta(0.7, 1.5)
                own = np.array([yes, 1 - yes])
            else:
                own = chance.dirichlet(np.ones(size) * 0.6)
            row[:] = [missing, *((1 - missing) * own)]
        rows[place] = _chosen(shares, kind, chance)
    return rows


def network(people: int, sizes: tuple[int, ...], chance: np.random.Generator) -> Rows:
    """Each column hangs on up to two earlier ones, by main effects and an interaction; categories are skewed."""
    rows = np.empty((len(sizes), people), np.uint16)
    for place, size in enumerate(sizes):
        parents = chance.choice(place, min(place, 2), replace=False) if place else np.empty(0, int)
        shape = [sizes[parent] + 1 for parent in parents]
        level = np.zeros([*shape, size + 1]) + np.log(_zipf(size + 1, 1.0))[chance.permutation(size + 1)]
        for axis in range(len(shape)):
            effect = chance.normal(0, 1, (shape[axis], size + 1))
            level = level + np.expand_dims(effect, tuple(a for a in range(len(shape)) if a != axis))
        shares = np.exp(level + chance.normal(0, 0.5, level.shape)).reshape(-1, size + 1)
        key = np.zeros(people, np.int64)
        for parent in parents:
            key = key * (sizes[parent] + 1) + rows[parent]
        rows[place] = _chosen(shares / shares.sum(axis=1, keepdims=True), key, chance)
    return rows


def copula(people: int, sizes: tuple[int, ...], chance: np.random.Generator) -> Rows:
    """Five traits of a person weigh on every column; each column cuts its own sum at its categories' shares."""
    traits = chance.normal(size=(people, 5))
    rows = np.empty((len(sizes), people), np.uint16)
    for place, size in enumerate(sizes):
        weights = chance.normal(0, 0.6, 5)
        level = traits @ weights + chance.normal(size=people)
        shares = _zipf(size + 1, chance.uniform(0.5, 1.5))[chance.permutation(size + 1)]
        cuts = np.quantile(level, shares.cumsum()[:-1])
        rows[place] = chance.permutation(size + 1)[np.searchsorted(cuts, level)]
    return rows


def _zipf(size: int, power: float) -> np.ndarray:
    shares = 1 / np.arange(1, size + 1) ** power
    return shares / shares.sum()


def _chosen(shares: np.ndarray, key: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    level = chance.random(len(key))[:, None]
    return np.minimum((level > shares.cumsum(axis=1)[key]).sum(axis=1), shares.shape[1] - 1)


# Beside pac-synth


def _generated(quick: bool, people: int, peer: str) -> dict[str, Any]:
    people, sizes = (2_000, (3, 4, 6, 2, 2, 2)) if quick else (people, SIZES)
    found = []
    generators: tuple[Callable[..., Rows], ...] = (latent_classes, network, copula)
    for number, generator in enumerate(generators):
        rows = generator(people, sizes, np.random.default_rng(number + 1))
        public = domain({f"c{n}": ("", *(f"v{v}" for v in range(size))) for n, size in enumerate(sizes)})
        figures = _told({"generator": generator.__name__} | _ours(rows, public))
        if peer == "all" or (peer == "first" and number == 0):
            figures |= _told(_theirs(rows, public))
        found.append(figures)
    beside = [one for one in found if "peer_s" in one]
    return {
        "generators": found,
        "speedup": min((round(one["peer_s"] / one["seconds"], 1) for one in beside), default=None),
        "speedup_cpu": min((round(one["peer_cpu_s"] / one["cpu_s"], 1) for one in beside), default=None),
        "error_2way": max(one["error"][1] for one in found),
        "error_3way": max(one["error"][2] for one in found),
    }


def _file(path: Path) -> dict[str, Any]:
    public = domain_of_rows(path)  # these rows are public already
    return {"file": path.name} | _ours(read_codes(path, public), public)


def _ours(rows: Rows, public: Domain) -> dict[str, Any]:
    people = rows.shape[1]
    with tempfile.TemporaryDirectory() as made:
        source, out = Path(made) / "persons.csv", Path(made) / "rows.csv"
        pv.write_csv(pa.table({name: pa.array(np.array(values)[codes]) for (name, values), codes
                               in zip(public.columns.items(), rows, strict=True)}), source)  # fmt: skip
        begun, worked = time.perf_counter(), time.process_time()
        edition = release(source, public, out, terms=Terms(EPSILON, people**-1.5))
        took, worked = time.perf_counter() - begun, time.process_time() - worked
        invented = read_codes(out, public)
    return {
        "people": people, "columns": len(rows), "cells": edition.about["cells"], "seconds": round(took, 2),
        "cpu_s": round(worked, 2),
        "noise": round(math.sqrt(Fraction(edition.about["variance"])), 1),
        "error": _errors(rows, invented, public), "error_with_missing": _errors(rows, invented, public, missing=True),
    }  # fmt: skip


def _theirs(rows: Rows, public: Domain) -> dict[str, Any]:
    if importlib.util.find_spec("pacsynth") is None:
        return {}
    import pacsynth

    values = [np.array(listed) for listed in public.columns.values()]
    raw = [list(public.names), *np.array([v[codes] for v, codes in zip(values, rows, strict=True)]).T.tolist()]
    data = pacsynth.Dataset(raw)
    terms = pacsynth.DpAggregateSeededParametersBuilder().reporting_length(3).epsilon(EPSILON)
    synthesizer = pacsynth.DpAggregateSeededSynthesizer(terms.delta(rows.shape[1] ** -1.5).build())
    begun, worked = time.perf_counter(), time.process_time()
    synthesizer.fit(data)
    fitted = time.perf_counter()
    invented = synthesizer.sample()
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    order = [invented[0].index(name) for name in public.names]
    table = np.array(invented[1:])[:, order].T
    codes = np.array([
        [{value: n for n, value in enumerate(listed.tolist())}[cell] for cell in column]
        for listed, column in zip(values, table, strict=True)
    ], dtype=np.uint16)  # fmt: skip
    return {
        "peer_s": round(took, 1),
        "peer_cpu_s": round(worked, 1),
        "peer_fit_s": round(fitted - begun, 1),
        "peer_error": _errors(rows, codes, public),
    }


def _errors(rows: Rows, invented: Rows, public: Domain, *, missing: bool = False) -> list[float]:
    """Median relative error of cells of one, two and three columns."""
    found = []
    for length in (1, 2, 3):
        off = []
        marginals = tuple(combinations(range(len(rows)), length))
        tables = zip(
            counted(rows, public.sizes, marginals), counted(invented, public.sizes, marginals), strict=True
        )  # fmt: skip
        for (columns, real), (_, made) in tables:
            counts = real >= LEAST
            for axis, place in enumerate(columns):
                listed = np.array(public.columns[public.names[place]])
                shape = [-1 if a == axis else 1 for a in range(length)]
                counts &= ((listed != "") | missing).reshape(shape)
            off.append(np.abs(made[counts] - real[counts]) / real[counts])
        errors = np.concatenate(off)
        found.append(round(float(np.median(errors)), 4) if len(errors) else math.nan)
    return found


# An attacker

_FAST = Effort(groups=6, pair_steps=30, triple_steps=6, rounds=2)


def _membership(runs: int) -> list[dict[str, Any]]:
    """The attacker adds up how much more often the cells of her row occur than the others explain.

    Against the noisy marginals no test is better than that sum. His advantage is how much more often he says "she is
    in it" when she is than when she is not; he sets his threshold on half the editions and is judged on the other half.
    """
    sizes, people = (2, 3, 6, 2, 2), 300
    public = domain({f"c{n}": [f"v{v}" for v in range(size + 1)] for n, size in enumerate(sizes)})
    chance = np.random.default_rng(3)
    others = latent_classes(people, sizes, chance)
    rare = [np.bincount(codes, minlength=size + 1).argmin() for codes, size in zip(others, sizes, strict=True)]
    canaries = {"rare": np.array(rare), "usual": others[:, 0].astype(int)}
    found = []
    for epsilon in (1.0, 4.0):
        rho, delta = rho_for(epsilon, people**-1.5), people**-1.5
        for name, row in canaries.items():
            scores: dict[str, list[list[float]]] = {"rows": [[], []], "marginals": [[], []]}
            for inside in (0, 1):
                data = np.column_stack([others, row]).astype(np.uint16) if inside else others
                for _ in range(runs):
                    for what, score in _scores(data, others, row, public, rho, chance.bytes(32)).items():
                        scores[what][inside].append(score)
            found.append(_told({
                "canary": name, "epsilon": epsilon, "runs": 2 * runs,
                **{f"advantage_{what}": _advantage(*map(np.array, both)) for what, both in scores.items()},
                "best_possible": round(math.erf(math.sqrt(float(rho)) / 2), 3),  # two Gaussians so far apart
                "bound_rho": round(math.sqrt(float(rho) / 2), 3),  # Pinsker
                "bound_epsilon_delta": round((math.expm1(epsilon) + 2 * delta) / (math.exp(epsilon) + 1), 3),
            }))  # fmt: skip
    return found


def _scores(data: Rows, others: Rows, row: np.ndarray, public: Domain, rho: Any, seed: bytes) -> dict[str, float]:
    made = synthesize(data, public, rho=rho, seed=seed, effort=_FAST)
    marginals = tuple(made.measured.counts)
    known = dict(counted(others, public.sizes, marginals))
    invented = dict(counted(made.codes, public.sizes, marginals))
    cell = {columns: tuple(int(row[c]) for c in columns) for columns in marginals}
    return {
        "rows": float(sum(invented[c][cell[c]] - known[c][cell[c]] for c in marginals)),
        "marginals": float(sum(made.measured.counts[c][cell[c]] - known[c][cell[c]] for c in marginals)),
    }


def _advantage(outside: np.ndarray, inside: np.ndarray) -> float:
    half = len(outside) // 2
    choices = np.concatenate([outside[:half], inside[:half]])
    gains = [(inside[:half] >= c).mean() - (outside[:half] >= c).mean() for c in choices]
    chosen = choices[int(np.argmax(gains))]
    return round(float((inside[half:] >= chosen).mean() - (outside[half:] >= chosen).mean()), 3)


def _told(figures: dict[str, Any]) -> dict[str, Any]:
    print(json.dumps(figures), file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    main()
