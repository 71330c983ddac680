# SPDX-License-Identifier: Apache-2.0
"""A new search key: who may give it, who moves what, what of a record that does not open."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import create_team
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.cases.finding import find_cases
from tejido.web.cases.models import Case
from tejido.web.cases.search_key import records_left, remake_tokens, renew_search_key
from tejido.web.intake.actions import save_contact, take_call
from tejido.web.security.models import AuditEntry, KeyGrant, RecordKey, SearchToken
from tejido.web.security.search_keys import SEARCH_SCOPE, forget_older_search_key, search_keys, share_search_keys
from tests.web.sharing.conftest import make_case
from tests.web.test_rotation import _signing


def hers(cast, login):
    return {"by": cast.member(login), "ring": cast.ring(login)}


def found(cast, login="chen", phone="919 555 0101"):
    return [match.case for match in find_cases(phone=phone, **hers(cast, login))]


def test_found_under_both_keys_and_the_old_one_goes_when_no_token_stands_under_it(cast):
    first, second = make_case(cast).case, make_case(cast).case
    old = RecordKey.objects.get(scope=SEARCH_SCOPE).pk
    holders = set(KeyGrant.objects.filter(key=old).values_list("team_id", flat=True))
    renew_search_key(**hers(cast, "bilal"))
    assert {first, second} == set(found(cast))
    assert remake_tokens(most=1, **hers(cast, "chen")) == 1
    assert {first, second} == set(found(cast))
    with pytest.raises(BadInput) as refused:
        renew_search_key(**hers(cast, "bilal"))
    assert refused.value.code == "search_key.changing"
    assert remake_tokens(**hers(cast, "chen")) == 0
    assert {first, second} == set(found(cast))
    assert not RecordKey.objects.filter(pk=old).exists()
    assert set(KeyGrant.objects.filter(key__in=search_keys().values()).values_list("team_id", flat=True)) == holders
    assert set(SearchToken.objects.values_list("generation", flat=True)) == {2}
    assert AuditEntry.objects.filter(event="record.tokens_remade", record_id=first.pk).count() == 1
    renew_search_key(**hers(cast, "bilal"))  # and again, any number of times
    assert list(search_keys()) == [2, 3]


def test_who_may_and_who_may_not(cast):
    make_case(cast)
    for login in ("chen", "dora", "noor", "eve", "iris"):
        with pytest.raises(PermissionDenied):
            renew_search_key(**hers(cast, login))
    assert list(search_keys()) == [1]
    for login in ("dora", "noor"):
        assert cast.client(login).post("/teams/search-key/").status_code == 403


def test_a_record_of_another_team_waits_for_someone_who_opens_it(cast):
    make_case(cast)
    other, _secret = create_team(kind=Team.Kind.CASES, name="Caseload south", members=[cast.member("eve")],
                                 signing=_signing(cast), by=cast.member("noor"))  # fmt: skip
    theirs = make_case(cast).case
    cast.ring("bilal").share(theirs.key, other.pk)
    Case.objects.filter(pk=theirs.pk).update(team=other)
    cast.ring("bilal").withdraw(theirs.key_id, team_of(Team.Kind.CASES).pk)
    renew_search_key(**hers(cast, "bilal"))
    assert [remake_tokens(**hers(cast, "bilal")), len(search_keys())] == [1, 2]
    share_search_keys(cast.ring("bilal"), other.pk)
    assert remake_tokens(**hers(cast, "eve")) == 0
    assert [len(found(cast, login)) for login in ("eve", "bilal")] == [1, 1]


def test_a_record_that_does_not_open_does_not_keep_the_old_key_for_ever(cast):
    spoilt, whole = make_case(cast).case, make_case(cast).case
    Case.objects.filter(pk=spoilt.pk).update(businesses=b"not what anyone sealed")
    renew_search_key(**hers(cast, "bilal"))
    assert remake_tokens(**hers(cast, "bilal")) == 0
    assert AuditEntry.objects.filter(event="record.did_not_open", record_id=spoilt.pk).exists()
    assert found(cast) == [whole]


def test_saved_meanwhile_a_record_stands_under_the_new_key_at_once(cast):
    amara, now = hers(cast, "amara"), timezone.now()
    contact = take_call(language="es", now=now, **amara)
    contact = save_contact(contact=contact, answers={"contactor_phone": "55 0000 1111"}, revision=contact.revision,
                           now=now, **amara)  # fmt: skip
    early = cast.ring("amara")  # who signed in before the change
    assert early.raw(search_keys()[1])
    renew_search_key(**hers(cast, "bilal"))
    save_contact(contact=contact, answers={"contactor_phone": "55 0000 2222"}, revision=contact.revision, now=now,
                 by=amara["by"], ring=early)  # fmt: skip
    assert records_left() == 0
    assert forget_older_search_key()
    assert [len(found(cast, "amara", phone)) for phone in ("55 0000 2222", "55 0000 1111")] == [1, 0]


def test_one_press_and_each_search_moves_some(cast):
    for _ in range(2):
        make_case(cast)
    bilal = cast.client("bilal")
    assert "/teams/search-key/" in bilal.get("/teams/").content.decode()
    assert bilal.post("/teams/search-key/").status_code == 302
    assert list(search_keys()) == [2]
    renew_search_key(**hers(cast, "bilal"))
    page = bilal.get("/teams/search-key/", headers={"accept-language": "es"}).content.decode()
    assert "2 r" in page
    assert cast.client("chen").post("/cases/find/", {"phone": "919-555-0101"}).status_code == 200
    assert list(search_keys()) == [3]
