# SPDX-License-Identifier: Apache-2.0
"""A flood loses its excess; a person's words are kept or stay on her page; whoever has a code has a lane of her own."""

from __future__ import annotations

import pytest

from tejido.web.intake.channels.web_form import flood
from tejido.web.intake.models import Contact
from tejido.web.security.pacing import Pace
from tests.web.intake.test_coming_back import _come_back, _write
from tests.web.public_door import hidden_fields, public_door, visitor  # noqa: F401

pytestmark = pytest.mark.usefixtures("public_door")


@pytest.fixture(autouse=True)
def _lanes(monkeypatch):
    """Lanes of this test alone, narrow."""
    for name, most in (("_FROM_OUR_PAGES", 4), ("_FROM_ANYWHERE", 2), ("_WITH_A_CODE", 2)):
        monkeypatch.setattr(flood, name, Pace(at_once=most, a_second=0.0001))
    monkeypatch.setattr(flood, "_disk", {"looked": 0.0, "free": 0.0})
    flood._sent.clear()


def _send(client, page=None, **changes):
    hidden = hidden_fields(page or client.get("/write/").content.decode())
    return client.post("/write/", {**hidden, "own_words": "Palabras inventadas.", **changes})


def test_what_is_too_much_stays_on_the_page_whole_and_says_what_to_do():
    client = visitor("es")
    codes = [_send(client).status_code for _ in range(4)]
    answer = _send(client, own_words="Canario de la crecida.")
    assert codes == [200] * 4
    assert answer.status_code == 503
    assert "Canario de la crecida." in answer.content.decode()
    assert "espere un minuto" in answer.content.decode()
    assert Contact.objects.count() == 4


def test_a_flood_of_forms_leaves_the_lane_of_whoever_has_a_code_open():
    client = visitor("es")
    code = _write(client)
    for _ in range(6):
        _send(client)
    assert _send(client).status_code == 503
    page = _come_back(client, code).content.decode()
    sent = client.post("/write/again/", {**hidden_fields(page), "own_words": "Soy yo.", "then": "write"})
    assert "data-arrived" in sent.content.decode()


def test_a_program_that_opens_no_page_uses_up_its_own_lane_and_not_that_of_pages():
    client = visitor("es")
    page = client.get("/write/").content.decode()
    forged = [_send(client, page, notice="forged:mark", own_words=f"{n}").status_code for n in range(4)]
    assert forged == [200, 200, 503, 503]
    assert _send(client).status_code == 200


def test_one_page_sent_again_and_again_leaves_the_lane_of_pages(monkeypatch):
    monkeypatch.setattr(flood, "_FROM_OUR_PAGES", Pace(at_once=100, a_second=0.0001))
    client = visitor("es")
    page = client.get("/write/").content.decode()
    codes = [_send(client, page, own_words=f"{n}").status_code for n in range(9)]
    assert codes == [200] * 7 + [503] * 2  # five of the page, two of the lane for anyone
    assert _send(client).status_code == 200


def test_the_last_of_the_disk_is_left_to_advocates(monkeypatch):
    monkeypatch.setattr(flood, "_LEFT_FREE", 1 << 62)
    answer = _send(visitor("en"), own_words="Canary of the full disk.")
    assert answer.status_code == 503
    assert "Canary of the full disk." in answer.content.decode()
    assert Contact.objects.count() == 0


def test_a_pace_gives_back_what_time_gives():
    pace = Pace(at_once=2, a_second=1000)
    assert [pace.allows(), pace.allows()] == [True, True]
    import time

    time.sleep(0.01)
    assert pace.allows()
