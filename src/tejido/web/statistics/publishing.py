# SPDX-License-Identifier: AGPL-3.0-or-later
"""Editions: made of a sheet's counts, signed by two people of the data team, published with the second signature."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction

from tejido.exchange import tables_of
from tejido.statistics import Sheet, Window
from tejido.statistics.editions import (
    SIGNATURES,
    Published,
    SignOff,
    SignOffs,
    edition_from,
    refuse_twice,
    refuse_unexplained,
    sheet_digest,
    signed,
)
from tejido.statistics.editions import Edition as EditionValue
from tejido.vocabulary import BadInput, Words
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.accounts.signing_keys import signing_key
from tejido.web.mailbox.models import Partner
from tejido.web.outreach.actions import publish_edition
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.statistics import attacker
from tejido.web.statistics.actions import internal_sheet, local_day, tables_sent
from tejido.web.statistics.attempts import Plan
from tejido.web.statistics.models import Edition, EditionSignOff, SheetRun


def published_before(ring: KeyRing) -> list[Published]:
    """Every edition that is out, oldest first, from sealed records; raises `BadInput` where one that stood is gone."""
    found = []
    for edition in Edition.objects.filter(published_at__isnull=False).order_by("published_at"):
        draft = edition.opened(ring).draft
        found.append(Published(Sheet.from_json(draft["sheet"]), draft["head"]))
    here = {(one.edition, sheet_digest(one.sheet)) for one in found}
    # Each names those before it: a row that was taken away, so that nobody subtracts it, is missed by the next.
    if any((named["edition"], named["sheet"]) not in here for one in found for named in one.head["earlier"]):
        raise BadInput(
            "edition.gone",
            en="an edition that was published is missing here: nothing can be signed beside it",
            es="falta aquí una edición que se publicó: no se puede firmar nada junto a ella",
        )
    return found


def replaced_by(run: SheetRun) -> Edition | None:
    """The newest edition that is out for the same period, which another would correct."""
    same = Edition.objects.filter(
        published_at__isnull=False, run__window_start=run.window_start, run__window_end=run.window_end
    )
    return same.order_by("-published_at").first()


def make_edition(
    *, run: SheetRun, by: Any, ring: KeyRing, now: datetime, because: Words | None = None
) -> Edition:  # fmt: skip
    """Protect the counts of a run beside everything published before, here and now; the screens use `plan_to_make`."""
    return carried_out(plan_to_make(run=run, by=by, ring=ring, now=now, because=because))


def plan_to_make(
    *, run: SheetRun, by: Any, ring: KeyRing, now: datetime, because: Words | None = None
) -> Plan:  # fmt: skip
    """What it takes to make an edition of a run; `because` where it corrects one that is out.

    Raises `BadInput` where a published one is gone, or a correction does not say why. What takes long is done before
    the database is written to: on SQLite whoever writes holds up every contact that arrives.
    """
    require(by, Permission.SHEET_BUILD)
    corrected, before = replaced_by(run), published_before(ring)
    if corrected:
        refuse_unexplained(because)
    question = {
        "work": "make",
        "counted": internal_sheet(run=run, by=by, ring=ring).as_json(),
        "salt": secrets.token_bytes(32).hex(),
        "k": run.threshold,
        "earlier": [{"sheet": one.sheet.as_json(), "head": dict(one.head)} for one in before],
        "replaces": corrected and corrected.code,
        "because": because if corrected else None,
        "operators": _operators(),
        "readers": _readers(run, ring),
    }
    keep = partial(_keep_edition, run=run, by=by, ring=ring, now=now)
    return Plan(Permission.SHEET_BUILD, run, None, question, keep)


@transaction.atomic
def _keep_edition(answer: Mapping[str, Any], *, run: SheetRun, by: Any, ring: KeyRing, now: datetime) -> Edition:
    team = team_of(Team.Kind.DATA)
    edition = Edition(
        key=ring.new_key("edition", [team.pk]), team=team, run=run, code=answer["code"],
        manifest=bytes.fromhex(answer["manifest"]), made_at=now, made_by=by,
    )  # fmt: skip
    edition.seal(ring, draft=answer["draft"]).save(force_insert=True)
    audit.record("edition.made", by=by, record=edition, edition=edition.code)
    return edition


def carried_out(plan: Plan) -> Edition:
    """Do it in this process, and wait for it."""
    return plan.keep(attacker.answer(plan.question, lambda _stage: None))


def _readers(run: SheetRun, ring: KeyRing) -> dict[str, Any]:
    """What the partners that counted know beside what is published: their own, and what we sent them by now."""
    sent, tabulations = tables_sent(Window(run.window_start, run.window_end)), run.opened(ring).tabulations
    if tabulations is None:
        raise BadInput("sheet.older", en="an earlier version built this sheet: build it again",
                       es="esta hoja la elaboró una versión anterior: elabórela de nuevo")  # fmt: skip
    return {
        "ours": settings.TEJIDO.node,
        "tabulations": tabulations,
        "sent": {partner: sorted(tables) for partner, tables in sent.items()},
    }


def partners_who_read(run: SheetRun, ring: KeyRing) -> list[tuple[Partner, str]]:
    """Each partner that counted, and whether it was sent `all`, `some` or `none` of our tables of the period."""
    sent = tables_sent(Window(run.window_start, run.window_end))
    every = {one["node"]: tables_of(one) for one in run.opened(ring).tabulations or ()}
    found = []
    for partner in Partner.objects.filter(pk__in=every).order_by("code"):
        has = sent.get(partner.pk, set())
        found.append((partner, "all" if has >= every[partner.pk] else "some" if has else "none"))
    return found


def _operators() -> list[Words]:
    return [settings.TEJIDO.operator.name, *(partner.name for partner in Partner.objects.order_by("code"))]


def edition_value(draft: Mapping[str, Any]) -> EditionValue:
    """The edition as the library knows it."""
    return edition_from(draft["head"], Sheet.from_json(draft["sheet"]))


def read_edition(*, edition: Edition, by: Any, ring: KeyRing) -> dict[str, Any]:
    """The draft of an edition, for the data team's eyes."""
    require(by, Permission.COUNT)
    audit.record("edition.read", by=by, record=edition, edition=edition.code)
    draft: dict[str, Any] = edition.opened(ring).draft
    return draft


