# SPDX-License-Identifier: AGPL-3.0-or-later
"""Breaking the glass: in an emergency someone on duty opens another team's case, for an hour, seen by a second person.

The duty team holds a key to every case; a ring uses it for no case but one whose glass its member broke. Safety
compartments stay closed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import BrokenGlass, Member, Team
from tejido.web.cases.finding import spoken
from tejido.web.cases.models import Case
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.models import KeyGrant
from tejido.web.security.permissions import Permission

OPEN_FOR = timedelta(minutes=60)


def on_duty(member: Member) -> bool:
    """Does she hold the duty team's keys?"""
    return Team.objects.filter(kind=Team.Kind.DUTY, pk__in=member.team_ids).exists()


def keep_for_duty(case: Case, ring: KeyRing) -> None:
    """Let duty open a case that came without: done when its own team next reads it. A restricted one it never opens."""
    if case.team.restricted:
        return
    duty = team_of(Team.Kind.DUTY).pk
    if not KeyGrant.objects.filter(key=case.key_id, team_id=duty).exists():
        ring.share(case.key, duty)


def break_glass(*, code: str, basis: str, reason: str, by: Member, ring: KeyRing, now: datetime) -> BrokenGlass:
    """Open the case called `code` for an hour. Raises `BadInput`: no such case, or nothing there to be opened.

    A code that opens nothing is in the audit too, without the code: whoever tries one after the other is seen.
    """
    require(by, Permission.GLASS_BREAK)
    if not on_duty(by):
        raise PermissionDenied(Permission.GLASS_BREAK.value)
    try:
        return _break(code=code, basis=basis, reason=reason, by=by, ring=ring, now=now)
    except BadInput as refused:
        if refused.where == "code":
            audit.record("glass.refused", by=by)
        raise


@transaction.atomic
def _break(*, code: str, basis: str, reason: str, by: Member, ring: KeyRing, now: datetime) -> BrokenGlass:
    if basis not in code_list("glass_basis") or not reason.strip():
        raise BadInput("glass.reason", en="Say why, in a few words.", es="Diga por qué, en pocas palabras.",
                       where="reason")  # fmt: skip
    case = Case.objects.filter(code=spoken(code)).select_related("key", "team").first()
    if case is None or (case.team.restricted and case.team_id not in by.team_ids):  # the same answer for both
        raise BadInput("glass.case", en="No case is called that.", es="Ningún caso se llama así.", where="code")
    if case.team_id in by.team_ids:
        raise BadInput("glass.yours", en="It is your own team's case: open it as usual.",
                       es="El caso es de su propio equipo: ábralo como siempre.", where="code")  # fmt: skip
    keys = [case.key_id, *case.contact_links.values_list("contact__key_id", flat=True)]
    ring.open_by_glass(keys)
    ring.load(keys)
    if not ring.holds(case.key_id):
        raise BadInput("glass.no_key", en="Duty holds no key to this case: its team must open it once.",
                       es="Guardia no tiene llave de este caso: su equipo debe abrirlo una vez.",
                       where="code")  # fmt: skip
    broken = BrokenGlass(
        key=ring.new_key("broken-glass", [case.team_id, team_of(Team.Kind.DUTY).pk]), record_id=case.pk,
        opens=[str(key) for key in keys], team=case.team, member=by, opened_at=now, ends_at=now + OPEN_FOR,
    )  # fmt: skip
    broken.seal(ring, basis=basis, reason=reason.strip()).save(force_insert=True)
    audit.record("glass.broken", by=by, record=broken, target=str(case.pk))
    return broken


@transaction.atomic
def review_glass(*, broken: BrokenGlass, word: str, by: Member, ring: KeyRing, now: datetime) -> None:
    """A second person has looked, and says what she makes of it. Raises `BadInput`, `StaleRevision`."""
    require(by, Permission.GLASS_REVIEW)
    if not BrokenGlass.objects.visible_to(by).filter(pk=broken.pk).exists():
        raise PermissionDenied(Permission.GLASS_REVIEW.value)
    if broken.member_id == by.pk or broken.reviewed_at is not None:
        raise BadInput("glass.second", en="Someone else reviews it, once.",
                       es="Lo revisa otra persona, una sola vez.")  # fmt: skip
    if not word.strip():
        raise BadInput("glass.word", en="Say what you make of it, in a few words.",
                       es="Diga qué le parece, en pocas palabras.", where="word")  # fmt: skip
    broken.reviewed_at, broken.reviewed_by = now, by
    broken.seal(ring, review=word.strip()).save_revision(expected=broken.revision)
    audit.record("glass.reviewed", by=by, record=broken, target=str(broken.record_id))
