"""The few places vaguer than a kilometre get a search index of their own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_one_residence_and_search_indexes")]
    operations = [
        migrations.AddIndex(
            model_name="whereabouts",
            index=models.Index(
                fields=["band", "longitude"],
                condition=Q(accuracy_m__gt=1000.0),
                name="whereabouts_vague_by_strip",
            ),
        ),
    ]
