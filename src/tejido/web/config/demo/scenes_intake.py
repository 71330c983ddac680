# SPDX-License-Identifier: AGPL-3.0-or-later
"""The night: a web form, a call, a case, a referral read out by phone."""

from __future__ import annotations

import re

from tejido.web.config.demo.thread import Thread, must
from tejido.web.config.demo.visitor import Form, Page

WRITTEN = "Mi prima trabaja en un campo y no la dejan salir. Canario Xochiquetzal."
HER_WORDS = "Me quitaron el pasaporte y dicen que debo mil doscientos dólares. Somos como cuarenta. Canario Quetzalli."
VIEW = "Habla bajo; se oyen voces. Canario Tlahuizcalli."
GIVEN, FIRST, SECOND = "María Guadalupe", "de la Cruz", "Ixtlilxóchitl"
HER_PHONE, HIS_PHONE = "+1 919-555-0177", "+52 55 0000 0199"
CANARIES = ("Xochiquetzal", "Quetzalli", "Tlahuizcalli", "Ixtlilxóchitl", "919-555-0177", "9195550177", "0000 0199")


def a_web_form_is_sealed_on_arrival(thread: Thread) -> str:
    """Someone writes through the public door; her words are nowhere on the disk."""
    visitor = thread.public("mx", "es")
    page = visitor.get("/")
    must(page.status == 200 and "1-888-373-7888" in page.text and "800 5533 000" in page.text,
         "the public page of the demo gives the real lines", page)  # fmt: skip
    queue = thread.staff("mx", "lucia").get("/contacts/")
    thread.known["waiting before"] = " ".join(take for _form, take in _takeable(queue))
    page = visitor.get("/write/")
    must("nadie lee" in page.text.lower(), "the demo's form says that nobody reads it", page)
    version = re.search(r"\((\d{4}-\d{2})\)", page.text)
    must(version, "the form shows the privacy notice with its version", page)
    thread.known["notice"] = version[1] if version else ""
    page = page.submit(page.form(having="own_words"), own_words=WRITTEN, language="es", reply_safety="safe_text_only",
                       reply_how="Solo mensajes, domingos", under_18="no")  # fmt: skip
    must(page.status == 200 and "data-arrived" in page.html, "the form thanks her", page)
    must(b"Xochiquetzal" not in thread.database("mx"), "her words are in the database in clear")
    return "a web form arrives through the public door and is sealed: her words are nowhere in the database"


def _takeable(page: Page) -> list[tuple[Form, str]]:
    """Waiting contacts of the queue: the form and where its button leads."""
    return [(form, each["formaction"]) for form in page.forms for each in form.buttons
            if each.get("formaction", "").endswith("/take/")]  # fmt: skip


def the_form_is_taken_with_its_notice(thread: Thread) -> str:
    """An advocate takes it: words, notice version, time and language are there."""
    lucia = thread.staff("mx", "lucia")
    page = lucia.get("/contacts/")
    before = thread.known["waiting before"].split()
    taking = [(form, take) for form, take in _takeable(page) if take not in before]
    must(len(taking) == 1, "the queue shows one more waiting contact", page)
    must("Xochiquetzal" not in page.html, "the queue shows codes, not words", page)
    form, take = taking[0]
    page = page.submit(form, button=take.strip("/"))
    must(page.form(having="own_words").values["own_words"] == [WRITTEN], "her words arrived as she wrote them", page)
    must(
        f"aviso de privacidad {thread.known['notice']}" in page.text, "the version of the privacy notice is kept", page
    )
    form = page.form(having="own_words")
    page = page.submit(form, button="close", speaker="relative", concerns="one_other", topic="trafficking_tip",
                       outcome="information_given", countries=["MX", "US"])  # fmt: skip
    must(page.status == 200 and page.url.endswith("/contacts/"), "the contact is closed", page)
    return "an advocate takes it, reads it word for word with the notice she was shown, and closes it"


