# SPDX-License-Identifier: Apache-2.0
"""HiGHS, as every programme of these rooms wants it."""

from __future__ import annotations

import highspy

_PRIMAL = 4  # HiGHS's number for the primal simplex


def quiet_solver(*, many_aims: bool = False) -> highspy.Highs:
    """HiGHS, silent, on one thread, to the end: the same answer on every machine.

    `many_aims`: a linear programme of which little but the objective will change. The last table stays possible then,
    and the primal simplex goes on from it, some twenty times faster than the dual one.
    """
    model = highspy.Highs()
    model.silent()
    if many_aims:
        model.setOptionValue("simplex_strategy", _PRIMAL)
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.0)
    model.setOptionValue("mip_abs_gap", 0.5)
    return model
