# SPDX-License-Identifier: Apache-2.0
"""Sets of ids by the million, as 64-bit hashes: is every one different, and is each of those others among them?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
_ROUNDS = 5
_FEW = 2_000


class IdSet:
    """A set of hashes, none of which may be 0.

    Each hash is put into the slot that some of its bits name; the last to come stays. Those that lost their slot are
    put into a smaller table by other bits, and the few that lose every time are kept sorted. A look-up reads one slot
    or two, a fraction of what a join on the ids' text takes, and is exact for the hashes.

    `repeated` is how many times a hash came that was there already.
    """

    def __init__(self, hashes: Hashes) -> None:
        self.repeated = 0
        self._tables: list[tuple[Hashes, int, int]] = []
        rest = hashes
        while rest.size > _FEW and len(self._tables) < _ROUNDS:
            bits = rest.size.bit_length()  # one to two slots for each
            skipped = 12 * len(self._tables)
            slots = np.zeros(1 << bits, np.uint64)
            places = _places(rest, skipped, bits)
            slots[places] = rest
            lost = rest[slots[places] != rest]
            self.repeated += int(rest.size - lost.size - np.count_nonzero(slots))
            self._tables.append((slots, skipped, bits))
            rest = lost
        self._rest = np.unique(rest)
        self.repeated += int(rest.size - self._rest.size)

    def missing(self, hashes: Hashes) -> Hashes:
        """Those of `hashes` that are not in the set, as often as they come."""
        rest = hashes
        for slots, skipped, bits in self._tables:
            rest = rest[slots[_places(rest, skipped, bits)] != rest]
        return rest[~np.isin(rest, self._rest)]


def _places(hashes: Hashes, skipped: int, bits: int) -> npt.NDArray[np.int64]:
    """The number that `bits` bits of each hash make, leaving out the first `skipped`."""
    return ((hashes << np.uint64(skipped)) >> np.uint64(64 - bits)).view(np.int64)
