# SPDX-License-Identifier: Apache-2.0
"""Coming back in a real browser: the code and the answer stay on the device; without JavaScript it works as well."""

from __future__ import annotations

import re

import pytest

from tests.web.test_pages_axe import LANGUAGES, Page, chromium, doors, look, signed_in  # noqa: F401

pytestmark = pytest.mark.browser
WORDS = "Martes a las diez, pregunte por Colibrí Dorado."
_ANSWER = """
from django.utils import timezone
from tejido.web.intake.actions import take_contact
from tejido.web.intake.conversations import write_reply
from tejido.web.intake.models import Contact
contact = Contact.objects.filter(state="waiting").order_by("-received_at")[0]
by, ring = cast.member("amara"), cast.ring("amara")
contact = take_contact(contact=contact, by=by, ring=ring, now=timezone.now())
reply = write_reply(contact=contact, words="{words}", by=by, ring=ring, now=timezone.now())
print(json.dumps(str(reply.pk)))
"""


def _axe(tab):
    from axe_playwright_python.sync_playwright import Axe

    report = Axe().run(tab)
    assert report.violations_count == 0, report.generate_report()
    tab.set_viewport_size({"width": 320, "height": 640})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320, "scrolls sideways on a small phone"
    tab.set_viewport_size({"width": 360, "height": 800})


def _write(look, language, script):  # noqa: F811
    tab, said, _status = look(Page("public", "/write/"), language, width=360, script=script)
    left = []
    tab.on("request", lambda request: left.append(f"{request.url} {request.headers} {request.post_data or ''}"))
    tab.fill("[name=own_words]", "Palabras inventadas.")
    tab.click("form#write .form-actions button")
    tab.wait_for_selector("[data-arrived]")
    code = tab.inner_text("p.return-code")
    assert re.fullmatch(r"(\d{4} ){6}\d{4}", code)
    if script:
        _axe(tab)
    return code, said, left


def _come_back(look, language, script, code):  # noqa: F811
    tab, said, _status = look(Page("public", "/write/again/"), language, width=360, script=script)
    left = []
    tab.on("request", lambda request: left.append(f"{request.url} {request.headers} {request.post_data or ''}"))
    tab.fill("[name=code]", code)
    tab.click("#come-back button")
    tab.wait_for_selector("form#write")
    return tab, said, left


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_code_and_the_answer_never_leave_the_device(look, doors, language):  # noqa: F811
    code, said, left = _write(look, language, script=True)
    doors.run(_ANSWER.replace("{words}", WORDS))
    tab, more, more_left = _come_back(look, language, True, code)
    tab.wait_for_function("document.querySelector('[data-words]').textContent")
    assert tab.inner_text("[data-words]") == WORDS
    _axe(tab)
    assert said + more == []
    digits = code.replace(" ", "")
    for request in left + more_left:
        assert code not in request
        assert code.replace(" ", "+") not in request
        assert digits not in request
        assert "Colibr" not in request
    tab.fill("[name=own_words]", "Vuelvo a escribir.")
    tab.click("form#write button[value=write]")
    tab.wait_for_selector("[data-arrived]")
    assert tab.inner_text("[data-words]") == WORDS
    doors.run(_ANSWER.replace("{words}", "Segunda respuesta."))
    tab, _said, _left = _come_back(look, language, True, code)
    tab.wait_for_function("[...document.querySelectorAll('[data-words]')].every(each => each.textContent)")
    assert tab.locator("[data-words]").all_inner_texts() == [WORDS, "Segunda respuesta."]
    tab.click("details summary")
    tab.click("button[value=end]")
    assert tab.locator("p.notice.good").count() == 1


def test_without_javascript_it_works_as_well(look, doors):  # noqa: F811
    code, _said, _left = _write(look, "es", script=False)
    doors.run(_ANSWER.replace("{words}", WORDS))
    tab, _said, _left = _come_back(look, "es", False, code)
    assert tab.inner_text("[data-words]") == WORDS
    assert code.replace(" ", "") not in tab.url


def test_a_code_from_one_way_opens_on_the_other(look, doors):  # noqa: F811
    code, _said, _left = _write(look, "es", script=True)
    doors.run(_ANSWER.replace("{words}", WORDS))
    tab, _said, _left = _come_back(look, "es", False, code)
    assert tab.inner_text("[data-words]") == WORDS
    code, _said, _left = _write(look, "es", script=False)
    doors.run(_ANSWER.replace("{words}", WORDS))
    tab, _said, _left = _come_back(look, "es", True, code)
    tab.wait_for_function("document.querySelector('[data-words]').textContent")
    assert tab.inner_text("[data-words]") == WORDS


def test_a_slip_is_told_without_asking_the_door_and_an_unknown_code_by_the_door(look):  # noqa: F811
    tab, _said, _status = look(Page("public", "/write/again/"), "es", width=360)
    left = []
    tab.on("request", lambda request: left.append(request.url) if "/static/" not in request.url else None)
    tab.fill("[name=code]", "1234 5678")
    tab.click("#come-back button")
    tab.locator(".form-errors", has_text="Falta un dígito").wait_for()
    assert left == []
    tab.fill("[name=code]", "0" * 26 + "98")
    tab.click("#come-back button")
    tab.locator(".form-errors", has_text="No hay nada").wait_for()
