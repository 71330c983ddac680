# SPDX-License-Identifier: Apache-2.0
"""Every page, in both languages, through a real browser: axe finds nothing, the policy refuses nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest

from tests.web.running_doors import running_doors

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Page:
    """A page to look at: its door, its address (with ids from `seeding` in braces), and who is signed in.

    `press`: what is pressed there, for a page that only a POST opens.
    """

    door: str
    path: str
    login: str | None = None
    status: int = 200
    press: str | None = None

    def __str__(self) -> str:
        parts = [self.door + self.path, self.press or "", "" if self.status == 200 else str(self.status)]
        return " ".join(part for part in parts if part)


# Add every GET page here: one line each.
PAGES = [
    Page("public", "/"),
    Page("public", "/privacy/"),
    Page("public", "/figures/"),
    Page("public", "/write/"),
    Page("public", "/write/again/"),
    Page("public", "/nothing-here/", status=404),
    Page("staff", "/login/"),
    Page("staff", "/", login="amara"),
    Page("staff", "/", login="bilal"),
    Page("staff", "/contacts/", login="amara"),
    Page("staff", "/contacts/?show=discarded", login="amara"),
    Page("staff", "/contacts/?tick=all", login="amara", press="#discarding button"),
    Page("staff", "/contacts/{waiting}/", login="amara"),
    Page("staff", "/contacts/{discarded}/", login="amara"),
    Page("staff", "/contacts/{contact}/", login="amara"),
    Page("staff", "/contacts/{contact}/case/", login="amara"),
    Page("staff", "/contacts/{contact}/reply/", login="amara"),
    Page("staff", "/contacts/{contact}/attach/", login="amara"),
    Page("staff", "/cases/", login="chen"),
    Page("staff", "/cases/new/", login="chen"),
    Page("staff", "/cases/find/", login="chen"),
    Page("staff", "/teams/search-key/", login="bilal"),
    Page("staff", "/teams/signing-key/", login="noor"),
    Page("staff", "/account/new-keys/", login="chen"),
    Page("staff", "/cases/{case}/", login="chen"),
    Page("staff", "/cases/{case}/edit/", login="chen"),
    Page("staff", "/cases/{case}/move/", login="bilal"),
    Page("staff", "/cases/{case}/persons/new/", login="chen"),
    Page("staff", "/cases/{case}/groups/new/", login="chen"),
    Page("staff", "/cases/{case}/places/new/", login="chen"),
    Page("staff", "/cases/{case}/businesses/new/", login="chen"),
    Page("staff", "/cases/{case}/notes/new/", login="chen"),
    Page("staff", "/cases/{case}/tasks/new/", login="chen"),
    Page("staff", "/contacts/?show=mine", login="amara"),
    Page("staff", "/cases/{case}/compartments/health/", login="chen", status=405),
    Page("staff", "/persons/{person}/", login="chen"),
    Page("staff", "/persons/{group}/", login="chen"),
    Page("staff", "/places/{place}/", login="chen"),
    Page("staff", "/cases/{case}/releases/new/", login="chen"),
    Page("staff", "/cases/{case}/referrals/new/", login="chen"),
    Page("staff", "/referrals/{referral}/outcome/", login="chen"),
    Page("staff", "/cases/{case}/files/new/", login="chen"),
    Page("staff", "/files/{file}/", login="chen"),
    Page("staff", "/files/{original}/", login="chen"),
    Page("staff", "/files/{note}/", login="chen"),
    Page("staff", "/cases/{case}/hand-over/", login="chen"),
    Page("staff", "/cases/{case}/danger/", login="chen"),
    Page("staff", "/cases/{case}/reports/new/", login="chen"),
    Page("staff", "/cases/{case}/reports/new/", login="luz", press='main button[value="court_order"]'),
    Page("staff", "/reports/{report}/", login="luz"),
    Page("staff", "/services/", login="chen"),
    Page("staff", "/services/new/", login="chen"),
    Page("staff", "/services/{service}/", login="chen"),
    Page("staff", "/services/{service}/edit/", login="chen"),
    Page("staff", "/handovers/", login="chen"),
    Page("staff", "/handovers/{handover}/", login="chen"),
    Page("staff", "/cases/{case}/", login="chen", press='form[action$="/whereabouts/"] button'),
    Page("staff", "/alerts/", login="bilal"),
    Page("staff", "/glass/", login="bilal"),
    Page("staff", "/glass/list/", login="bilal"),
    Page("staff", "/agreements/", login="chen"),
    Page("staff", "/agreements/{agreement}/", login="chen"),
    Page("staff", "/partners/", login="noor"),
    Page("staff", "/partners/new/", login="noor"),
    Page("staff", "/sheets/", login="dora"),
    Page("staff", "/sheets/count/?what=response&start=2026-01-01&end=2035-12-31", login="dora"),
    Page("staff", "/sheets/{sheet}/", login="dora"),
    Page("staff", "/editions/", login="dora"),
    Page("staff", "/editions/{edition}/", login="dora"),
    Page("staff", "/definitions/victims/", login="dora"),
    Page("staff", "/cases/{held}/", login="bilal"),
    Page("staff", "/cases/{case}/hold/", login="bilal"),
    Page("staff", "/cases/{case}/shred/", login="bilal"),
    Page("staff", "/contacts/{contact}/shred/", login="bilal"),
    Page("staff", "/contacts/{contact}/hold/", login="bilal"),
    Page("staff", "/shreddings/", login="chen"),
    Page("staff", "/shreddings/{shredding}/", login="chen"),
    Page("staff", "/shreddings/{shredding}/", login="bilal"),
    Page("staff", "/shreddings/{destroyed}/", login="chen"),
    Page("staff", "/", login="noor"),
    Page("staff", "/members/", login="noor"),
    Page("staff", "/members/new/", login="noor"),
    Page("staff", "/members/", login="noor", press='a[href$="/lost-password/"]'),
    Page("staff", "/password/", login="eve"),
    Page("staff", "/teams/", login="bilal"),
    Page("staff", "/account/", login="amara"),
    Page("staff", "/account/codes/", login="amara"),
    Page("staff", "/audit/", login="iris"),
    Page("staff", "/audit/?about={case}&event=case.read", login="iris"),
    Page("staff", "/audit/?about=NOPE", login="iris", status=422),
    Page("staff", "/providers/", login="noor"),
    Page("staff", "/providers/{waits_at_provider}/key/", login="noor"),
    Page("providers", "/login/"),
    Page("providers", "/", login="rosa"),
    Page("providers", "/packets/{packet}/", login="rosa"),
    Page("providers", "/packets/{withdrawn_packet}/", login="rosa"),
    Page("providers", "/colleagues/", login="rosa"),
    Page("providers", "/password/", login="rosa"),
    Page("providers", "/cases/", login="rosa", status=404),
    Page("staff", "/sheets/", login="amara", status=403),
    Page("staff", "/nothing-here/", login="amara", status=404),
]
LANGUAGES = {"es": "es-MX", "en": "en-US"}
_COOKIE = {"es": "es-mx", "en": "en"}


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    """A node whose doors run."""
    with running_doors(tmp_path_factory.mktemp("doors")) as doors:
        yield doors


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if installed is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(doors, chromium):
    """Cookies of a person who signed in by typing; each signs in once, since a code works once."""
    kept = {}

    def of(login, door="staff"):
        if login not in kept:
            context = chromium.new_context()
            page = context.new_page()
            page.goto(f"{doors.addresses[door]}/login/")
            for name, value in doors.credentials(login).items():
                page.fill(f"[name={name}]", value)
            page.click("main form button")
            page.wait_for_url(f"{doors.addresses[door]}/")
            kept[login] = context.storage_state()
            context.close()
        return kept[login]

    return of


@pytest.fixture
def look(doors, chromium, signed_in):
    """Open a page of `PAGES`; returns the tab, what the console said, and the answer's status."""
    contexts = []

    def at(page, language, *, width=1200, script=True):
        state = signed_in(page.login, page.door) if page.login else None
        context = chromium.new_context(
            locale=LANGUAGES[language], viewport={"width": width, "height": 800},
            storage_state=state, java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        address = doors.addresses[page.door]
        context.add_cookies([{"name": f"tejido_mx_{page.door}_language", "value": _COOKIE[language], "url": address}])
        tab, said = context.new_page(), []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda problem: said.append(str(problem)))
        answer = tab.goto(address + page.path.format(**doors.seeded))
        if page.press:
            with tab.expect_navigation() as led:
                tab.click(page.press)
            answer = led.value
        return tab, said, answer.status

    yield at
    for context in contexts:
        context.close()


