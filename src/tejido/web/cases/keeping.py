# SPDX-License-Identifier: AGPL-3.0-or-later
"""After every write of a case: its coded row for counting and its tokens for finding."""

from __future__ import annotations

from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.cases.codes import coded_case
from tejido.web.cases.finding import case_terms
from tejido.web.cases.models import Case, Person, Place
from tejido.web.security.coded import write_coded
from tejido.web.security.keyring import KeyRing
from tejido.web.security.sealing import open_all
from tejido.web.security.searching import index


def keep(case: Case, ring: KeyRing) -> None:
    """Write the coded row and the search tokens as the case stands now, inside the caller's transaction."""
    opened = case.opened(ring).values
    persons = open_all(Person.objects.filter(case=case).order_by("added_at", "pk"), ring)
    places = open_all(Place.objects.filter(case=case).order_by("pk"), ring)
    contacts = case.contact_links.order_by("pk").values_list("contact_id", flat=True)
    row = coded_case(case, opened, persons=persons, places=places, contacts=contacts)
    write_coded(ring, table="cases", record_id=case.pk, row=row, data_team=team_of(Team.Kind.DATA).pk)
    # A restricted case is found by nobody's search: a copy of the database must not answer it either.
    terms = set() if case.team.restricted else case_terms((person.values for person in persons), opened["businesses"])
    index(ring, table="cases", record_id=case.pk, values=terms)
