"""An index fewer for every message, and a key that the database need not look up.

The unique key begins with the address, by which replies look; the wave has its own index.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_superseding"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_once_a_wave_and_address",
        ),
        migrations.RemoveIndex(
            model_name="delivery",
            name="delivery_by_address",
        ),
        migrations.AlterField(
            model_name="delivery",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="notifications.batch",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="token_hash",
            field=models.BinaryField(max_length=16, null=True),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="wave",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notifications.wave",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("address_index", "channel", "wave"), name="delivery_once_a_wave_and_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("token_hash__isnull", False)),
                fields=("token_hash",),
                name="delivery_token_once",
            ),
        ),
    ]
