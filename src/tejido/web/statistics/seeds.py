# SPDX-License-Identifier: AGPL-3.0-or-later
"""Secret seeds of public rows, sealed to the data team beside the edition they came out with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from tejido.statistics.microdata import seed_digest
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.security.sealing import open_all
from tejido.web.statistics.models import Edition, EditionSeed


@transaction.atomic
def keep_seed(*, edition: Edition, seed: bytes, by: Any, ring: KeyRing, now: datetime) -> EditionSeed:
    """Seal what `release synthesize --keep-seed` wrote; once is enough, and keeping it again changes nothing."""
    require(by, Permission.SHEET_BUILD)
    digest = seed_digest(seed)
    stands = EditionSeed.objects.filter(edition=edition, digest=digest).first()
    if stands is not None:
        return stands
    kept = EditionSeed(
        key=ring.new_key("seed", [edition.team_id]), team_id=edition.team_id, edition=edition, digest=digest,
        kept_at=now, kept_by=by,
    )  # fmt: skip
    kept.seal(ring, seed=seed.hex()).save(force_insert=True)
    audit.record("seed.kept", by=by, record=kept, edition=edition.code)
    return kept


@transaction.atomic
def read_seeds(*, edition: Edition, by: Any, ring: KeyRing) -> dict[str, str]:
    """Each seed kept beside an edition, by its hash: to make the same rows again."""
    require(by, Permission.SHEET_BUILD)
    kept = list(EditionSeed.objects.filter(edition=edition).order_by("kept_at"))
    audit.record_each("seed.read", by=by, records=kept)
    return {one.record.digest: one.seed for one in open_all(kept, ring)}
