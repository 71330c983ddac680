from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_tries'),
    ]

    operations = [
        migrations.AddField(
            model_name='member',
            name='password_given_at',
            field=models.DateTimeField(null=True),
        ),
    ]
