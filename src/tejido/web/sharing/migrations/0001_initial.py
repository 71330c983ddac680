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
        ('cases', '0001_initial'),
        ('mailbox', '0001_initial'),
        ('security', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedAgreement',
            fields=[
                ('id', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('document', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('our_signature', models.BinaryField()),
                ('partner_signature', models.BinaryField()),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shared_agreements', to='mailbox.partner')),
            ],
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('direction', models.CharField(choices=[('out', 'Out'), ('in', 'In')], max_length=3)),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='offered', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('lane', models.CharField(max_length=20)),
                ('made_at', models.DateTimeField()),
                ('body', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('persons', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('decision', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('outcomes', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('decline_reason', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='cases.case')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
                ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mailbox.outboundmessage')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='mailbox.partner')),
                ('state_changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.sharedagreement')),
            ],
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('raised_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='cases.case')),
                ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
                ('handover', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='sharing.handover')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('seen_by__isnull', True), models.Q(('seen_by', models.F('raised_by')), _negated=True), _connector='OR'), name='second_person_sees_the_alert')],
            },
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(condition=models.Q(('lane', 'release'), ('state__in', ['offered', 'accepted'])), fields=('case',), name='one_open_handover_of_a_case'),
        ),
    ]
