"""What `make test` runs: the static checks, then the whole suite.

    test.py [--lint-only] [pytest arguments]

Every check runs even when one before it failed, so that one run tells all. With
GUIHANG_BROWSER_TESTS=required (as in .ci/run) a missing Chromium is a failure instead of a notice.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PYTHON = [sys.executable]
MODULE = [sys.executable, "-m"]
CONCISE = ["--quiet", "--output-format", "concise"]
# A live installation, as far as settings go: what `check --deploy` is meant to look at.
LIVE = {
    "GUIHANG_MODE": "live",
    "GUIHANG_PUBLIC_URL": "https://guihang.example",
    "GUIHANG_STREAM_URL": "https://guihang.example",
    "GUIHANG_ALLOWED_HOSTS": "guihang.example",
    "GUIHANG_TWILIO_URL": "https://api.twilio.com",
    "GUIHANG_WECHAT_URL": "https://api.weixin.qq.com",
    "GUIHANG_DEBUG": "false",
    "GUIHANG_CLOCK": "",
}
CHECKS: list[tuple[str, list[str], dict[str, str]]] = [
    ("ruff check", [*MODULE, "ruff", "check", *CONCISE, "."], {}),
    ("ruff format", [*MODULE, "ruff", "format", "--check", *CONCISE, "."], {}),
    ("mypy", [*MODULE, "mypy", "--no-error-summary"], {}),
    ("import floors", [str(Path(sys.executable).with_name("lint-imports"))], {}),
    ("migrations", [*PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    ("settings, drill", [*PYTHON, "manage.py", "check", "--fail-level", "WARNING"], {}),
    (
        "settings, live",
        [*PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        LIVE,
    ),
]


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    lint_only = "--lint-only" in arguments
    failed = [name for name, command, env in CHECKS if not passes(name, command, env)]
    if lint_only:
        return report(failed)
    code = run_suite(arguments)
    return report(failed) or code


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    start = time.monotonic()
    # A folder of its own: a check leaves no empty database among the real data.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command,
            env={**os.environ, "GUIHANG_VAR_DIR": folder, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<16} {verdict} ({time.monotonic() - start:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


def report(failed: list[str]) -> int:
    if failed:
        print(f"静态检查未通过 / checks that failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def run_suite(arguments: list[str]) -> int:
    """pytest over two workers; returns its exit code (5 when no test ran)."""
    marks = "not long and not bench"
    browser = os.environ.get("GUIHANG_CHROMIUM") or find_browser()
    if browser:
        os.environ["GUIHANG_CHROMIUM"] = browser
    else:
        marks += " and not browser"
        print(
            "没有找到 Chromium, 浏览器测试未运行 / no Chromium was found, so the browser tests are "
            "left out (Debian/Ubuntu: apt install chromium)",
            flush=True,
        )
    # -v undoes the -q of pyproject.toml, so that the closing line stands in full.
    suite = [*MODULE, "pytest", "-v", "-n", "2", "--dist", "worksteal", "-m", marks, *arguments]
    code = subprocess.run(suite, stdin=subprocess.DEVNULL).returncode
    if not browser and os.environ.get("GUIHANG_BROWSER_TESTS") == "required":
        return code or 1
    return code


def find_browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
