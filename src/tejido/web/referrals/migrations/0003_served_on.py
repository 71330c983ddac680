import tejido.web.security.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0002_packet'),
    ]

    operations = [
        migrations.AddField(
            model_name='referral',
            name='served_on',
            field=tejido.web.security.fields.SealedField(default=None, editable=False, null=True),
        ),
    ]