def sign_edition(*, edition: Edition, by: Any, ring: KeyRing, now: datetime) -> Edition:
    """Attack it and sign, here and now; with the second person's signature it is published."""
    return carried_out(plan_to_sign(edition=edition, by=by, ring=ring, now=now))


def plan_to_sign(*, edition: Edition, by: Any, ring: KeyRing, now: datetime) -> Plan:
    """What it takes to sign: the attack runs first, outside any transaction.

    Raises `BadInput` where she signed before, and where it is out or another came out since.
    """
    require(by, Permission.EDITION_SIGN)
    edition = Edition.objects.select_related("run").get(pk=edition.pk)
    draft, before = edition.opened(ring).draft, published_before(ring)
    _refuse_late(edition, edition_value(draft))
    refuse_twice(signer_code(by), _given(edition))
    earlier = [one.sheet.as_json() for one in before]
    question = {"work": "sign", "sheet": draft["sheet"], "head": draft["head"], "earlier": earlier,
                "readers": _readers(edition.run, ring)}  # fmt: skip
    keep = partial(_keep_signature, edition=edition, value=edition_value(draft), by=by, ring=ring, now=now)
    return Plan(Permission.EDITION_SIGN, edition.run, edition, question, keep)


@transaction.atomic
def _keep_signature(
    answer: Mapping[str, Any], *, edition: Edition, value: EditionValue, by: Any, ring: KeyRing, now: datetime
) -> Edition:  # fmt: skip
    # Who signs meanwhile waits here, whatever the edition: what comes out first is beside what comes out next.
    list(Edition.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    edition = Edition.objects.get(pk=edition.pk)
    _refuse_late(edition, value)
    manifest, given, signer = bytes(edition.manifest).hex(), _given(edition), signer_code(by)
    refuse_twice(signer, given)
    if answer["manifest"] != manifest:
        raise BadInput("edition.changed", en="it no longer makes the files that were signed: make the edition again",
                       es="ya no produce los archivos que se firmaron: haga la edición de nuevo")  # fmt: skip
    one = signed(manifest=manifest, signing=signing_key(ring), organisation=settings.TEJIDO.node, signer=signer,
                 signed_on=local_day(now))  # fmt: skip
    EditionSignOff.objects.create(
        edition=edition, member=by, signer=signer, signed_on=local_day(now), signature=one.signature
    )
    audit.record("edition.signed", by=by, record=edition, edition=edition.code)
    files = {path: base64.b64decode(content) for path, content in answer["files"].items()}
    _publish_if_complete(edition, value, files, [*given, one], by, ring, now)
    return edition


def signer_code(member: Any) -> str:
    """How a member is called in a published edition: the same each time, and no way back to her."""
    return hashlib.sha256(b"tejido/signer/1\x00" + member.pk.bytes).hexdigest()[:16]


def _given(edition: Edition) -> list[SignOff]:
    stand = edition.sign_offs.order_by("pk")
    return [SignOff(one.signer, one.signed_on.isoformat(), one.signature) for one in stand]


def _refuse_late(edition: Edition, value: EditionValue) -> None:
    """Raises `BadInput` where it is out already, or where another came out since it was protected."""
    if edition.published_at is not None:
        raise BadInput("edition.published", en="it is published already", es="ya está publicada")
    out = Edition.objects.filter(published_at__isnull=False).order_by("published_at")
    if [one.edition for one in value.earlier] != list(out.values_list("code", flat=True)):
        raise BadInput("edition.overtaken", en="another edition came out since: make this one again beside it",
                       es="desde entonces salió otra edición: haga esta de nuevo junto a ella")  # fmt: skip


def _publish_if_complete(
    edition: Edition, value: EditionValue, files: Mapping[str, bytes], given: Sequence[SignOff], by: Any, ring: KeyRing,
    now: datetime,
) -> None:  # fmt: skip
    key = signing_key(ring).verify_key
    detached = SignOffs(bytes(edition.manifest).hex(), settings.TEJIDO.node, key.raw.hex(), tuple(given))
    if not detached.complete:
        return
    if detached.problems(key):  # a row somebody put there counts for nothing
        raise BadInput("edition.bad_signature", en="an earlier signature does not hold: make the edition again",
                       es="una firma anterior no es válida: haga la edición de nuevo")  # fmt: skip
    edition.published_at = now
    edition.save_revision(edition.revision)
    publish_edition(
        code=edition.code, title=value.sheet.title, window=(value.sheet.window.start, value.sheet.window.end),
        files={**files, SIGNATURES: detached.encode()}, replaces=value.replaces, now=now,
    )  # fmt: skip
    audit.record("edition.published", by=by, record=edition, edition=edition.code)
