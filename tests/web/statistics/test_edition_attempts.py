# SPDX-License-Identifier: Apache-2.0
"""Making and signing run beside the requests: one at a time, whole or not at all, and no count leaves its seals."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import timedelta

import pytest
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.models import SignedInSession
from tejido.web.mailbox.models import OutboundMessage
from tejido.web.security.models import AuditEntry
from tejido.web.statistics import attacking, attempts, publishing
from tejido.web.statistics.actions import build_sheet, send_tabulation, take_in_tabulations
from tejido.web.statistics.frames import own_tabulation
from tejido.web.statistics.models import Edition, EditionAttempt, EditionSignOff
from tests.node import whole_database
from tests.web.sharing.conftest import NOW
from tests.web.statistics.conftest import WINDOW


@pytest.fixture
def run(counting):
    counting.arrive(counting.totals())
    take_in_tabulations(**counting.dora())
    return build_sheet(window=WINDOW, **counting.dora())


def started(counting, run, now=NOW, session=None):
    plan = publishing.plan_to_make(run=run, **counting.dora())
    return attempts.start_attempt(plan=plan, session=session, **{**counting.dora(), "now": now})


def test_a_second_start_is_refused_in_one_line_and_one_that_fell_silent_is_given_up(counting, run):
    first = started(counting, run)
    with pytest.raises(BadInput, match="already: wait until that is done"):
        started(counting, run)
    page = counting.cast.client("dora").get("/editions/under-way/").content.decode()
    assert "Nothing of it was kept" in page  # what was seen last in NOW is silent today
    EditionAttempt.objects.update(seen_at=timezone.now())
    page = counting.cast.client("dora").get("/editions/under-way/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "See how far it is" in counting.cast.client("dora").get("/editions/").content.decode()
    refused = counting.cast.client("dora").post(f"/sheets/{run.pk}/edition/")
    assert refused.status_code == 422
    assert "wait until that is done" in refused.content.decode()
    EditionAttempt.objects.update(seen_at=NOW)
    second = started(counting, run, NOW + attempts.SILENT + timedelta(seconds=1))
    first.refresh_from_db()
    assert (first.state, second.state) == ("cut_off", "running")


def test_the_work_runs_in_a_process_that_has_neither_keys_nor_database_and_ends_with_this_one(counting, run):
    plan = publishing.plan_to_make(run=run, **counting.dora())
    seen = []
    said = attacking.answered(plan.question, beat=seen.append)
    assert [stage for stage in seen if stage] == ["hiding", "writing", "attacking"]
    assert plan.keep(said).code == said["code"]
    killed = []

    def kill(stage):
        if stage and not killed:
            found = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "statistics.attacker"], capture_output=True,
                                   check=True, text=True)  # fmt: skip
            killed.append(int(found.stdout))
            with open(f"/proc/{killed[0]}/environ", "rb") as told:
                assert told.read() == b""
            os.kill(killed[0], signal.SIGKILL)

    with pytest.raises(attacking.CutOff):
        attacking.answered(plan.question, beat=kill)


def test_whoever_signed_out_meanwhile_keeps_nothing_and_reads_why(
    counting, run, at_once, django_capture_on_commit_callbacks
):
    client = counting.cast.client("dora")
    session = SignedInSession.objects.get(member__login="dora")
    with django_capture_on_commit_callbacks(execute=True):
        attempt = started(counting, run, session=session.pk)
        session.delete()
    assert not Edition.objects.exists()
    attempt.refresh_from_db()
    assert attempt.state == "refused"
    assert b"signed out before it was done" not in whole_database()
    client = counting.cast.client("dora")
    client.cookies["tejido_mx_staff_language"] = "es-mx"
    assert "Cerró su sesión antes de que terminara" in client.get("/editions/under-way/").content.decode()
    assert [one.event for one in AuditEntry.objects.filter(event__startswith="edition.").order_by("pk")] == [
        "edition.begun", "edition.ended",
    ]  # fmt: skip


def test_one_that_was_given_up_is_not_kept_when_it_comes_after_all(
    counting, run, at_once, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        attempt = started(counting, run)
        EditionAttempt.objects.update(state="cut_off")
    assert not Edition.objects.exists()
    attempt.refresh_from_db()
    assert attempt.state == "cut_off"
    assert not EditionSignOff.objects.exists()


def times(body, factor):
    """The partner's totals: `factor` times what we count, in each cell where we count somebody."""
    return {**body, "cells": [{**one, "counted": factor * one["counted"], "held": factor * one["held"]}
                              for one in body["cells"]]}  # fmt: skip


def test_a_partner_that_takes_its_own_away_sees_nobody_of_ours(counting):
    """41 of which 40 are its own may stand there for everyone, and not before an organisation that knows the 40."""
    dora = counting.dora()
    ours = own_tabulation(ring=dora["ring"], window=WINDOW, as_of=WINDOW.end).as_json()
    counting.arrive({**times(ours, 40), "node": "us", "handed_over": []})
    take_in_tabulations(**dora)
    run = build_sheet(window=WINDOW, **dora)
    careful = publishing.make_edition(run=run, **dora)
    draft = careful.opened(dora["ring"]).draft
    assert {one["reason"] for one in draft["reasons"]} >= {"contributor"}
    page = counting.cast.client("dora").get(f"/editions/{careful.pk}/").content.decode()
    assert "Harbor (invented), which has none of our figures" in page
    # What the partner was sent by agreement is no secret from it: then 41 may be shown.
    send_tabulation(window=WINDOW, **dora)
    open_to_it = publishing.make_edition(run=run, **dora)
    shown = {one["indicator"]: one["value"] for one in open_to_it.opened(dora["ring"]).draft["sheet"]["figures"]
             if one["by"] is None}  # fmt: skip
    assert shown["cases"] == 41
    publishing.sign_edition(edition=open_to_it, **dora)
    EditionSignOff.objects.all().delete()
    # It refused the message, so that it has its own alone: whoever signs is told, and not how many.
    OutboundMessage.objects.filter(message_type="tabulation").update(state="refused")
    with pytest.raises(BadInput, match=r"cannot be signed: what is hidden can be worked out at .*cases") as refused:
        publishing.sign_edition(edition=open_to_it, **dora)
    assert "41" not in str(refused.value)
    publishing.sign_edition(edition=careful, **dora)
