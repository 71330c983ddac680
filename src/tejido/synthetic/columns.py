# SPDX-License-Identifier: Apache-2.0
"""Arrays to Arrow columns, without touching a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tejido.synthetic.chunks import Flags
from tejido.synthetic.draws import Floats, Integers


def ids(prefix: str, numbers: Integers) -> pa.Array:
    """Ids such as `c00000042`."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, padding="0")
    return pc.binary_join_element_wise(prefix, digits, "")


def codes(labels: Sequence[str], chosen: Integers, known: Flags | None = None) -> pa.Array:
    """The chosen labels; nothing where the label is empty or `known` is false."""
    blank = np.array([label == "" for label in labels])[chosen]
    missing = blank if known is None else blank | ~known
    return pa.array(labels, pa.string()).take(pa.array(chosen, mask=missing))


def lists(labels: Sequence[str], chosen: Flags) -> pa.Array:
    """Per row of `chosen` (rows × labels) the labels marked in it."""
    offsets = np.concatenate([[0], np.cumsum(chosen.sum(axis=1))]).astype(np.int32)
    values = pa.array(labels, pa.string()).take(pa.array(np.nonzero(chosen)[1]))
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def one_hot(size: int, chosen: Integers, known: Flags) -> Flags:
    """Rows × `size`, true at `chosen` where `known`."""
    found = np.zeros((len(chosen), size), dtype=bool)
    rows = np.flatnonzero(known)
    found[rows, chosen[rows]] = True
    return found


def days(numbers: Integers) -> pa.Array:
    """Days since the epoch as dates."""
    return pa.array(numbers.astype(np.int32), pa.int32()).cast(pa.date32())


def early(labels: Sequence[str], chance: Floats, skew: float = 2.0) -> pa.Array:
    """Labels by chance, the earlier the likelier."""
    chosen = np.minimum((chance**skew * len(labels)).astype(np.int64), len(labels) - 1)
    return pa.array(labels, pa.string()).take(pa.array(chosen))
