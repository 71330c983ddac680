# SPDX-License-Identifier: AGPL-3.0-or-later
"""One folder per channel, each with the same few files."""
