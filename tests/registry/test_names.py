"""A name that those who know it recognise."""

import pytest

from registry.names import masked_name


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
