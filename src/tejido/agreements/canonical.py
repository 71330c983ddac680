# SPDX-License-Identifier: Apache-2.0
"""One way to write a value as bytes, so that both sides hash and sign the same thing."""

from __future__ import annotations

import json


def canonical_bytes(value: object) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8. Raises ValueError or TypeError for what JSON cannot hold (NaN too)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
