"""A case may be found to be about somebody registered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_cases"),
    ]

    operations = [
        migrations.AlterField(
            model_name="caseevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("opened", "立案"),
                    ("called_again", "再次求助"),
                    ("human_contact", "已与本人或现场人员通话"),
                    ("tried", "尝试联系未果"),
                    ("note", "备注"),
                    ("intake", "补充接案信息"),
                    ("concerns", "确认登记人"),
                    ("graded", "定级"),
                    ("assigned", "接手"),
                    ("paused", "暂停计时"),
                    ("resumed", "恢复计时"),
                    ("overdue", "超时未联系"),
                    ("under_way", "协助开始"),
                    ("partner", "登记协作方"),
                    ("handed_over", "交班"),
                    ("taken_over", "接班"),
                    ("merged", "并入另一个案"),
                    ("absorbed", "并入了另一个案"),
                    ("parted", "撤销合并"),
                    ("linked", "关联"),
                    ("unlinked", "取消关联"),
                    ("transferred", "移交使领馆"),
                    ("closed", "结案"),
                    ("reopened", "重新打开"),
                ],
                max_length=13,
            ),
        ),
    ]
