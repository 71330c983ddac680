# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('security', '0004_audit_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='PastBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_id', models.UUIDField()),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='security.recordkey')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record_id', 'batch'), name='one_past_batch_of_a_record')],
            },
        ),
    ]
