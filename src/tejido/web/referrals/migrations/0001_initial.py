# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import tejido.web.security.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('security', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('made_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], default='open', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('service', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('need', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('how', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('outcome', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('shared', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('decision', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('note', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state_changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
