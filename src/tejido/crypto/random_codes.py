# SPDX-License-Identifier: Apache-2.0
"""Short random codes that people say aloud."""

from __future__ import annotations

import secrets

# No vowels but A and E, and no 0/O, 1/I/L, 5/S, 2/Z, B/8, U/V: read over a bad line, in two languages, by tired people.
_ALPHABET = "ACDEFGHJKMNPQRTWXY34679"


def spoken_code(length: int = 6) -> str:
    """A code such as `K7M-3QA`: `length` characters in groups of three; 6 characters hold 27 bits."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return "-".join(letters[start : start + 3] for start in range(0, length, 3))
