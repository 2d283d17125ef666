"""The syntax of UN/EDIFACT (ISO 9735) as far as one message needs it, in character set UNOA.

UNOA is the smallest set, the one every receiver reads: capitals, figures, the space and a few
marks. Text that does not fit is spelled in it (`level_a`), as machine-readable passports spell it.
"""

import re
import unicodedata
from collections.abc import Sequence

# Components are parted by a colon, elements by a plus sign; a question mark takes the meaning of
# the character behind it away (ISO 9735-1, 5).
ADVICE = "UNA:+.? '"
_MARKED = re.compile(r"([?:+'])")
_LEVEL_A = re.compile(r"[^A-Z0-9 .,()/=!\"%&*;<>'+:?-]")
# Letters that decomposition leaves as they are (ICAO Doc 9303-3, section 6).
_SPELLED = str.maketrans(
    {"Æ": "AE", "Œ": "OE", "Ø": "OE", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "Ħ": "H", "ẞ": "SS"}
)
Element = str | Sequence[str]


def segment(tag: str, *elements: Element) -> str:
    """`segment("LOC", "178", "VLI")`: LOC+178+VLI'. An element is text, or its components; what is
    empty at the end is left out."""
    parts = [tag, *(_element(element) for element in elements)]
    while not parts[-1]:
        parts.pop()
    return "+".join(parts) + "'"


def _element(element: Element) -> str:
    components = [element] if isinstance(element, str) else list(element)
    while len(components) > 1 and not components[-1]:
        components.pop()
    return ":".join(_MARKED.sub(r"?\1", component) for component in components)


def level_a(text: str) -> str:
    """The text in UNOA: accents gone, the rest of what does not fit left out."""
    capitals = unicodedata.normalize("NFKC", text).upper().translate(_SPELLED)
    plain = unicodedata.normalize("NFD", capitals)
    return " ".join(_LEVEL_A.sub("", plain).split())
