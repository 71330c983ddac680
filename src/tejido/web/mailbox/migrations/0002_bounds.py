# SPDX-License-Identifier: AGPL-3.0-or-later

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mailbox', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='refusedarrival',
            name='count',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='inboundmessage',
            name='received_at',
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name='refusedarrival',
            name='at',
            field=models.DateTimeField(db_index=True),
        ),
        migrations.AddIndex(
            model_name='inboundmessage',
            index=models.Index(fields=['partner', 'received_at'], name='arrivals_by_partner'),
        ),
    ]
