"""3GPP TS 23.038: 160 then 153 characters of GSM-7, otherwise 70 then 67 of UCS-2."""

import pytest

from notifications.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 159 + "é", 1),
        ("a" * 70 + "ê", 2),
        ("维" * 70, 1),
        ("维" * 71, 2),
        ("维" * 134, 2),
        ("维" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_of_a_text(text, segments):
    assert count_segments(text) == segments
