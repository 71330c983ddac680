# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that belong to a case: sealed before anything of them reaches a disk."""
