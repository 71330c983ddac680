# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the directory of services. Addresses are sealed and opened one at a time, each time audited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction

from tejido.crypto import spoken_code
from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.directory.models import Service
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission

# Everything of a service that is public; `address` is sealed whether or not it is confidential.
PUBLIC = (
    "organisation", "name", "kind", "needs", "languages", "country", "states", "phone", "hours", "eligibility",
    "minimum_age", "maximum_age", "status", "address_confidential",
)  # fmt: skip
_LISTS = {"needs": "service_need", "languages": "language", "states": "state"}
_READERS = (Team.Kind.INTAKE, Team.Kind.CASES, Team.Kind.DUTY)


@transaction.atomic
def add_service(*, values: Mapping[str, Any], address: str, by: Any, ring: KeyRing, verified_on: date) -> Service:
    """Add a service that someone has just made sure of. `values` are the columns of `PUBLIC`."""
    require(by, Permission.SERVICE_EDIT)
    service = _added(values, address, ring, verified_on)
    audit.record("service.added", by=by, record=service)
    return service


@transaction.atomic
def edit_service(
    *, service: Service, values: Mapping[str, Any], address: str | None, expected: int, by: Any, ring: KeyRing,
    verified_on: date,
) -> None:  # fmt: skip
    """Change a service; `address` None leaves the sealed one. Raises `StaleRevision`."""
    require(by, Permission.SERVICE_EDIT)
    _set(service, values)
    service.verified_on = verified_on
    if address is not None:
        service.seal(ring, address=address or None)
    service.save_revision(expected)
    audit.record("service.edited", by=by, record=service)


def open_address(*, service: Service, by: Any, ring: KeyRing) -> str:
    """The sealed address; one audit line each time."""
    require(by, Permission.REFERRAL_SEND)
    address: str | None = service.opened(ring).address
    audit.record("service.address_opened", by=by, record=service)
    return address or ""


@transaction.atomic
def load_services(rows: Iterable[Mapping[str, Any]], *, by: Any, ring: KeyRing, verified_on: date) -> int:
    """Add many services as `read_services` gives them; returns how many."""
    require(by, Permission.SERVICE_EDIT)
    loaded = [
        _added(
            {key: value for key, value in row.items() if key != "address"}, row.get("address", ""), ring, verified_on
        )
        for row in rows
    ]
    audit.record("service.loaded", by=by, count=len(loaded))
    return len(loaded)


def read_services(node: str) -> list[dict[str, Any]]:
    """The demo's invented services of the organisation `node`; raises `BadInput`."""
    path = files("tejido.web.directory") / "demo" / f"services_{node}.yaml"
    if not path.is_file():
        raise BadInput("no_services", en="no invented services", es="no hay servicios inventados", where=node)
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    return rows


def _added(values: Mapping[str, Any], address: str, ring: KeyRing, verified_on: date) -> Service:
    key = ring.new_key("service", [team_of(kind).pk for kind in _READERS])
    service = Service(key=key, code=spoken_code(), verified_on=verified_on)
    _set(service, values)
    service.seal(ring, address=address or None).save(force_insert=True)
    return service


def _set(service: Service, values: Mapping[str, Any]) -> None:
    unknown = sorted(set(values) - set(PUBLIC))
    if unknown:
        names = ", ".join(unknown)
        raise BadInput("unknown_column", en=f"unknown: {names}", es=f"no se conoce: {names}", where="service")
    for column, name in _LISTS.items():
        for code in values.get(column, ()):
            if code not in code_list(name):
                raise BadInput(
                    "unknown_code", en=f"{code} is not in {name}", es=f"{code} no está en {name}", where=column
                )
    for column, value in values.items():
        setattr(service, column, value)
