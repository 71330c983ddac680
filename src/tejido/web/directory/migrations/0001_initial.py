# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import tejido.web.security.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('security', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('organisation', models.CharField(max_length=120)),
                ('name', models.JSONField()),
                ('kind', models.CharField(default='service', max_length=30)),
                ('needs', models.JSONField(default=list)),
                ('languages', models.JSONField(default=list)),
                ('country', models.CharField(max_length=2)),
                ('states', models.JSONField(default=list)),
                ('phone', models.CharField(max_length=30)),
                ('hours', models.JSONField(default=dict)),
                ('eligibility', models.JSONField(default=dict)),
                ('minimum_age', models.PositiveSmallIntegerField(null=True)),
                ('maximum_age', models.PositiveSmallIntegerField(null=True)),
                ('status', models.CharField(default='active', max_length=20)),
                ('address_confidential', models.BooleanField(default=False)),
                ('verified_on', models.DateField()),
                ('address', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
