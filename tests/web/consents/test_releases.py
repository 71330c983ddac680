# SPDX-License-Identifier: Apache-2.0
"""A release is written down as she gave it, never edited, and never a condition of help."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from tejido.vocabulary import BadInput
from tejido.web.cases.models import Person
from tejido.web.consents.actions import record_release, revoke_release
from tejido.web.consents.frames import values_of
from tejido.web.consents.models import Release
from tests.web.sharing.conftest import NOW, from_today, release


def test_a_spoken_release_keeps_her_exact_words_sealed(cast, case, us):
    given = release(cast, case)
    opened = given.opened(cast.ring("chen"))
    assert opened.exact_words == "Sí, díganles mi nombre y que somos cuarenta."
    (value,) = values_of(case, cast.ring("chen"))
    assert (value.exact_words, value.how, value.revoked_on) == (True, "spoken", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consents_release")
        text = repr(cursor.fetchall())
    assert "cuarenta" not in text
    assert "person_name" not in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires_on": date(2027, 11, 22)}, "release_too_long"),
        ({"expires_on": date(2026, 11, 1)}, "release_dates"),
        ({"notice_version": "none"}, "notice_not_given"),
        ({"fields": frozenset()}, "nothing_allowed"),
        ({"how": "shouted"}, "how_not_allowed"),
    ],
)
def test_a_release_the_rules_would_never_accept_is_not_written_down(cast, case, us, changes, code):
    with pytest.raises(BadInput) as refused:
        release(cast, case, **changes)
    assert refused.value.code == code
    assert refused.value.words["es"]
    assert not Release.objects.exists()


def test_spoken_without_her_words_is_not_written_down(cast, case, us):
    survivor = Person.objects.filter(case=case).first()
    terms = {
        "person": str(survivor.pk), "recipient": "us", "purpose": "hand_over", "fields": frozenset({"person_name"}),
        "given_on": date(2026, 11, 22), "starts_on": date(2026, 11, 22), "expires_on": date(2026, 12, 1),
        "how": "spoken", "language": "es", "person_language": "es", "notice_version": "2026-01", "minor": False,
    }  # fmt: skip
    with pytest.raises(BadInput, match="exact words"):
        record_release(case=case, terms=terms, exact_words="", interpreter="", by=cast.member("chen"),
                       ring=cast.ring("chen"), now=NOW)  # fmt: skip


def test_the_page_records_a_release_and_the_case_says_it_in_both_languages(cast, case, us):
    client = cast.client("amara")
    address = f"/cases/{case.pk}/releases/new/"
    page = client.get(address).content.decode()
    assert "Help does not depend on this" in page or "la ayuda no depende de esto" in page
    survivor = next(p for p in Person.objects.filter(case=case) if p.opened(cast.ring("amara")).identifiers)
    posted = {
        **{name: day.isoformat() for name, day in from_today().items()},
        "person": str(survivor.pk), "recipient": "us", "purpose": "hand_over",
        "fields_allowed": ["person_name", "coworkers"],
        "how": "spoken", "exact_words": "Sí, díganles.", "language": "es", "person_language": "es",
        "authenticated": "on", "notice_read": "on", "minor": "no",
    }  # fmt: skip
    answer = client.post(address, posted)
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    shown = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Sí, díganles." in shown
    assert "may receive, for this purpose only" in shown
    assert "puede recibir, sólo para esta finalidad" in shown


def test_the_form_decides_nothing_for_her(cast, case, us):
    """To whom, for what and how she gave it are empty until someone asks her."""
    form = cast.client("amara").get(f"/cases/{case.pk}/releases/new/").context["form"]
    for name in ("recipient", "purpose", "how"):
        assert form.fields[name].choices[0][0] == ""


def test_the_page_without_an_end_or_without_facts_is_422(cast, case, us):
    client = cast.client("amara")
    answer = client.post(f"/cases/{case.pk}/releases/new/", {"purpose": "hand_over"})
    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_someone_outside_the_team_finds_nothing(cast, case, us):
    given = release(cast, case)
    eve = cast.client("eve")
    assert eve.get(f"/cases/{case.pk}/releases/new/").status_code == 404
    assert eve.post(f"/releases/{given.pk}/revoke/").status_code == 404
    assert cast.client("dora").post(f"/releases/{given.pk}/revoke/").status_code == 403
    given.refresh_from_db()
    assert given.state == Release.State.GIVEN
    with pytest.raises(PermissionDenied):
        revoke_release(release=given, by=cast.member("eve"), now=NOW)


def test_revoking_on_the_page_shows_when_and_stays_revoked(cast, case, us):
    given = release(cast, case)
    client = cast.client("amara")
    assert client.post(f"/releases/{given.pk}/revoke/").status_code == 302
    assert client.post(f"/releases/{given.pk}/revoke/").status_code == 302
    (value,) = values_of(case, cast.ring("amara"))
    assert value.revoked_on is not None


def test_the_newest_notice_is_the_one_the_public_form_shows(cast):
    from tejido.web.consents.frames import our_rules
    from tejido.web.outreach.public_words import notices

    assert our_rules().notice_version == max(notice.version for notice in notices())
