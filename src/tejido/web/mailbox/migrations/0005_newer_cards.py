# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailbox", "0004_anchors")]

    operations = [
        migrations.AddField(
            model_name="partner", name="earlier_transport", field=models.JSONField(default=list)
        ),
    ]
