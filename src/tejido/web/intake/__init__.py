# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contacts and the queue; one folder per channel."""
