# SPDX-License-Identifier: AGPL-3.0-or-later

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailbox', '0002_bounds'),
    ]

    operations = [
        migrations.AddField(
            model_name='inboundmessage',
            name='about',
            field=models.UUIDField(db_index=True, null=True),
        ),
    ]
