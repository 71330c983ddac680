import tejido.web.security.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0004_discarded'),
    ]

    operations = [
        migrations.AddField(
            model_name='contact',
            name='waited_minutes',
            field=tejido.web.security.fields.SealedField(default=None, editable=False, null=True),
        ),
    ]
