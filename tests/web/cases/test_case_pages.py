# SPDX-License-Identifier: Apache-2.0
"""The pages of a case as a person uses them: type, save, see what is wrong, lose nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tejido.web.cases import actions
from tejido.web.cases.models import Case, Note, Person, Place, Task
from tejido.web.intake.actions import save_contact, take_call

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)


@pytest.fixture
def case(cast):
    return actions.open_case(now=NOW, by=cast.member("chen"), ring=cast.ring("chen"), indications="moderate")


@pytest.fixture
def client(cast):
    return cast.client("chen")


def opened(cast, record):
    return type(record).objects.get(pk=record.pk).opened(cast.ring("chen"))


def test_a_survivor_is_written_down_with_all_that_happened_to_her(cast, client, case):
    answer = client.post(f"/cases/{case.pk}/persons/new/", {
        "role": "survivor", "given": "Rosalía", "paternal_surname": "De la Cruz", "maternal_surname": "Irrepetible",
        "nickname": "Chayo", "phone": "55 5555 0144", "gender": "female", "age_at_contact": "minor",
        "nationalities": ["MX", "GT"], "primary_language": "nah", "type_of_trafficking": "labor",
        "labor_industries": ["agriculture_farms"], "means_of_control": ["debt_bondage"],
        "owed_amount": "4000", "owed_currency": "USD", "owed_on": "2026-01-02",
    })  # fmt: skip
    assert answer.headers["location"] == f"/cases/{case.pk}/"
    person = opened(cast, Person.objects.get())
    assert [name["kind"] for name in person.names] == ["full", "nickname"]
    assert person.owed == {"amount": "4000", "currency": "USD", "on": "2026-01-02"}
    page = client.get(answer.headers["location"]).content.decode()
    assert "Rosalía De la Cruz Irrepetible" in page
    assert "Procuraduría de Protección" in page  # under 18: the duty stands on the page


def test_money_without_a_currency_is_refused_beside_its_field(client, case):
    answer = client.post(f"/cases/{case.pk}/persons/new/", {"role": "survivor", "owed_amount": "5"})
    assert answer.status_code == 422
    assert 'id="id_owed_currency_error"' in answer.content.decode()
    assert not Person.objects.exists()


def test_editing_keeps_names_and_identifiers_the_form_does_not_show(cast, client, case):
    names = [{"kind": "full", "given": "Uno"}, {"kind": "nickname", "given": "Dos"}, {"kind": "alias", "given": "Tres"}]
    phones = [{"kind": "phone", "value": "55 5555 0101"}, {"kind": "phone", "value": "55 5555 0102"}]
    values = {"role": "potential_trafficker", "names": names, "identifiers": phones}
    person = actions.add_person(case=case, values=values, by=cast.member("chen"), ring=cast.ring("chen"))
    client.post(f"/persons/{person.pk}/", {"revision": 1, "role": "potential_trafficker", "given": "Cuatro",
                                           "nickname": "Dos", "phone": "55 5555 0109"})  # fmt: skip
    now = opened(cast, person)
    assert [name["given"] for name in now.names] == ["Cuatro", "Dos", "Tres"]
    assert [one["value"] for one in now.identifiers] == ["55 5555 0109", "55 5555 0102"]


def test_a_stale_person_shows_what_stands_now_and_keeps_what_was_typed(cast, client, case):
    values = {"role": "survivor", "names": [{"kind": "full", "given": "Antes"}]}
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    person = actions.add_person(case=case, values=values, **hers)
    actions.edit_person(person=person, values={"names": [{"kind": "full", "given": "Primera"}]}, revision=1, **hers)
    typed = {"revision": 1, "role": "survivor", "given": "Segunda"}
    page = client.post(f"/persons/{person.pk}/", typed)
    assert page.status_code == 409
    assert "Primera" in page.content.decode()
    assert 'value="Segunda"' in page.content.decode()
    assert client.post(f"/persons/{person.pk}/", {**typed, "revision": 2}).status_code == 302
    assert opened(cast, person).names[0]["given"] == "Segunda"


def test_about_forty_coworkers_are_one_group_counted_by_code(cast, client, case):
    form = {"role": "survivor", "count_low": 30, "count_best": 40, "count_high": 50, "gender__male": 30,
            "gender__female": 8, "nationalities__0__code": "MX", "nationalities__0__count": 40}  # fmt: skip
    assert client.post(f"/cases/{case.pk}/groups/new/", form).status_code == 302
    group = opened(cast, Person.objects.get())
    assert group.group_counts == {"gender": {"male": 30, "female": 8}, "nationalities": {"MX": 40}}
    assert "40" in client.get(f"/cases/{case.pk}/").content.decode()
    page = client.get(f"/persons/{group.record.pk}/").content.decode()
    assert 'name="gender__male" value="30"' in page
    assert "Minorías de género" not in page  # the wording of a printed source; people are asked in other words


def test_more_people_of_a_code_than_in_the_group_is_refused_beside_the_attribute(client, case):
    form = {"role": "survivor", "count_low": 1, "count_best": 4, "count_high": 9, "gender__male": 5}
    answer = client.post(f"/cases/{case.pk}/groups/new/", form)
    assert answer.status_code == 422
    assert not Person.objects.exists()
    assert "has-errors" in answer.content.decode()


def test_a_state_says_its_country_and_a_wrong_pair_is_refused(cast, client, case):
    assert client.post(f"/cases/{case.pk}/places/new/", {"kind": "exploitation", "state": "US-NC"}).status_code == 302
    place = Place.objects.get()
    assert opened(cast, place).country == "US"
    wrong = {"revision": 1, "kind": "exploitation", "state": "US-NC", "country": "MX"}
    assert client.post(f"/places/{place.pk}/", wrong).status_code == 422
    assert client.post(f"/places/{place.pk}/remove/").status_code == 302
    assert not Place.objects.exists()


def test_a_business_is_added_shown_and_taken_out_again(cast, client, case):
    url = f"/cases/{case.pk}/businesses/new/"
    answer = client.post(url, {"revision": 1, "name": "Granja Inventada", "industry": "agriculture_farms"})
    assert answer.status_code == 302
    assert "Granja Inventada" in client.get(f"/cases/{case.pk}/").content.decode()
    (business,) = opened(cast, case).businesses
    assert client.post(f"/cases/{case.pk}/businesses/{business['id']}/remove/").status_code == 302
    assert opened(cast, case).businesses is None


def test_her_words_and_the_writers_view_are_kept_apart_and_shown_apart(client, case):
    for kind, text in (("own_words", "Lo dijo así."), ("view", "Parece cansada.")):
        assert client.post(f"/cases/{case.pk}/notes/new/", {"kind": kind, "text": text}).status_code == 302
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "<blockquote>Lo dijo así.</blockquote>" in page
    assert "<blockquote>Parece cansada." not in page
    assert "Parece cansada." in page
    assert Note.objects.count() == 2


def test_a_call_back_needs_a_day_and_says_how_it_is_safe(cast, client, case):
    url = f"/cases/{case.pk}/tasks/new/"
    assert client.post(url, {"kind": "call_back", "text": "Domingo"}).status_code == 422
    form = {"kind": "call_back", "text": "Domingo, después de las 12", "due_on": "2026-03-08",
            "owner": str(cast.member("amara").pk)}  # fmt: skip
    assert client.post(url, form).status_code == 302
    assert Task.objects.get().owner == cast.member("amara")
    assert "después de las 12" in client.get(f"/cases/{case.pk}/").content.decode()


def test_status_and_owner_change_and_a_stale_change_is_shown_in_words(cast, client, case):
    form = {"revision": 1, "status": "follow_up", "priority": 1, "owner": str(cast.member("amara").pk),
            "indications": "high", "summary": "Resumen"}  # fmt: skip
    assert client.post(f"/cases/{case.pk}/edit/", form).status_code == 302
    changed = Case.objects.get(pk=case.pk)
    assert (changed.status, changed.owner, changed.priority) == ("follow_up", cast.member("amara"), 1)
    late = client.post(f"/cases/{case.pk}/edit/", {**form, "status": "closed", "summary": "Otro"})
    assert late.status_code == 409
    page = late.content.decode()
    assert "En seguimiento" in page or "In follow-up" in page
    assert "<blockquote>Resumen</blockquote>" in page
    assert Case.objects.get(pk=case.pk).status == "follow_up"


def test_lists_show_codes_and_never_names(cast, client, case):
    values = {"role": "survivor", "names": [{"kind": "full", "given": "Rosalía", "paternal_surname": "Irrepetible"}]}
    actions.add_person(case=case, values=values, by=cast.member("chen"), ring=cast.ring("chen"))
    for shown in ("mine", "open", "all"):
        page = client.get(f"/cases/?show={shown}").content.decode()
        assert case.code in page
        assert "Irrepetible" not in page


def test_a_closed_case_leaves_the_open_list_and_stands_in_all(cast, client, case):
    actions.edit_case(
        case=case, revision=1, changes={"status": "closed"}, now=NOW, by=cast.member("chen"), ring=cast.ring("chen")
    )
    assert case.code not in client.get("/cases/?show=open").content.decode()
    assert case.code in client.get("/cases/?show=all").content.decode()


def test_no_address_or_title_of_a_case_says_a_name(cast, client, case):
    values = {"role": "survivor", "names": [{"kind": "full", "given": "Rosalía", "paternal_surname": "Irrepetible"}]}
    actions.add_person(case=case, values=values, by=cast.member("chen"), ring=cast.ring("chen"))
    page = client.get(f"/cases/{case.pk}/").content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert "Irrepetible" in page
    assert "Irrepetible" not in title


@pytest.mark.parametrize(
    "way",
    ["", "edit/", "persons/new/", "groups/new/", "places/new/", "businesses/new/", "notes/new/", "tasks/new/"],
)
def test_eve_gets_nothing_and_a_counting_colleague_is_refused(cast, case, way):
    assert cast.client("eve").get(f"/cases/{case.pk}/{way}").status_code == 404
    assert cast.client("dora").get(f"/cases/{case.pk}/{way}").status_code == 403
    assert case.code not in cast.client("eve").get("/cases/?show=all").content.decode()


def test_two_people_editing_different_things_of_one_person_lose_nothing(cast, client, case):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    values = {"role": "survivor", "gender": "female", "nationalities": ["MX"],
              "names": [{"kind": "full", "given": "Antes"}]}  # fmt: skip
    person = actions.add_person(case=case, values=values, **hers)
    shown = {"initial-role": "survivor", "initial-gender": "female", "initial-nationalities": ["MX"],
             "initial-given": "Antes", "role": "survivor", "gender": "female", "nationalities": ["MX"],
             "given": "Antes", "revision": 1}  # fmt: skip
    assert client.post(f"/persons/{person.pk}/", {**shown, "phone": "55 5555 0101"}).status_code == 302
    mine = {**shown, "given": "Después", "nationalities": ["GT"]}
    page = client.post(f"/persons/{person.pk}/", mine)
    assert page.status_code == 409
    form = page.context["form"]
    assert (form["phone"].value(), form["given"].value()) == ("55 5555 0101", "Después")
    fields = form.fields
    assert page.context["differing"] == [(fields["given"].label, "Antes"), (fields["nationalities"].label, "México")]
    again = {name: form.data.getlist(name) for name in form.data}
    assert client.post(f"/persons/{person.pk}/", again).status_code == 302
    now = opened(cast, person)
    assert now.names[0]["given"] == "Después"
    assert (now.identifiers[0]["value"], now.nationalities) == ("55 5555 0101", ["GT"])


def test_two_people_counting_one_group_see_each_others_counts(cast, client, case):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    counts = {"role": "survivor", "unnamed_group": True, "count_low": 1, "count_best": 40, "count_high": 50}
    group = actions.add_person(case=case, values={**counts, "group_counts": {"gender": {"male": 30}}}, **hers)
    theirs = {"gender": {"male": 20, "female": 9}, "nationalities": {"MX": 40}}
    actions.edit_person(person=group, values={**counts, "group_counts": theirs}, revision=1, **hers)
    mine = {"revision": 1, "role": "survivor", "count_low": 1, "count_best": 41, "count_high": 50,
            "initial-count_best": 40, "initial-gender__male": 30, "gender__male": 30}  # fmt: skip
    page = client.post(f"/persons/{group.pk}/", mine)
    assert page.status_code == 409
    form = page.context["form"]
    again = {name: form.data.getlist(name) for name in form.data}
    assert client.post(f"/persons/{group.pk}/", again).status_code == 302
    now = opened(cast, group)
    assert (now.count_best, now.group_counts) == (41, theirs)


def test_a_colleague_who_was_given_the_case_meanwhile_is_shown_and_kept(cast, client, case):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen"), "now": NOW}
    actions.edit_case(case=case, revision=1, changes={"owner": cast.member("amara")}, **hers)
    chen = str(cast.member("chen").pk)
    mine = {"revision": 1, "status": "open", "priority": "0", "indications": "moderate", "summary": "Palabras.",
            "owner": chen, "initial-owner": chen, "initial-status": "open", "initial-priority": "0"}  # fmt: skip
    page = client.post(f"/cases/{case.pk}/edit/", mine)
    assert page.status_code == 409
    form = page.context["form"]
    client.post(f"/cases/{case.pk}/edit/", {name: form.data.getlist(name) for name in form.data})
    standing = Case.objects.get()
    assert (standing.owner, opened(cast, standing).summary) == (cast.member("amara"), "Palabras.")


@pytest.mark.parametrize("path", ["case", "person"])
def test_someone_under_18_becomes_a_task_with_the_day_the_law_sets_once(cast, client, case, path):
    contact = take_call(by=cast.member("chen"), ring=cast.ring("chen"), now=NOW)
    if path == "case":
        contact = save_contact(contact=contact, answers={"under_18": "yes", "language": "es"}, revision=1, now=NOW,
                               by=cast.member("chen"), ring=cast.ring("chen"))  # fmt: skip
        client.post(f"/contacts/{contact.pk}/case/", {"priority": "0"})
        case = Case.objects.exclude(pk=case.pk).get()
    else:
        for _ in range(2):
            client.post(f"/cases/{case.pk}/persons/new/", {"role": "survivor", "age_at_contact": "minor"})
    task = Task.objects.get().opened(cast.ring("chen"))
    assert task.kind == "under_18_duty"
    assert "Procuraduría de Protección" in task.text
    assert (task.record.case, task.record.owner) == (case, cast.member("chen"))
    assert task.record.due_on == timezone.localdate(timezone.now() + timedelta(hours=24))
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "Por hacer, a más tardar el" in page
    client.post(f"/tasks/{task.record.pk}/settle/", {"state": "done"})
    assert "Hecha el" in client.get(f"/cases/{case.pk}/").content.decode()


def test_a_duty_seen_later_is_made_a_task_from_the_cases_page(cast, client, case):
    hers = {"by": cast.member("chen"), "ring": cast.ring("chen")}
    actions.add_person(case=case, values={"role": "survivor", "age_at_contact": "minor"}, **hers)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert f'action="/cases/{case.pk}/duties/"' in page
    for _ in range(2):
        assert client.post(f"/cases/{case.pk}/duties/").status_code == 302
    assert Task.objects.count() == 1
