"""What a reply says (blueprint section 6). When in doubt it never says «safe»."""

import re
import unicodedata

from notifications.states import Meaning

MAX_READ = 500  # characters; nobody says «safe» in more, and the whole text is kept anyway

_DIGITS = {
    "1": Meaning.SAFE,
    "2": Meaning.NEEDS_HELP,
    "3": Meaning.LEFT_AREA,
    "4": Meaning.WANTS_OUT,
    # To an offer of a place alone (docs/decisions/five-takes-a-seat.md).
    "5": Meaning.SEAT_YES,
    "6": Meaning.SEAT_NO,
}
_WHOLE = {
    Meaning.SAFE: {
        "平安",
        "安全",
        "我平安",
        "我安全",
        "我很安全",
        "我很平安",
        "报平安",
        "已平安",
        "没事",
        "我没事",
        "ok",
        "safe",
        "i am safe",
        "im safe",
        "i'm safe",
        "1平安",
        "平安1",
        "1 safe",
    },
    Meaning.ALL_SAFE: {
        "全家平安",
        "全家",
        "都平安",
        "大家平安",
        "全家都平安",
        "我们都平安",
        "1全家",
        "all safe",
        "we are all safe",
        "1 all",
    },
    Meaning.LEFT_AREA: {
        "已离开",
        "已经离开",
        "我已离开",
        "离开了",
        "3已离开",
        "left",
        "left area",
        "3 left",
    },
    Meaning.WANTS_OUT: {
        "平安但需撤离",
        "需撤离",
        "需要撤离",
        "要撤离",
        "想撤离",
        "4撤离",
        "4平安但需撤离",
        "evacuate",
        "want to leave",
    },
    Meaning.SEAT_YES: {"确认", "确认席位", "5确认", "确认5", "5 yes", "5 confirm", "confirm"},
    Meaning.SEAT_NO: {"放弃", "放弃席位", "6放弃", "放弃6", "6 no", "6 decline", "decline"},
    Meaning.STOP: {"退订", "退出", "停止", "td", "t", "stop", "unsubscribe"},
    Meaning.WRONG_NUMBER: {
        "打错了",
        "发错了",
        "号码错了",
        "不认识",
        "wrong number",
        "wrong person",
    },
}
_BY_TEXT = {text: meaning for meaning, texts in _WHOLE.items() for text in texts} | _DIGITS
_HELP = re.compile(
    r"需要帮助|需要协助|需要救援|救命|救我|救救|求救|求助|求援|帮帮|快来|被困|受困|受伤|流血|骨折|埋|昏迷|"
    r"\bhelp\b|\bsos\b|\btrapped\b|\binjured\b|\bhurt\b|\brescue\b|🆘"
)
_NO_HELP = re.compile(
    r"(不|没有?|无)(再)?(需要|用|要)?(任何)?(帮助|协助|求助|受伤|被困|救援)|"
    r"(没|未|无)人?(受伤|被困)|"
    r"\b(no|not|don'?t|without)\b[\w' ]{0,20}\b(help|injured|hurt|trapped|rescue)\b"
)
# What may stand around an answer without changing it, besides blanks and punctuation: a wave as
# in «平安～», and what makes a keycap emoji of a digit. Other signs may take it back: «❌平安».
_DECORATION = frozenset("~^\ufe0f\u20e3")
_QUESTION = frozenset("?¿؟")


def read_meaning(text: str) -> Meaning:
    """What `text` means.

    Only a whole-message match means safe, left, or wants out. A help word anywhere means needs
    help; negated, mixed or unknown text is possible help, for a human to read.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text[:MAX_READ]).casefold().split())
    words = _trim(folded)
    if not words:
        return Meaning.UNKNOWN
    if len(text) <= MAX_READ and (known := _BY_TEXT.get(words)):
        return known
    if _HELP.search(folded) and not _NO_HELP.search(folded):
        return Meaning.NEEDS_HELP
    return Meaning.POSSIBLE_HELP


# In words beside an answer these say that something is wrong, though nobody asks for help.
_WORRY = re.compile(
    r"不安全|危险|不行了|失联|\bnot safe\b|\bunsafe\b|\bdanger|\bmissing\b|\bdying\b"
)


def help_in(text: str) -> Meaning | None:
    """What words beside a clear answer add to it: a call for help, a possible one, or neither.

    Unlike an answer by itself they are mostly about where somebody is, so that unknown words
    raise nothing; an officer reads them beside the answer.
    """
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if _HELP.search(folded):
        return Meaning.POSSIBLE_HELP if _NO_HELP.search(folded) else Meaning.NEEDS_HELP
    return Meaning.POSSIBLE_HELP if _WORRY.search(folded) else None


def _trim(text: str) -> str:
    """`text` without the blanks and punctuation around it. A question mark stays: «安全？» asks."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(character: str) -> bool:
    if character in _QUESTION:
        return False
    category = unicodedata.category(character)
    # Punctuation, separators, control characters, and invisible marks of direction or joining.
    return character in _DECORATION or category[0] in "PZ" or category in ("Cc", "Cf")
