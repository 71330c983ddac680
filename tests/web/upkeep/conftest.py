# SPDX-License-Identifier: Apache-2.0
"""A case with something in every room, and the two people it takes to shred it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.web.sharing.conftest import NOW, release, terms, us  # noqa: F401


@pytest.fixture
def full(cast):
    """A case of every kind of part: see `make_full`."""
    return make_full(cast)


def make_full(cast) -> SimpleNamespace:
    """A case with persons, a place, notes, a task, a compartment, a contact, a release and a referral; and a bystander
    of the same session, whose coded row shares the batch key."""
    from tejido.web.cases import actions
    from tejido.web.cases.models import Compartment
    from tejido.web.directory.models import Service
    from tejido.web.intake.actions import take_call
    from tejido.web.referrals.actions import make_referral
    from tests.web.directory.services import load

    chen, ring = cast.member("chen"), cast.ring("chen")
    hers = {"by": chen, "ring": ring, "now": NOW}
    contact = take_call(language="es", **hers)
    case = actions.open_case(contact=contact, summary="Palabras que deben irse.", **hers)
    values = {"role": "survivor", "names": [{"kind": "full", "given": "Inés", "paternal_surname": "Prueba"}],
              "identifiers": [{"kind": "phone", "value": "919-555-0101"}]}  # fmt: skip
    actions.add_person(case=case, values=values, by=chen, ring=ring)
    actions.add_place(case=case, values={"kind": "exploitation", "country": "US", "state": "US-NC"}, by=chen, ring=ring)
    actions.add_note(case=case, kind="own_words", text="Una nota inventada.", **hers)
    actions.add_task(case=case, kind="call_back", text="De noche.", due_on=NOW.date(), owner=chen, **hers)
    opened = actions.open_compartment(case=case, kind=Compartment.Kind.WHEREABOUTS, by=chen, ring=ring)
    compartment = opened.record
    actions.save_compartment(compartment=compartment, content="Un lugar.", revision=compartment.revision, by=chen,
                             ring=ring)  # fmt: skip
    given = release(cast, case)
    load(cast)
    service = Service.objects.order_by("name").first()
    make_referral(case=case, service=service, need=service.needs[0], how="read_out_by_phone", **hers)
    other = actions.open_case(summary="Otra que se queda.", **hers)
    case.refresh_from_db()
    return SimpleNamespace(case=case, contact=contact, release=given, other=other)


def shred_it(cast, record, basis: str = "her_request"):
    """Bilal asks, chen carries it out."""
    from tejido.web.upkeep.actions import ask_shredding, carry_out_shredding

    asked = ask_shredding(record=record, basis=basis, by=cast.member("bilal"), now=NOW)
    return carry_out_shredding(shredding=asked, by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
