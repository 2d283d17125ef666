"""One residence a person; small indexes for movers, for those who left, and for names."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [
        migrations.AddConstraint(
            model_name="whereabouts",
            constraint=models.UniqueConstraint(
                fields=["person"],
                condition=Q(kind="residence"),
                name="whereabouts_one_residence",
            ),
        ),
        migrations.AddIndex(
            model_name="whereabouts",
            index=models.Index(
                fields=["person"], condition=~Q(kind="residence"), name="whereabouts_of_movers"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["left_at"], condition=Q(left_at__isnull=False), name="person_left"
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["name"], name="person_by_name"),
        ),
    ]
