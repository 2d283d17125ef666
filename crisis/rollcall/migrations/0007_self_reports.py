"""Who is known by a self-report alone is told apart, in the standings and in what triggers keep."""

from importlib import import_module

from django.db import migrations, models

EARLIER = import_module("crisis.rollcall.migrations.0005_tallies")
REPLACE = EARLIER.TALLY_STANDINGS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
PARTS = {
    "<alike>": EARLIER.PARTS["<alike>"].replace("by_merge,", "by_merge, self_reported,"),
    "<names>": EARLIER.PARTS["<names>"].replace("by_merge,", "by_merge, self_reported,"),
    "<grouped>": f"{EARLIER.PARTS['<grouped>']}, 12",
}
ALIKE = [
    "incident",
    "condition",
    "movement",
    "contact",
    "addressed",
    "wants_out",
    "possible_help",
    "certain",
    "spoken_for",
    "by_merge",
    "merged",
]
TOLD_APART = [*ALIKE[:-1], "self_reported", "merged"]


def tell_apart(apps, editor):
    if editor.connection.vendor != "postgresql":
        return
    text = REPLACE
    for name, part in PARTS.items():
        text = text.replace(name, part)
    editor.execute(text)


def as_before(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(EARLIER.whole(REPLACE))


class Migration(migrations.Migration):
    dependencies = [("rollcall", "0006_calls_and_corrections")]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="self_reported",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(
                condition=models.Q(("self_reported", True)),
                fields=["incident", "person_ref"],
                name="standing_self_reported",
            ),
        ),
        migrations.RemoveConstraint(model_name="standingtally", name="standing_tally_once"),
        migrations.AddField(
            model_name="standingtally",
            name="self_reported",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddConstraint(
            model_name="standingtally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("folded", True)), fields=TOLD_APART, name="standing_tally_once"
            ),
        ),
        migrations.AlterField(
            model_name="rollcallevent",
            name="source",
            field=models.CharField(
                choices=[
                    ("delivery", "送达记录"),
                    ("reply", "回复"),
                    ("timer", "计时"),
                    ("officer", "官员"),
                    ("liaison", "联络员"),
                    ("gate", "登乘口"),
                    ("self", "自助报备"),
                ],
                max_length=8,
            ),
        ),
        migrations.RunPython(tell_apart, as_before),
    ]
