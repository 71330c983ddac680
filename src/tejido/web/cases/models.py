# SPDX-License-Identifier: AGPL-3.0-or-later
"""Case files. In clear: code, team, owner, status, days. Persons, places, notes, tasks and compartments are sealed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tejido.vocabulary import code_list
from tejido.web.accounts.caseloads import compartment_team
from tejido.web.accounts.models import BrokenGlass, Team
from tejido.web.intake.models import Contact
from tejido.web.security.belonging import belongs_to
from tejido.web.security.fields import SealedField
from tejido.web.security.sealing import SealedRecord

_RECORD = {"id": "random", "key": "random", "revision": "number of saves"}


CARRIED = tuple(code_list("case_status").where(carried=True))  # someone still works on them


class CaseQuerySet(models.QuerySet["Case"]):
    """Named readings; each starts from the user."""

    def visible_to(self, user) -> CaseQuerySet:  # type: ignore[no-untyped-def]
        """Cases of the user's teams."""
        return self.filter(team_id__in=user.team_ids)

    def readable_by(self, user, now) -> CaseQuerySet:  # type: ignore[no-untyped-def]
        """Cases of the user's teams, and those whose glass she broke while her time lasts."""
        broken = BrokenGlass.objects.open_at(now).filter(member=user).values("record_id")
        return self.filter(models.Q(team_id__in=user.team_ids) | models.Q(pk__in=broken, team__restricted=False))

    def open(self) -> CaseQuerySet:
        """Cases someone still carries."""
        return self.filter(status__in=CARRIED)


class Case(SealedRecord):
    """A situation: one or more survivors, whoever controls them, where, how."""

    key_scope = "case"

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "code": "short code to say aloud",
        "team": "caseload",
        "owner": "who carries it",
        "priority": "order in the list",
        "status": "code list case_status",
        "status_changed_at": "when",
        "status_changed_by": "by whom",
        "opened_on": "day of first contact, the node's local date",
        "handover_id": "random; the same at both organisations",
        "counted_by": "which organisation counts it when both know it",
    }

    code = models.CharField(max_length=12, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    priority = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=20, default="open")
    status_changed_at = models.DateTimeField()
    status_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    opened_on = models.DateField()
    handover_id = models.UUIDField(null=True, unique=True)
    counted_by = models.CharField(max_length=20, blank=True)

    indications = SealedField()  # code list strength_of_indications
    summary = SealedField()  # the advocate's view, text
    businesses = SealedField()  # list of {"id", "name", "industry", "state", "phone"}
    ties = SealedField()  # list of {"kind", "from", "to"}: ids of persons and businesses of this case

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(handover_id__isnull=True, counted_by="")
                | (models.Q(handover_id__isnull=False) & ~models.Q(counted_by="")),
                name="handed_over_case_says_who_counts",
            )
        ]
        indexes = [
            models.Index(fields=["team", "status", "-opened_on"], name="case_list"),
            models.Index(fields=["owner", "-opened_on"], name="case_by_owner"),
        ]


class CaseContact(models.Model):
    """A contact that belongs to a case."""

    OPEN_COLUMNS: ClassVar = {"id": "row number", "case": "random", "contact": "random"}

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_links")
    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="case_link")


class CasePart(SealedRecord):
    """Something that belongs to a case and is sealed under the case's key."""

    key_scope = "case"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def team_id(self):  # type: ignore[no-untyped-def]
        """The case's team decides who may see its parts."""
        return self.case.team_id


class Person(CasePart):
    """A person with a role in the case, or a group of people whose names nobody knows."""

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "case": "random",
        "added_at": "when",
        "handover_id": "random; the same at both organisations",
        "counted_by": "which organisation counts this person when both know them",
    }

    handover_id = models.UUIDField(null=True, unique=True)
    counted_by = models.CharField(max_length=20, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    role = SealedField()  # code list person_role
    unnamed_group = SealedField()  # true: one row for people without names
    count_low = SealedField()
    count_best = SealedField()
    count_high = SealedField()
    group_counts = SealedField()  # {"gender": {"male": 38}, …} of an unnamed group
    names = SealedField()  # list of {"kind", "given", "paternal_surname", "maternal_surname"}
    identifiers = SealedField()  # list of {"kind", "value"}
    birth_year = SealedField()
    age_at_contact = SealedField()
    gender = SealedField()
    nationalities = SealedField()
    primary_language = SealedField()
    type_of_trafficking = SealedField()
    labor_industries = SealedField()
    sex_trafficking_types = SealedField()
    means_of_control = SealedField()
    recruitment = SealedField()
    owed = SealedField()  # {"amount": "1200.00", "currency": "USD", "on": date}: debt or wages, as told


class Place(CasePart):
    """Where recruitment, transit or exploitation happened."""

    OPEN_COLUMNS: ClassVar = {**_RECORD, "case": "random"}

    kind = SealedField()
    country = SealedField()
    state = SealedField()
    locality = SealedField()


class Compartment(CasePart):
    """A safety compartment with a key of its own, opened apart and audited apart."""

    key_scope = "compartment"

    OPEN_COLUMNS: ClassVar = {**_RECORD, "case": "random", "kind": "which compartment exists"}

    class Kind(models.TextChoices):
        WHEREABOUTS = "whereabouts"
        SAFE_CONTACT = "safe_contact"
        RELATIVES = "relatives"
        STATUS = "status"  # and remedies
        HEALTH = "health"
        ORIENTATION = "orientation"
        IDENTITY = "identity"  # gender identity
        ETHNICITY = "ethnicity"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    content = SealedField()  # text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="one_compartment_of_a_kind")]

    @property
    def group(self) -> Team.Kind:
        """Which team of the caseload opens it."""
        return Team.Kind(code_list("compartment_kind").codes[self.kind].properties["group"])

    @property
    def team_id(self):  # type: ignore[no-untyped-def]
        """The caseload's team for this kind of compartment: by permission and by key."""
        return compartment_team(self.case.team_id, self.group)


class Note(CasePart):
    """What was said or seen. Her own words are kept apart from the writer's view."""

    OPEN_COLUMNS: ClassVar = {**_RECORD, "case": "random", "written_at": "when", "written_by": "by whom"}

    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = SealedField()  # code list note_kind: own_words, view, outcome
    text = SealedField()


class Task(CasePart):
    """Something to do by a day: a call-back at the time she said."""

    OPEN_COLUMNS: ClassVar = {
        **_RECORD,
        "case": "random",
        "due_on": "day",
        "owner": "who does it",
        "state": "to do, done, dropped",
        "state_changed_at": "when",
        "state_changed_by": "by whom",
    }

    class State(models.TextChoices):
        TO_DO = "to_do"
        DONE = "done"
        DROPPED = "dropped"

    due_on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_DO)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["owner", "state", "due_on"], name="task_due")]

    kind = SealedField()  # code list task_kind: call_back, follow_up_referral, document, other
    text = SealedField()  # what, and how it is safe


@belongs_to("cases.case")
def _contacts_of(case: Case) -> list[models.QuerySet[Contact]]:
    """A contact belongs to one case at most: it goes with it."""
    return [Contact.objects.filter(case_link__case=case)]


@belongs_to("cases.case")
def _broken_glass(case: Case) -> list[models.QuerySet[BrokenGlass]]:
    """Why it was opened in an emergency says something about her: it goes with the case."""
    return [BrokenGlass.objects.filter(record_id=case.pk)]
