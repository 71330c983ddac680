# SPDX-License-Identifier: Apache-2.0
"""Parts of `bench/plans.py` that need no published archive."""
