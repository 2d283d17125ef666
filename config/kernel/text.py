"""Text that is safe to keep, to show and to export."""

import re
import unicodedata

# Bidirectional controls and zero-width characters can make a name read as another name.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BLANKS = re.compile(r"\s+")
# OWASP's list of characters that make a spreadsheet run a cell, and their full-width forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
_PHONE = re.compile(r"\+[0-9]{4,15}\Z")


def clean(text: str) -> str:
    """NFC, without invisible or direction-changing characters, blanks folded."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()  # most text: no blank but single spaces, nothing invisible
    # NFC last: what stood between two characters that compose is gone only now.
    visible = _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()
    return unicodedata.normalize("NFC", visible)


def formula_safe(cell: str) -> str:
    """A cell that no spreadsheet runs: a leading apostrophe, except on plain E.164 numbers."""
    if _PHONE.match(cell) or not cell.startswith(_FORMULA_STARTS):
        return cell
    return "'" + cell
