# SPDX-License-Identifier: Apache-2.0
"""What every model answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tejido.networks.network import Node, Tie


@dataclass(frozen=True)
class Plan:
    """Ties to act on. `objective`: what the model counts, after the plan; no plan within the budget leaves less than
    `bound`.

    `could_act`: on how many ties or nodes a plan could have acted at all, whatever the budget. `proof`: what `checking`
    re-checks, where there is one. `before`: what the model counts without a plan, where it says so.
    `removed`: nodes to act on, in a model of nodes.
    """

    objective: int
    bound: int
    proven: bool
    interdicted: tuple[Tie, ...]
    spent: Fraction
    could_act: int
    proof: Mapping[str, object] | None = None
    before: int | None = None
    removed: tuple[Node, ...] = ()
