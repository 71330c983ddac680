# SPDX-License-Identifier: AGPL-3.0-or-later
"""Template tags every page may use."""
