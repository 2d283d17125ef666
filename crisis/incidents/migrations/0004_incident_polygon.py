from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0003_announcements"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="polygon",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("radius_m", None), ("polygon__isnull", True), _connector="OR"),
                name="incident_circle_or_polygon",
            ),
        ),
    ]
