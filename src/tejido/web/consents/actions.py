# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording what she allowed, and that she changed her mind. A release is never edited."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from tejido.agreements import Release as Terms
from tejido.agreements import release_problems
from tejido.vocabulary import BadInput
from tejido.web.cases.models import Case
from tejido.web.consents.frames import local_day, our_rules
from tejido.web.consents.models import Release
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission

# What makes a release worthless whatever happens later: it is not written down like this at all. The rest (it begins
# tomorrow, nobody made sure it is she) is written down as it was, and stands in the way when something should leave.
_NEVER = frozenset(
    {"release_malformed", "release_dates", "release_too_long", "how_not_allowed", "exact_words_missing",
     "notice_not_given"}
)  # fmt: skip


@transaction.atomic
def record_release(
    *, case: Case, terms: dict[str, Any], exact_words: str, interpreter: str, by: Any, ring: KeyRing, now: datetime
) -> Release:
    """Write down what she allowed. `terms` are the fields of `tejido.agreements.Release` but id, case and words' flags.

    Raises `BadInput` with the reason in words if the rules would never accept it.
    """
    require(by, Permission.RELEASE_RECORD, record=case)
    release = Release(
        id=uuid.uuid4(), case=case, key=case.key, recorded_at=now, recorded_by=by, state_changed_at=now,
        state_changed_by=by,
    )  # fmt: skip
    value = Terms(
        **terms, id=str(release.pk), case=str(case.pk), exact_words=bool(exact_words), interpreter=bool(interpreter)
    )
    for problem in release_problems(value, our_rules(), on=local_day(now)):
        if problem.code in _NEVER:
            raise BadInput(problem.code, en=problem.words["en"], es=problem.words["es"])
    if not value.fields:
        raise BadInput("nothing_allowed", en="Mark at least one fact.", es="Marque al menos un dato.")
    release.seal(ring, terms=dict(value.as_mapping()), exact_words=exact_words or None, interpreter=interpreter or None)
    release.save(force_insert=True)
    audit.record("release.recorded", by=by, record=release, count=len(value.fields))
    return release


@transaction.atomic
def revoke_release(*, release: Release, by: Any, now: datetime) -> bool:
    """She changed her mind: it ends now. Says whether it was still given; asking twice changes nothing."""
    require(by, Permission.RELEASE_RECORD, record=release)
    changed = Release.objects.filter(pk=release.pk, state=Release.State.GIVEN).update(
        state=Release.State.REVOKED, state_changed_at=now, state_changed_by=by, revision=release.revision + 1
    )
    if changed:
        release.refresh_from_db()
        audit.record("release.revoked", by=by, record=release)
    return bool(changed)
