# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("security", "0006_key_scope"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="searchtoken",
            name="token_by_kind",
        ),
        migrations.AddIndex(
            model_name="searchtoken",
            index=models.Index(fields=["kind", "token", "table", "generation", "record_id"], name="token_found"),
        ),
    ]
