# SPDX-License-Identifier: Apache-2.0
"""What lies in clear about a person, by table, as it was when the threat model was written.

Each of these columns narrows down who a row may be about: `bench/clear_columns.py` says by how much. A new one is
looked at there first, then written here and into the threat model. Ids, ciphertext and numbers of saves are left out.
"""

from __future__ import annotations

import pytest
from django.apps import apps

from tejido.web.security.fields import SealedField

IN_CLEAR = {
    "packets.provider": "organisation team",
    "packets.packet": "code expires_on first_opened_at first_opened_by key_taken_back_at "
    "sent_at sent_by state state_changed_at state_changed_by team",
    "packets.answer": "answered_at answered_by packet",
    "intake.conversation": "ended_by ended_on expires_on",
    "intake.contact": "channel code conversation findable notice_at notice_language notice_version owner "
    "priority received_at received_on routing_language state state_changed_at state_changed_by team",
    "intake.reply": "by contact conversation read_on written_at",
    "cases.case": "code counted_by opened_on owner priority status status_changed_at status_changed_by team",
    "cases.casecontact": "case contact",
    "cases.person": "added_at case counted_by",
    "cases.place": "case",
    "cases.compartment": "case kind",
    "cases.note": "case written_at written_by",
    "cases.task": "case due_on owner state state_changed_at state_changed_by",
    "files.attachment": "added_at added_by case original",
    "consents.release": "case recorded_at recorded_by state state_changed_at state_changed_by",
    "referrals.referral": "case made_at made_by packet state state_changed_at state_changed_by",
    "sharing.sharedagreement": "added_at digest document partner",
    "sharing.handover": "agreement case direction lane made_at "
    "message partner state state_changed_at state_changed_by team",
    "sharing.report": "case due_at made_at made_by state state_changed_at state_changed_by",
    "sharing.alert": "case handover kind raised_at raised_by report seen_at seen_by team",
    "upkeep.hold": "kind placed_at placed_by state state_changed_at state_changed_by team",
    "upkeep.shredding": "asked_at asked_by basis code gone kind "
    "left scrubbed_at state state_changed_at state_changed_by team tombstone",
    "upkeep.tombstone": "digest entry number signature",
    "upkeep.oldbatch": "since",
}
_SAYS_NOTHING = ("BinaryField", "UUIDField", "BigAutoField", "AutoField")
_ROOMS = {label.split(".")[0] for label in IN_CLEAR}


def _in_clear(model) -> set[str]:
    return {
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, SealedField)
        and field.get_internal_type() not in _SAYS_NOTHING
        and field.name not in ("id", "key", "revision")
    }


def test_every_table_about_people_is_here():
    there = {model._meta.label_lower for model in apps.get_models() if model._meta.app_label in _ROOMS}
    assert there == set(IN_CLEAR)


@pytest.mark.parametrize("label", sorted(IN_CLEAR))
def test_nothing_more_than_this_lies_in_clear(label):
    assert _in_clear(apps.get_model(label)) == set(IN_CLEAR[label].split())