def _not_about_status(said, status):
    """The browser notes every 4xx on the console; that is the page we asked for."""
    return [line for line in said if f"status of {status}" not in line]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("wanted", PAGES, ids=str)
def test_page_is_open_to_everyone(look, wanted, language):
    """Axe, in light and in dark; the smallest phone; one heading; nothing refused by the policy."""
    from axe_playwright_python.sync_playwright import Axe

    tab, said, status = look(wanted, language)
    assert status == wanted.status
    assert tab.locator("html").get_attribute("lang")[:2] == language
    report = Axe().run(tab)
    assert report.response["passes"], "axe looked at nothing"
    assert report.violations_count == 0, report.generate_report()
    tab.emulate_media(color_scheme="dark")
    dark = Axe().run(tab, options={"runOnly": ["color-contrast"]})
    assert dark.response["passes"], "axe looked at no colours"
    assert dark.violations_count == 0, dark.generate_report()
    tab.set_viewport_size({"width": 320, "height": 640})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320, "scrolls sideways on a small phone"
    assert (tab.locator("h1:visible").count(), tab.locator("main").count()) == (1, 1)
    assert _not_about_status(said, status) == []


def test_the_form_is_written_and_sent_without_javascript(look):
    tab, _said, _status = look(Page("public", "/write/"), "es", width=360, script=False)
    tab.fill("[name=own_words]", "Palabras inventadas, escritas desde un teléfono.")
    tab.fill("[name=phone]", "55 0000 0199")
    tab.press("[name=phone]", "Enter")
    tab.wait_for_selector("[data-arrived]")


