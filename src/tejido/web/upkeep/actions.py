# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking that a record be shredded, carrying it out as a second person, and holds that forbid it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate

from tejido.vocabulary import BadInput, code_list
from tejido.web.cases.keeping import keep
from tejido.web.cases.models import Case, CaseContact
from tejido.web.intake.models import Contact
from tejido.web.security import audit
from tejido.web.security.access import require
from tejido.web.security.belonging import belongings
from tejido.web.security.keyring import KeyRing
from tejido.web.security.permissions import Permission
from tejido.web.upkeep.leaving import on_its_way, what_left
from tejido.web.upkeep.models import Hold, Shredding
from tejido.web.upkeep.shredding import record_of, shred
from tejido.web.upkeep.tombstones import add_tombstone, keep_file

Record = Case | Contact


@transaction.atomic
def ask_shredding(*, record: Record, basis: str, by: Any, now: datetime) -> Shredding:
    """Ask that a case or a contact be shredded. Raises `BadInput`: a hold stands, it was asked, no such basis."""
    require(by, Permission.SHRED_ASK, record=record)
    if basis not in code_list("shredding_basis"):
        raise BadInput("shredding.basis", en="say why", es="indique por qué", where="basis")
    _refuse(record)
    if Shredding.objects.asked().filter(record_id=record.pk).exists():
        raise BadInput("shredding.asked", en="Someone has asked for this already.", es="Alguien ya lo pidió.")
    asked = Shredding.objects.create(
        kind=record._meta.label_lower, record_id=record.pk, code=record.code, team_id=record.team_id, basis=basis,
        asked_at=now, asked_by=by, state_changed_at=now, state_changed_by=by,
    )  # fmt: skip
    audit.record("shredding.asked", by=by, record=record, reason_code=basis)
    return asked


@transaction.atomic
def withdraw_shredding(*, shredding: Shredding, by: Any, now: datetime) -> None:
    """It is not shredded after all. Whoever may carry it out may also say no."""
    require(by, Permission.SHRED_CONFIRM, record=shredding)
    waiting = Shredding.objects.asked().filter(pk=shredding.pk)
    if waiting.update(state=Shredding.State.WITHDRAWN, state_changed_at=now, state_changed_by=by):
        audit.record("shredding.withdrawn", by=by, record=shredding, target=str(shredding.record_id))


@transaction.atomic
def carry_out_shredding(*, shredding: Shredding, by: Any, ring: KeyRing, now: datetime) -> Shredding:
    """Shred it, as another person than the one who asked, and write the tombstone. Raises `BadInput`."""
    require(by, Permission.SHRED_CONFIRM, record=shredding)
    shredding = Shredding.objects.select_for_update().get(pk=shredding.pk)
    record = record_of(shredding.kind, shredding.record_id)
    if shredding.state != Shredding.State.ASKED or record is None:
        raise BadInput("shredding.settled", en="This was settled meanwhile.", es="Esto ya se resolvió.")
    if shredding.asked_by_id == by.pk:
        raise BadInput("shredding.second", en="You asked for it: someone else must carry it out.",
                       es="Usted lo pidió: debe realizarlo otra persona.")  # fmt: skip
    _refuse(record)
    case = _case_it_leaves(record)
    shredding.left = what_left(record, ring)
    gone = shred(record, by=by, now=now)
    entry = {
        "table": shredding.kind, "record": str(shredding.record_id), "day": localdate(now).isoformat(),
        "basis": shredding.basis, "asked_by": str(shredding.asked_by_id), "by": str(by.pk), "rows": gone.rows,
    }  # fmt: skip
    node = settings.TEJIDO
    shredding.tombstone = add_tombstone(entry, transport=node.transport.signing, by=by).number
    shredding.state, shredding.state_changed_at, shredding.state_changed_by = Shredding.State.DONE, now, by
    shredding.gone = gone.counts
    shredding.save()
    if case is not None:
        keep(case, ring)  # its coded row named the contact
    audit.record("shredding.done", by=by, record=shredding, reason_code=shredding.basis, count=len(gone.rows))
    # Where the disk is full the worker writes it later; the database has it already.
    transaction.on_commit(partial(keep_file, node.data), robust=True)
    return shredding


@transaction.atomic
def place_hold(*, record: Record, reason: str, by: Any, ring: KeyRing, now: datetime) -> Hold:
    """The record must stay until someone lifts this."""
    require(by, Permission.HOLD_EDIT, record=record)
    if record_of(record._meta.label_lower, record.pk) is None:
        raise BadInput("hold.gone", en="The record is gone.", es="El expediente ya no existe.")
    hold = Hold(key=ring.new_key("hold", [record.team_id]), kind=record._meta.label_lower, record_id=record.pk,
                team_id=record.team_id, placed_at=now, placed_by=by, state_changed_at=now,
                state_changed_by=by)  # fmt: skip
    hold.seal(ring, reason=reason).save(force_insert=True)
    audit.record("hold.placed", by=by, record=hold, target=str(record.pk))
    return hold


@transaction.atomic
def lift_hold(*, hold: Hold, by: Any, now: datetime) -> None:
    """The record may go again."""
    require(by, Permission.HOLD_EDIT, record=hold)
    if hold.state != Hold.State.STANDING:
        return
    hold.state, hold.state_changed_at, hold.state_changed_by = Hold.State.LIFTED, now, by
    hold.save_revision(expected=hold.revision)
    audit.record("hold.lifted", by=by, record=hold, target=str(hold.record_id))


def _refuse(record: Record) -> None:
    ids = [row.pk for row in belongings(record) if isinstance(row, Case | Contact)]
    if Hold.objects.standing_on(*ids).exists():
        raise BadInput("shredding.hold", en="A legal hold stands: the record must stay until it is lifted.",
                       es="Hay un resguardo legal: el expediente debe quedarse hasta que se levante.")  # fmt: skip
    if on_its_way(record):
        raise BadInput("shredding.on_its_way",
                       en="A hand-over of this case is still on its way: call it back, or wait until it has arrived.",
                       es="Un traspaso de este caso va en camino: retírelo o espere a que llegue.")  # fmt: skip


def _case_it_leaves(record: Record) -> Case | None:
    link = CaseContact.objects.filter(contact_id=record.pk).select_related("case").first()
    return link.case if link is not None and isinstance(record, Contact) else None
