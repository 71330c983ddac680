# SPDX-License-Identifier: Apache-2.0
"""Sets of hashed ids: exact, however the hashes fall on the slots."""

from __future__ import annotations

import numpy as np
import pytest

from tejido.tables.id_sets import NOWHERE, Hashes, IdSet


def hashes(kind: str, number: int) -> Hashes:
    if kind == "spread":
        return np.random.default_rng(1).integers(0, 1 << 63, number, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    if kind == "alike at the top":  # every one claims the same slots, round after round
        return np.arange(number, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return (np.arange(number, dtype=np.uint64) << np.uint64(40)) | np.uint64(1)


@pytest.mark.parametrize("kind", ["spread", "alike at the top", "alike at the bottom"])
@pytest.mark.parametrize("number", [0, 1, 1_999, 50_000])
def test_each_id_is_found_in_its_row_and_no_other_is(kind: str, number: int) -> None:
    known = np.random.default_rng(2).permutation(np.unique(hashes(kind, number)))
    others = np.setdiff1d(hashes("spread", 5_000) ^ np.uint64(2), known)
    ids = IdSet(known)
    assert ids.repeated == 0
    assert ids.rows(known).tolist() == list(range(known.size))
    asked = np.concatenate([others[:3], known[::-1], others])
    rows = [*[NOWHERE] * 3, *reversed(range(known.size)), *[NOWHERE] * others.size]
    assert ids.rows(asked).tolist() == rows


@pytest.mark.parametrize("kind", ["spread", "alike at the top", "alike at the bottom"])
@pytest.mark.parametrize("number", [2, 1_999, 50_000])
def test_every_repetition_is_counted(kind: str, number: int) -> None:
    known = np.unique(hashes(kind, number))
    again = np.concatenate([known, known[:1], known[-1:], known[:1]])
    assert IdSet(again).repeated == 3
