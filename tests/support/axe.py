"""What axe-core finds wrong with a page for somebody who cannot see, point or read small print."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

GRAVE = ("serious", "critical")
NARROW = {"width": 320, "height": 640}
WIDE = {"width": 1280, "height": 800}


def grave_faults(page: Any) -> list[str]:
    """Every serious or critical finding on the page as it stands: rule, element, remedy.

    A press that leads on returns as soon as the next page begins to arrive, when its document may
    still be without an element: the page is looked at once it is whole.
    """
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [
        f"{finding['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for finding in found
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]


def overflow(page: Any) -> int:
    """By how many pixels the page is wider than its screen; 0 where it fits."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(0, wider)


def check_page(page: Any) -> None:
    """The page as it stands is free of grave faults and fits, on a small phone and on a desk."""
    before = page.viewport_size
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        wrong = grave_faults(page)
        if beyond := overflow(page):
            wrong.append(f"{beyond} px wider than the screen")
        assert wrong == [], f"{page.url} at {size['width']} px"
    page.set_viewport_size(before)
