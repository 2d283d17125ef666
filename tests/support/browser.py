"""A real Chromium for the tests marked `browser`.

Playwright keeps its event loop marked as running in our thread for as long as it lives. The mark is
taken away between the tests that have a browser: others run loops of their own.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    given = os.environ.get("GUIHANG_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def started_chromium() -> Iterator[Any]:
    """The browser and its event loop, started once for each test worker."""
    path = find_chromium()
    if path is None:
        if os.environ.get("GUIHANG_BROWSER_TESTS") == "required":
            pytest.fail("no Chromium was found, and these tests are required here")
        pytest.skip("no Chromium was found (Debian/Ubuntu: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, and CI is root.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        its_loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield browser, its_loop
        asyncio._set_running_loop(its_loop)
        browser.close()


@pytest.fixture
def chromium(started_chromium: Any) -> Iterator[Any]:
    browser, its_loop = started_chromium
    asyncio._set_running_loop(its_loop)
    yield browser
    asyncio._set_running_loop(None)


@pytest.fixture
def page(chromium: Any, live_server: Any) -> Iterator[Any]:
    """A fresh page whose addresses are relative to the live server; script errors fail the test."""
    context = chromium.new_context(base_url=live_server.url, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def page_as(page: Any, live_server: Any, client: Any) -> Callable[[Any], Any]:
    """`page_as(user)`: the page, logged in without the form."""

    def log_in(user: Any) -> Any:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return log_in
