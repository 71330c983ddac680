# SPDX-License-Identifier: AGPL-3.0-or-later
"""Case files: persons, places, compartments, notes, tasks."""
