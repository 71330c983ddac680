# SPDX-License-Identifier: AGPL-3.0-or-later
"""The audit's guards anew, from the one place the check compares them with; two more refuse to replace and to empty."""

from importlib import import_module

from django.db import migrations

from tejido.web.security import guards

first = import_module("tejido.web.security.migrations.0002_audit_append_only")


def put_up(_apps, schema_editor):
    guards.put_up(schema_editor.connection)


def as_before(apps, schema_editor):
    guards.take_down(schema_editor.connection)
    first.forbid(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("security", "0007_token_found")]
    operations = [migrations.RunPython(put_up, as_before)]
