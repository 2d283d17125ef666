"""A document of pages that look alike: the same typeface, and the number of all pages on each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crisis.evacuation.exports.pdf.file import PdfFile, text_string
from crisis.evacuation.exports.pdf.page import Page
from crisis.evacuation.exports.pdf.typeface import Type

PORTRAIT = (595.3, 841.9)  # A4
LANDSCAPE = (841.9, 595.3)


@dataclass(frozen=True, slots=True)
class About:
    """What stands in the file beside its pages. `ident` is 32 hex digits that name the content."""

    title: str
    language: str
    ident: str


class Document:
    """`written` sends the pages as they are made. `of_pages` words the total («共 %(pages)s 页»):
    it is drawn last, wherever a page has asked for it with `Page.ending`."""

    def __init__(self, about: About, size: tuple[float, float], of_pages: str) -> None:
        self.about, self.size = about, size
        self.type = Type()
        self._of_pages = of_pages

    def page(self) -> Page:
        return Page(self.type, *self.size)

    def written(self, pages: Iterable[Page]) -> Iterator[bytes]:
        file = PdfFile()
        root, info, tree, means, font, ending = (file.reserve() for _ in range(6))
        yield file.begin()
        numbers = []
        for page in pages:
            number, content = file.reserve(), file.reserve()
            numbers.append(number)
            yield file.stream(content, page.content)
            yield file.object(number, _page(page, tree, means, content))
        yield file.stream(ending, *self._ending(len(numbers), font))
        yield from self.type.write(file, font)
        yield file.object(means, f"<</Font<</F {font} 0 R>>/XObject<</E {ending} 0 R>>>>")
        kids = " ".join(f"{number} 0 R" for number in numbers)
        yield file.object(tree, f"<</Type/Pages/Count {len(numbers)}/Kids[{kids}]>>")
        yield file.object(root, self._catalogue(tree))
        yield file.object(info, f"<</Title {text_string(self.about.title)}/Producer(Guihang)>>")
        yield file.end(root=root, info=info, ident=self.about.ident)

    def _ending(self, pages: int, font: int) -> tuple[bytes, str]:
        """A form in units of the type's size, so that a page may draw it in any size."""
        text = self.type.printable(self._of_pages % {"pages": pages})
        width = self.type.width(text) / 1000
        content = f"BT /F 1 Tf {self.type.set(text)}Tj ET".encode("ascii")
        means = f"/Resources<</Font<</F {font} 0 R>>>>"
        return content, f"/Type/XObject/Subtype/Form/BBox[0 -1 {width + 1:.1f} 2]{means}"

    def _catalogue(self, tree: int) -> str:
        return (
            f"<</Type/Catalog/Pages {tree} 0 R/Lang({self.about.language})"
            "/ViewerPreferences<</DisplayDocTitle true>>>>"
        )


def _page(page: Page, tree: int, means: int, content: int) -> str:
    return (
        f"<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 {page.width} {page.height}]"
        f"/Resources {means} 0 R/Contents {content} 0 R>>"
    )
