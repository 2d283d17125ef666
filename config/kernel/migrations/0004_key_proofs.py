"""By what a wrong key is known before it does harm."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_beats")]

    operations = [
        migrations.CreateModel(
            name="KeyProof",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("value", models.BinaryField()),
                ("noted_at", models.DateTimeField(help_text="Real time.")),
            ],
        ),
    ]
