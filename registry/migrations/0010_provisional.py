from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_geocoding")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="provisional",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="自助报备，未核实"
            ),
        ),
    ]
