from django.db import migrations, models

import registry.packing


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="whereabouts",
            name="whereabouts_by_strip",
        ),
        migrations.RemoveIndex(
            model_name="whereabouts",
            name="whereabouts_vague_by_strip",
        ),
        migrations.AddField(
            model_name="whereabouts",
            name="packed",
            field=models.GeneratedField(
                db_persist=True,
                expression=registry.packing.PackedPlace(),
                output_field=models.BinaryField(null=True),
            ),
        ),
        migrations.AddField(
            model_name="whereabouts",
            name="strip",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(accuracy_m__lte=1000.0, kind="residence", then=models.F("band")),
                    default=(models.F("band") + 2000) / 4 + 4000,
                    output_field=models.SmallIntegerField(null=True),
                ),
                output_field=models.SmallIntegerField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="whereabouts",
            index=models.Index(
                fields=["strip", "longitude"], include=("packed",), name="whereabouts_by_strips"
            ),
        ),
    ]
