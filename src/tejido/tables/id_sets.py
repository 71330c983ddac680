# SPDX-License-Identifier: Apache-2.0
"""Ids by the million, as 64-bit hashes: is every one different, and in which row does each of those others stand?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
RowNumbers = npt.NDArray[np.int32]
NOWHERE = -1
_ROUNDS = 5
_FEW = 2_000


class IdSet:
    """The hashed ids of a table's rows.

    Each row is put into the slot that some bits of its hash name; the last to come stays. Those that lost their slot
    are put into a smaller table by other bits, and the few that lose every time are kept sorted. A look-up reads one
    slot or two, a fraction of what a join on the ids' text takes, and is exact for the hashes. An empty slot names row
    0: whoever finds it there compares hashes, as everywhere.

    `repeated` is how many times a hash came that was there already.
    """

    def __init__(self, hashes: Hashes) -> None:
        self.repeated = 0
        self._hashes = hashes
        self._tables: list[tuple[RowNumbers, int, int]] = []
        rest = np.arange(hashes.size, dtype=np.int32)
        while rest.size > _FEW and len(self._tables) < _ROUNDS:
            bits = rest.size.bit_length()  # one to two slots for each
            skipped = 12 * len(self._tables)
            slots = np.zeros(1 << bits, np.int32)
            ours = hashes[rest]
            places = _places(ours, skipped, bits)
            slots[places] = rest
            stays = slots[places]
            lost = hashes[stays] != ours
            self.repeated += int(rest.size - np.count_nonzero(lost) - np.count_nonzero(stays == rest))
            self._tables.append((slots, skipped, bits))
            rest = rest[lost]
        self._few, first = np.unique(hashes[rest], return_index=True)
        self._rows_of_few = rest[first]
        self.repeated += int(rest.size - self._few.size)

    def rows(self, hashes: Hashes) -> RowNumbers:
        """The row of each of `hashes`; `NOWHERE` for those that are not in the set."""
        found = np.full(hashes.size, NOWHERE, np.int32)
        rest, theirs = np.arange(hashes.size, dtype=np.int32), hashes
        for slots, skipped, bits in self._tables:
            rows = slots[_places(theirs, skipped, bits)]
            here = self._hashes[rows] == theirs
            found[rest[here]] = rows[here]
            rest, theirs = rest[~here], theirs[~here]
        if self._few.size:
            places = np.minimum(np.searchsorted(self._few, theirs), self._few.size - 1)
            here = self._few[places] == theirs
            found[rest[here]] = self._rows_of_few[places[here]]
        return found


def _places(hashes: Hashes, skipped: int, bits: int) -> npt.NDArray[np.int64]:
    """The number that `bits` bits of each hash make, leaving out the first `skipped`."""
    return ((hashes << np.uint64(skipped)) >> np.uint64(64 - bits)).view(np.int64)
