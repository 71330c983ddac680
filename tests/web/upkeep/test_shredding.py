# SPDX-License-Identifier: Apache-2.0
"""A record goes with all that belongs to it, and nothing else goes; two people, no hold, a tombstone."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction

from tejido.crypto import CannotOpen, Context, open_field
from tejido.vocabulary import BadInput
from tejido.web.cases.models import Case
from tejido.web.intake.actions import take_call
from tejido.web.intake.models import Contact
from tejido.web.mailbox.actions import receive
from tejido.web.mailbox.models import InboundMessage
from tejido.web.security.audit import chain
from tejido.web.security.belonging import belongings
from tejido.web.security.coded import open_coded
from tejido.web.security.models import AuditEntry, CodedRow, KeyGrant, RecordKey, SearchToken
from tejido.web.security.sealing import SealedRecord
from tejido.web.security.verifying import findings
from tejido.web.sharing.actions import accept_handover, process_arrivals
from tejido.web.sharing.models import Handover
from tejido.web.upkeep.actions import (
    ask_shredding,
    carry_out_shredding,
    lift_hold,
    place_hold,
    withdraw_shredding,
)
from tejido.web.upkeep.models import Hold, OldBatch, Shredding, Tombstone
from tejido.web.upkeep.renewing import renew_batches
from tests.web.sharing.conftest import NOW
from tests.web.sharing.partner import handover_body
from tests.web.upkeep.conftest import shred_it

# Sealed records that belong to no case and no contact, and why.
OF_NOBODY = {
    "accounts.brokenglass": "named by cases",
    "accounts.keptapart": "of a caseload and a colleague; it names no case",
    "directory.service": "the directory",
    "packets.packet": "named by referrals",
    "packets.answer": "goes with its packet",
    "sharing.handover": "goes with its case; one that nobody took up is its own record",
    "statistics.editionattempt": "totals: what fell in them",
    "statistics.edition": "totals, protected, and why each is hidden",
    "statistics.editionseed": "noise",
    "statistics.partnertabulation": "totals",
    "statistics.sheetrun": "totals",
    "upkeep.hold": "named by upkeep itself",
}


def _everything() -> dict[str, set]:
    quiet = {"security.auditentry", "upkeep.tombstone", "upkeep.shredding", "upkeep.oldbatch"}
    return {
        model._meta.label_lower: set(model._base_manager.values_list("pk", flat=True))
        for model in apps.get_models() if model._meta.label_lower not in quiet
    }  # fmt: skip


def test_a_case_goes_with_all_its_parts_keys_tokens_and_codes_and_nothing_else_goes(cast, full):
    before, keys = _everything(), {row.key_id for row in belongings(full.case) if isinstance(row, SealedRecord)}
    done = shred_it(cast, full.case)
    lost = {table: ids - _everything()[table] for table, ids in before.items()}
    lost = {table: len(ids) for table, ids in lost.items() if ids}
    tokens, grants = lost.pop("security.searchtoken"), lost.pop("security.keygrant")
    assert lost == {
        "cases.case": 1, "cases.casecontact": 1, "cases.person": 1, "cases.place": 1, "cases.note": 1,
        "cases.task": 1, "cases.compartment": 1, "consents.release": 1, "referrals.referral": 1, "intake.contact": 1,
        "security.recordkey": len(keys), "security.codedrow": 3,
    }  # fmt: skip
    assert done.gone == {name: count for name, count in lost.items() if not name.startswith("security")}
    assert tokens
    assert grants >= len(keys) > 2
    assert full.other.opened(cast.ring("chen")).summary == "Otra que se queda."
    assert not SearchToken.objects.filter(record_id=full.case.pk).exists()


def test_two_people_are_needed_and_each_needs_the_permission(cast, full):
    bilal, chen, amara = cast.member("bilal"), cast.member("chen"), cast.member("amara")
    for who in (chen, amara, cast.member("noor"), cast.member("eve")):
        with pytest.raises(PermissionDenied):
            ask_shredding(record=full.case, basis="mistake", by=who, now=NOW)
    asked = ask_shredding(record=full.case, basis="mistake", by=bilal, now=NOW)
    with pytest.raises(BadInput, match="someone else"):
        carry_out_shredding(shredding=asked, by=bilal, ring=cast.ring("bilal"), now=NOW)
    for who in ("amara", "eve"):
        with pytest.raises(PermissionDenied):
            carry_out_shredding(shredding=asked, by=cast.member(who), ring=cast.ring(who), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():  # not even around the action
        Shredding.objects.filter(pk=asked.pk).update(state="done", tombstone=1)
    with pytest.raises(BadInput, match="asked for this already"):
        ask_shredding(record=full.case, basis="mistake", by=bilal, now=NOW)
    withdraw_shredding(shredding=asked, by=chen, now=NOW)
    with pytest.raises(BadInput, match="settled"):
        carry_out_shredding(shredding=asked, by=chen, ring=cast.ring("chen"), now=NOW)
    assert Case.objects.filter(pk=full.case.pk).exists()
    assert not Tombstone.objects.exists()


@pytest.mark.parametrize("of", ["case", "contact"])
def test_while_a_hold_stands_nothing_goes(cast, full, of):
    asked = ask_shredding(record=full.case, basis="retention", by=cast.member("bilal"), now=NOW)
    hold = place_hold(record=getattr(full, of), reason="Juzgado inventado, 12/2026", by=cast.member("luz")
                      if of == "case" else cast.member("bilal"),
                      ring=cast.ring("luz" if of == "case" else "bilal"), now=NOW)  # fmt: skip
    for attempt in (
        lambda: carry_out_shredding(shredding=asked, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW),
        lambda: ask_shredding(record=full.case, basis="retention", by=cast.member("bilal"), now=NOW),
    ):
        with pytest.raises(BadInput, match="legal hold"):
            attempt()
    assert hold.opened(cast.ring("bilal")).reason == "Juzgado inventado, 12/2026"
    lift_hold(hold=hold, by=cast.member("bilal"), now=NOW)
    carry_out_shredding(shredding=asked, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    assert not Hold.objects.exists()


def test_a_contact_alone_leaves_its_case_and_the_case_stays(cast, full):
    dora = cast.ring("dora")
    named = dict(open_coded(dora, "cases"))[full.case.pk]["contacts"]
    assert named == [str(full.contact.pk)]
    done = shred_it(cast, full.contact)
    assert set(done.gone) == {"intake.contact", "cases.casecontact"}
    assert dict(open_coded(cast.ring("dora"), "cases"))[full.case.pk].get("contacts", []) == []
    assert Case.objects.get(pk=full.case.pk).opened(cast.ring("chen")).summary


def test_what_a_partner_sent_is_emptied_and_what_it_holds_is_said(cast, us, terms):
    body = handover_body()
    receive(raw=us.message("handover", body, NOW), now=NOW)
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen"), "now": NOW}
    process_arrivals(**hers)
    handover = Handover.objects.get()
    accept_handover(handover=handover, **hers)
    message = InboundMessage.objects.get()
    assert message.raw
    done = shred_it(cast, Handover.objects.get().case)
    assert not Handover.objects.exists()
    message.refresh_from_db()
    assert (bytes(message.raw), bytes(message.digest) != b"") == (b"", True)
    assert [(each["partner"], each["direction"]) for each in done.left["handovers"]] == [("us", "in")]
    # The same message again is known by its number and brings nothing back.
    process_arrivals(**hers)
    assert not Handover.objects.exists()


def test_the_key_of_codes_that_opened_it_goes_too_once_the_data_team_came_in(cast, full):
    old = CodedRow.objects.get(record_id=full.case.pk)
    raw, row = cast.ring("dora").raw(old.batch_id), bytes(old.row)
    context = Context("mx", "coded.cases", str(full.case.pk), "row", str(old.batch_id))
    assert open_field(raw, row, context)
    assert CodedRow.objects.get(record_id=full.other.pk).batch_id == old.batch_id
    counted = dict(open_coded(cast.ring("dora"), "cases"))[full.other.pk]
    shred_it(cast, full.case)
    assert OldBatch.objects.filter(key_id=old.batch_id).exists()
    with pytest.raises(PermissionDenied):
        renew_batches(by=cast.member("chen"), ring=cast.ring("chen"))
    while renew_batches(by=cast.member("dora"), ring=cast.ring("dora"), most=1):
        pass
    assert not OldBatch.objects.exists()
    assert not RecordKey.objects.filter(pk=old.batch_id).exists()
    assert dict(open_coded(cast.ring("dora"), "cases")) == {full.other.pk: counted}
    ring = cast.ring("dora")
    for key in RecordKey.objects.values_list("pk", flat=True):
        ring.load([key])
        if ring.holds(key):
            with pytest.raises(CannotOpen):
                open_field(ring.raw(key), row, context)


def test_the_audit_holds_afterwards_and_names_no_content(cast, full):
    shred_it(cast, full.case)
    chain()
    assert list(findings(None, settings.TEJIDO.transport.signing.verify_key)) == []
    removed = AuditEntry.objects.filter(event="record.removed")
    assert {entry.table for entry in removed} >= {"cases.case", "cases.note", "intake.contact"}
    stone = Tombstone.objects.get()
    assert AuditEntry.objects.get(event="tombstone.added").detail == {"count": stone.number, "target": stone.digest}
    assert not {"Inés", "Prueba", full.case.code} & set(str(stone.entry).split())


def test_every_sealed_record_belongs_to_a_case_or_a_contact_or_is_named_here(cast):
    """A table that is written tomorrow goes too, or says why not."""
    reached, waiting = set(), [Case, Contact]
    while waiting:
        model = waiting.pop()
        if model not in reached:
            reached.add(model)
            relations = model._meta.get_fields(include_hidden=True)
            waiting += [each.related_model for each in relations if isinstance(each, models.ManyToOneRel)]
    sealed = {model for model in apps.get_models() if issubclass(model, SealedRecord)}
    assert {model._meta.label_lower for model in sealed - reached} == set(OF_NOBODY) - {"sharing.handover"}


def test_a_row_nobody_named_that_stands_under_the_key_stops_it_all(cast, full):
    stray = Hold(key=full.case.key, kind="cases.case", record_id=full.other.pk, team=full.case.team, placed_at=NOW,
                 placed_by=cast.member("luz"), state_changed_at=NOW, state_changed_by=cast.member("luz"))  # fmt: skip
    stray.save(force_insert=True)
    with pytest.raises(models.ProtectedError):
        shred_it(cast, full.case)


def test_grants_of_no_key_are_left(cast, full):
    take_call(language="es", by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    shred_it(cast, full.case)
    assert not KeyGrant.objects.exclude(key__in=RecordKey.objects.all()).exists()


def test_the_way_back_of_who_wrote_goes_with_her_only_contact(cast, full):
    from tejido.web.intake.models import Conversation

    way = Conversation.objects.create(expires_on=NOW.date())
    Contact.objects.filter(pk=full.contact.pk).update(conversation=way)
    shred_it(cast, Contact.objects.get(pk=full.contact.pk))
    assert not Conversation.objects.exists()
