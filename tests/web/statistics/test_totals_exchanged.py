# SPDX-License-Identifier: Apache-2.0
"""What leaves is what the agreement names; what arrives is checked again, and changes nothing where it is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tejido.web.mailbox.models import InboundMessage, OutboundMessage
from tejido.web.security.models import AuditEntry
from tejido.web.sharing.models import SharedAgreement
from tejido.web.statistics import actions
from tejido.web.statistics.models import PartnerTabulation, SheetRun
from tests.web.sharing.conftest import NOW
from tests.web.statistics.conftest import WINDOW, agreed, all_tables, signed

PERIOD = {"start": "2026-11-01", "end": "2026-11-30"}


def _outcome(counting) -> tuple[str, str, int]:
    actions.take_in_tabulations(**counting.dora())
    message = InboundMessage.objects.get()
    return message.state, message.reason_code, PartnerTabulation.objects.count()


def test_totals_that_arrive_are_kept_sealed_and_read_once(counting):
    counting.arrive(counting.totals())
    assert actions.take_in_tabulations(**counting.dora()) == 1
    assert actions.take_in_tabulations(**counting.dora()) == 0
    kept = PartnerTabulation.objects.get()
    assert (kept.partner_id, kept.window_start, kept.window_end) == ("us", WINDOW.start, WINDOW.end)
    assert kept.opened(counting.cast.ring("dora")).tabulation["node"] == "us"


def test_a_table_nobody_agreed_on_is_not_taken(cast, us):
    from tests.web.statistics.conftest import Counting, make_case

    make_case(cast)
    terms = agreed(all_tables() - {"victims/nationality"})
    signed(cast, us, terms)
    counting = Counting(cast, us, terms)
    counting.arrive(counting.totals())
    assert _outcome(counting) == ("unreadable", "bad_body", 0)
    assert AuditEntry.objects.filter(event="message.unreadable", detail__reason_code="bad_body").count() == 1


def test_totals_in_the_name_of_a_third_organisation_are_not_taken(counting):
    counting.arrive(counting.totals(node="ca"))
    assert _outcome(counting) == ("unreadable", "bad_body", 0)


def test_totals_that_cannot_be_opened_are_kept_aside_and_the_rest_is_read(counting):
    counting.arrive(counting.totals())
    broken = InboundMessage.objects.get()
    broken.raw = bytes(broken.raw)[:-1] + bytes([bytes(broken.raw)[-1] ^ 1])  # a bit turned on our own disk
    broken.save()
    counting.arrive(counting.totals())
    assert actions.take_in_tabulations(**counting.dora()) == 2
    states = InboundMessage.objects.order_by("sequence").values_list("state", flat=True)
    assert list(states) == ["unreadable", "handled"]
    assert PartnerTabulation.objects.count() == 1


def test_the_analyst_is_told_what_could_not_be_used(counting):
    counting.arrive(counting.totals(node="ca"))
    page = counting.cast.client("dora").get("/sheets/").content.decode()
    assert "Totals arrived that could not be used" in page
    assert "Harbor (invented)" in page


def test_totals_sealed_to_another_team_are_left_to_it(counting):
    counting.arrive(counting.totals(), to="cases")
    assert _outcome(counting) == ("arrived", "", 0)


@pytest.mark.parametrize(("language", "words"), [("en", "agreement"), ("es-mx", "convenio")])
def test_what_the_agreement_does_not_let_leave_is_said_on_the_form(cast, us, language, words):
    signed(cast, us, agreed({"cases"}))
    client = cast.client("dora")
    client.cookies["tejido_mx_staff_language"] = language
    answer = client.post("/sheets/send/", PERIOD)
    assert answer.status_code == 422
    shown = answer.context["form"].non_field_errors()
    assert any(words in line for line in shown), shown
    assert 'value="2026-11-01"' in answer.content.decode()
    assert not OutboundMessage.objects.exists()
    # What was refused stays in the audit, though nothing was sent.
    assert AuditEntry.objects.filter(event="sharing.refused", detail__reasons=["agreement_tables"]).count() == 1


def test_without_an_agreement_about_totals_nothing_is_sent_and_the_form_says_so(cast, us):
    signed(cast, us, agreed(set(), message_types=["handover"]))
    answer = cast.client("dora").post("/sheets/send/", PERIOD)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == ["no agreement in force lets totals leave"]
    assert not OutboundMessage.objects.exists()


def test_an_agreement_someone_altered_lets_nothing_out_or_in(counting):
    counting.arrive(counting.totals())
    shared = SharedAgreement.objects.get()
    shared.document = {**shared.document, "version": 2}
    shared.save()
    assert _outcome(counting) == ("unreadable", "bad_signature", 0)
    assert counting.cast.client("dora").post("/sheets/send/", PERIOD).status_code == 422
    assert not OutboundMessage.objects.exists()


def test_corrected_totals_make_another_sheet_and_the_earlier_one_says_so(counting):
    def built() -> tuple[SheetRun, int]:
        run = actions.build_sheet(window=WINDOW, **counting.dora())
        sheet = actions.internal_sheet(run=run, by=counting.cast.member("dora"), ring=counting.cast.ring("dora"))
        return run, sheet.headline["contacts"].joint

    def arrive(contacts: int, later: int) -> None:
        cells = [
            {**cell, "counted": contacts, "held": contacts} if cell["indicator"] == "contacts" else cell
            for cell in counting.totals()["cells"]
        ]
        counting.arrive(counting.totals(cells=cells))
        actions.take_in_tabulations(**{**counting.dora(), "now": NOW + timedelta(hours=later)})

    arrive(12, later=0)
    first, before = built()
    assert actions.newer_totals(first) == []
    arrive(15, later=1)
    assert [each.partner_id for each in actions.newer_totals(first)] == ["us"]
    assert (
        "Newer totals have arrived since" in counting.cast.client("dora").get(f"/sheets/{first.pk}/").content.decode()
    )
    _second, after = built()
    assert after == before + 3
    # What was built stays as it was built.
    kept = actions.internal_sheet(run=first, by=counting.cast.member("dora"), ring=counting.cast.ring("dora"))
    assert kept.headline["contacts"].joint == before
