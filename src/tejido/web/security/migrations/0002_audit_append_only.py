"""The database itself refuses to alter or remove an audit entry; only the chain's two columns may be filled, once.

SQLite forgets triggers when a later migration rebuilds the table: that migration must call `forbid` again
(tests/web/security/test_audit.py finds out).
"""

from django.db import migrations

KEPT = ("id", "at", "member_id", "event", "table", "record_id", "detail")
TABLE = "security_auditentry"
SAID = "the audit is append-only"
FUNCTION = f"""
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def forbid(_apps, schema_editor):
    sqlite = schema_editor.connection.vendor == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    altered = " OR ".join(f'NEW."{name}" {differs} OLD."{name}"' for name in KEPT)
    when = f"OLD.position IS NOT NULL OR OLD.digest IS NOT NULL OR {altered}"
    if sqlite:
        refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    else:
        refuse = "EXECUTE FUNCTION audit_append_only()"
    with schema_editor.connection.cursor() as cursor:
        if not sqlite:
            cursor.execute(FUNCTION)
        cursor.execute(f"CREATE TRIGGER audit_never_removed BEFORE DELETE ON {TABLE} FOR EACH ROW {refuse}")
        cursor.execute(f"CREATE TRIGGER audit_never_altered BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({when}) {refuse}")


def allow(_apps, schema_editor):
    where = "" if schema_editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER audit_never_removed{where}")
        cursor.execute(f"DROP TRIGGER audit_never_altered{where}")
        if where:
            cursor.execute("DROP FUNCTION audit_append_only()")


class Migration(migrations.Migration):
    dependencies = [("security", "0001_initial")]
    operations = [migrations.RunPython(forbid, allow)]
