# SPDX-License-Identifier: Apache-2.0
"""Every page that every role can open, from the addresses themselves: the browser refuses nothing and asks nobody else.

`test_pages_axe` looks closely at the pages it names; here a new page is walked the day it has an address.
"""

from __future__ import annotations

import pytest

from tests.web.test_headers import UNKNOWN, addresses
from tests.web.test_pages_axe import _COOKIE, LANGUAGES, chromium, doors, signed_in  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WALKS = [("public", None, "es"), ("public", None, "en"), ("staff", None, "es"), ("staff", "amara", "es"),
         ("staff", "chen", "en"), ("staff", "bilal", "es"), ("staff", "dora", "en"), ("staff", "noor", "es"),
         ("staff", "iris", "en"), ("staff", "luz", "es")]  # fmt: skip
_LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation",
  (event) => window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


def _may_open(context, home, door, ids):
    """The door's addresses, each with the records it may be about; none where it refuses her whatever the record is."""
    for address in addresses(door):
        if address == "/exit/":
            continue  # leads away from here
        if UNKNOWN not in address:
            yield [address]
        elif context.request.get(home + address).status == 404:
            yield [address.replace(UNKNOWN, each) for each in ids]


def _first_page(context, home, several):
    """The first of these that opens a page for her, if any: `test_pages_axe` looks at other records."""
    for address in several:
        answer = context.request.get(home + address)
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            return address
    return None


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
    # The tab's icon is asked for after the page has loaded, and given up when the next page comes.
    tab.on(
        "requestfailed", lambda request: failed.append(request.url) if not request.url.endswith("icon.svg") else None
    )
    walked = []
    for several in _may_open(context, home, door, doors.seeded.values()):
        # Only the pages this person can open are opened in the tab: refusals are walked by `test_access`, and what is
        # no page (a picture, a file) the browser puts into a page of its own, whose styles no policy of ours allows.
        address = _first_page(context, home, several)
        if address is None:
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
