"""Whom a reply answers stands beside it: one that an officer matched by hand has no delivery."""

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery


def name_the_source(apps, schema_editor):
    reply = apps.get_model("notifications", "Reply")
    delivery = apps.get_model("notifications", "Delivery")
    source = delivery.objects.filter(pk=OuterRef("delivery")).values("wave__source")
    reply.objects.filter(delivery__isnull=False).update(source=Subquery(source[:1]))


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_room_for_updates")]
    operations = [
        migrations.AddField(
            "reply",
            "source",
            models.CharField(
                default="",
                help_text="What it answers, as waves name it: `incident:12`.",
                max_length=40,
            ),
        ),
        migrations.RunPython(name_the_source, migrations.RunPython.noop),
        migrations.AddIndex(
            "reply",
            models.Index(condition=~Q(source=""), fields=["source"], name="reply_by_source"),
        ),
    ]
