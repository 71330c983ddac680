# SPDX-License-Identifier: Apache-2.0
"""What stands in a running test node before anyone looks: one of each thing a page can show, made by actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any


@dataclass(frozen=True)
class SeatedCast:
    """The cast of the node this process serves: the members and their rings."""

    logins: dict[str, tuple[str, bytes]]

    def member(self, login: str) -> Any:
        """The member."""
        from tejido.web.accounts.models import Member

        return Member.objects.get(login=login)

    def ring(self, login: str) -> Any:
        """Her ring, opened with her password."""
        from django.conf import settings

        from tejido.crypto import BoxKey, open_with_password
        from tejido.web.accounts.actions import member_context
        from tejido.web.accounts.keys import ring_of

        member = self.member(login)
        raw = open_with_password(
            member.private_key, self.logins[login][0], pepper=settings.TEJIDO.pepper, context=member_context(member)
        )
        return ring_of(member, BoxKey(raw))


def seed(logins: dict[str, tuple[str, bytes]], *, edition: bool = False) -> dict[str, str]:
    """Put invented records in, with an `edition` where asked: it takes a second; returns ids that addresses name."""
    cast, now = SeatedCast(logins), datetime.now(UTC)
    ids = _arrived(cast, now)
    ids |= _taken(cast, now)
    ids |= _case(cast, now)
    ids |= _files(cast, ids["case"], now)
    ids |= _shared(cast, now, edition)
    ids |= _sent(cast, ids["case"], ids["person"], now)
    ids |= _upkeep(cast, now)
    return {name: str(value) for name, value in ids.items()}


def _arrived(cast: SeatedCast, now: datetime) -> dict[str, Any]:
    """One that waits, one that waits and says a child is there, and one that was junk."""
    from tejido.web.intake.channels.web_form import actions
    from tejido.web.intake.discarding import discard_contacts

    def arrived(words: str, **answers: str) -> Any:
        given = {"own_words": words, "language": "es", "reply_safety": "safe_any_time"} | answers
        notice = {"notice_version": "2026-11", "notice_at": now, "notice_language": "es"}
        return actions.receive(**notice, answers=given, now=now).pk  # type: ignore[arg-type]

    ids = {"waiting": arrived("Palabras inventadas."), "discarded": arrived("Compre ya.")}
    arrived("Es por mi hermanita.", under_18="yes")
    discard_contacts(ids=[ids["discarded"]], by=cast.member("amara"), now=now)
    return ids


def _taken(cast: SeatedCast, now: datetime) -> dict[str, Any]:
    from tejido.web.intake import actions

    amara, ring = cast.member("amara"), cast.ring("amara")
    contact = actions.take_call(language="es", by=amara, ring=ring, now=now)
    answers = {
        "language": "es", "speaker": "person_concerned", "own_words": "Me dijeron que eran seis meses y nada más.",
        "under_18": "yes", "reply_safety": "safe_at_times", "advocate_view": "Habla en voz baja; la interrumpen.",
    }  # fmt: skip
    actions.save_contact(
        contact=contact, answers=answers, revision=contact.revision, by=amara, ring=ring, now=now, channel="phone"
    )
    return {"contact": contact.pk}


def _case(cast: SeatedCast, now: datetime) -> dict[str, Any]:
    from tejido.web.cases.models import Person, Place
    from tejido.web.directory.models import Service
    from tejido.web.referrals.actions import make_referral
    from tejido.web.sharing.actions import prepare_report
    from tests.web.directory.services import load
    from tests.web.sharing.conftest import make_case, release

    chen, ring = cast.member("chen"), cast.ring("chen")
    made = make_case(cast)
    case = made.case
    load(cast)
    service = Service.objects.order_by("name").first()
    need = service.needs[0]
    referral = make_referral(
        case=case, service=service, need=need, how="read_out_by_phone", by=chen, ring=ring, now=now
    )
    given = date.fromordinal(now.date().toordinal() - 1)
    report = prepare_report(
        case=case, basis="court_order", recipient="court", person=made.survivor.pk, fields=("person_name",), due_at=now,
        second=cast.member("bilal"), by=chen, ring=ring, now=now,
    )  # fmt: skip
    release(cast, case, given_on=given, starts_on=given, expires_on=date.fromordinal(given.toordinal() + 30))
    return {
        "case": case.pk,
        "person": made.survivor.pk,
        "place": Place.objects.filter(case=case)[0].pk,
        "group": Person.objects.filter(case=case).exclude(pk=made.survivor.pk)[0].pk,
        "service": service.pk,
        "referral": referral.pk,
        "report": report.pk,
    }


def _files(cast: SeatedCast, case_id: Any, now: datetime) -> dict[str, Any]:
    """A photo whose original is kept, and a note."""
    from tejido.web.cases.models import Case
    from tejido.web.files.actions import add_file, prepare
    from tejido.web.files.arriving import Arrival
    from tests.web.files import carried

    def added(name: str, data: bytes, *, keep_original: bool = False) -> Any:
        arrival = Arrival()
        arrival.begin(name)
        arrival.take(data)
        arrival.finish()
        return add_file(
            case=Case.objects.get(pk=case_id), prepared=prepare(arrival), about="Lo entregó ella misma.",
            keep_original=keep_original, by=cast.member("chen"), ring=cast.ring("chen"), now=now,
        )  # fmt: skip

    photo = added("recibo de nómina.jpg", carried.jpeg((640, 480)), keep_original=True)
    note = added("lo que dice el contrato.pdf", "Contrato: seis meses, sin día de descanso.".encode())
    return {"file": photo.pk, "original": photo.original_id, "note": note.pk}


def _shared(cast: SeatedCast, now: datetime, edition: bool) -> dict[str, Any]:
    """A partner, an agreement, a hand-over that arrived and a joint sheet."""
    from tejido.statistics import Window
    from tejido.web.mailbox.actions import add_partner, receive
    from tejido.web.sharing.actions import process_arrivals
    from tejido.web.sharing.models import Handover
    from tejido.web.statistics.actions import build_sheet, local_day, take_in_tabulations
    from tejido.web.statistics.publishing import make_edition
    from tests.web.sharing.partner import Us, agreement, handover_body
    from tests.web.statistics.conftest import all_tables, partner_totals, signed

    us = Us()
    add_partner(card=us.card(), by=cast.member("noor"), ring=cast.ring("noor"))
    kinds = [*agreement().message_types, "tabulation"]
    terms = agreement(message_types=sorted(kinds), tables=sorted(all_tables()))
    signed(cast, us, terms)
    under = {"agreement": terms.id, "agreement_digest": terms.digest()}
    receive(raw=us.message("handover", handover_body(), now, **under), now=now)
    process_arrivals(by=cast.member("chen"), ring=cast.ring("chen"), now=now)
    dora = {"by": cast.member("dora"), "ring": cast.ring("dora"), "now": now}
    window = Window(local_day(now).replace(day=1), local_day(now))
    receive(raw=us.message("tabulation", partner_totals(cast, window), now, to="data", **under), now=now)
    take_in_tabulations(**dora)
    run = build_sheet(window=window, **dora)
    return {
        "agreement": terms.id,
        "handover": Handover.objects.get().pk,
        "sheet": run.pk,
    } | ({"edition": make_edition(run=run, **dora).pk} if edition else {})


def _sent(cast: SeatedCast, case_id: Any, person_id: Any, now: datetime) -> dict[str, Any]:
    """A provider with an account, one who waits for hers, a packet to read and one that was withdrawn."""
    from tejido.crypto import SigningKey
    from tejido.web.accounts.actions import SIGNING_SCOPE
    from tejido.web.accounts.models import Member
    from tejido.web.cases.models import Case
    from tejido.web.directory.models import Service
    from tejido.web.packets.models import Provider
    from tejido.web.packets.providers import found_provider, give_account
    from tejido.web.referrals.actions import make_referral
    from tejido.web.referrals.packing import withdraw_referral
    from tejido.web.security.models import RecordKey
    from tests.web.sharing.conftest import from_today, release

    noor = {"by": cast.member("noor"), "ring": cast.ring("noor")}
    service, case = Service.objects.filter(organisation__startswith="Casa Magnolia")[0], Case.objects.get(pk=case_id)
    if not Provider.objects.filter(organisation=service.organisation).exists():
        signing = SigningKey(noor["ring"].raw(RecordKey.objects.get(scope=SIGNING_SCOPE).id))
        found_provider(organisation=service.organisation, members=[cast.member("rosa")], signing=signing, by=noor["by"])
    made, _password = give_account(organisation=service.organisation, login="sol", name="Sol Prueba", language="es",
                                   now=now, **noor)  # fmt: skip
    Member.objects.filter(pk=made.member.pk).update(password_given_at=None)
    fields = frozenset({"person_name", "preferred_language", "needs"})
    release(cast, case, recipient=service.recipient, purpose="referral", fields=fields, **from_today())
    chen = {"by": cast.member("chen"), "now": now}
    first, second = (
        make_referral(case=case, service=service, need="shelter", how="packet", fields=fields, person=str(person_id),
                      ring=cast.ring("chen"), **chen)
        for _ in range(2)
    )  # fmt: skip
    withdraw_referral(referral=second, **chen)
    return {"waits_at_provider": made.member.pk, "packet": first.packet.pk, "withdrawn_packet": second.packet.pk}


def _upkeep(cast: SeatedCast, now: datetime) -> dict[str, Any]:
    """A case that must stay, one that someone asked to destroy, and one that is gone."""
    from tejido.web.upkeep.actions import ask_shredding, carry_out_shredding, place_hold
    from tests.web.sharing.conftest import make_case

    bilal, chen = cast.member("bilal"), cast.member("chen")
    held, waiting, gone = (make_case(cast).case for _ in range(3))
    hold = place_hold(record=held, reason="Juzgado inventado.", by=bilal, ring=cast.ring("bilal"), now=now)
    asked = ask_shredding(record=waiting, basis="her_request", by=bilal, now=now)
    done = ask_shredding(record=gone, basis="mistake", by=bilal, now=now)
    carry_out_shredding(shredding=done, by=chen, ring=cast.ring("chen"), now=now)
    return {"held": held.pk, "hold": hold.pk, "shredding": asked.pk, "destroyed": done.pk}