def test_escape_three_times_leaves_and_back_does_not_return(look):
    tab, _said, _status = look(Page("public", "/write/"), "es")
    # Where leaving leads is another host: here it ends at our own door, so that the test asks nothing of the network.
    tab.route("**/exit/", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))
    tab.fill("[name=own_words]", "Palabras inventadas.")
    for _ in range(3):
        tab.keyboard.press("Escape")
    tab.wait_for_url("**/exit/")
    tab.go_back()
    assert "/write/" not in tab.url


def test_a_click_on_leaving_takes_this_page_out_of_the_history(look):
    tab, _said, _status = look(Page("public", "/"), "en")
    tab.route("**/exit/", lambda route: route.fulfill(body="<h1>Elsewhere</h1>", content_type="text/html"))
    before = tab.evaluate("history.length")
    tab.click("a.leave")
    tab.wait_for_url("**/exit/")
    assert tab.evaluate("history.length") == before


CALL = Page("staff", "/contacts/{contact}/", login="amara")


def _state(tab, words):
    """Wait until the page says `words` about the draft."""
    tab.wait_for_function("words => document.getElementById('save-state').textContent.includes(words)", arg=words)


def test_what_is_typed_during_a_call_is_kept_without_pressing_anything(look):
    tab, _said, _status = look(CALL, "es")
    assert tab.locator("[name=own_words]").bounding_box()["height"] > 10 * 20, "less than ten lines to write on"
    tab.locator("[name=own_words]").press_sequentially(" Y dijo otra cosa.")
    _state(tab, "Guardado a las")
    again, _said, _status = look(CALL, "es")
    assert " Y dijo otra cosa." in again.input_value("[name=own_words]")


def test_two_windows_on_one_contact_lose_nothing(look):
    first, _said, _status = look(CALL, "en")
    second, _said, _status = look(CALL, "en")
    second.fill("[name=reply_how]", "Typed in the second window.")
    _state(second, "Saved at")
    first.fill("[name=contactor_name]", "Typed in the first")
    _state(first, "somewhere else")
    with first.expect_navigation():
        first.click(".save-bar button >> nth=0")
    # What was saved where she had typed nothing stands in the form, beside what she typed.
    assert first.input_value("[name=reply_how]") == "Typed in the second window."
    assert first.input_value("[name=contactor_name]") == "Typed in the first"
    with first.expect_navigation():
        first.click(".save-bar button >> nth=0")
    kept, _said, _status = look(CALL, "en")
    assert kept.input_value("[name=reply_how]") == "Typed in the second window."
    assert kept.input_value("[name=contactor_name]") == "Typed in the first"


