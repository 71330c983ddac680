# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: S608  names in the SQL stand below
"""What makes the database itself refuse to alter, replace, remove or empty away an audit entry.

The one place that says so: a migration puts the guards up from here, and the check holds what stands in the database
against it. Whoever changes a guard adds a migration that calls `put_up` again (tests/web/security/test_guards.py finds
out); so does a migration that rebuilds the table, for SQLite forgets its triggers then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

TABLE = "security_auditentry"
SAID = "the audit is append-only"
KEPT = ("id", "at", "member_id", "event", "table", "record_id", "detail")

# An entry is born outside the chain; later its place and digest are filled, once.
_REFUSE = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
_ALTERED = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in KEPT)
# Of SQLite a writer may ask to REPLACE whatever is in the way, and no trigger hears of what is removed so: a number or
# a place that is taken is refused before. Where no number is given, NEW.id is -1 here: a row of that number, which only
# somebody else's hand writes, must not stop every line after it; the check finds it.
SQLITE: Mapping[str, str] = {
    "audit_never_removed": f"CREATE TRIGGER audit_never_removed BEFORE DELETE ON {TABLE} FOR EACH ROW {_REFUSE}",
    "audit_never_altered": f"CREATE TRIGGER audit_never_altered BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN "
    f"OLD.position IS NOT NULL OR OLD.digest IS NOT NULL OR {_ALTERED} "
    f"OR EXISTS (SELECT 1 FROM {TABLE} WHERE position = NEW.position) {_REFUSE}",
    "audit_never_replaced": f"CREATE TRIGGER audit_never_replaced BEFORE INSERT ON {TABLE} FOR EACH ROW WHEN "
    "NEW.position IS NOT NULL OR NEW.digest IS NOT NULL "
    f"OR NEW.id > 0 AND EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) {_REFUSE}",
}

# On PostgreSQL a number or place that is taken is refused by its index. Every condition stands in the function, whose
# text is kept as it was written; a trigger's own is not, and would read differently from one version to the next.
_FUNCTION = "audit_append_only"
_SAME = " AND ".join(f'NEW."{name}" IS NOT DISTINCT FROM OLD."{name}"' for name in KEPT)
BODY = f"""
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.position IS NULL AND NEW.digest IS NULL THEN RETURN NEW; END IF;
  ELSIF TG_OP = 'UPDATE' THEN
    IF OLD.position IS NULL AND OLD.digest IS NULL AND {_SAME} THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation';
END
"""
_PATH = "search_path=pg_catalog"  # no operator of somebody else's compares old with new
_ON = f"ON public.{TABLE} FOR EACH"
POSTGRESQL: Mapping[str, str] = {
    name: f"CREATE TRIGGER {name} BEFORE {what} {each} EXECUTE FUNCTION {_FUNCTION}()"
    for name, what, each in (
        ("audit_never_removed", "DELETE", f"{_ON} ROW"),
        ("audit_never_altered", "UPDATE", f"{_ON} ROW"),
        ("audit_never_replaced", "INSERT", f"{_ON} ROW"),
        ("audit_never_emptied", "TRUNCATE", f"{_ON} STATEMENT"),
    )
}
# "A": whatever the session calls itself; a replica's session passes triggers by that are merely on.
_AS_MADE = ("A", "plpgsql", BODY, [_PATH], False)


def put_up(database: Any = connection) -> None:
    """Make every guard, whichever stand there already."""
    take_down(database)
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            for statement in SQLITE.values():
                cursor.execute(statement)
            return
        cursor.execute(f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql "
                       f"SET {_PATH} AS $guard${BODY}$guard$")  # fmt: skip
        for name, statement in POSTGRESQL.items():
            cursor.execute(statement)
            cursor.execute(f"ALTER TABLE public.{TABLE} ENABLE ALWAYS TRIGGER {name}")


def take_down(database: Any = connection) -> None:
    """Remove every guard that stands there: before a table is rebuilt."""
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            for name in SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name in POSTGRESQL:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON public.{TABLE}")
        cursor.execute(f"DROP FUNCTION IF EXISTS {_FUNCTION}()")


def wrong() -> list[str]:
    """Guards that are missing, switched off or not as they were made; and triggers and rules that are none of ours."""
    there, made = _standing()
    return sorted(name for name in there.keys() | made.keys() if there.get(name) != made.get(name))


def _standing() -> tuple[dict[str, Any], dict[str, Any]]:
    """By name, what stands in the database and what should."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = %s", [TABLE]
            )
            return dict(cursor.fetchall()), dict(SQLITE)
        cursor.execute(
            "SELECT tgname, pg_get_triggerdef(pg_trigger.oid), tgenabled, lanname, prosrc, proconfig, prosecdef "
            "FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_language ON pg_language.oid = prolang "
            "WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal",
            [f"public.{TABLE}"],
        )
        there: dict[str, Any] = {name: tuple(facts) for name, *facts in cursor.fetchall()}
        cursor.execute("SELECT rulename FROM pg_rules WHERE schemaname = 'public' AND tablename = %s", [TABLE])
        there |= {name: "a rule" for (name,) in cursor.fetchall()}
    return there, {name: (statement, *_AS_MADE) for name, statement in POSTGRESQL.items()}
