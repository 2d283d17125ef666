"""Noto Sans SC, embedded with the letters that a document uses, and no more.

30,890 characters: GB 18030's common ones, Latin with accents, punctuation. A character that the
typeface lacks is printed as its number, «〔U+20000〕»: a name on a list for signing must never look
as if it were complete when it is not.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pylopdf_fonts_zh_cn
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from crisis.evacuation.exports.pdf.file import PdfFile, in_pieces

NAME = "GUIHNG+NotoSansSC-Regular"  # six capitals say that it is a subset (ISO 32000-1, 9.6.4)
# A Latin word stays whole where it fits, and a line may break behind its slash; between Chinese
# characters a line breaks anywhere but before a mark that closes.
_WORDS = re.compile(r"[!-.0-~\u00c0-\u024f]+/?|\s|[^\s][，。、；：！？）〕》”]*")
# Of the file only the outlines go into the document; these are what cutting them down reads.
TABLES = frozenset({"CFF ", "cmap", "head", "hhea", "hmtx", "maxp"})
_UNSEEN = {"Cc": " ", "Cf": "", "Zl": " ", "Zp": " ", "Cs": ""}


class Typeface:
    """What setting type needs to know. Widths are in thousandths of the type's size."""

    def __init__(self) -> None:
        font = TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True)
        metrics = font["hmtx"].metrics
        head, os2 = font["head"], font["OS/2"]
        self.box = (head.xMin, head.yMin, head.xMax, head.yMax)
        self.ascent, self.descent = os2.sTypoAscender, os2.sTypoDescender
        self.cap_height = os2.sCapHeight
        # Glyphs are called cid00001 and so on: the typeface is keyed by character identifier.
        glyphs = {chr(code): name for code, name in font.getBestCmap().items()}
        self.cids = {character: int(name[3:]) for character, name in glyphs.items()}
        self.widths = {character: metrics[name][0] for character, name in glyphs.items()}
        self.plain = frozenset(c for c in glyphs if unicodedata.category(c) not in _UNSEEN)


@cache
def typeface() -> Typeface:
    """Read once a process; half a second."""
    return Typeface()


class Type:
    """The typeface in one document: measures and sets text, and knows the letters used so far."""

    def __init__(self) -> None:
        self.face = typeface()
        self.used: dict[int, str] = {}  # character identifier → character
        self._hex: dict[str, str] = {}

    def printable(self, text: str) -> str:
        """The text as it can be printed: no control characters, and numbers for unknown ones."""
        if self.face.plain.issuperset(text):
            return text
        return "".join(map(self._shown, unicodedata.normalize("NFC", text)))

    def _shown(self, character: str) -> str:
        unseen = _UNSEEN.get(unicodedata.category(character))
        if unseen is not None:
            return unseen
        if character in self.face.plain:
            return character
        if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
            return ""  # chooses among shapes of the character before it
        return f"〔U+{ord(character):04X}〕"

    def width(self, text: str) -> int:
        """Of printable text, in thousandths of its size."""
        return sum(map(self.face.widths.__getitem__, text))

    def length(self, text: str, size: float) -> float:
        """Of any text as it will be printed, in points."""
        return self.width(self.printable(text)) * size / 1000

    def lines(self, text: str, size: float, room: float) -> list[str]:
        """Any text as printable lines of at most `room` points; a word that is wider is cut."""
        return self._wrapped(self.printable(text), room * 1000 / size)

    def set(self, printable: str) -> str:
        """Printable text as the operand of Tj."""
        known = self._hex
        return f"<{''.join([known.get(c) or self._learn(c) for c in printable])}>"

    def _learn(self, character: str) -> str:
        cid = self.face.cids[character]
        self.used.setdefault(cid, character)
        return self._hex.setdefault(character, f"{cid:04X}")

    def _wrapped(self, text: str, room: float) -> list[str]:
        if self.width(text) <= room:
            return [text]
        lines, line, used = [], "", 0.0
        for word in self._words(text, room):
            width = self.width(word)
            if line and used + width > room:
                lines.append(line.rstrip())
                line, used = "", 0.0
            if line or not word.isspace():
                line, used = line + word, used + width
        return [*lines, line.rstrip()]

    def _words(self, text: str, room: float) -> Iterator[str]:
        for word in _WORDS.findall(text):
            if len(word) > 1 and self.width(word) > room:
                yield from word
            else:
                yield word

    def write(self, file: PdfFile, number: int) -> Iterator[bytes]:
        """The font's objects (ISO 32000-1, 9.7): composite, keyed by character identifier."""
        child, about, program, meaning = (file.reserve() for _ in range(4))
        yield file.object(
            number,
            f"<</Type/Font/Subtype/Type0/BaseFont/{NAME}/Encoding/Identity-H"
            f"/DescendantFonts[{child} 0 R]/ToUnicode {meaning} 0 R>>",
        )
        yield file.object(
            child,
            f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{NAME}/DW 1000/W[{self._widths()}]"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {about} 0 R>>",
        )
        yield file.object(about, self._descriptor(program))
        yield file.stream(program, self._letters(), "/Subtype/CIDFontType0C")
        yield file.stream(meaning, self._meaning().encode("ascii"))

    def _widths(self) -> str:
        widths = self.face.widths
        letters = sorted(self.used.items())
        return "".join(f"{cid}[{widths[character]}]" for cid, character in letters)

    def _descriptor(self, program: int) -> str:
        face, box = self.face, " ".join(map(str, self.face.box))
        return (
            f"<</Type/FontDescriptor/FontName/{NAME}/Flags 4/FontBBox[{box}]/ItalicAngle 0"
            f"/Ascent {face.ascent}/Descent {face.descent}/CapHeight {face.cap_height}/StemV 90"
            f"/FontFile3 {program} 0 R>>"
        )

    def _letters(self) -> bytes:
        """The outlines of the letters used, as a bare CFF table."""
        font = TTFont(pylopdf_fonts_zh_cn.sans_path(), lazy=True)
        others = set(font.keys()) - TABLES
        wanted = Options(layout_features=[], notdef_outline=True, drop_tables=list(others))
        subsetter = Subsetter(wanted)
        subsetter.populate(unicodes=map(ord, self.used.values()))
        subsetter.subset(font)
        return bytes(font["CFF "].compile(font))

    def _meaning(self) -> str:
        """From letters back to characters, so that the document can be searched and copied."""
        pairs = [
            f"<{cid:04X}><{character.encode('utf-16-be').hex().upper()}>"
            for cid, character in sorted(self.used.items())
        ]
        blocks = (
            f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar\n"
            for some in in_pieces(pairs, 100)
        )
        return (
            "/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
            "/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
            f"1 begincodespacerange<0000><FFFF>endcodespacerange\n{''.join(blocks)}"
            "endcmap CMapName currentdict/CMap defineresource pop end end\n"
        )
