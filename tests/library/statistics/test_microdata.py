# SPDX-License-Identifier: Apache-2.0
"""What `docs/explain/microdata.md` proves rests on these: noise, sensitivity, cost, and rows made from nothing else."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tejido.statistics.microdata import (
    Domain,
    Effort,
    Measured,
    delta_of,
    domain,
    epsilon_of,
    measure,
    read_codes,
    read_domain,
    read_ledger,
    rho_for,
    rows_from,
    synthesize,
)
from tejido.statistics.microdata.consistency import consistent
from tejido.statistics.microdata.ledger import charging
from tejido.statistics.microdata.measuring import counted, planned
from tejido.statistics.microdata.noise import WORD, Stream, _decided, discrete_gaussian, steps
from tejido.vocabulary import BadInput

SEED = bytes(range(32))
QUICK = Effort(groups=12, pair_steps=60, triple_steps=10, rounds=2)
VARIANCES = st.fractions(Fraction(1, 8), 40, max_denominator=64)


def sized(*sizes: int) -> Domain:
    return domain({f"c{place}": [str(value) for value in range(size)] for place, size in enumerate(sizes)})


def invented(sizes: tuple[int, ...], rows: int, seed: int = 1) -> np.ndarray:
    """Two kinds of persons; in each, columns lean to different codes."""
    chance = np.random.default_rng(seed)
    kind = chance.random(rows) < 0.4
    columns = []
    for size in sizes:
        shares = [np.cumsum(chance.dirichlet(np.ones(size))) for _ in range(2)]
        level = chance.random(rows)
        columns.append(np.where(kind, np.searchsorted(shares[0], level), np.searchsorted(shares[1], level)))
    return np.minimum(np.array(columns), np.array(sizes)[:, None] - 1).astype(np.uint16)


# Noise


class _Known(Stream):
    """A stream whose bits after the first `start` are those of one number."""

    def __init__(self, number: int, start: int) -> None:
        self.number, self.start = number, start

    def bits(self, purpose: str, length: int) -> bytes:
        taken = int(purpose.rsplit("/", 1)[1])
        return (self.number >> 512 - taken - 8 * length & 2 ** (8 * length) - 1).to_bytes(length, "little")


@given(VARIANCES, st.integers(2**99, 2**512 - 2**99), st.sampled_from([8, 16, WORD]))
@settings(max_examples=60, deadline=None)
def test_a_draw_is_the_same_whether_its_bits_come_at_once_or_as_needed(
    variance: Fraction, number: int, start: int
) -> None:  # fmt: skip
    first, reached = steps(variance, 512)
    at_once = first + sum(step <= number for step in reached)
    assert _decided(_Known(number, start), "draw", variance, number >> 512 - start, start) == at_once


@given(VARIANCES)
@settings(max_examples=30, deadline=None)
def test_steps_are_those_of_the_discrete_gaussian(variance: Fraction) -> None:
    """Beside Poisson's summation: the sum of exp(-k²/2v) is sqrt(2πv) times the sum of exp(-2π²v m²)."""
    first, reached = steps(variance, WORD)
    chances = np.diff([0, *reached]) / 2.0**WORD
    v = float(variance)
    whole = math.sqrt(2 * math.pi * v) * math.fsum(math.exp(-2 * math.pi**2 * v * m * m) for m in range(-9, 10))
    expected = [math.exp(-((first + place) ** 2) / (2 * v)) / whole for place in range(len(reached))]
    assert np.allclose(chances, expected, rtol=0, atol=1e-15)
    assert first + len(reached) == -first  # the last step is the one below the greatest value


def test_many_draws_have_the_chances_they_should() -> None:
    drawn = discrete_gaussian(Stream(SEED), "test", variance=Fraction(9, 4), count=200_000)
    values, seen = np.unique(np.clip(drawn, -5, 5), return_counts=True)
    weights = {k: math.exp(-k * k / 4.5) for k in range(-30, 31)}
    shares = [sum(w for k, w in weights.items() if max(-5, min(5, k)) == value) for value in values]
    expected = 200_000 * np.array(shares) / sum(weights.values())
    assert ((seen - expected) ** 2 / expected).sum() < 29.6  # chi square, 10 degrees: one seed in a thousand


