"""A roster of made-up people as a file, as a company would send it."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

COLUMNS = (
    "编号", "姓名", "证件拼写", "性别", "出生日期", "证件号码", "证件有效期至", "手机", "手机2",
    "所在国家", "城市", "纬度", "经度", "精度米", "地址", "家庭编号", "特殊需要", "健康说明",
    "紧急联系人", "紧急联系人关系", "紧急联系人电话",
)  # fmt: skip


def write_csv(path: Path, count: int, *, first: int = 1) -> None:
    """`count` people with numbers from `first` on; other numbers are other people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(count, first=first))


def rows(count: int, *, first: int = 1) -> Iterator[list[str]]:
    """Every row with a document, a place, a phone and somebody to call; every other with a second
    phone, every fifth with a need and a note. Households of three stand together."""
    from registry.places import cities
    from registry.synthetic import names
    from registry.synthetic.phones import Numbers

    rng, numbers, spots = Random(first), Numbers(first), [c for c in cities() if c.country != "CN"]
    for number in range(first, first + count):
        if (number - first) % 3 == 0:
            city, family = rng.choice(spots), names.surname(rng)
        sex = rng.choice("MF")
        name = names.chinese_name(rng, sex, family)
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
        needs = number % 5 == 0
        yield [
            f"B-{number}", name[0], name[1], "男" if sex == "M" else "女", str(born),
            f"EB{number:07d}", "2031-05-01", numbers.new(city.country),
            numbers.new(city.country) if number % 2 else "", city.country, city.label("zh"),
            f"{city.latitude + rng.uniform(-0.05, 0.05):.5f}",
            f"{city.longitude + rng.uniform(-0.05, 0.05):.5f}", "200", f"Rue {number}",
            f"F-{(number - first) // 3 + first}", "轮椅" if needs else "",
            "糖尿病" if needs else "", "王大明", "父", numbers.new("CN"),
        ]  # fmt: skip
