# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking the gate, inside the action: what it refuses is noted with its reasons and does not leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models

from tejido.agreements import Agreement, Decision, Release, Request, may_leave
from tejido.agreements.decision import reason
from tejido.crypto import BadSignature, UnsignedKey
from tejido.vocabulary import BadInput
from tejido.web.consents.frames import NotAllowed, our_rules
from tejido.web.consents.models import Release as GivenRelease
from tejido.web.security import audit
from tejido.web.sharing.models import SharedAgreement


def decide(
    request: Request, *, agreement: SharedAgreement | None, releases: Sequence[Release], by: Any,
    record: models.Model | None,
) -> Decision:  # fmt: skip
    """May it leave? Raises `NotAllowed`, after an audit line with the reasons' codes. Call outside any transaction."""
    terms = _terms(agreement)
    rules = agreement.partner.rules() if agreement is not None else None
    decision = may_leave(request, agreement=terms, releases=releases, sender_pack=our_rules(), recipient_pack=rules)
    if not decision.allowed:
        audit.record(
            "sharing.refused", by=by, record=record, lane=str(request.lane), partner=request.recipient,
            reasons=[reason.code for reason in decision.reasons], fields=sorted(request.fields),
        )  # fmt: skip
        raise NotAllowed(decision)
    return decision


def still_given(release: GivenRelease) -> None:
    """Refuse if she changed her mind since the gate was asked: whoever writes it down first wins. In a transaction."""
    given = GivenRelease.objects.select_for_update().get(pk=release.pk)
    if given.state != GivenRelease.State.GIVEN:
        words = reason("release_revoked").words
        raise BadInput("release_revoked", en=words["en"], es=words["es"])


def _terms(agreement: SharedAgreement | None) -> Agreement | None:
    """The agreement if both signatures hold; one that somebody altered is none."""
    if agreement is None:
        return None
    try:
        return agreement.checked()
    except (BadSignature, UnsignedKey, BadInput):
        return None


def release_body(release: Release, decision: Decision) -> dict[str, Any]:
    """What the recipient must know of her release to stop in time; her words themselves stay here."""
    until = decision.until or release.expires_on
    return {
        "id": release.id,
        "purpose": release.purpose,
        "fields": sorted(release.fields),
        "given_on": release.given_on.isoformat(),
        "until": until.isoformat(),
        "how": release.how,
        "language": release.language,
        "interpreter": release.interpreter,
        "minor": bool(release.minor),
        "notice_version": release.notice_version,
    }
