# SPDX-License-Identifier: Apache-2.0
"""Cases: opened, changed over the revision one saw, found again, counted; compartments stay closed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Model

from tejido.tables.reading import Records
from tejido.vocabulary import BadInput
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.cases import actions, finding
from tejido.web.cases.finding import find_cases
from tejido.web.cases.frames import records_tables
from tejido.web.cases.models import Case, Compartment, Person, Task
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.security.coded import open_coded
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry
from tejido.web.security.sealing import StaleRevision

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
TRAFFICKER = {"role": "potential_trafficker", "identifiers": [{"kind": "phone", "value": "222 555 0177"}],
              "names": [{"kind": "nickname", "given": "El Inventado"}]}  # fmt: skip
GROUP = {"role": "survivor", "unnamed_group": True, "count_low": 30, "count_best": 40, "count_high": 50,
         "group_counts": {"gender": {"male": 30, "female": 8}, "nationalities": {"MX": 40, "GT": 12}}}  # fmt: skip
SURVIVOR = {"role": "survivor", "gender": "female", "age_at_contact": "adult", "nationalities": ["MX"],
            "names": [{"kind": "full", "given": "María José", "paternal_surname": "Hernández",
                       "maternal_surname": "de la O"},
                      {"kind": "nickname", "given": "Chepa"}]}  # fmt: skip


def hers(cast, login="chen"):
    return {"by": cast.member(login), "ring": cast.ring(login)}


def a_case(cast, **more):
    return actions.open_case(now=NOW, **hers(cast), **more)


def test_a_case_from_a_contact_begins_on_the_contacts_day_and_opens_the_contact_to_its_team(cast):
    contact = take_call(language="es", now=datetime(2026, 2, 1, 20, tzinfo=UTC), **hers(cast, "amara"))
    case = actions.open_case(contact=contact, now=NOW, **hers(cast, "amara"))
    assert case.opened_on == date(2026, 2, 1)
    again = actions.open_case(now=NOW, **hers(cast, "amara"))
    with pytest.raises(BadInput):
        actions.attach_contact(case=again, contact=contact, now=NOW, **hers(cast, "amara"))


def test_a_case_begins_with_the_earliest_of_its_contacts(cast):
    early = take_call(language="es", now=datetime(2026, 2, 1, 20, tzinfo=UTC), **hers(cast, "amara"))
    case = actions.open_case(now=NOW, **hers(cast, "amara"))
    actions.attach_contact(case=case, contact=early, now=NOW, **hers(cast, "amara"))
    assert Case.objects.get(pk=case.pk).opened_on == date(2026, 2, 1)
    ((_, coded),) = open_coded(cast.ring("dora"), "cases")
    assert coded["case"]["opened_on"] == "2026-02-01"
    assert coded["contacts"] == [str(early.pk)]


def test_another_team_finds_no_key(cast):
    case = a_case(cast, summary="Una palabra.")
    with pytest.raises(NoKey):
        case.opened(cast.ring("dora"))
    with pytest.raises(PermissionDenied):
        actions.open_case(now=NOW, **hers(cast, "eve"))
    with pytest.raises(PermissionDenied):
        actions.add_person(case=case, values=SURVIVOR, **hers(cast, "eve"))


def test_whoever_saved_second_over_the_same_revision_changes_nothing(cast):
    case = a_case(cast)
    first, second = (Case.objects.get(pk=case.pk) for _ in range(2))
    actions.edit_case(case=first, revision=1, changes={"status": "follow_up"}, now=NOW, **hers(cast))
    with pytest.raises(StaleRevision):
        actions.edit_case(case=second, revision=1, changes={"status": "closed"}, now=NOW, **hers(cast, "bilal"))
    assert Case.objects.get(pk=case.pk).status == "follow_up"


def test_a_case_is_not_given_to_someone_who_cannot_open_it(cast):
    case = a_case(cast)
    with pytest.raises(BadInput):
        actions.edit_case(case=case, revision=1, changes={"owner": cast.member("eve")}, now=NOW, **hers(cast))


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"count_low": 41}, "count_best"),
        ({"count_high": 39}, "count_best"),
        ({"count_best": None}, "count_best"),
        ({"group_counts": {"gender": {"male": 30, "female": 11}}}, "gender"),
        ({"group_counts": {"nationalities": {"MX": 41}}}, "nationalities"),
        ({"group_counts": {"gender": {"purple": 1}}}, "gender"),
        ({"role": None}, "role"),
    ],
)
def test_counts_of_a_group_that_cannot_be_are_refused_where_they_stand(cast, changed, where):
    with pytest.raises(BadInput) as refused:
        actions.add_person(case=a_case(cast), values={**GROUP, **changed}, **hers(cast))
    assert refused.value.where == where
    assert not Person.objects.exists()


def test_several_nationalities_may_together_exceed_the_group(cast):
    assert actions.add_person(case=a_case(cast), values=GROUP, **hers(cast)).pk


@pytest.mark.parametrize(
    "asked",
    [
        {"phone": "+52 222 555 0177"},
        {"phone": "2225550177"},
        {"name": "Maria Hernandez"},
        {"name": "josé hernándes"},
        {"name": "María de la O"},
        {"name": "Chepa Hernández"},
    ],
)
def test_a_case_is_found_again(cast, asked):
    case = a_case(cast)
    actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    actions.add_person(case=case, values=TRAFFICKER, **hers(cast))
    a_case(cast)
    found = find_cases(**asked, **hers(cast, "amara"))
    assert [match.case.pk for match in found] == [case.pk]
    with pytest.raises(PermissionDenied):
        find_cases(**asked, **hers(cast, "eve"))


@pytest.mark.parametrize(
    "asked", [{"name": "María"}, {"name": "Hernández"}, {"phone": "222 555 0178"}, {"name": "Ana Hernández"}]
)
def test_what_does_not_match_finds_nothing(cast, asked):
    actions.add_person(case=a_case(cast), values=SURVIVOR, **hers(cast))
    assert find_cases(**asked, **hers(cast)) == []


def named(surname: str, second: str) -> dict[str, object]:
    name = {"kind": "full", "given": "María", "paternal_surname": surname, "maternal_surname": second}
    return {**SURVIVOR, "names": [name]}


def test_whoever_bears_both_surnames_is_found_first_and_before_the_list_is_cut(cast, monkeypatch):
    monkeypatch.setattr(finding, "MOST_FOUND", 3)
    for second in ("López", "Ruiz", "Soto", "Vega"):
        actions.add_person(case=a_case(cast), values=named("Hernández", second), **hers(cast))
    wanted = a_case(cast)
    actions.add_person(case=wanted, values=named("Hernández", "Trejo"), **hers(cast))
    found = find_cases(name="María Hernández Trejo", **hers(cast))
    assert len(found) == 3
    assert found[0].case == wanted


def test_records_of_another_team_do_not_crowd_hers_out(cast, monkeypatch):
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    theirs = [a_case(cast) for _ in range(4)]
    for case in theirs:
        actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    Case.objects.update(team=team_of(Team.Kind.ADMINISTRATION))
    case = a_case(cast)
    actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    assert [match.case for match in find_cases(name="María Hernández", **hers(cast))] == [case]


def test_a_case_is_found_by_the_phone_she_called_from_and_by_its_code_however_typed(cast):
    contact = take_call(language="es", now=NOW, **hers(cast, "amara"))
    contact = save_contact(
        contact=contact, answers={"contactor_phone": "55 5555 0123"}, revision=1, now=NOW, **hers(cast, "amara")
    )
    loose = find_cases(phone="5555550123", **hers(cast))
    assert [(match.case, match.contacts) for match in loose] == [(None, [contact])]
    case = actions.open_case(contact=contact, now=NOW, **hers(cast, "amara"))
    assert [match.case for match in find_cases(phone="5555550123", **hers(cast))] == [case]
    typed = case.code.lower().replace("-", " ")
    assert [match.case for match in find_cases(code=typed, **hers(cast))] == [case]


def test_a_search_leaves_no_term_anywhere_and_one_line_for_each_match(cast):
    case = a_case(cast)
    actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    answer = cast.client("amara").post("/cases/find/", {"name": "Maria Hernandez"})
    page = answer.content.decode()
    assert case.code in page
    assert "María José" not in page
    lines = AuditEntry.objects.filter(event__in=["case.searched", "case.matched"])
    assert [(line.event, line.record_id) for line in lines.order_by("pk")] == [
        ("case.searched", None), ("case.matched", case.pk),
    ]  # fmt: skip
    assert "ernandez" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert cast.client("amara").get("/cases/find/?name=Maria+Hernandez").content.decode().count(case.code) == 0


def test_a_changed_name_is_no_longer_found_by_the_old_one(cast):
    case = a_case(cast)
    person = actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    renamed = {"names": [{"kind": "full", "given": "Otra", "paternal_surname": "Distinta", "maternal_surname": ""}]}
    actions.edit_person(person=person, values=renamed, revision=1, **hers(cast))
    assert find_cases(name="María Hernández", **hers(cast)) == []
    assert len(find_cases(name="Otra Distinta", **hers(cast))) == 1


def test_what_is_written_down_is_what_is_counted(cast):
    case = a_case(cast, indications="high")
    for values in (SURVIVOR, GROUP, TRAFFICKER):
        actions.add_person(case=case, values=values, **hers(cast))
    place = {"kind": "exploitation", "country": "US", "state": "US-NC", "locality": "Pueblo Inventado"}
    actions.add_place(case=case, values=place, **hers(cast))
    ring = cast.ring("dora")
    coded = dict(open_coded(ring, "cases"))
    for secret in ("María", "0177", "Pueblo", "Inventado"):
        assert secret not in str(coded)
    tables = records_tables([], coded.items())
    connection = duckdb.connect()
    Records.in_memory(node="mx", as_of=date(2026, 3, 31), invented=True, tables=tables).attach(connection, "mx")
    roles = connection.execute("SELECT role, sum(count_best) FROM mx_persons GROUP BY 1 ORDER BY 1").fetchall()
    assert roles == [("potential_trafficker", 1), ("survivor", 41)]
    counts = connection.execute('SELECT attribute, code, "count" FROM mx_group_counts ORDER BY ALL').fetchall()
    assert ("nationalities", "GT", 12) in counts
    assert connection.execute("SELECT state FROM mx_places").fetchall() == [("US-NC",)]


def test_a_case_known_to_two_organisations_says_who_counts(cast):
    handover = "0f8fad5b-d9cb-469f-a165-70867728950e"
    case = a_case(cast, handover_id=handover, counted_by="us")
    actions.add_person(
        case=case, values=SURVIVOR, handover_id="7c9e6679-7425-40de-944b-e07fc1f90ae7", counted_by="us", **hers(cast)
    )
    ((_, coded),) = open_coded(cast.ring("dora"), "cases")
    assert (coded["case"]["handover_id"], coded["case"]["counted_by"]) == (handover, "us")
    assert coded["persons"][0]["counted_by"] == "us"


def test_a_compartment_has_a_key_of_its_own_and_each_opening_is_a_line(cast):
    case = a_case(cast)
    opened = actions.open_compartment(case=case, kind="whereabouts", **hers(cast))
    actions.save_compartment(compartment=opened.record, content="lugar-secreto", revision=1, **hers(cast))
    kept = Compartment.objects.get()
    assert kept.key_id != case.key_id
    client = cast.client("amara")
    assert "lugar-secreto" not in client.get(f"/cases/{case.pk}/").content.decode()
    assert client.get(f"/cases/{case.pk}/compartments/whereabouts/").status_code == 405
    before = AuditEntry.objects.filter(event="compartment.opened").count()
    assert "lugar-secreto" in client.post(f"/cases/{case.pk}/compartments/whereabouts/").content.decode()
    assert AuditEntry.objects.filter(event="compartment.opened").count() == before + 1
    assert client.post(f"/cases/{case.pk}/compartments/nothing/").status_code == 404


def test_a_call_back_stands_in_the_day_of_whoever_does_it_until_done(cast):
    case = a_case(cast)
    task = actions.add_task(case=case, kind="call_back", text="Domingo después de las 12.", due_on=date(2026, 3, 8),
                            owner=cast.member("amara"), now=NOW, **hers(cast))  # fmt: skip
    client = cast.client("amara")
    desk = client.get("/").content.decode()
    assert case.code in desk
    assert "Domingo" not in desk
    assert client.post(f"/tasks/{task.pk}/settle/", {"state": "done"}).status_code == 302
    assert Task.objects.get(pk=task.pk).state == "done"
    assert case.code not in client.get("/").content.decode()


def test_every_part_of_a_case_is_sealed(cast):
    case = a_case(cast, summary="palabra-secreta")
    actions.add_person(case=case, values=SURVIVOR, **hers(cast))
    actions.add_business(case=case, name="Granja palabra-secreta", revision=1, **hers(cast))
    actions.add_note(case=case, kind="own_words", text="palabra-secreta", now=NOW, **hers(cast))
    models: list[type[Model]] = [Case, Person]
    for model in models:
        for row in model.objects.values():
            written = str([bytes(value) if isinstance(value, (bytes, memoryview)) else value for value in row.values()])
            assert "palabra" not in written
            assert "Hern" not in written
            assert "female" not in written


@pytest.mark.parametrize("typed", ["(919) 555-0142", "+1 919 555 0142", "19195550142"])
def test_a_number_from_the_other_side_of_the_border_is_found_however_it_is_told(cast, typed):
    case = a_case(cast)
    held = {**TRAFFICKER, "identifiers": [{"kind": "phone", "value": "919 555 0142"}]}
    actions.add_person(case=case, values=held, **hers(cast))
    assert [match.case.pk for match in find_cases(phone=typed, **hers(cast))] == [case.pk]
