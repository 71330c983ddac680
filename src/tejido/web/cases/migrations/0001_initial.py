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
        ('intake', '0001_initial'),
        ('security', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Compartment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('kind', models.CharField(choices=[('whereabouts', 'Whereabouts'), ('safe_contact', 'Safe Contact'), ('relatives', 'Relatives'), ('status', 'Status'), ('health', 'Health')], max_length=20)),
                ('content', tejido.web.security.fields.SealedField(default=None, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('written_at', models.DateTimeField()),
                ('kind', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('text', tejido.web.security.fields.SealedField(default=None, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('handover_id', models.UUIDField(null=True, unique=True)),
                ('counted_by', models.CharField(blank=True, max_length=20)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('role', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('unnamed_group', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('count_low', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('count_best', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('count_high', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('group_counts', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('names', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('identifiers', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('birth_year', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('age_at_contact', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('gender', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('nationalities', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('primary_language', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('type_of_trafficking', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('labor_industries', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('sex_trafficking_types', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('means_of_control', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('recruitment', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('owed', tejido.web.security.fields.SealedField(default=None, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('kind', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('country', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('state', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('locality', tejido.web.security.fields.SealedField(default=None, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('to_do', 'To Do'), ('done', 'Done'), ('dropped', 'Dropped')], default='to_do', max_length=10)),
                ('state_changed_at', models.DateTimeField()),
                ('kind', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('text', tejido.web.security.fields.SealedField(default=None, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('code', models.CharField(max_length=12, unique=True)),
                ('priority', models.PositiveSmallIntegerField(default=0)),
                ('status', models.CharField(default='open', max_length=20)),
                ('status_changed_at', models.DateTimeField()),
                ('opened_on', models.DateField()),
                ('handover_id', models.UUIDField(null=True, unique=True)),
                ('counted_by', models.CharField(blank=True, max_length=20)),
                ('indications', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('summary', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('businesses', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('ties', tejido.web.security.fields.SealedField(default=None, null=True)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('status_changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
        ),
        migrations.CreateModel(
            name='CaseContact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_links', to='cases.case')),
            ],
        ),
        migrations.AddField(
            model_name='casecontact',
            name='contact',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='case_link', to='intake.contact'),
        ),
        migrations.AddField(
            model_name='compartment',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='compartment',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey'),
        ),
        migrations.AddField(
            model_name='note',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='note',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey'),
        ),
        migrations.AddField(
            model_name='note',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='person',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='person',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey'),
        ),
        migrations.AddField(
            model_name='place',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='place',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey'),
        ),
        migrations.AddField(
            model_name='task',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='task',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='security.recordkey'),
        ),
        migrations.AddField(
            model_name='task',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='task',
            name='state_changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['team', 'status', '-opened_on'], name='case_list'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['owner', '-opened_on'], name='case_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_by', ''), ('handover_id__isnull', True)), models.Q(('handover_id__isnull', False), models.Q(('counted_by', ''), _negated=True)), _connector='OR'), name='handed_over_case_says_who_counts'),
        ),
        migrations.AddConstraint(
            model_name='compartment',
            constraint=models.UniqueConstraint(fields=('case', 'kind'), name='one_compartment_of_a_kind'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['owner', 'state', 'due_on'], name='task_due'),
        ),
    ]
