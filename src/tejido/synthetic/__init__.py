# SPDX-License-Identifier: Apache-2.0
"""Invented worlds for tests, demos and benchmarks: the only "people" in this repository. None of them is anyone."""

from tejido.synthetic.large_world import make_large_world
from tejido.synthetic.small_world import make_world

__all__ = ["make_large_world", "make_world"]
