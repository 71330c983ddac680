# SPDX-License-Identifier: AGPL-3.0-or-later

import django.db.models.deletion
import tejido.web.security.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0003_tries'),
        ('security', '0003_sent_form'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(max_length=60)),
                ('record_id', models.UUIDField(db_index=True)),
                ('placed_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('standing', 'Standing'), ('lifted', 'Lifted')], default='standing', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('reason', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state_changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OldBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='security.recordkey')),
            ],
        ),
        migrations.CreateModel(
            name='Shredding',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=60)),
                ('record_id', models.UUIDField(db_index=True)),
                ('code', models.CharField(max_length=12)),
                ('basis', models.CharField(max_length=20)),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('withdrawn', 'Withdrawn'), ('done', 'Done')], default='asked', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('gone', models.JSONField(default=dict)),
                ('left', models.JSONField(default=dict)),
                ('tombstone', models.PositiveBigIntegerField(null=True)),
                ('scrubbed_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state_changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(models.Q(('asked_by', models.F('state_changed_by')), _negated=True), ('tombstone__isnull', False)), _connector='OR'), name='another_person_shreds'), models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('record_id',), name='one_open_shredding_of_a_record')],
            },
        ),
    ]
