# SPDX-License-Identifier: Apache-2.0
"""Whoever can write the database attacks the audit, guards taken away: whatever is done to what is anchored shows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tejido.crypto import SigningKey
from tejido.web.security import audit, guards, verifying
from tejido.web.security.anchor import write_anchor
from tejido.web.security.anchor_file import ANCHOR
from tejido.web.security.models import AuditEntry

COUNT = 24
Attack = Callable[[list[int]], Any]  # what is done to the entries, by their row numbers in chain order


def _alter(place: int, column: str) -> Attack:
    def attack(rows: list[int]) -> None:
        entry = AuditEntry.objects.filter(pk=rows[place])
        new: dict[str, Any] = {
            "at": F("at") + timedelta(seconds=1), "member_id": uuid4(), "event": "case.reed", "table": "cases.cases",
            "record_id": uuid4(), "detail": {"count": 10_000 + place}, "position": 10**9, "digest": bytes(32),
        }  # fmt: skip
        entry.update(**{column: new[column]})

    return attack


def _remove(places: set[int]) -> Attack:
    return lambda rows: AuditEntry.objects.filter(pk__in=[rows[place] for place in places]).delete()


def _cut(first: int) -> Attack:
    return lambda rows: AuditEntry.objects.filter(pk__in=rows[first:]).delete()


def _exchange(places: list[int], columns: tuple[str, ...]) -> Attack:
    def attack(rows: list[int]) -> None:
        one, other = (AuditEntry.objects.filter(pk=rows[place]).values(*columns).get() for place in places)
        AuditEntry.objects.filter(pk__in=[rows[place] for place in places]).update(position=None)
        AuditEntry.objects.filter(pk=rows[places[0]]).update(**other)
        AuditEntry.objects.filter(pk=rows[places[1]]).update(**one)

    return attack


def _slip_in(place: int) -> Attack:
    def attack(rows: list[int]) -> None:
        position = place + 1
        last = AuditEntry.objects.exclude(position=None).order_by("-position")[0].position or 0
        for moved in range(last, position - 1, -1):
            AuditEntry.objects.filter(position=moved).update(position=moved + 1)
        AuditEntry.objects.create(event="case.read", position=position, digest=bytes(32))

    return attack


def _chain_anew(before: Attack) -> Attack:
    """As cunning as it gets without a key: afterwards every link follows from the one before."""

    def attack(rows: list[int]) -> None:
        before(rows)
        AuditEntry.objects.update(position=None, digest=None)
        audit.chain()

    return attack


PLACES = st.integers(0, COUNT - 1)
KEPT = ("at", "member_id", "event", "table", "record_id", "detail")
SIMPLE = st.one_of(
    st.builds(_alter, PLACES, st.sampled_from((*KEPT, "position", "digest"))),
    st.builds(_remove, st.sets(PLACES, min_size=1)),
    st.builds(_cut, PLACES),
    st.builds(_exchange, st.lists(PLACES, min_size=2, max_size=2, unique=True),
              st.sampled_from([("position",), ("position", "digest"), (*KEPT, "position")])),
    st.builds(_slip_in, PLACES),
)  # fmt: skip


@contextmanager
def _undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def chained(cast):
    """Row numbers of a chain, its guards gone, and its anchor."""
    guards.take_down()
    AuditEntry.objects.all().delete()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'security_auditentry'")
    people = [cast.member(login) for login in ("amara", "chen", "iris")]
    for number in range(COUNT):
        audit.record("contact.listed", by=people[number % 3], count=number, filter="waiting")
    audit.chain()
    return list(AuditEntry.objects.order_by("position").values_list("pk", flat=True))


@pytest.fixture
def anchor(chained, tmp_path):
    write_anchor(tmp_path, settings.TEJIDO.transport.signing)
    return (tmp_path / ANCHOR).read_bytes()


def _found(anchor: bytes | None) -> set[str]:
    transport = settings.TEJIDO.transport.signing
    return {kind for kind, _where in verifying.findings(anchor, transport.verify_key)} - {"guard"}


QUICK = hypothesis(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(attacks=st.lists(SIMPLE, min_size=1, max_size=1))
def test_whatever_is_done_to_the_chain_shows(attacks, chained, anchor):
    assert _found(anchor) == set()
    with _undone():
        for attack in attacks:
            attack(chained)
        assert _found(anchor) & {"link", "anchor"}
    assert _found(anchor) == set()


@QUICK
@given(attack=st.one_of(st.builds(_alter, PLACES, st.sampled_from(KEPT)), st.builds(_cut, PLACES)))
def test_made_to_fit_again_it_shows_against_the_anchor(attack, chained, anchor):
    with _undone():
        _chain_anew(attack)(chained)
        assert "link" not in _found(None)  # nothing within says it
        assert "anchor" in _found(anchor)


@pytest.mark.parametrize("forged", [b"", b"1 2 3", b"24 " + b"00" * 32 + b" " + b"00" * 64, b"\xff\xfe", b"x" * 10_000])
def test_an_anchor_that_is_none_of_ours_says_so(forged, chained):
    assert "anchor" in _found(forged)


def test_an_anchor_signed_by_another_key_says_so(chained, tmp_path):
    write_anchor(tmp_path, SigningKey.generate())
    assert "anchor" in _found((tmp_path / ANCHOR).read_bytes())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses what is no time and no number")
@pytest.mark.parametrize("column", ["at", "member_id", "event", "record_id", "detail", "digest", "position"])
@pytest.mark.parametrize("rubbish", ["rubbish", b"\xff\xfe", -1, 1.5])
def test_what_cannot_even_be_read_shows_and_stops_nothing(column, rubbish, chained, anchor):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            cursor.execute(f"UPDATE security_auditentry SET {column} = %s WHERE id = %s", [rubbish, chained[5]])
        except Exception as problem:  # noqa: BLE001
            pytest.skip(f"SQLite itself refuses: {problem}")
        finally:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    found = list(verifying.findings(anchor, settings.TEJIDO.transport.signing.verify_key))
    assert ("link", "6") in found


def test_a_cut_chain_that_goes_on_still_shows_against_the_anchor_beside_it(chained, anchor, tmp_path):
    transport = settings.TEJIDO.transport
    AuditEntry.objects.filter(pk__in=chained[-4:]).delete()
    for _ in range(6):  # longer than before
        audit.record("contact.listed", by=None, count=1)
    assert audit.chain()
    write_anchor(tmp_path, transport.signing, known=transport.known)  # as the worker does
    assert "anchor" in _found((tmp_path / ANCHOR).read_bytes())


def test_the_first_bad_place_is_named(chained, anchor):
    AuditEntry.objects.filter(pk__in=chained[8:11]).delete()
    AuditEntry.objects.filter(pk=chained[20]).update(event="case.reed")
    assert list(verifying.broken_links()) == [9, 21]


def test_the_tail_no_digest_holds_yet_is_counted(chained):
    assert verifying.unchained() == (0, None)
    since = audit.record("contact.listed", by=None, count=1).at
    audit.record("contact.listed", by=None, count=1)
    assert verifying.unchained() == (2, since)


def test_more_findings_than_anyone_reads_are_counted():
    found = verifying.counted(("link", str(number)) for number in range(1000))
    assert found == {"link": (1000, [str(number) for number in range(20)])}
