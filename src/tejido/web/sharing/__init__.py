# SPDX-License-Identifier: AGPL-3.0-or-later
"""Agreements, hand-overs between organisations, alerts: what left, what arrived."""
