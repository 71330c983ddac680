# SPDX-License-Identifier: Apache-2.0
"""Every page that every role can open, from the addresses themselves: the browser refuses nothing and asks nobody else.

`test_pages_axe` looks closely at the pages it names; here a new page is walked the day it has an address.
"""

from __future__ import annotations

import pytest

from tests.web.test_headers import addresses
from tests.web.test_pages_axe import _COOKIE, LANGUAGES, chromium, doors, signed_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WALKS = [("public", None, "es"), ("public", None, "en"), ("staff", None, "es"), ("staff", "amara", "es"),
         ("staff", "amara", "en"), ("staff", "chen", "es"), ("staff", "chen", "en"), ("staff", "bilal", "es"),
         ("staff", "dora", "en"), ("staff", "noor", "es"), ("staff", "iris", "en"), ("staff", "luz", "es")]  # fmt: skip
_LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.mark.parametrize(("door", "login", "language"), WALKS)
def test_no_page_makes_the_browser_refuse_complain_or_ask_anyone_else(
    door,
    login,
    language,
    doors,  # noqa: F811
    chromium,  # noqa: F811
    signed_in,  # noqa: F811
):
    home = doors.addresses[door]
    context = chromium.new_context(locale=LANGUAGES[language], storage_state=signed_in(login) if login else None)
    context.add_cookies([{"name": f"tejido_mx_{door}_language", "value": _COOKIE[language], "url": home}])
    context.add_init_script(_LISTEN)
    tab, said, asked, failed = context.new_page(), [], [], []
    tab.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda problem: said.append(str(problem)))
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("requestfailed", lambda request: failed.append(request.url))
    walked = []
    for address in addresses(door, doors.seeded):
        # Only what this person can open is opened in the tab: refusals are walked by `test_access`.
        if address in ("/exit/", "/nothing-here/") or context.request.get(home + address).status != 200:
            continue
        walked.append(address)
        tab.goto(home + address)
        tab.wait_for_load_state("load")
        said += tab.evaluate("window.refused")
        assert said == [], address
        assert failed == [], address
        assert [url for url in asked if not url.startswith(home + "/")] == [], address
    context.close()
    assert len(walked) >= (4 if login else 1)