def test_a_lost_line_and_an_ended_session_are_said_and_what_is_typed_stays(look):
    tab, _said, _status = look(CALL, "es")
    tab.context.set_offline(True)
    tab.fill("[name=reply_how]", "Sin red, sin sesión.")
    _state(tab, "no hay conexión")
    tab.context.set_offline(False)
    _state(tab, "Guardado a las")  # by itself
    cookies = tab.context.cookies()
    tab.context.clear_cookies()
    tab.fill("[name=contactor_name]", "Nadie")
    _state(tab, "su sesión terminó")
    assert tab.input_value("[name=contactor_name]") == "Nadie"
    tab.context.add_cookies(cookies)  # signed in again in another tab
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    _state(tab, "Guardado a las")
    kept, _said, _status = look(CALL, "es")
    assert kept.input_value("[name=contactor_name]") == "Nadie"


def test_a_country_is_found_by_typing_whatever_the_accents_and_ticked_by_keyboard(look):
    tab, _said, _status = look(CALL, "es", width=360)
    tab.click(".pick summary")
    tab.keyboard.press("Tab")
    tab.keyboard.type("japon")
    shown = tab.locator(".pick details .boxes label:visible")
    assert shown.all_inner_texts() == ["Japón"]
    tab.keyboard.press("Enter")  # narrows the list; sends nothing
    assert "/contacts/" in tab.url
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    _state(tab, "Guardado a las")
    kept, _said, _status = look(CALL, "es")
    assert kept.locator(".pick > .boxes input:checked").evaluate_all("boxes => boxes.map(box => box.value)") == ["JP"]
    kept.click(".pick summary")
    kept.fill(".pick [type=search]", "zzz")
    assert kept.locator(".pick [role=status]").inner_text() == "No hay nada en la lista con ese nombre."


def test_the_whole_list_of_countries_can_be_ticked_without_javascript(look):
    tab, _said, _status = look(CALL, "en", script=False)
    tab.click(".pick summary")
    assert not tab.is_visible(".pick [type=search]")
    tab.check(".pick details [value=NP]")
    tab.click(".save-bar button >> nth=0")
    tab.wait_for_selector("p.notice.good")
    assert tab.is_checked(".pick > .boxes [value=NP]")


def test_a_button_pressed_while_a_draft_is_on_its_way_saves_once_and_says_so(look):
    tab, said, _status = look(CALL, "en")
    tab.route("**/contacts/*/", lambda route: (tab.wait_for_timeout(700), route.continue_()))
    tab.fill("[name=reply_how]", "Typed just before the button.")
    tab.keyboard.press("Tab")
    tab.wait_for_timeout(600)  # the draft has left
    tab.click(".save-bar button >> nth=0")
    tab.wait_for_selector("p.notice.good")
    assert tab.input_value("[name=reply_how]") == "Typed just before the button."
    assert not [line for line in said if "409" in line]


def test_a_button_pressed_without_a_line_keeps_the_page_and_what_is_typed(look):
    tab, _said, _status = look(CALL, "es")
    tab.context.set_offline(True)
    tab.fill("[name=reply_how]", "Sin línea.")
    _state(tab, "no hay conexión")
    tab.click(".save-bar button >> nth=0")
    assert tab.input_value("[name=reply_how]") == "Sin línea."
    tab.context.set_offline(False)
    _state(tab, "Guardado a las")


def test_whoever_cannot_talk_is_not_kept_on_the_line(look):
    tab, _said, _status = look(CALL, "es", script=False)
    assert not tab.is_visible(".cannot-talk")
    tab.check("[name=can_talk][value=false]")
    assert tab.is_visible(".cannot-talk")


def test_a_note_sent_after_the_session_ended_is_kept_on_the_page_until_it_can_be_sent(look):
    from axe_playwright_python.sync_playwright import Axe

    tab, _said, _status = look(Page("staff", "/cases/{case}/notes/new/", login="chen"), "es")
    tab.check("[name=kind] >> nth=1")
    tab.fill("[name=text]", "Palabras largas que\nno deben perderse.")
    cookies = tab.context.cookies()
    tab.context.clear_cookies(name="tejido_mx_staff_session")
    tab.click("main form button")
    tab.wait_for_selector("text=Su sesión terminó")
    assert Axe().run(tab).violations_count == 0
    tab.context.add_cookies(cookies)  # signed in again in another tab
    tab.click("main form button")
    tab.wait_for_selector("p.notice.good")
    assert "Palabras largas que" in tab.inner_text("ol.timeline")
