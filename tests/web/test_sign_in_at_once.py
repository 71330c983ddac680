# SPDX-License-Identifier: Apache-2.0
"""Two running nodes: what is good for once is taken by one of many that come at once, and no cookie opens the other."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import httpx
import pytest

from tests.web.running_doors import running_doors
from tests.web.soft_key import SoftKey

pytestmark = [pytest.mark.slow, pytest.mark.own_database]
AT_ONCE = 8


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    """The Mexican node and the other, on one host, as a developer or a careless operator would run them."""
    with (
        running_doors(tmp_path_factory.mktemp("mx"), host="localhost", node="mx") as mx,
        running_doors(tmp_path_factory.mktemp("us"), host="localhost", node="us") as us,
    ):
        yield mx, us


class Browser(httpx.Client):
    """Loads a page and sends its form."""

    def __init__(self, doors, door="staff"):
        super().__init__(base_url=doors.addresses[door], timeout=120)
        self.doors = doors

    def fill(self, path, to=None, **typed):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)[1]
        return self.post(to or path, data={"csrfmiddlewaretoken": token, **typed})

    def come_in(self, login):
        assert self.fill("/login/", **self.doors.credentials(login)).status_code == 302
        return self


def _all_at_once(tries):
    with ThreadPoolExecutor(len(tries)) as pool:
        return sorted(pool.map(lambda one: one().status_code, tries))


def _prepared(doors, **typed):
    """Each in a browser of its own, the form loaded, ready to be sent."""
    browsers = [Browser(doors) for _ in range(AT_ONCE)]
    pages = [browser.get("/login/").text for browser in browsers]
    tokens = [re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1] for page in pages]
    return [
        lambda browser=browser, token=token: browser.post("/login/", data={"csrfmiddlewaretoken": token, **typed})
        for browser, token in zip(browsers, tokens, strict=True)
    ]


def test_one_code_brought_by_many_at_once_opens_for_one(nodes):
    mx, _us = nodes
    answers = _all_at_once(_prepared(mx, **mx.credentials("eve")))
    assert answers.count(302) == 1


def test_one_printed_code_brought_by_many_at_once_opens_for_one(nodes):
    mx, _us = nodes
    sheet = Browser(mx).come_in("chen").fill("/account/codes/", current=mx.logins["chen"][0]).text
    code = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", sheet)[0]
    answers = _all_at_once(_prepared(mx, **mx.credentials("chen") | {"code": code}))
    assert answers.count(302) == 1


def test_one_answer_of_a_key_brought_by_many_at_once_opens_for_one(nodes):
    mx, _us = nodes
    key, browser = SoftKey(mx.addresses["staff"]), Browser(mx).come_in("bilal")
    page = browser.fill("/account/keys/new/", name="llave", current=mx.logins["bilal"][0])
    _answer_to(browser, page, key.create, "/account/keys/keep/", name="llave")
    half = Browser(mx)
    page = half.fill("/login/", **mx.credentials("bilal") | {"code": ""})
    options, token = _asked(page)
    typed = {"csrfmiddlewaretoken": token, "answer": key.get(options)}
    tries = [
        lambda: httpx.post(mx.addresses["staff"] + "/login/key/", data=typed, cookies=dict(half.cookies), timeout=120)
    ]
    assert _all_at_once(tries * AT_ONCE).count(302) == 1


def _asked(page):
    options = unescape(re.search(r'data-security-key="([^"]+)"', page.text)[1])
    form = page.text.split("data-security-key", 1)[1]
    return options, re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]


def _answer_to(browser, page, sign, to, **typed):
    options, token = _asked(page)
    answer = browser.post(to, data={"csrfmiddlewaretoken": token, "answer": sign(options), **typed})
    assert answer.status_code == 302, answer.text


def test_cookies_of_one_node_open_nothing_at_the_other_even_under_its_names(nodes):
    mx, us = nodes
    hers = Browser(mx).come_in("dora")
    as_they_are = dict(hers.cookies)
    renamed = {name.replace("tejido_mx_", "tejido_us_"): value for name, value in as_they_are.items()}
    assert hers.get("/sheets/").status_code == 200
    for cookies in (as_they_are, renamed, as_they_are | renamed):
        answer = httpx.get(us.addresses["staff"] + "/sheets/", cookies=cookies, timeout=120)
        assert (answer.status_code, answer.headers["location"]) == (302, "/login/?next=/sheets/")
    # Two nodes side by side in one browser do not sign each other out.
    theirs = httpx.Client(base_url=us.addresses["staff"], timeout=120)
    assert hers.get("/sheets/").status_code == 200
    theirs.close()


def test_cookies_of_the_staff_door_mean_nothing_at_the_public_one(nodes):
    mx, _us = nodes
    hers = Browser(mx).come_in("luz")
    as_they_are = dict(hers.cookies)
    renamed = {name.replace("_staff_", "_public_"): value for name, value in as_they_are.items()}
    for cookies in (as_they_are, renamed, as_they_are | renamed):
        assert httpx.get(mx.addresses["public"] + "/cases/", cookies=cookies, timeout=120).status_code == 404
        assert "Luz" not in httpx.get(mx.addresses["public"] + "/", cookies=cookies, timeout=120).text
