# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo: two invented organisations, filled and running, and the thread played through their doors."""
