# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import tejido.web.security.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('security', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('channel', models.CharField(max_length=20)),
                ('received_at', models.DateTimeField()),
                ('received_on', models.DateField()),
                ('routing_language', models.CharField(blank=True, max_length=3)),
                ('priority', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('taken', 'Taken'), ('closed', 'Closed')], default='waiting', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('notice_version', models.CharField(blank=True, max_length=20)),
                ('notice_at', models.DateTimeField(null=True)),
                ('notice_language', models.CharField(blank=True, max_length=3)),
                ('language', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('speaker', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('concerns', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('topic', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('outcome', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('countries', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('can_talk', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('reply_safety', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('reply_how', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('under_18', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('duty_noted', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('own_words', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('advocate_view', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('contactor_name', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('contactor_phone', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('notice', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state_changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'indexes': [models.Index(fields=['team', 'state', '-priority', 'received_at'], name='contact_queue'), models.Index(fields=['team', '-received_at'], name='contact_by_time'), models.Index(fields=['owner', 'state', '-received_at'], name='contact_by_owner')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', True), ('state', 'waiting')), models.Q(('state', 'waiting'), _negated=True), _connector='OR'), name='waiting_contact_has_no_owner'), models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('routing_language', ''), _connector='OR'), name='routing_language_only_while_waiting')],
            },
        ),
    ]
