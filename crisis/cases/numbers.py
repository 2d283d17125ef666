"""The number of a case: read aloud over a bad line, and checked when it is written down.

`VLI-241217-42-X`: the post, the day by its clock, a running number, and a check character by
ISO 7064 MOD 11-2, which people know from the end of an identity number (GB 11643): any one wrong
digit and any two exchanged ones are found.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from registry.models import Post

# Where no post serves the place, until one takes the case.
NOBODYS = "GH"


def case_number(*, post: Post | None, opened_at: datetime, running: int) -> str:
    """The number; `running` is unique, so that it is too."""
    prefix = "".join(c for c in post.code.upper() if c.isalnum()) if post else NOBODYS
    zone = ZoneInfo(post.time_zone if post else "Asia/Shanghai")
    body = f"{prefix}-{opened_at.astimezone(zone):%y%m%d}-{running}"
    return f"{body}-{check_character(body)}"


def check_character(body: str) -> str:
    """ISO 7064 MOD 11-2 over the digits; letters count as two digits, A = 10."""
    total = 0
    for digit in "".join(_digits(c) for c in body.upper() if c.isalnum()):
        total = (total + int(digit)) * 2 % 11
    return "0123456789X"[(12 - total) % 11]


def _digits(character: str) -> str:
    value = int(character, 36) if character.isascii() else 0
    return str(value)


def is_number(text: str) -> bool:
    """Whether this is a well-formed number whose check character fits."""
    body, _, check = text.strip().upper().rpartition("-")
    return body.count("-") == 2 and check == check_character(body)
