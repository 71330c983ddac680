# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counting from coded rows, totals from the partner, fact sheets."""
