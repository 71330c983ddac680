# SPDX-License-Identifier: Apache-2.0
"""Shift start on a real staff door, with the real cost of a password, everybody behind one address."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from bench.logins import MEMORY_MIB, floor

pytestmark = [pytest.mark.slow, pytest.mark.own_database]

ADVOCATES = 30
MORE_THAN_FREE = 7  # wrong tries: from here on her account waits, as seen from a browser nobody knows


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The door, and one advocate more than come in the morning."""
    with floor(tmp_path_factory.mktemp("floor"), advocates=ADVOCATES + 1) as opened:
        yield opened


def test_thirty_advocates_behind_one_address_all_get_in_while_a_stranger_guesses(opened):
    """None refused, none timed out, the memory of four; the guessed-at member too, from the browser that knows her."""
    *morning, guessed_at = opened.secrets
    at_her_desk = opened.visitor()
    assert opened.sign_in(at_her_desk, guessed_at).status_code == 302
    _sign_out(at_her_desk)
    over, guesses = threading.Event(), []

    def guess():
        with opened.visitor() as stranger:
            while not over.is_set() or len(guesses) < MORE_THAN_FREE:
                guesses.append(opened.sign_in(stranger, guessed_at, "wrong, and wrong again").status_code)

    def arrive(login):
        with opened.visitor() as visitor:
            answer = opened.sign_in(visitor, login)
            return answer.status_code, visitor.get("/contacts/").status_code

    with opened.peak_memory() as peak, ThreadPoolExecutor(ADVOCATES + 2) as pool:
        stranger = pool.submit(guess)
        arrived = list(pool.map(arrive, morning))
        wrong = opened.sign_in(opened.visitor(), morning[0], "wrong").status_code
        over.set()
        stranger.result()
        hers = opened.sign_in(at_her_desk, guessed_at).status_code
    assert arrived == [(302, 200)] * ADVOCATES
    assert wrong == 422
    assert hers == 302
    assert set(guesses) == {422}
    assert peak[0] < 4 * MEMORY_MIB + 500


def test_whoever_works_does_not_wait_behind_those_who_sign_in(opened):
    """Twelve strangers wait for their turn; a page of somebody at work comes before the last of them is answered."""
    with opened.visitor() as at_work, ThreadPoolExecutor(12) as pool:
        login = next(iter(opened.secrets))
        assert opened.sign_in(at_work, login).status_code == 302
        strangers = [pool.submit(_knock, opened, f"nobody{number}") for number in range(12)]
        while not any(each.done() for each in strangers):
            assert at_work.get("/contacts/").status_code == 200
        assert not all(each.done() for each in strangers)
        assert at_work.get("/contacts/").status_code == 200
        assert {each.result() for each in strangers} == {422}


def _knock(opened, login):
    with opened.visitor() as stranger:
        return opened.sign_in(stranger, login, "wrong").status_code


def _sign_out(visitor):
    page = visitor.get("/").text
    token = page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    assert visitor.post("/logout/", data={"csrfmiddlewaretoken": token}).status_code == 302
