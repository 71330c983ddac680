# SPDX-License-Identifier: Apache-2.0
"""The form in a real browser: what leaves the device is closed; without JavaScript it is sent as well."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest

from tests.web.test_pages_axe import LANGUAGES, Page, chromium, doors, look, signed_in  # noqa: F401

pytestmark = pytest.mark.browser
WRITE = Page("public", "/write/")
CANARIES = {"own_words": "Canario Violeta de las palabras.", "phone": "55 0000 7319", "email": "abubilla@example.org",
            "reply_how": "Ocelote a las seis."}  # fmt: skip


def _all_of(request):
    return f"{request.url} {request.headers} {request.post_data or ''}"


@pytest.fixture
def writing(look):  # noqa: F811
    """The form with everything typed; what leaves the device from now on."""

    def at(language, **options):
        tab, said, _status = look(WRITE, language, width=360, **options)
        left = []
        tab.on("request", lambda request: left.append(_all_of(request)) if "/static/" not in request.url else None)
        for name, value in CANARIES.items():
            tab.fill(f"[name={name}]", value)
        tab.check("[name=reply_safety][value=safe_at_times]")
        tab.check("[name=under_18][value=yes]")
        return tab, said, left

    return at


def _send(tab):
    tab.click("form#write .form-actions button")
    tab.wait_for_selector("[data-arrived]")


def _opened(doors):  # noqa: F811
    """The newest contact, taken and opened by Amara in the node's own staff door."""
    return doors.run("""
from tejido.web.intake.actions import take_contact
from tejido.web.intake.models import Contact
from django.utils import timezone
contact = Contact.objects.order_by("-received_at")[0]
by, ring = cast.member("amara"), cast.ring("amara")
before = contact.arrival is not None
contact = take_contact(contact=contact, by=by, ring=ring, now=timezone.now())
print(json.dumps({"boxed": before, **contact.opened(ring).values}))
""")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_leaves_the_device_is_closed_and_the_advocate_reads_it_whole(language, writing, doors):  # noqa: F811
    tab, said, left = writing(language)
    assert tab.is_visible("[data-sealed=here]")
    assert not tab.is_visible("[data-sealed=there]")
    _send(tab)
    assert tab.is_visible("[data-sealed=here]")
    assert said == []
    (posted,) = [request for request in left if "box=" in request]
    for name, canary in CANARIES.items():
        for request in left:
            assert canary not in request, name
            assert canary.replace(" ", "+") not in request, name
    assert "safe_at_times" not in posted
    assert "under_18" not in posted
    opened = _opened(doors)
    assert opened["boxed"]
    assert opened["own_words"] == CANARIES["own_words"]
    assert opened["contactor_phone"] == CANARIES["phone"]
    assert opened["reply_how"] == CANARIES["email"] + "\n" + CANARIES["reply_how"]
    assert (opened["reply_safety"], opened["under_18"]) == ("safe_at_times", "yes")
    assert opened["notice"]["language"] == language


def _memory_of(pid):
    """What a process and its children hold in memory that can be written to."""
    children = [int(stat.parent.name) for stat in Path("/proc").glob("[0-9]*/stat")
                if f") {stat.read_text().rpartition(')')[2].split()[0]} {pid} " in stat.read_text()]  # fmt: skip
    whole = []
    for each in (pid, *children):
        with open(f"/proc/{each}/mem", "rb", 0) as memory:
            for line in Path(f"/proc/{each}/maps").read_text().splitlines():
                span, rights = line.split()[:2]
                start, end = (int(edge, 16) for edge in span.split("-"))
                if rights.startswith("rw") and end - start < 1 << 30:
                    with contextlib.suppress(OSError, ValueError, OverflowError):
                        memory.seek(start)
                        whole.append(memory.read(end - start))
    return b"".join(whole)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="the memory of a process is looked at through /proc")
def test_the_door_that_takes_it_in_never_holds_a_word_in_memory(look, doors):  # noqa: F811
    try:
        _memory_of(doors.processes["public"])
    except PermissionError:
        pytest.skip("this machine lets nobody look into a process")
    for script, word in ((True, "Canario-Sellado-Aqui"), (False, "Canario-Sellado-Alla")):
        tab, _said, _status = look(WRITE, "es", script=script)
        tab.fill("[name=own_words]", f"{word} " * 200)
        _send(tab)
    memory = _memory_of(doors.processes["public"])
    assert b"Canario-Sellado-Aqui" not in memory
    assert b"Canario-Sellado-Alla" in memory  # the search has eyes: the plain form passes through, and says so


def test_without_javascript_the_page_says_that_it_is_sealed_on_arrival(writing, doors):  # noqa: F811
    tab, _said, _left = writing("es", script=False)
    assert tab.is_visible("[data-sealed=there]")
    assert not tab.is_visible("[data-sealed=here]")
    _send(tab)
    opened = _opened(doors)
    assert not opened["boxed"]
    assert opened["own_words"] == CANARIES["own_words"]


def test_changing_the_language_keeps_what_is_typed_and_lets_none_of_it_out(writing):
    tab, said, left = writing("es")
    tab.click("button[name=switch][value=en]")
    tab.wait_for_selector("html[lang=en]")
    for name, value in CANARIES.items():
        assert tab.input_value(f"[name={name}]") == value
    assert tab.is_checked("[name=reply_safety][value=safe_at_times]")
    assert tab.is_visible("[data-sealed=here]")
    for request in left:
        assert not any(canary in request or canary.replace(" ", "+") in request for canary in CANARIES.values())
    _send(tab)
    assert tab.locator("h1").inner_text() == "Thank you. It has arrived."
    assert said == []


def test_leaving_works_on_every_page_that_took_the_place_of_the_first(writing):
    tab, _said, _left = writing("es")
    tab.route("**/exit/", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))
    tab.click("button[name=switch][value=en]")
    tab.wait_for_selector("html[lang=en]")
    tab.click("a.leave")
    tab.wait_for_url("**/exit/")


def test_nothing_written_is_said_without_asking_the_door(writing):
    tab, _said, left = writing("es")
    tab.fill("[name=own_words]", "   ")
    tab.click("form#write .form-actions button")
    assert "Escriba algo aquí" in tab.inner_text(".form-errors")
    assert left == []


def test_a_lost_line_keeps_what_is_typed_and_it_can_be_sent_again(writing):
    tab, _said, _left = writing("es")
    tab.context.set_offline(True)
    tab.click("form#write .form-actions button")
    tab.wait_for_selector(".form-errors")
    assert "no hay conexión" in tab.inner_text(".form-errors")
    assert tab.input_value("[name=own_words]") == CANARIES["own_words"]
    tab.context.set_offline(False)
    _send(tab)


def test_a_page_whose_lock_is_no_longer_known_is_sealed_anew_by_itself(writing, doors):  # noqa: F811
    tab, _said, left = writing("es")
    tab.evaluate("document.getElementById('write').elements.notice.value = 'forged:mark'")
    _send(tab)
    assert len([request for request in left if "box=" in request]) == 2
    assert json.dumps(_opened(doors)["own_words"]) == json.dumps(CANARIES["own_words"])
