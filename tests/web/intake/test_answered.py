# SPDX-License-Identifier: Apache-2.0
"""How soon someone answered is counted: of a call as noted, of a form with a code from writing to the first answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tejido.statistics import tabulate
from tejido.web.intake import actions, conversations
from tejido.web.intake.models import Contact
from tejido.web.security.coded import open_coded
from tejido.web.statistics.frames import own_records
from tests.web.intake.test_coming_back import _come_back, _write
from tests.web.intake.test_contacts import posted
from tests.web.public_door import hidden_fields, public_door, staff_door, visitor  # noqa: F401


def counted(cast) -> dict[str, int]:
    """Cells of the wait that hold anything."""
    records = own_records(ring=cast.ring("dora"), as_of=datetime.now(UTC).date() + timedelta(days=1))
    (totals,) = tabulate([records], window=None, names=["time_to_answer"])
    return {cell.cell: cell.counted for cell in totals.cells if cell.by == "wait" and cell.counted}


def amara(cast):
    return {"by": cast.member("amara"), "ring": cast.ring("amara")}


def test_of_a_call_the_telephone_knows_the_wait_and_an_advocate_notes_it(cast):
    contact = actions.take_call(language="es", now=datetime.now(UTC), **amara(cast))
    assert counted(cast) == {}  # not measured, which is not the same as at once
    client, address = cast.client("amara"), f"/contacts/{contact.pk}/"
    assert 'name="waited_minutes"' in client.get(address).content.decode()
    assert client.post(address, posted(contact, waited_minutes="-1")).status_code == 422
    assert client.post(address, posted(contact, waited_minutes="0")).status_code == 302
    assert counted(cast) == {"under_1_minute": 1}
    contact.refresh_from_db()
    assert contact.opened(cast.ring("amara")).waited_minutes == 0
    client.post(address, posted(contact, waited_minutes=""))
    assert counted(cast) == {}


@pytest.mark.usefixtures("public_door")
def test_by_her_code_it_ends_with_the_first_answer_which_answers_all_she_wrote_before(cast):
    browser = visitor("es")
    code = _write(browser)
    again = {"own_words": "Ya puedo hablar.", "then": "write"}
    browser.post("/write/again/", {**hidden_fields(_come_back(browser, code).content.decode()), **again})
    first, second = Contact.objects.order_by("received_at")
    assert counted(cast) == {}  # nobody has taken them: they are not among the contacts that are counted either
    for contact in (first, second):
        actions.take_contact(contact=contact, now=datetime.now(UTC), **amara(cast))
    assert counted(cast) == {"not_answered": 2}
    second.refresh_from_db()
    later = second.received_at + timedelta(minutes=12, seconds=5)
    conversations.write_reply(contact=second, words="Hoy a las diez.", now=later, **amara(cast))
    assert counted(cast) == {"5_to_14_minutes": 2}
    conversations.write_reply(contact=second, words="Otra cosa.", now=later + timedelta(days=2), **amara(cast))
    actions.close_contact(contact=second, revision=second.revision, now=later, **amara(cast))
    assert counted(cast) == {"5_to_14_minutes": 2}
    assert sorted(row["waited_minutes"] for _, row in open_coded(cast.ring("dora"), "contacts")) == [12, 12]
