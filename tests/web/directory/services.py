# SPDX-License-Identifier: Apache-2.0
"""The invented services, loaded."""

from __future__ import annotations

from datetime import date


def load(cast, node: str = "us", login: str = "chen") -> int:
    """Load the invented services of one organisation."""
    from tejido.web.directory.actions import load_services, read_services

    return load_services(
        read_services(node), by=cast.member(login), ring=cast.ring(login), verified_on=date(2026, 11, 1)
    )
