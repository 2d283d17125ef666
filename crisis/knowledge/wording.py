"""The guide's plain text as HTML: paragraphs and lists, and nothing that anybody could run."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ITEM = "- "
_BREAK = SafeString("<br>")


def as_html(body: str) -> SafeString:
    """An empty line parts blocks; lines that begin with «- » are a list, «# » is a heading."""
    blocks = [block.splitlines() for block in body.split("\n\n") if block.strip()]
    parts = [part for lines in blocks for part in _block(lines)]
    return format_html_join("", "{}", ((part,) for part in parts))


def _block(lines: list[str]) -> list[SafeString]:
    parts = []
    while lines:
        is_item = lines[0].startswith(ITEM)
        run = [lines[0]]
        while len(run) < len(lines) and lines[len(run)].startswith(ITEM) == is_item:
            run.append(lines[len(run)])
        lines = lines[len(run) :]
        parts.append(_list(run) if is_item else _words(run))
    return parts


def _list(lines: list[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((line.removeprefix(ITEM),) for line in lines))
    return format_html("<ul>{}</ul>", items)


def _words(lines: list[str]) -> SafeString:
    if len(lines) == 1 and lines[0].startswith("# "):
        return format_html("<h2>{}</h2>", lines[0].removeprefix("# "))
    broken = format_html_join(_BREAK, "{}", ((line,) for line in lines))
    return format_html("<p>{}</p>", broken)
