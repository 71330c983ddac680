# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crossing: what she allows, what is refused, the hand-over, the shelter, what comes back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tejido.web.config.demo.scenes_intake import CANARIES, FIRST, GIVEN, SECOND
from tejido.web.config.demo.thread import Thread, must
from tejido.web.config.demo.visitor import Missing, Page, Visitor

ALLOWED = ("person_name", "person_phone", "preferred_language", "age_band", "nationality", "own_words", "exploitation",
           "recruitment", "places", "coworkers", "trafficker_phone")  # fmt: skip
_REASONS = {
    "without a release": "no hay autorización",
    "future-dated": "todavía no empieza",
    "another purpose": "otra finalidad",
    "a field outside it": "Ella no autorizó: Su nombre",
    "expired": "ya no está vigente",
    "revoked": "Ella revocó",
}
# What she lets the shelter know, and no more.
_TO_THE_SHELTER = ("person_name", "preferred_language", "needs")
EXACT = "Sí, le doy permiso de contarle mi caso a la línea de Estados Unidos, para que me ayuden allá."


def _recorded(thread: Thread, visitor: Visitor, case: str, *, recipient: str, **changes: Any) -> str | None:
    """Write a release down; its id, or None where it is refused at once because it can never hold."""
    before, today = set(_releases(visitor, case)), thread.day_at("mx")  # at the other it may be tomorrow already
    page = visitor.get(case + "releases/new/")
    values: dict[str, Any] = {
        "recipient": recipient, "purpose": "hand_over", "fields_allowed": list(ALLOWED), "how": "spoken",
        "given_on": today, "starts_on": today, "expires_on": today + timedelta(days=60),
        "exact_words": EXACT, "language": "es", "person_language": "es", "authenticated": "on", "notice_read": "on",
        "minor": "no",
    }  # fmt: skip
    page = page.submit(page.form(having="fields_allowed"), **(values | changes))
    if page.status == 422:
        return None
    must(page.status == 200, "the release is recorded", page)
    new = set(_releases(visitor, case)) - before
    must(len(new) == 1, f"the release is recorded, once: {new}")
    return new.pop()


def _releases(visitor: Visitor, case: str) -> list[str]:
    return [each for each in visitor.get(case + "hand-over/").form(having="shared").choices["release"] if each]


def _refused(thread: Thread, release: str, shared: tuple[str, ...], why: str) -> None:
    marisol = thread.staff("mx", "marisol")
    case = thread.known["mx case"]
    page = marisol.get(case + "hand-over/")
    form = page.form(having="shared")
    page = page.submit(form, agreement="puente-2026", release=release, shared=list(shared))
    must(page.status == 422, f"{why}: refused", page)
    said = page.html.partition("form-errors")[2].partition("</div>")[0]
    must(_REASONS[why] in said, f"{why}: the reason is given", page)


def nothing_leaves_without_a_reason(thread: Thread) -> str:
    """Without a release, or with one that does not fit, it is refused and says why; nothing is sent."""
    marisol, case = thread.staff("mx", "marisol"), thread.known["mx case"]
    today = thread.day_at("mx")
    _refused(thread, "", ("person_name",), "without a release")
    tries: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
        ("future-dated", {"starts_on": today + timedelta(days=5)}, ("person_name",)),
        ("another purpose", {"purpose": "prosecution"}, ("person_name",)),
        ("a field outside it", {"fields_allowed": ["preferred_language"]}, ("person_name",)),
        ("expired", {"given_on": today - timedelta(days=40), "starts_on": today - timedelta(days=40),
                     "expires_on": today - timedelta(days=1)}, ("person_name",)),
    ]  # fmt: skip
    for why, changes, shared in tries:
        release = _recorded(thread, marisol, case, recipient="us", **changes)
        if release is not None:
            _refused(thread, release, shared, why)
    release = _recorded(thread, marisol, case, recipient="us")
    must(release, "a release that holds is recorded")
    page = marisol.get(case)
    page = page.submit(page.form(action=f"/releases/{release}/revoke/"))
    must(page.status == 200, "she takes it back", page)
    _refused(thread, str(release), ("person_name",), "revoked")
    links = marisol.get("/handovers/").links
    left = [link for link in links if link.startswith("/handovers/") and link.count("/") == 3]
    must(not left, "nothing has left")
    return "without a release, or with one expired, revoked, too early, for something else or lacking a field: refused"


