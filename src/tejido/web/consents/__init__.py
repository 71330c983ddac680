# SPDX-License-Identifier: AGPL-3.0-or-later
"""Releases a survivor gave, and their withdrawal."""