def a_call_is_written_while_she_listens(thread: Thread) -> str:
    """The phone rings at night; what is typed is kept as it is typed."""
    lucia = thread.staff("mx", "lucia")
    page = lucia.get("/contacts/")
    page = page.submit(page.form(action="/contacts/call/"), language="es")
    form = page.form(having="own_words")
    must(page.text.find("Puede hablar") >= 0, "the first question is whether she can talk", page)
    draft = _draft(page, form.action or page.url, form, can_talk="true", own_words=HER_WORDS[:40])
    must(draft.status == 200, "a draft is kept while she speaks", draft)
    page = lucia.get(page.url)
    form = page.form(having="own_words")
    must(form.values["own_words"] == [HER_WORDS[:40]], "the draft is there when the page is opened again", page)
    page = page.submit(form, own_words=HER_WORDS, advocate_view=VIEW, language="es", speaker="person_concerned",
                       concerns="several", topic="trafficking_situation", outcome="case_opened",
                       countries=["MX", "US"], under_18="yes", reply_safety="safe_at_times",
                       reply_how="Martes después de las 22 h; sin mensajes",
                       contactor_name=f"{GIVEN} {FIRST}", contactor_phone=HER_PHONE)  # fmt: skip
    must(page.status == 200, "the contact is saved", page)
    form = page.form(having="own_words")
    must(form.values["own_words"] == [HER_WORDS] and form.values["advocate_view"] == [VIEW],
         "her words and the advocate's view are kept apart", page)  # fmt: skip
    must("Procuradur" in page.text, "the duty that follows where someone may be under 18 is shown", page)
    page = page.submit(form, duty_noted="on")
    must("checked" in page.html[page.html.find("duty_noted") :][:200], "the duty is noted", page)
    thread.known["contact"] = page.url
    return "a call in Spanish is written down while she speaks: first if she can talk, her words apart from the view"


def _draft(page: Page, action: str, form, **values: str) -> Page:  # type: ignore[no-untyped-def]
    sent = {name: list(old) for name, old in form.values.items()} | {name: [value] for name, value in values.items()}
    return page.visitor.post(action, sent, headers={"HX-Request": "true"})


def a_case_is_opened(thread: Thread) -> str:
    """The survivor, about forty co-workers, who holds them, where, how strong the indications are."""
    lucia = thread.staff("mx", "lucia")
    page = lucia.get(thread.known["contact"])
    page = page.submit(page.form(having="own_words"), button="case")
    page = page.submit(page.form(having="indications"), indications="high", given=GIVEN, paternal_surname=FIRST,
                       maternal_surname=SECOND, phone=HER_PHONE, gender="female",
                       age_at_contact="adult", nationalities=["MX"], primary_language="es",
                       summary="Retención por deuda en un campo.")  # fmt: skip
    must("/cases/" in page.url and page.status == 200, "the case is open", page)
    case = thread.known["mx case"] = page.url
    person = lucia.get(page.link("/persons/"))
    page = person.submit(person.form(having="type_of_trafficking"), type_of_trafficking="labor",
                         labor_industries=["agriculture_farms"],
                         means_of_control=["debt_bondage", "withholds_documents"],
                         recruitment=["deceptive_job_offer"], owed_amount="1200.00", owed_currency="USD")  # fmt: skip
    must(page.status == 200, "what was done to her is recorded", page)
    page = lucia.get(case + "groups/new/")
    page = page.submit(page.form(having="count_best"), role="survivor", count_low=36, count_best=40, count_high=45,
                       gender__male=38, type_of_trafficking__labor=40)  # fmt: skip
    must("Unas 40" in page.text and "36 a 45" in page.text, "the co-workers are recorded as a group", page)
    page = lucia.get(case + "persons/new/")
    page = page.submit(page.form(having="role"), role="potential_trafficker", given="Abundio",
                       paternal_surname="Prueba", phone=HIS_PHONE, gender="male", age_at_contact="adult")  # fmt: skip
    must("Abundio" in page.text and HIS_PHONE in page.text, "the potential trafficker is recorded with a phone", page)
    for kind, state, said in (("recruitment", "MX-GUA", "Guanajuato"), ("exploitation", "US-NC", "Carolina del Norte")):
        page = lucia.get(case + "places/new/")
        page = page.submit(page.form(having="state"), kind=kind, state=state)
        must(said in page.text, f"the place of {kind} is recorded", page)
    return "a case is opened: she, about forty co-workers (36/40/45), a potential trafficker with a phone, two places"


def a_referral_is_read_out_by_phone(thread: Thread) -> str:
    """Connecting her herself needs no release: nothing about her leaves."""
    lucia = thread.staff("mx", "lucia")
    page = lucia.get(thread.known["mx case"] + "referrals/new/")
    form = page.form(having="how")
    page = page.submit(form, need="legal", service=form.first("service"), how="read_out_by_phone")
    must(page.status == 200 and page.url == thread.known["mx case"], "the number is read out to her", page)
    outcome = lucia.get(page.link("/referrals/"))
    page = outcome.submit(outcome.form(having="outcome"), outcome="given_by_phone")
    must(page.status == 200, "what came of it is coded", page)
    return "a lawyer's number is read out to her by phone: no release is asked for, the outcome is coded"


STEPS = [
    a_web_form_is_sealed_on_arrival,
    the_form_is_taken_with_its_notice,
    a_call_is_written_while_she_listens,
    a_case_is_opened,
    a_referral_is_read_out_by_phone,
]