def the_case_goes_with_her_words(thread: Thread) -> str:
    """She says which facts may go, in her own words; the case is offered to the other organisation."""
    marisol, case = thread.staff("mx", "marisol"), thread.known["mx case"]
    release = _recorded(thread, marisol, case, recipient="us")
    must(release, "her release is recorded")
    page = marisol.get(case + "hand-over/")
    page = page.submit(page.form(having="shared"), agreement="puente-2026", release=release, shared=list(ALLOWED))
    must(page.status == 200 and "/handovers/" in page.url, "the case is offered", page)
    left = page.html.partition('aria-labelledby="facts"')[2].partition("</section>")[0].count("<dt>")
    must(left == len(ALLOWED), f"the eleven facts left; {left} did", page)
    thread.known["handover"] = "/handovers/" + page.url.rstrip("/").rsplit("/", 1)[1] + "/"
    return "she allows eleven facts, for this purpose, for sixty days; the case is offered to the other organisation"


def the_other_side_accepts(thread: Thread) -> str:
    """The message is delivered through the partner door, opened by a member, accepted."""
    joana = thread.staff("us", "joana")
    link = thread.known["handover"]

    def arrived() -> Page | None:
        joana.get("/handovers/")
        page = joana.get(link)
        return page if page.status == 200 else None

    page = thread.until("the hand-over to arrive", arrived)
    must("Quetzalli" in page.text, "her words crossed as she said them", page)
    must(not any(each.encode() in thread.database("us") for each in CANARIES), "what arrived is in clear on the disk")
    page = page.submit(page.form(action=link + "accept/"))
    must(page.status == 200 and "/cases/" in page.url, "the case is taken up", page)
    thread.known["us case"] = page.url
    must("40" in page.text, "the co-workers came with it", page)
    marisol = thread.staff("mx", "marisol")

    def told() -> bool:
        marisol.get("/handovers/")
        return "acept" in marisol.get(link).text.lower()

    thread.until("the answer to come back", told)
    return "the other organisation opens it, accepts it, and the sender learns so"


def a_shelter_is_found(thread: Thread) -> str:
    """A shelter that speaks her language, on the other side; it takes her in."""
    joana, case = thread.staff("us", "joana"), thread.known["us case"]
    page = joana.get("/services/?need=shelter&language=es&state=US-NC")
    must("Casa Magnolia" in page.text, "a shelter in her state that speaks her language is found", page)
    for link in [each for each in page.links if each.startswith("/services/") and each.count("/") == 3]:
        must(
            "Invented Lane" not in page.html + joana.get(link).html, "a confidential address stays on the server", page
        )
    page = joana.get(case + "referrals/new/?need=legal")
    form = page.form(having="how")
    page = page.submit(form, need="legal", service=form.first("service"), how="read_out_by_phone")
    must(page.status == 200, "she is connected: legal", page)
    made = [each for each in joana.get(case).links if "/referrals/" in each and "/outcome/" in each]
    must(len(made) == 1, f"one referral stands in the case, not {len(made)}")
    outcome = joana.get(made[0])
    page = outcome.submit(outcome.form(having="outcome"), outcome="served")
    must(page.status == 200, "what came of it is coded", page)
    return "a shelter and a lawyer who speak her language are found; she calls the lawyer herself, who takes her on"


def the_shelter_answers_at_its_own_door(thread: Thread) -> str:
    """What she allows goes to the shelter's account, sealed to its own people; they answer, and it closes."""
    joana, case = thread.staff("us", "joana"), thread.known["us case"]
    services = joana.get("/services/?need=shelter&language=es&state=US-NC")
    found = [joana.get(each) for each in services.links if each.startswith("/services/") and each.count("/") == 3]
    shelter = next(each for each in found if "Casa Magnolia" in each.text)
    service = shelter.url.rstrip("/").rsplit("/", 1)[1]
    told: dict[str, Any] = {"need": "shelter", "service": service, "how": "packet", "shared": list(_TO_THE_SHELTER)}
    page = joana.get(case + "referrals/new/")
    form = page.form(having="how")
    told["person"] = form.first("person")
    must(page.submit(form, **told).status == 422, "without a release no packet leaves")
    recipient = f"service:{_code_of(shelter)}"
    release = _recorded(thread, joana, case, recipient=recipient, purpose="referral",
                        fields_allowed=list(_TO_THE_SHELTER))  # fmt: skip
    must(release, "she allows the shelter to be told")
    page = joana.get(case + "referrals/new/")
    page = page.submit(page.form(having="how"), **told)
    must(page.status == 200, "the packet is sent", page)
    page = _the_shelter_reads(thread)
    must(
        any(each.encode() in thread.database("us") for each in CANARIES) is False, "the packet is in clear on the disk"
    )
    must("Hannah" in joana.get(case).text, "the hotline sees that it was opened", joana.get(case))
    for outcome in ("accepted", "served"):
        page = page.submit(page.form(having="outcome"), outcome=outcome)
        must(page.status == 200, f"the shelter answers: {outcome}", page)
    must(FIRST not in page.html, "what was answered is no longer shown", page)
    must(joana.get(case).text.count("Service given") >= 2, "the shelter's answer stands in the case", joana.get(case))
    return "the shelter opens what she allowed by its own key, at a door that reaches nothing else, and takes her in"


