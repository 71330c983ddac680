# SPDX-License-Identifier: AGPL-3.0-or-later
"""Referral packets and who answers them: all that the providers' door can see."""
