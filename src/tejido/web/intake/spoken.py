# SPDX-License-Identifier: AGPL-3.0-or-later
"""Short codes nobody else has: 148 million exist, so among 100,000 records one in 1,500 would be drawn twice."""

from __future__ import annotations

from django.db import models

from tejido.crypto import spoken_code


def free_code(model: type[models.Model]) -> str:
    """A code no record of `model` has."""
    return free_codes(model, 1)[0]


def free_codes(model: type[models.Model], count: int) -> list[str]:
    """`count` different codes no record of `model` has."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = {spoken_code() for _ in range(min(500, count - len(found)))}
        used = set(model._default_manager.filter(code__in=drawn).values_list("code", flat=True))
        found.update(dict.fromkeys(drawn - used))
    return list(found)