def test_exact_draws_of_a_seed_stay_what_they_were() -> None:
    drawn = discrete_gaussian(Stream(SEED), "marginal/0,1,2", variance=Fraction(100), count=12)
    assert drawn.tolist() == [-3, -14, -2, 3, 0, -8, -12, -11, 6, -1, 9, 11]
    assert (discrete_gaussian(Stream(SEED), "marginal/0,1,3", variance=Fraction(100), count=12) != drawn).any()


# What it costs


@given(st.floats(0.2, 30), st.integers(1, 6), st.floats(1.01, 30))
@settings(max_examples=60, deadline=None)
def test_moving_the_noise_costs_what_the_proof_says(variance: float, moved: int, alpha: float) -> None:
    z = np.arange(-1500, 1501)
    log_p = -(z**2) / (2 * variance)
    log_p -= np.log(np.exp(log_p).sum())
    log_q = -((z - moved) ** 2) / (2 * variance)
    log_q -= np.log(np.exp(log_q).sum())
    together = alpha * log_p + (1 - alpha) * log_q
    divergence = (together.max() + math.log(np.exp(together - together.max()).sum())) / (alpha - 1)
    assert divergence <= alpha * moved**2 / (2 * variance) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize(("rho", "epsilon"), [(0.01, 0.5), (0.1, 1.0), (0.29, 4.0), (1.0, 6.0)])
def test_delta_covers_what_the_gaussian_really_gives_away(rho: float, epsilon: float) -> None:
    def below(x: float) -> float:
        return math.erfc(-x / math.sqrt(2)) / 2

    ratio = math.sqrt(2 * rho)  # sensitivity by standard deviation
    real = below(ratio / 2 - epsilon / ratio) - math.exp(epsilon) * below(-ratio / 2 - epsilon / ratio)
    alphas = np.linspace(1.001, 400, 200_000)
    grid = (alphas - 1) * (alphas * rho - epsilon) - np.log(alphas - 1) + alphas * np.log1p(-1 / alphas)
    least = math.exp(grid.min())
    assert real < delta_of(rho, epsilon) <= least * (1 + 1e-9)
    assert delta_of(rho, epsilon) == pytest.approx(least, rel=1e-3)


def test_the_budget_of_the_benchmark() -> None:
    rho = rho_for(4, 200_000**-1.5)
    assert float(rho) == pytest.approx(0.234034, abs=1e-6)
    assert epsilon_of(float(rho), 200_000**-1.5) <= 4


@pytest.mark.parametrize(
    ("epsilon", "delta"), [(-1, 1e-9), (0, 1e-9), (math.nan, 1e-9), (math.inf, 1e-9), (1, 1), (1, 0), (1e-9, 1e-9)]
)
def test_what_is_no_budget_is_refused(epsilon: float, delta: float) -> None:
    with pytest.raises(BadInput):
        rho_for(epsilon, delta)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.integers(1, 30), st.integers(0, 99), st.data())
@settings(max_examples=40, deadline=None)
def test_one_person_changes_one_cell_of_each_marginal_by_one(
    sizes: list[int], rows: int, seed: int, data: st.DataObject
) -> None:  # fmt: skip
    public, codes = sized(*sizes), invented(tuple(sizes), rows, seed)
    gone = data.draw(st.integers(0, rows - 1))
    rho = Fraction(1, 2)
    with_her, without = (
        measure(some, public, rho=rho, stream=Stream(SEED)) for some in (codes, np.delete(codes, gone, axis=1))
    )
    # The same noise on both: what differs is the person alone.
    changes = np.concatenate([(with_her.counts[c] - without.counts[c]).ravel() for c in with_her.counts])
    marginals = planned(public)
    assert sorted(changes[changes != 0]) == [1] * len(marginals)
    assert with_her.rho == Fraction(len(marginals)) / (2 * with_her.variance) <= rho
    assert set(with_her.counts) == set(marginals)


