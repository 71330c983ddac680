# SPDX-License-Identifier: Apache-2.0
"""What the clear columns say about a person: which record stands alone, and nothing of who she is.

Two people are written down by the same colleagues on the same day, one like many others, one like nobody else. A thief
who knows everything about both has the clear columns of both, and nothing to tell them apart by.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from django.apps import apps
from django.utils import timezone

from tejido.web.cases import actions
from tejido.web.cases.models import Case
from tejido.web.cases.parts import add_note
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.intake.models import Contact
from tejido.web.security.fields import SealedField

COMMON = {
    "contact": {"contactor_phone": "55 0000 1111", "own_words": "me deben un mes de trabajo", "under_18": "no"},
    "person": {
        "role": "survivor", "age_at_contact": "adult", "birth_year": 1999, "gender": "female",
        "nationalities": ["MX"], "primary_language": "es",
        "type_of_trafficking": "labor", "labor_industries": ["agriculture_farms"],
        "names": [{"kind": "full", "given": "María", "paternal_surname": "García", "maternal_surname": "López"}],
        "identifiers": [{"kind": "phone", "value": "919-555-0101"}],
    },
    "place": {"kind": "exploitation", "country": "MX", "state": "MX-CMX"},
    "note": "Llamó por la noche.",
}  # fmt: skip
RARE = {
    "contact": {"contactor_phone": "55 0000 2222", "own_words": "me deben un mes de trabajo", "under_18": "no"},
    "person": {
        "role": "survivor", "age_at_contact": "adult", "birth_year": 1945, "gender": "gender_minority",
        "nationalities": ["NP"], "primary_language": "ne",
        "type_of_trafficking": "labor", "labor_industries": ["carnivals"],
        "names": [{"kind": "full", "given": "Citlali", "paternal_surname": "Abundio", "maternal_surname": "Xóchitl"}],
        "identifiers": [{"kind": "phone", "value": "919-555-0199"}],
    },
    "place": {"kind": "exploitation", "country": "US", "state": "US-WY"},
    "note": "Única en su pueblo.",
}  # fmt: skip
# Random by design; the moment of writing, which the threat model says is in clear, to the day at best.
_RANDOM = ("UUIDField", "BigAutoField", "AutoField", "DateTimeField")


def _write(cast, person, now):
    amara, chen = ({"by": cast.member(login), "ring": cast.ring(login)} for login in ("amara", "chen"))
    contact = take_call(language="es", now=now, **amara)
    save_contact(contact=contact, answers=person["contact"], revision=contact.revision, now=now, **amara)
    case = actions.open_case(now=now, **chen)
    actions.attach_contact(case=case, contact=Contact.objects.get(pk=contact.pk), now=now, **chen)
    actions.add_person(case=case, values=person["person"], **chen)
    actions.add_place(case=case, values=person["place"], **chen)
    add_note(case=case, kind="own_words", text=person["note"], now=now, **chen)


def _in_clear() -> Counter:
    """Every row of every table, as a thief reads it, less what is random or the moment of writing."""
    rows = Counter()
    for model in apps.get_models():
        fields = [field for field in model._meta.concrete_fields if field.get_internal_type() not in _RANDOM]
        for row in model._base_manager.all():
            rows[model._meta.label_lower, *(_read(row, field) for field in fields)] += 1
    return rows


def _read(row, field):
    if field.is_relation or field.name == "code":  # of what it is a part; drawn at random
        return field.name
    value = getattr(row, field.attname)
    if isinstance(field, SealedField) or isinstance(value, bytes | memoryview):
        return field.name, "nothing" if value is None else "ciphertext"
    if isinstance(value, dict):  # the audit's detail
        return field.name, tuple(sorted((key, _shape(said)) for key, said in value.items()))
    return field.name, str(value)


def _shape(said):
    """Digests and ids are random; codes and counts are not."""
    return len(said) if isinstance(said, str) and len(said) >= 32 else str(said)


def _left_by(cast, *people):
    now = timezone.now()
    for person in people:
        before = _in_clear()
        _write(cast, person, now)
        yield _in_clear() - before


def test_nothing_in_clear_tells_a_person_like_nobody_else_from_one_like_many(cast):
    common, rare = _left_by(cast, COMMON, RARE)
    assert common.total() > 20
    assert common == rare


def test_what_the_law_asks_for_someone_under_18_shows_as_a_task(cast):
    """The threat model says so; and these eyes see what there is to see."""
    young = COMMON | {"contact": COMMON["contact"] | {"under_18": "yes"}}
    common, minor = _left_by(cast, COMMON, young)
    assert not common - minor
    assert {row[0] for row in minor - common} == {"cases.task", "security.auditentry"}


def test_one_who_knows_the_day_finds_the_record(cast):
    """And says so in the threat model: for most days and teams it stands alone."""
    now = timezone.now()
    for back in range(4):
        _write(cast, COMMON, now - timedelta(days=back))
    for model, day in ((Case, "opened_on"), (Contact, "received_on")):
        days = Counter(str(getattr(row, day)) for row in model.objects.all())
        assert sorted(days.values()) == [1, 1, 1, 1], model
