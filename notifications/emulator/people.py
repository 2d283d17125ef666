"""The people behind the numbers. Each has a temper that depends on the seed and the address only,
so that a drill with the same seed hears the same answers."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

# (share in per cent, what they write, what they choose on the check-in page)
ANSWERS: list[tuple[float, str, str]] = [
    (27.0, "1", "safe"),
    (3.0, " 1 ", "safe"),
    (4.0, "１", "safe"),
    (2.0, "1。", "safe"),
    (10.0, "平安", "safe"),
    (4.0, "安全", "safe"),
    (4.0, "ok", "safe"),
    (1.0, "Safe!", "safe"),
    (6.0, "2", "needs_help"),
    (2.0, "需要帮助", "needs_help"),
    (0.5, "2 腿受伤走不动", "needs_help"),
    (0.5, "help", "needs_help"),
    (5.0, "3", "left_area"),
    (1.5, "已离开", "left_area"),
    (5.0, "4", "wants_out"),
    (1.0, "平安但需撤离", "wants_out"),
    (1.0, "不安全", "needs_help"),
    (1.0, "2个人平安", "safe"),
    (0.7, "你们是谁", "safe"),
    (0.5, "not safe", "needs_help"),
    (0.5, "1 2", "needs_help"),
    (0.3, "刚才在外面，" + "现在路上很乱，看不清楚，" * 60 + "先这样", "safe"),
    (1.0, "打错了", ""),
    (0.5, "退订", "safe"),
    (18.0, "", ""),
]
TOTAL = sum(share for share, _, _ in ANSWERS)
STRANGERS = [
    "我朋友在维拉港，电话打不通，请问怎么找她？",
    "你好，我没有登记，我和家人在这里，需要帮助",
    "Is this the embassy? 1",
    "平安",
    "请问机场什么时候开",
]
# Of those who say nothing to the first message, these answer a later one.
LATE_ANSWERERS = 0.4
TAPS = {"wechat": 0.45, "sms": 0.3}


@dataclass(frozen=True, slots=True)
class Temper:
    """`luck` decides whether the address is reachable at all, `late` whether a silent person
    answers a later message, `tap` whether they would rather tap a link than write."""

    answer: str
    choice: str
    delay_seconds: float
    luck: float
    late: float
    tap: float
    moves: float


@lru_cache(maxsize=4096)
def temper_of(seed: str, address: str) -> Temper:
    """Delays are scenario seconds: 2 to 40 minutes, most of them early; one in twenty is later."""
    digest = hashlib.blake2b(f"{seed}\0{address}".encode(), digest_size=32).digest()
    shares = [int.from_bytes(digest[i : i + 4], "big") / 2**32 for i in range(0, 28, 4)]
    _, answer, choice = ANSWERS[_pick(shares[0])]
    delay = 120 + 2280 * shares[1] ** 2
    if shares[2] < 0.05:
        delay += 5400 * shares[2] / 0.05
    return Temper(answer, choice, delay, *shares[3:7])


def _pick(share: float) -> int:
    wanted = share * TOTAL
    for position, (weight, _, _) in enumerate(ANSWERS):
        wanted -= weight
        if wanted < 0:
            return position
    return len(ANSWERS) - 1
