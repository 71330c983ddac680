# SPDX-License-Identifier: Apache-2.0
"""A security key in a real browser, under the policy the door sends: added, signed in with, missing."""

from __future__ import annotations

import shutil

import pytest

from tests.web.running_doors import running_doors

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """A node whose staff door has a name."""
    with running_doors(tmp_path_factory.mktemp("doors"), host="localhost") as doors:
        yield doors


@pytest.fixture
def tab(doors):
    """A tab of a browser with a key plugged in; what went wrong on the console is kept in `tab.said`."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if installed is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        tab = browser.new_context(locale="es-MX").new_page()
        tab.said = []
        tab.on("console", lambda message: tab.said.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda problem: tab.said.append(str(problem)))
        tab.devtools = tab.context.new_cdp_session(tab)
        tab.devtools.send("WebAuthn.enable")
        tab.key = tab.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }})["authenticatorId"]  # fmt: skip
        yield tab
        browser.close()


def _type(tab, doors, login, **typed):
    tab.goto(f"{doors.addresses['staff']}/login/")
    for name, value in (doors.credentials(login) | typed).items():
        tab.fill(f"[name={name}]", value)
    tab.click("main form button")


def _add(tab, doors, login):
    _type(tab, doors, login)
    tab.goto(f"{doors.addresses['staff']}/account/keys/new/")
    tab.fill("[name=name]", "llave azul")
    tab.fill("[name=current]", doors.logins[login][0])
    tab.click("main form button")
    tab.click("form[data-security-key] button")
    tab.wait_for_url("**/account/")


def test_a_key_is_added_and_signed_in_with(tab, doors):
    _add(tab, doors, "amara")
    assert "llave azul" in tab.inner_text("main")
    tab.click("form.signed-in button")
    _type(tab, doors, "amara", code="")
    tab.click("form[data-security-key] button")
    tab.wait_for_url(f"{doors.addresses['staff']}/")
    assert tab.locator("form.signed-in").count() == 1
    assert tab.said == []


def test_without_the_key_nothing_opens_and_she_is_told_so(tab, doors):
    _add(tab, doors, "chen")
    tab.click("form.signed-in button")
    tab.devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": tab.key})
    tab.devtools.send("WebAuthn.disable")
    _type(tab, doors, "chen", code="")
    # As a browser says when she closes its question.
    tab.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')) }")
    tab.click("form[data-security-key] button")
    tab.wait_for_function("document.querySelector('[data-said]').textContent.includes('no respondió')")
    tab.goto(f"{doors.addresses['staff']}/contacts/")
    assert "/login/" in tab.url


def test_the_page_says_what_to_do_without_javascript(tab, doors):
    plain = tab.context.browser.new_context(locale="es-MX", java_script_enabled=False).new_page()
    plain.goto(f"{doors.addresses['staff']}/login/")
    plain.fill("[name=login]", "amara")
    plain.fill("[name=password]", "wrong")
    plain.click("main form button")
    assert "JavaScript" in plain.inner_text("main")
    plain.click("main a.button")
    assert plain.url.endswith("/login/")
