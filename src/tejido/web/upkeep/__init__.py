# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds, shredding, tombstones: when a record must stay, and how it goes for good."""
