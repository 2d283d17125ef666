"""A name that those who know it recognise."""

import pytest

from registry.names import masked_name, told_apart


@pytest.mark.parametrize(
    ("name", "passport_name", "masked"),
    [
        ("王小明", "WANG/XIAOMING", ("王*", "WANG *")),
        ("王小明", "", ("王*", "王*")),
        ("Mary Smith", "SMITH/MARY", ("Mary *", "SMITH *")),
        ("Mary Smith", "", ("Mary *", "Mary *")),
        ("𠮷野", "", ("𠮷*", "𠮷*")),
        ("", "", ("*", "*")),
    ],
)
def test_masked(name, passport_name, masked):
    assert masked_name(name, passport_name) == masked


@pytest.mark.parametrize(
    ("people", "masks"),
    [
        ([("陈伟", ""), ("李娜", "")], ["陈*", "李*"]),
        ([("陈伟", ""), ("陈芳", "")], ["陈* (W)", "陈* (F)"]),
        ([("陈伟", ""), ("陈卫", ""), ("李娜", "")], ["陈* (W) 1", "陈* (W) 2", "李*"]),
        ([("Mary S", "S/MARY"), ("Mary J", "J/MARY")], ["Mary * (M) 1", "Mary * (M) 2"]),
        ([("", ""), ("", "")], ["* 1", "* 2"]),
        ([], []),
    ],
)  # fmt: skip
def test_family_is_told_apart(people, masks):
    assert told_apart(people) == masks
    assert len(set(masks)) == len(masks)
