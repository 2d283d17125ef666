"""The environment of a test run, set before Django reads its settings.

pytest loads this module first (`-p` in pyproject.toml). A value that the caller has set wins;
keys are always the tests' own, so that no test ever opens anything real.
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


def set_environment() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ.update(KEYS)
    os.environ.update(GUIHANG_MODE="drill", GUIHANG_CLOCK="", GUIHANG_LOG_LEVEL="WARNING")
    for name, value in GATEWAYS.items():
        os.environ.setdefault(name, value)
    # Playwright's event loop runs in the test's thread; Django would refuse its database there.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    os.environ["GUIHANG_VAR_DIR"] = str(var_dir(worker))
    # Two runs on one broker, or two workers of one run, must not hear each other's bells.
    os.environ["GUIHANG_QUEUE_PREFIX"] = f"test-{os.getpid()}-{worker or 'main'}"


def var_dir(worker: str) -> Path:
    """A folder for this process's database, broker and logs, removed at the end."""
    given = os.environ.get("GUIHANG_VAR_DIR")
    if given and worker:
        folder = Path(given) / worker
    elif given:
        folder = Path(given)
    else:
        folder = Path(tempfile.mkdtemp(prefix="guihang-test-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "static").mkdir(parents=True, exist_ok=True)
    return folder


set_environment()
