"""Indexes for whoever looks something up in the audit. Altering a column rebuilds the table, guards and all."""

from importlib import import_module

from django.db import migrations, models

guards = import_module("tejido.web.security.migrations.0002_audit_append_only")


class Migration(migrations.Migration):
    dependencies = [("security", "0003_sent_form")]
    operations = [
        migrations.RunPython(guards.allow, guards.forbid),
        migrations.AlterField("auditentry", "record_id", models.UUIDField(null=True)),
        migrations.AddIndex("auditentry", models.Index(fields=["record_id", "at"], name="audit_by_record")),
        migrations.AddIndex("auditentry", models.Index(fields=["event", "at"], name="audit_by_event")),
        migrations.AddIndex(
            "auditentry", models.Index(fields=["member_id", "event", "at"], name="audit_by_member_event")
        ),
        migrations.RunPython(guards.forbid, guards.allow),
    ]