def test_triples_that_would_be_too_large_give_way_to_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(planned(sized(*[3] * 20))) == 1140
    assert planned(sized(2, 3)) == ((0, 1),)
    assert planned(sized(5)) == ((0,),)
    assert planned(Domain({f"c{n}": tuple(map(str, range(size))) for n, size in enumerate((2, 2, 4000, 4000))})) == (
        (0, 1, 2),
        (0, 1, 3),
        (2, 3),
    )
    with pytest.raises(BadInput, match="c0' × 'c1"):
        planned(Domain({f"c{n}": tuple(map(str, range(5000))) for n in range(2)}))


# What is made of it


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_agreeing_marginals_are_those_of_least_squares(seed: int) -> None:
    sizes = (2, 3, 2, 2)
    public = sized(*sizes)
    measured = measure(invented(sizes, 50, seed), public, rho=Fraction(1, 4), stream=Stream(bytes([seed % 256] * 32)))
    cells = list(product(*map(range, sizes)))
    rows, values = [], []
    for columns, counts in measured.counts.items():
        for key in product(*(range(sizes[c]) for c in columns)):
            rows.append([all(cell[c] == k for c, k in zip(columns, key, strict=True)) for cell in cells])
            values.append(counts[key])
    best = np.linalg.lstsq(np.array(rows, float), np.array(values, float), rcond=None)[0].reshape(sizes)
    found = consistent(measured)
    for columns, table in found.tables.items():
        assert np.allclose(table, best.sum(axis=tuple(a for a in range(4) if a not in columns)), atol=1e-6)


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=5),
    st.integers(0, 200),
    st.integers(0, 99),
    st.sampled_from([1, 50]),
)
@settings(max_examples=25, deadline=None)
def test_rows_are_of_the_domain_and_as_many_as_the_marginals_say(
    sizes: list[int], rows: int, seed: int, rho: int
) -> None:  # fmt: skip
    public = sized(*sizes)
    made = synthesize(invented(tuple(sizes), rows, seed), public, rho=Fraction(rho), seed=SEED, effort=QUICK)
    assert made.codes.shape == (len(sizes), max(0, round(consistent(made.measured).total)))
    assert all((column < size).all() for column, size in zip(made.codes, sizes, strict=True))
    assert (rows_from(made.measured, seed=SEED, effort=QUICK) == made.codes).all()


def test_rows_tell_the_counts_of_the_persons() -> None:
    sizes = (3, 4, 3, 2, 5, 3)
    codes, public = invented(sizes, 20_000), sized(*sizes)
    made = synthesize(codes, public, rho=rho_for(4, 1e-7), seed=SEED, effort=QUICK)
    for length, most in ((1, 0.01), (2, 0.02), (3, 0.04)):
        tables = tuple(combinations(range(6), length))
        pairs = zip(counted(codes, sizes, tables), counted(made.codes, sizes, tables), strict=True)
        off = np.concatenate([(np.abs(b - a)[a >= 100] / a[a >= 100]) for (_, a), (_, b) in pairs])
        assert np.median(off) < most
    other = synthesize(codes, public, rho=rho_for(4, 1e-7), seed=bytes(32), effort=QUICK)
    assert other.codes.shape != made.codes.shape or (other.codes != made.codes).any()


def test_what_cannot_be_is_never_written() -> None:
    public = Domain({"age": ("child", "adult"), "work": ("no", "yes"), "c": ("x", "y")},
                    ({"age": frozenset({"child"}), "work": frozenset({"yes"})},))  # fmt: skip
    measured = Measured(
        public, {(0, 1, 2): np.array([[[90, 10], [30, 9]], [[5, 40], [60, 3]]])}, Fraction(4), Fraction(1, 8)
    )
    made = rows_from(measured, seed=SEED, effort=QUICK)
    assert made.shape[1] == 247
    assert not ((made[0] == 0) & (made[1] == 1)).any()


