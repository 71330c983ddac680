# SPDX-License-Identifier: Apache-2.0
"""What a world may be asked for."""

from __future__ import annotations

from tejido.vocabulary import BadInput

LARGEST_SEED = 2**63 - 1
LARGEST_WORLD = 100_000_000


def check_seed(seed: int) -> None:
    """Raises BadInput unless 0 ≤ seed < 2⁶³."""
    if not 0 <= seed <= LARGEST_SEED:
        raise BadInput(
            "world.seed",
            en=f"{seed} is no seed; expected a whole number from 0 to {LARGEST_SEED}",
            es=f"{seed} no es una semilla; se esperaba un entero de 0 a {LARGEST_SEED}",
            where="--seed",
        )


def check_cases(cases: int) -> None:
    """Raises BadInput unless there is at least one case and no more than a hundred million."""
    if not 1 <= cases <= LARGEST_WORLD:
        raise BadInput(
            "world.cases",
            en=f"{cases} cases cannot be made; expected a whole number from 1 to {LARGEST_WORLD}",
            es=f"no se pueden hacer {cases} casos; se esperaba un entero de 1 a {LARGEST_WORLD}",
            where="--cases",
        )
