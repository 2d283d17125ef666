"""People who are registered already are found by pinyin too: a million in pieces of some thousands,
each a commit of its own, so that nobody waits for long and a stopped migration goes on."""

from django.db import migrations

from registry.services.naming import fill_name_keys


def fill(apps, schema_editor):
    for _ in fill_name_keys(model=apps.get_model("registry", "Person")):
        pass


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registry", "0007_names_in_letters_and_merges")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
