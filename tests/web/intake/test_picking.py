# SPDX-License-Identifier: Apache-2.0
"""Long lists are ticked, not scrolled: the frequent codes and the chosen ones in view, the rest behind a search."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tejido.vocabulary import code_list
from tejido.web.accounts.choices import FIRST
from tejido.web.intake import actions
from tejido.web.intake.forms import ContactForm
from tejido.web.intake.models import Contact

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


def _lists(form):
    context = form["countries"].field.widget.get_context("countries", form["countries"].value(), {"id": "id_countries"})
    return [[option["value"] for option in context[name]] for name in ("few", "rest")]


def test_every_country_can_be_ticked_once_and_the_chosen_one_comes_into_view():
    few, rest = _lists(ContactForm(initial={"countries": ["NP"]}, contact=Contact()))
    assert sorted(few) == sorted([*FIRST["country"], "NP"])
    assert sorted(few + rest) == sorted(code_list("country"))


def test_what_is_ticked_in_the_long_list_is_kept(cast):
    contact = actions.take_call(language="es", by=cast.member("amara"), ring=cast.ring("amara"), now=NOW)
    client = cast.client("amara")
    page = client.get(f"/contacts/{contact.pk}/").content.decode()
    assert page.count('name="countries"') == len(code_list("country").codes)
    typed = {"revision": 1, "channel": "phone", "language": "es", "received_at": "2026-03-01T22:30"}
    client.post(f"/contacts/{contact.pk}/", {**typed, "countries": ["NP", "MX"]})
    assert Contact.objects.get(pk=contact.pk).opened(cast.ring("amara")).countries == ["NP", "MX"]


@pytest.mark.parametrize("wrong", ["ZZ", "<b>"])
def test_a_country_that_is_none_is_refused(cast, wrong):
    form = ContactForm({"countries": [wrong]}, contact=Contact(received_at=NOW))
    assert "countries" in form.errors
