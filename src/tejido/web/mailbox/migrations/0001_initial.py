# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('code', models.CharField(max_length=20, primary_key=True, serialize=False)),
                ('name', models.JSONField()),
                ('address', models.CharField(max_length=200)),
                ('verify_key', models.BinaryField()),
                ('transport_key', models.BinaryField()),
                ('handover_key', models.JSONField()),
                ('data_key', models.JSONField()),
                ('pack', models.CharField(max_length=20)),
                ('regimes', models.JSONField(default=list)),
                ('agreements', models.JSONField(default=list)),
                ('signature', models.BinaryField()),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='RefusedArrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('reason_code', models.CharField(max_length=60)),
                ('digest', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='OutboundMessage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('message_type', models.CharField(max_length=40)),
                ('sequence', models.PositiveBigIntegerField()),
                ('raw', models.BinaryField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('delivered', 'Delivered'), ('refused', 'Refused')], default='queued', max_length=10)),
                ('state_changed_at', models.DateTimeField(auto_now_add=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('reason_code', models.CharField(blank=True, max_length=60)),
                ('receipt', models.BinaryField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outbound', to='mailbox.partner')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'next_attempt_at'], name='messages_due')],
                'constraints': [models.UniqueConstraint(fields=('partner', 'sequence'), name='one_message_per_sequence')],
            },
        ),
        migrations.CreateModel(
            name='InboundMessage',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('message_type', models.CharField(max_length=40)),
                ('sequence', models.PositiveBigIntegerField()),
                ('raw', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('arrived', 'Arrived'), ('handled', 'Handled'), ('unreadable', 'Unreadable')], default='arrived', max_length=10)),
                ('state_changed_at', models.DateTimeField(auto_now_add=True)),
                ('reason_code', models.CharField(blank=True, max_length=60)),
                ('receipt', models.BinaryField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inbound', to='mailbox.partner')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'sequence'), name='one_arrival_per_sequence')],
            },
        ),
    ]
