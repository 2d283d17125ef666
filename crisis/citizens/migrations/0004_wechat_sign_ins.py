from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("citizens", "0003_wechat_bindings")]

    operations = [
        migrations.CreateModel(
            name="WeChatSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scene_hash", models.BinaryField(max_length=16, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True, help_text="Real time.")),
                ("scanned_at", models.DateTimeField(null=True)),
                ("address_index", models.BinaryField(max_length=16, null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("proved_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
