from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_consent_to_telling_families")]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("registry", "登记与应急联系"),
                    ("health", "健康信息"),
                    ("position", "位置信息"),
                    ("wechat", "微信联系"),
                    ("tracing", "告知寻人的亲属"),
                    ("partners", "告知寻人合作机构"),
                    ("guardian", "监护人代未满十四周岁者同意"),
                    ("family", "抵达后告知家人"),
                ],
                max_length=10,
            ),
        ),
    ]
