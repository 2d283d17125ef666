"""The environment of a test run, set before Django reads its settings.

pytest loads this module first (`-p` in pyproject.toml). Keys and settings are always the tests'
own, so that no test ever opens anything real; only database and broker are the caller's choice.
"""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path


def key(letter: str) -> str:
    """A 32-byte key that is obviously a test's."""
    return base64.b64encode(letter.encode() * 32).decode()


KEYS = {
    "GUIHANG_SECRET_KEY": "only for tests: " + "0123456789" * 5,
    "GUIHANG_FIELD_KEYS": f"1:{key('a')},2:{key('b')}",
    "GUIHANG_INDEX_KEY": key("i"),
    "GUIHANG_LINK_KEY": key("l"),
}
# Gateway credentials: made up, and known to the emulator as such.
GATEWAYS = {
    "GUIHANG_TWILIO_ACCOUNT": "AC" + "0" * 32,
    "GUIHANG_TWILIO_TOKEN": "test-twilio-token",
    "GUIHANG_TWILIO_SENDER": "+15005550006",
    "GUIHANG_WECHAT_APPID": "wx0123456789abcdef",
    "GUIHANG_WECHAT_SECRET": "test-wechat-secret",
    "GUIHANG_WECHAT_CALLBACK_TOKEN": "testcallbacktoken",
    "GUIHANG_WECHAT_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "GUIHANG_WECHAT_TEMPLATE": "test-wechat-template",
}


# What a caller may say to a test run; every other setting of theirs belongs to an installation.
HEEDED = {
    "GUIHANG_VAR_DIR",
    "GUIHANG_CHROMIUM",
    "GUIHANG_BROWSER_TESTS",
    "GUIHANG_FIXTURES",
}


def set_environment() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    for name in set(os.environ) - HEEDED:
        if name.startswith("GUIHANG_"):
            del os.environ[name]
    os.environ.update(KEYS)
    os.environ.update(GATEWAYS)
    os.environ.update(GUIHANG_MODE="drill", GUIHANG_CLOCK="", GUIHANG_LOG_LEVEL="WARNING")
    # Playwright's event loop runs in the test's thread; Django would refuse its database there.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    os.environ["GUIHANG_VAR_DIR"] = str(var_dir(worker))
    # Two runs on one broker, or two workers of one run, must not hear each other's bells.
    os.environ["GUIHANG_QUEUE_PREFIX"] = f"test-{os.getpid()}-{worker or 'main'}"


def var_dir(worker: str) -> Path:
    """A folder for this process's database, broker and logs, which tests empty as they please.

    Never the caller's own GUIHANG_VAR_DIR, which may hold an installation, but a folder in it.
    """
    given = os.environ.get("GUIHANG_VAR_DIR")
    if given and worker:  # the main process of this run has already chosen it
        folder = Path(given) / worker
    elif given:
        folder = Path(given) / "tests"
    else:
        folder = Path(tempfile.mkdtemp(prefix="guihang-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "static").mkdir(parents=True, exist_ok=True)
    return folder


set_environment()
