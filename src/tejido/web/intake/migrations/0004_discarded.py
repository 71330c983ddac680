from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0003_return'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='contact',
            name='waiting_contact_has_no_owner',
        ),
        migrations.RemoveConstraint(
            model_name='contact',
            name='routing_language_only_while_waiting',
        ),
        migrations.AlterField(
            model_name='contact',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('taken', 'Taken'), ('closed', 'Closed'), ('discarded', 'Discarded')], default='waiting', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', True), models.Q(('state__in', ('waiting', 'discarded')), _negated=True), _connector='OR'), name='contact_not_taken_has_no_owner'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'discarded')), ('routing_language', ''), _connector='OR'), name='routing_language_only_until_taken'),
        ),
    ]