def _the_shelter_reads(thread: Thread) -> Page:
    """Someone at the shelter opens the newest packet: her name, which she allowed, and none of her words."""
    hannah = thread.staff("us", "hannah", door="providers")
    page = hannah.get("/")
    must(FIRST not in page.html, "the list shows codes, not names", page)
    page = hannah.get(page.link("/packets/"))
    must(FIRST in page.text, "the shelter reads what she allowed", page)
    must(not any(each in page.html for each in CANARIES if each not in (FIRST, SECOND)), "and nothing else", page)
    for address in (thread.known["us case"], "/cases/", "/contacts/", "/handovers/"):
        path = "/" + address.split("://")[-1].partition("/")[2] if "://" in address else address
        must(hannah.get(path).status == 404, f"the shelter's door has no {path}")
    return page


def _code_of(page: Page) -> str:
    code = re.search(r"<title>\s*\S+ (\S+)", page.html)
    must(code, "the service has a code", page)
    return code[1] if code else ""


def what_came_of_it_comes_back(thread: Thread) -> str:
    """As far as she allows, the sender learns what came of it, as codes."""
    joana, case, link = thread.staff("us", "joana"), thread.known["us case"], thread.known["handover"]
    release = _recorded(thread, joana, case, recipient="mx", purpose="outcome",
                        fields_allowed=["service_outcome", "needs"])  # fmt: skip
    must(release, "she allows the outcome to be told")
    page = joana.get(link + "outcome/")
    page = page.submit(page.form(having="reached"), release=release, reached="yes")
    must(page.status == 200, "the outcome is sent", page)
    marisol = thread.staff("mx", "marisol")

    def told() -> bool:
        marisol.get("/handovers/")
        return "Refugio" in marisol.get(link).text

    thread.until("the outcome to come back", told)
    return "what came of it comes back as codes, as far as she allows"


def the_case_is_found_again(thread: Thread) -> str:
    """By phone and by name, without either in an address; and a call-back is noted."""
    lucia = thread.staff("mx", "lucia")
    case = thread.known["mx case"]
    path = "/cases/" + case.rstrip("/").rsplit("/", 1)[1] + "/"
    for how, value in (("phone", "(919) 555 0177"), ("name", f"Lupe {FIRST}"), ("name", f"{GIVEN.split()[0]} {FIRST}")):
        page = lucia.get("/cases/find/")
        page = page.submit(page.form(having="phone"), **{how: value})
        found = page.status == 200 and any(path in link for link in page.links)
        must(found, f"the case is found by {how}: {value}", page)
        must(value not in page.url, "what was looked for is not in an address", page)
    page = lucia.get(case + "tasks/new/")
    page = page.submit(page.form(having="due_on"), kind="call_back", due_on=thread.today + timedelta(days=2),
                       text="Después de las 22 h")  # fmt: skip
    must(page.status == 200, "the call-back is noted", page)
    must("Después de las 22" in lucia.get(case).text, "the call-back stands in the case")
    return "the case is found again by phone and by name, and a call-back is noted"


def imminent_danger_alerts_a_second_person(thread: Thread) -> str:
    """Without a release, on a named basis, the least that protects her; a second person is alerted."""
    lucia = thread.staff("mx", "lucia")
    page = lucia.get("/cases/new/")
    page = page.submit(page.form(having="indications"), given="Citlali", paternal_surname="Prueba",
                       phone="+1 919-555-0178", age_at_contact="adult", primary_language="es",
                       nationalities=["MX"])  # fmt: skip
    case = page.url
    page = lucia.get(case + "danger/")
    form = page.form(having="basis")
    page = page.submit(form, agreement="puente-2026", basis="imminent_harm", person=form.first("person"),
                       second=form.first("second"), shared=["person_phone", "preferred_language"])  # fmt: skip
    must(page.status == 200 and "/handovers/" in page.url, "the alert is sent", page)
    ernesto = thread.staff("mx", "ernesto")
    page = ernesto.get("/alerts/")
    page = page.submit(page.form(action="/seen/"))
    must(page.status == 200 and not [form for form in page.forms if form.action.endswith("/seen/")],
         "the second person has looked at it", page)  # fmt: skip
    joana = thread.staff("us", "joana")
    thread.until("the alert to reach the partner", lambda: "tag urgent" in joana.get("/handovers/").html)
    try:
        lucia.get("/alerts/").form(action="/seen/")
    except Missing:
        return "in imminent danger the least leaves without a release, on a named basis, and a second person is alerted"
    raise Missing("whoever raised the alert could see it off herself")


STEPS = [
    nothing_leaves_without_a_reason,
    the_case_goes_with_her_words,
    the_other_side_accepts,
    a_shelter_is_found,
    the_shelter_answers_at_its_own_door,
    what_came_of_it_comes_back,
    the_case_is_found_again,
    imminent_danger_alerts_a_second_person,
]
