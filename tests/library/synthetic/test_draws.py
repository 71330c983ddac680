# SPDX-License-Identifier: Apache-2.0
"""Dealing answers so that totals come out exactly."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tejido.synthetic.draws import Dice, apportion, fill_exactly


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(any), st.integers(0, 2**32))
def test_totals_are_met_whatever_the_weights(totals: list[int], seed: int) -> None:
    weights = np.random.default_rng(seed).random((sum(totals), len(totals))) + 1e-6
    chosen = fill_exactly(weights, totals, Dice(seed, "test"))
    assert np.bincount(chosen, minlength=len(totals)).tolist() == totals


def test_a_forbidden_answer_is_never_given() -> None:
    weights = np.ones((100, 3))
    weights[:80, 2] = 0
    chosen = fill_exactly(weights, [45, 45, 10], Dice(1, "test"))
    assert np.bincount(chosen).tolist() == [45, 45, 10]
    assert (np.flatnonzero(chosen == 2) >= 80).all()


def test_answers_follow_the_weights_as_far_as_the_totals_allow() -> None:
    weights = np.ones((400, 2))
    weights[:200] = [9, 1]
    weights[200:] = [1, 9]
    chosen = fill_exactly(weights, [200, 200], Dice(1, "test"))
    assert (chosen[:200] == 0).mean() > 0.8


def test_impossible_totals_are_refused() -> None:
    with pytest.raises(ArithmeticError):
        fill_exactly(np.ones((3, 2)), [1, 1], Dice(1, "test"))
    with pytest.raises(ArithmeticError):
        fill_exactly(np.array([[1.0, 0.0], [1.0, 0.0]]), [1, 1], Dice(1, "test"))


@given(st.dictionaries(st.text(min_size=1), st.floats(0.1, 100), min_size=1, max_size=8), st.integers(0, 1000))
def test_apportioning_keeps_the_total(shares: dict[str, float], total: int) -> None:
    parts = apportion(shares, total)
    assert sum(parts.values()) == total
    whole = sum(shares.values())
    assert all(abs(parts[key] - total * share / whole) < 1 + 1e-6 for key, share in shares.items())


def test_purposes_have_their_own_chance() -> None:
    assert Dice(1, "names").uniform() == Dice(1, "names").uniform()
    assert Dice(1, "names").uniform() != Dice(1, "days").uniform()
    assert Dice(1, "names").uniform() != Dice(2, "names").uniform()


def test_ids_are_uuids_of_version_four() -> None:
    dice = Dice(1, "ids")
    found = [uuid.UUID(dice.identity()) for _ in range(100)]
    assert len(set(found)) == 100
    assert {one.version for one in found} == {4}
