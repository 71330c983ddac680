# SPDX-License-Identifier: Apache-2.0
"""The database refuses to alter, replace or empty the audit; a guard that is gone, off or not as made is named."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from tejido.web.security import audit, guards, verifying
from tejido.web.security.models import AuditEntry

SQLITE = connection.vendor == "sqlite"
only_sqlite = pytest.mark.skipif(not SQLITE, reason="only SQLite puts a row in another's place")
only_postgresql = pytest.mark.skipif(SQLITE, reason="only PostgreSQL has it")
# The guards that the newest migration put up. Whoever changes them adds a migration that calls `guards.put_up`, else
# every node there is would be told that its guards are not as they were made; then the new digest goes here.
PUT_UP_BY_0008 = "77659d47127421b9b0cde70c81d039db22a1b205fdfe6567036ebacabedeaf1c"


def _do(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


@contextmanager
def _refused():
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        yield


@pytest.fixture
def chained(cast):
    """Numbers of entries in the order of the chain, and one that is not chained yet, last."""
    for number in range(4):
        audit.record("contact.listed", by=cast.member("amara"), count=number)
    audit.chain()
    fresh = audit.record("contact.listed", by=None, count=9)
    return [*AuditEntry.objects.exclude(position=None).order_by("position").values_list("pk", flat=True), fresh.pk]


def _insert(how: str, **columns: object) -> None:
    columns = {"at": "2026-01-01 00:00:00+00:00", "event": "case.read", "table": "", "detail": "{}"} | columns
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    _do(f"{how} INTO security_auditentry ({names}) VALUES ({marks})", *columns.values())


@only_sqlite
def test_no_entry_is_put_in_the_place_of_another(chained):
    taken = AuditEntry.objects.get(pk=chained[1])
    before = list(AuditEntry.objects.order_by("pk").values())
    for how in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"):
        with _refused():
            _insert(how, id=taken.pk)
        with _refused():
            _insert(how, id=chained[-1])  # not even chained yet
        with _refused():
            _insert(how, position=taken.position, digest=bytes(32))
    with _refused():
        _do("UPDATE OR REPLACE security_auditentry SET position = %s WHERE id = %s", taken.position, chained[-1])
    with _refused():
        _do("UPDATE OR REPLACE security_auditentry SET id = %s WHERE id = %s", taken.pk, chained[-1])
    with _refused():
        _do("INSERT INTO security_auditentry (id, at, event, \"table\", detail) VALUES (%s, '', '', '', '') "
            "ON CONFLICT (id) DO UPDATE SET event = 'case.read'", taken.pk)  # fmt: skip
    assert list(AuditEntry.objects.order_by("pk").values()) == before


@only_sqlite
def test_a_row_of_a_number_nobody_is_given_shows_and_stops_nothing(chained):
    _insert("INSERT", id=-1)
    audit.record("contact.listed", by=None, count=1)
    assert audit.chain() == 3
    found = verifying.findings(None, settings.TEJIDO.transport.signing.verify_key)
    assert {kind for kind, _where in found} == {"gap"}


def test_no_entry_is_born_chained(chained):
    for columns in ({"position": 10_000}, {"digest": bytes(32)}, {"position": 10_000, "digest": bytes(32)}):
        with _refused():
            _insert("INSERT", **columns)
    _insert("INSERT")
    assert audit.chain() == 2
    assert list(verifying.broken_links()) == []


@only_postgresql
def test_the_owner_herself_does_not_empty_it(chained):
    with _refused():
        _do("TRUNCATE security_auditentry")
    with _refused():
        _do("SET LOCAL session_replication_role = replica")  # triggers that are merely on pass by
        _do("UPDATE security_auditentry SET event = 'case.read'")
    with _refused():
        _do("SET LOCAL session_replication_role = replica")
        _do("TRUNCATE security_auditentry CASCADE")
    assert AuditEntry.objects.filter(pk__in=chained).count() == len(chained)


def test_as_the_migrations_left_them_no_guard_is_wrong(db):
    assert guards.wrong() == []
    guards.put_up()  # once more changes nothing
    assert guards.wrong() == []


def test_whoever_changes_a_guard_adds_a_migration():
    made = repr([sorted(guards.SQLITE.items()), sorted(guards.POSTGRESQL.items()), guards.BODY, guards._AS_MADE])
    assert hashlib.sha256(made.encode()).hexdigest() == PUT_UP_BY_0008


_T = "security_auditentry"
_HARMLESS = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql {} AS $$BEGIN RETURN NEW; END$$"
_ALL = "audit_never_altered audit_never_emptied audit_never_removed audit_never_replaced"


def _anew(name: str, old: str, new: str) -> list[str]:
    """The guard under its own name, with something else in place of `old`."""
    made = (guards.SQLITE if SQLITE else guards.POSTGRESQL)[name]
    assert old in made
    if SQLITE:
        return [f"DROP TRIGGER {name}", made.replace(old, new)]
    always = f"ALTER TABLE {_T} ENABLE ALWAYS TRIGGER {name}"
    return [f"DROP TRIGGER {name} ON {_T}", made.replace(old, new), always]


def _on_sqlite() -> dict[str, tuple[list[str], str]]:
    removed, altered = "audit_never_removed", "audit_never_altered"
    quiet = f"CREATE TRIGGER quiet BEFORE INSERT ON {_T} FOR EACH ROW BEGIN SELECT RAISE(IGNORE); END"
    return {
        "gone": (["DROP TRIGGER audit_never_replaced"], "audit_never_replaced"),
        "never": (_anew(removed, "FOR EACH ROW", "FOR EACH ROW WHEN 0"), removed),
        "harmless": (_anew(altered, "RAISE(ABORT, 'the audit is append-only')", "1"), altered),
        "less": (_anew(altered, ' OR NEW."detail" IS NOT OLD."detail"', ""), altered),
        "elsewhere": (_anew(removed, f"ON {_T}", "ON security_sentform"), removed),
        "a stranger": ([quiet], "quiet"),
    }


def _on_postgresql() -> dict[str, tuple[list[str], str]]:
    removed, altered = "audit_never_removed", "audit_never_altered"
    path, row = "SET search_path = pg_catalog", "FOR EACH ROW"
    loose = f"CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $g${guards.BODY}$g$"
    evil = _anew(removed, "FUNCTION audit", "FUNCTION evil.audit")
    quiet = f"CREATE TRIGGER quiet BEFORE INSERT ON {_T} FOR EACH ROW EXECUTE FUNCTION quiet()"
    return {
        "gone": ([f"DROP TRIGGER audit_never_emptied ON {_T}"], "audit_never_emptied"),
        "off": ([f"ALTER TABLE {_T} DISABLE TRIGGER {altered}"], altered),
        "all off": ([f"ALTER TABLE {_T} DISABLE TRIGGER ALL"], _ALL),
        "for replicas alone": ([f"ALTER TABLE {_T} ENABLE REPLICA TRIGGER {altered}"], altered),
        "not for replicas": ([f"ALTER TABLE {_T} ENABLE TRIGGER {altered}"], altered),
        "another body": ([_HARMLESS.format("audit_append_only", path)], _ALL),
        "operators of somebody's": ([loose], _ALL),
        "never": (_anew(removed, row, f"{row} WHEN (false)"), removed),
        "one column alone": (_anew(altered, "UPDATE", "UPDATE OF event"), altered),
        "another's function": (
            ["CREATE SCHEMA evil", _HARMLESS.format("evil.audit_append_only", path), *evil],
            removed,
        ),
        "a stranger": ([_HARMLESS.format("quiet", ""), quiet], "quiet"),
        "a rule": ([f"CREATE RULE quiet AS ON INSERT TO {_T} DO INSTEAD NOTHING"], "quiet"),
    }


_TAMPERED = _on_sqlite() if SQLITE else _on_postgresql()


@pytest.mark.parametrize("how", _TAMPERED)
def test_a_guard_that_is_not_as_it_was_made_is_named(how, chained):
    statements, named = _TAMPERED[how]
    for statement in statements:
        _do(statement)
    found = list(verifying.findings(None, settings.TEJIDO.transport.signing.verify_key))
    assert found == [("guard", name) for name in named.split()]
