# SPDX-License-Identifier: Apache-2.0
"""Parts of `bench/plans.py` that are not about the archive of special arcs."""
