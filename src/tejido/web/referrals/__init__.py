# SPDX-License-Identifier: AGPL-3.0-or-later
"""Offers of a case to a service, and what came of them."""
