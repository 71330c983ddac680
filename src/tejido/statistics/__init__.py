# SPDX-License-Identifier: Apache-2.0
"""Indicators as data, counting, joint figures that hide small cells, and the fact sheet."""

from tejido.statistics.counting import tabulate
from tejido.statistics.joint import join
from tejido.statistics.protection import protect
from tejido.statistics.sheet import Figure, Footnote, Sheet
from tejido.statistics.tabulation import Cell, Tabulation
from tejido.statistics.window import Window

__all__ = ["Cell", "Figure", "Footnote", "Sheet", "Tabulation", "Window", "join", "protect", "tabulate"]
