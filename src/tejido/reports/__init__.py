# SPDX-License-Identifier: Apache-2.0
"""Charts, maps and printed documents from plain values: one look for everything printed, in both languages."""
