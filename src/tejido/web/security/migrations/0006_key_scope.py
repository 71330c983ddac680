# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("security", "0005_past_batch")]

    operations = [
        migrations.AddIndex(
            model_name="recordkey", index=models.Index(fields=["scope"], name="record_key_scope")
        ),
    ]