def test_the_benchmark_runs_and_prints_what_it_promises() -> None:
    bench = Path(__file__).parents[3] / "bench" / "synthetic.py"
    done = subprocess.run([sys.executable, bench, "--quick", "--json", "--part", "1", "--peer", "none"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    figures = json.loads(done.stdout)
    assert [one["generator"] for one in figures["generators"]] == ["latent_classes", "network", "copula"]
    assert figures["speedup"] is None
    assert (figures["error_2way"] < 0.05, figures["error_3way"] < 0.1) == (True, True)


# What is read


def test_the_domain_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        "columns: {gender: gender, age: {values: [1, 2], missing: false}, flag: [true, false]}\n"
        "impossible: [{age: 1, flag: [true]}]\nperson: id\nleave_out: [note]\n"
    )
    public = read_domain(tmp_path / "d.yaml")
    assert public.columns["gender"] == ("", "female", "male", "gender_minority", "unknown")
    assert (public.columns["age"], public.columns["flag"]) == (("1", "2"), ("", "true", "false"))
    (tmp_path / "r.csv").write_text("note,id,gender,age,flag\nx,1,female,2,true\ny,2,,1,\n")
    assert read_codes(tmp_path / "r.csv", public).tolist() == [[1, 0], [1, 0], [1, 0]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (b"id,a,b\n1,x,u\n2,z,u\n", "r.csv, row 3, column a: 'z' is none of the column's codes"),
        (b"id,a,b\n1,x,u\n1,x,u\n", "r.csv, row 3, column id: expected one row for each person"),
        (b"id,a,b\n1,y,v\n", "r.csv, row 2: it holds values that the domain says cannot be"),
        (b"id,a,b,c\n1,x,u,1\n", "column 'c' is not in the domain"),
        (b"id,a\n1,x\n", "no column 'b'"),
        (b"id,a,b\n", "no rows"),
        (b"", "the file is empty"),
        (b"id,a,b\n1,x,\xff\n", "r.csv, row 2: some letters are not UTF-8"),
        (b"id,a,b\n1,x,u\n2,x\n", "r.csv, row 3: the row has 2 of 3 columns"),
        (b"id,a,a\n1,x,u\n", "column 'a' stands there twice"),
    ],
)
def test_rows_that_cannot_be_taken_are_named(tmp_path: Path, rows: bytes, expected: str) -> None:
    (tmp_path / "r.csv").write_bytes(rows)
    public = domain({"a": ("", "x", "y"), "b": ("", "u", "v")}, person="id",
                    impossible=[{"a": frozenset({"y"}), "b": frozenset({"v"})}])  # fmt: skip
    with pytest.raises(BadInput) as refused:
        read_codes(tmp_path / "r.csv", public)
    assert expected in refused.value.line("en")


@pytest.mark.parametrize(
    "text",
    ["", "columns: []", "columns: {a: nosuch}", "columns: {a: {values: [], missing: false}}",
     "columns: {a: {values: []\n",
     "columns: {a: [x, x]}",
     "columns: {a: {x: 1}}", "columns: {a: [x]}\nimpossible: [{a: x}]", "columns: {a: [x]}\nperson: a", "x: 1",
     "columns: {a: [x], b: [y]}\nimpossible: [{a: z, b: y}]", "columns: {a: ../gender}", "columns: {a: [[x]]}",
     "columns: {a: [" + ",".join(map(str, range(100_000))) + "]}"],
)  # fmt: skip
def test_what_is_no_domain_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.yaml").write_text(text)
    with pytest.raises(BadInput) as refused:
        read_domain(tmp_path / "d.yaml")
    assert len(refused.value.line("es")) < 200


# What has been spent


def test_costs_add_up_and_the_budget_ends_them(tmp_path: Path) -> None:
    path, rho = tmp_path / "ledger.json", rho_for(4, 1e-9)
    with charging(path, "2026", rho, (8.0, 1e-9)) as charge:
        assert not path.exists()
        charge()
    with charging(path, "2027", rho, None) as charge:
        charge()
    ledger = read_ledger(path)
    assert ledger.rho == 2 * rho
    assert ledger.spent == pytest.approx(5.82641, abs=1e-5)  # less than 8: costs add up in rho
    for edition, cost, budget in (("2028", 2 * rho, None), ("2027", rho / 9, None), ("2028", rho / 9, (9.0, 1e-9))):
        with pytest.raises(BadInput), charging(path, edition, cost, budget):
            pass
    assert read_ledger(path) == ledger
    path.write_text(path.read_text().replace('"2026"', '"2025"').replace(str(rho), str(rho / 2), 1))
    with pytest.raises(BadInput, match="sum is right"):
        read_ledger(path)
    with pytest.raises(BadInput, match="--budget begins one"), charging(tmp_path / "none", "2026", rho, None):
        pass
